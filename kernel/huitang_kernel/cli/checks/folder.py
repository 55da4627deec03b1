"""A plugin's folder: its pyproject.toml, its package, and the plugin object itself if it can be imported."""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import rich_click as click
from msgspec import Struct

from huitang_kernel.cli.texts import _
from huitang_kernel.plugins.discovery import GROUP
from huitang_sdk import Plugin


class Folder(Struct, frozen=True):
    """`root` holds pyproject.toml, `package` the code; `plugin` is None when importing it failed with `problem`."""

    root: Path
    project: dict[str, Any]
    id: str
    package: Path
    plugin: Plugin | None
    problem: str = ""

    def shown(self, path: Path) -> str:
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def read_folder(root: Path) -> Folder:
    """Raises ClickException when this is not the folder of one plugin."""
    file = root / "pyproject.toml"
    if not file.is_file():
        raise click.ClickException(_("{path} has no pyproject.toml: this is not the folder of a plugin.", path=root))
    project = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
    points = project.get("entry-points", {}).get(GROUP, {})
    if len(points) != 1:
        raise click.ClickException(
            _("{path}: [project.entry-points] must name one plugin in the group {group}.", path=file, group=GROUP)
        )
    ((plugin_id, value),) = points.items()
    package = root / value.partition(":")[0].partition(".")[0]
    plugin, problem = _load(root, plugin_id, value)
    return Folder(root, project, plugin_id, package, plugin, problem)


def _load(root: Path, plugin_id: str, value: str) -> tuple[Plugin | None, str]:
    sys.path.insert(0, str(root))
    try:
        plugin = EntryPoint(plugin_id, value, GROUP).load()
    except Exception as error:
        return None, f"{value}: {type(error).__name__}: {error}"
    finally:
        sys.path.remove(str(root))
    if not isinstance(plugin, Plugin):
        return None, _("{value} is not an instance of huitang_sdk.Plugin", value=value)
    return plugin, ""
