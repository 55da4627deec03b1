"""Where the typefaces of printed documents are.

They come with installed packages, named by the entry point group "huitang.fonts", whose value is a Python package with
.ttf or .otf files in or below its folder; `huitang-kernel` brings Noto Serif SC and Noto Sans SC this way:

    [project.entry-points."huitang.fonts"]
    noto = "huitang_kernel.fonts"

So commands, tests and servers find the same ones, and nothing is asked of the machine or the network.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

GROUP = "huitang.fonts"
_added: list[Path] = []


def use_fonts(folder: Path) -> None:
    """Add a folder with .ttf or .otf files of the operator's own, for this process. Called by the kernel at start."""
    if folder not in _added:
        _added.append(folder)


def font_folders() -> tuple[Path, ...]:
    """All folders with typefaces: the operator's own first, then those of installed packages."""
    return (*_added, *_installed())


@cache
def _installed() -> tuple[Path, ...]:
    specs = (find_spec(point.module) for point in entry_points(group=GROUP))
    return tuple(Path(spec.origin).parent for spec in specs if spec is not None and spec.origin)
