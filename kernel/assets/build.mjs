// Copies what the pages load into the first folder given, and nothing else; draws the icons of icons.txt into one sprite.
// The typefaces of printed documents, with their licence, go into the second.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const [target, fonts] = process.argv.slice(2);
const files = {
  "node_modules/@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
  "node_modules/htmx.org/dist/htmx.min.js": "htmx.min.js",
  "node_modules/echarts/dist/echarts.min.js": "echarts.min.js",
  "node_modules/axe-core/axe.min.js": "axe.min.js",
};
for (const [from, to] of Object.entries(files)) {
  const path = join(target, to);
  mkdirSync(dirname(path), { recursive: true });
  cpSync(from, path);
}
// A map that is not shipped would only make the browser's tools ask for it in vain.
const css = join(target, "tabler.min.css");
writeFileSync(css, readFileSync(css, "utf8").replace(/\/\*# sourceMappingURL=.*?\*\/\s*$/, ""));

const nodes = JSON.parse(readFileSync("node_modules/@tabler/icons/tabler-nodes-outline.json", "utf8"));
const names = readFileSync("icons.txt", "utf8").split(/\s+/).filter(Boolean);
const symbols = names.map((name) => {
  if (!nodes[name]) throw new Error(`icons.txt: Tabler has no icon "${name}"`);
  const shapes = nodes[name].map(([tag, attributes]) => {
    const text = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`).join("");
    return `<${tag}${text}/>`;
  });
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.join("")}</symbol>`;
});
const sprite = `<svg xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${symbols.join("\n")}</svg>\n`;
writeFileSync(join(target, "icons.svg"), sprite);

for (const [name, folder] of [["NotoSerifSC", "noto-serif-sc"], ["NotoSansSC", "noto-sans-sc"]]) {
  const from = join("node_modules/@expo-google-fonts", folder);
  mkdirSync(fonts, { recursive: true });
  for (const weight of ["400Regular", "700Bold"]) {
    cpSync(join(from, weight, `${name}_${weight}.ttf`), join(fonts, `${name}-${weight}.ttf`));
  }
  cpSync(join(from, "LICENSE_FONT"), join(fonts, `${name}-OFL.txt`));
}
