// Copies what the pages load into the folder given, and nothing else.
import { cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

const target = process.argv[2];
const files = {
  "node_modules/@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
  "node_modules/@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
  "node_modules/htmx.org/dist/htmx.min.js": "htmx.min.js",
  "node_modules/echarts/dist/echarts.min.js": "echarts.min.js",
  "node_modules/axe-core/axe.min.js": "axe.min.js",
};
for (const [from, to] of Object.entries(files)) {
  const path = join(target, to);
  mkdirSync(dirname(path), { recursive: true });
  cpSync(from, path);
}
