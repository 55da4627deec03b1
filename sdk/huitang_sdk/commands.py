"""For commands of plugins (entry point group "huitang.commands") that work on the installation itself.

@budget.command(name="import")
def import_(paths: tuple[Path, ...]) -> None:
    outcomes = in_platform("budget", lambda ctx: import_all(ctx, paths))
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from huitang_sdk.plugin import PluginContext

T = TypeVar("T")


def in_platform(
    plugin: str,
    work: Callable[[PluginContext[Any]], Awaitable[T]],
    *,
    config: Path | None = None,
    data_dir: Path | None = None,
) -> T:
    """Connect to the installation, do `work` with the plugin's own context, and return what it returns.

    `config` and `data_dir` say which installation, like the options of the platform's own commands. Raises RuntimeError
    outside the `huitang` command line.
    """
    runner = click.get_current_context().find_root().obj
    if not callable(runner):
        raise RuntimeError("this command works on the platform: call it as a command of huitang")
    result: T = runner(plugin, work, config, data_dir)
    return result
