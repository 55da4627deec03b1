"""`huitang budget`: what the plugin can do without a server. Imports only what the command line itself needs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

if TYPE_CHECKING:
    from huitang_budget.declarations.model import Declaration, Review


@click.group(name="budget", help="智能预算审查：不需要服务器的命令。")
def budget() -> None:
    """The group that the platform's command line takes over."""


@budget.group(name="declarations", help="绩效目标申报表。")
def declarations() -> None:
    """Commands on performance-target declarations."""


_CHECK = (
    "读取申报表（txt、docx、xlsx、pdf），按规则审查并输出结果；一起给出的文件互相比对。有文件读不出来时退出码为 1。"
)


@declarations.command(name="check", help=_CHECK)
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="输出格式，默认 text。")
@click.option("--year", type=int, default=None, help="只审查该预算年度的申报表；其余只参加比对。")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="按哪一天有效的规则审查。")
def check(paths: tuple[Path, ...], form: str, year: int | None, on: datetime | None) -> None:
    """Read every file, review what was read, print it; exit status 1 when a file could not be read."""
    from huitang_budget.declarations.review import review_declarations

    found, failed = _read_all(paths)
    chosen = [d for d in found if year is None or d.year.value == year]
    others = [d for d in found if d not in chosen]
    day = on.date() if on else None
    reviews = review_declarations(chosen, others=others, on=day) if chosen else []
    _print(form, chosen, reviews)
    sys.exit(1 if failed else 0)


def _read_all(paths: Sequence[Path]) -> tuple[list[Declaration], int]:
    """All declarations in the order of the files, and how many files were refused; refusals go to stderr at once."""
    from rich.console import Console
    from rich.progress import track

    from huitang_budget.declarations.importing import UnreadableFile, read_declarations

    console = Console(stderr=True)
    found: list[Declaration] = []
    failed = 0
    names = _names(paths)
    files = list(zip(names, paths, strict=True))
    for name, path in track(files, "读取申报表", console=console, transient=True, disable=not console.is_terminal):
        try:
            found.extend(read_declarations(name, path))
        except UnreadableFile as error:
            failed += 1
            click.echo(" ".join(error.message.split()), err=True)
    return found, failed


def _names(paths: Sequence[Path]) -> list[str]:
    """What each file is called in the output: its name, or the path as given where two names are the same."""
    short = [path.name for path in paths]
    return [path.name if short.count(path.name) == 1 else str(path) for path in paths]


def _print(form: str, chosen: Sequence[Declaration], reviews: Sequence[Review]) -> None:
    from huitang_budget.declarations.report import print_report, render_json

    if form == "json":
        click.echo(render_json(chosen, reviews))
        return
    from rich.console import Console

    print_report(Console(), chosen, reviews)
