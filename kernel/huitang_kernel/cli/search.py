"""`huitang search`."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from huitang_kernel.app import Hall
from huitang_kernel.cli.session import settings_options
from huitang_kernel.cli.texts import _
from huitang_kernel.cli.users import on_hall


@click.group()
def search() -> None:
    """Rebuild the search index."""


@search.command()
@settings_options
def rebuild(config: Path | None, data_dir: Path | None) -> None:
    """Build the index anew from the plugins' data. People may go on searching meanwhile."""

    async def work(hall: Hall) -> int:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            return await hall.services.search.rebuild(Bars(progress))

    click.echo(_("{count} documents are in the index.", count=on_hall(config, data_dir, work)))


class Bars:
    """One bar per kind of document: the `progress` of Search.rebuild."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, kind: str, done: int, total: int) -> None:
        task = self._tasks.get(kind)
        if task is None:
            task = self._tasks[kind] = self._progress.add_task(kind, total=total)
        self._progress.update(task, completed=done, total=max(total, done))
