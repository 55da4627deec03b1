"""`huitang budget`: what the plugin can do without a server. Imports only what the command line itself needs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

if TYPE_CHECKING:
    from huitang_budget.declarations.model import Declaration, Review
    from huitang_sdk import PluginContext


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


@declarations.command(
    name="import", help="把申报表导入平台：与网页导入相同，重复导入不作改动。有文件导入失败时退出码为 1。"
)
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), envvar="HUITANG_CONFIG", help="平台设置文件。"
)
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="平台数据目录。")
def import_(paths: tuple[Path, ...], config: Path | None, data_dir: Path | None) -> None:
    """Import every file as the platform itself, one transaction each; exit status 1 when a file could not be read."""
    from huitang_sdk.commands import in_platform

    failed = in_platform("budget", lambda ctx: _import_all(ctx, paths), config=config, data_dir=data_dir)
    sys.exit(1 if failed else 0)


async def _import_all(ctx: PluginContext[Any], paths: Sequence[Path]) -> int:
    """How many files failed; each outcome is told at once."""
    from huitang_budget.services.importing import import_files
    from huitang_budget.services.storing import Upload
    from huitang_sdk.contracts.identity import SYSTEM

    failed = 0
    for path in paths:
        try:
            upload = Upload(path.name, path.read_bytes())
        except OSError as error:
            failed += 1
            click.echo(f"{path}：不能读取（{error.strerror}）", err=True)
            continue
        outcome = (await import_files(ctx, SYSTEM, [upload]))[0]
        failed += bool(outcome.error)
        if outcome.error:
            click.echo(f"{path.name}：{outcome.error}", err=True)
        for form in outcome.forms:
            click.echo(f"{path.name}：{form.project}（{'已导入' if form.new else '已有相同申报表，未作改动'}）")
    return failed


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
