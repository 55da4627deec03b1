"""`huitang conference rehearse …`: a hall to try things in, votes in it, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import rich_click as click

if TYPE_CHECKING:
    from huitang_sdk import PluginContext

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
LOOK_EVERY = 0.2
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(name="rehearse", help="演练：准备模拟会场、发起演练表决、收场。")
def rehearse() -> None:
    """Everything here acts as the platform itself, on this installation."""


def _platform(command: F) -> F:
    """The options that say which installation."""
    folder, file = click.Path(path_type=Path, file_okay=False), click.Path(path_type=Path, dir_okay=False)
    command = click.option("--data-dir", type=folder, help="平台数据目录。")(command)
    return click.option("--config", type=file, envvar="HUITANG_CONFIG", help="平台设置文件。")(command)


def _in_platform(work: Callable[[PluginContext[Any]], Awaitable[T]], config: Path | None, data_dir: Path | None) -> T:
    from huitang_sdk.commands import in_platform
    from huitang_sdk.errors import HuitangError

    try:
        return in_platform("conference", work, config=config, data_dir=data_dir)
    except HuitangError as error:
        raise click.ClickException(error.message) from error


@rehearse.command(name="prepare", help="建立一个正在进行的模拟会议（或为已有会议）邀请席位终端，并写出席位清单。")
@click.option("--seats", type=click.IntRange(1, 10_000), default=60, show_default=True, help="席位数。")
@click.option("--organisation", help="模拟会议所属单位的名称。")
@click.option("--meeting", type=click.UUID, help="已有会议的编号：只邀请终端，不新建会议。")
@click.option("--out", type=click.Path(path_type=Path), default=Path("hall.json"), show_default=True, help="席位清单。")
@_platform
def prepare(
    seats: int, organisation: str | None, meeting: UUID | None, out: Path, config: Path | None, data_dir: Path | None
) -> None:
    """Make a meeting, or take one, and write the codes of its terminals to a file that only its owner can read."""
    from huitang_conference.services.simulated import invite_terminals, make_hall
    from huitang_conference.simulator.hall import Hall, Terminal, write_hall
    from huitang_sdk.contracts.identity import SYSTEM

    if (organisation is None) == (meeting is None):
        raise click.UsageError("--organisation 与 --meeting 须且只须给出一个。")

    async def work(ctx: PluginContext[Any]) -> Any:
        if meeting is not None:
            return await invite_terminals(ctx, SYSTEM, meeting, seats)
        return await make_hall(ctx, SYSTEM, organisation or "", seats)

    made = _in_platform(work, config, data_dir)
    write_hall(out, Hall(str(made.meeting_id), [Terminal(label, code) for label, code in made.codes]))
    click.echo(f"会议 {made.meeting_id}，{len(made.codes)} 个席位，清单 {out}")


@rehearse.command(name="vote", help="在演练会议中发起表决：全体按键后（或到时）关闭并宣布。")
@click.option("--hall", "path", required=True, type=FILE, help="席位清单。")
@click.option("--rounds", type=click.IntRange(1, 1000), default=1, show_default=True, help="几次。")
@click.option("--secret", "is_secret", is_flag=True, help="无记名。")
@click.option("--seconds", type=click.IntRange(1, 3600), default=30, show_default=True, help="每次最多等多久。")
@click.option("--pause", type=float, default=2.0, show_default=True, help="每次之前的间隔（秒）。")
@_platform
def vote(
    path: Path, rounds: int, is_secret: bool, seconds: int, pause: float, config: Path | None, data_dir: Path | None
) -> None:
    """What the chair does at the desk, so that a rehearsal needs no chair."""
    from huitang_conference.services import simulated
    from huitang_conference.simulator.hall import read_hall
    from huitang_sdk.contracts.identity import SYSTEM

    meeting = UUID(read_hall(path).meeting)

    async def work(ctx: PluginContext[Any]) -> None:
        for number in range(1, rounds + 1):
            await asyncio.sleep(pause)
            poll = await simulated.put_to_the_vote(ctx, SYSTEM, meeting, number, is_secret=is_secret)
            for _ in range(round(seconds / LOOK_EVERY)):
                if await simulated.has_everybody_pressed(ctx, SYSTEM, poll):
                    break
                await asyncio.sleep(LOOK_EVERY)
            result = await simulated.end_the_vote(ctx, SYSTEM, poll)
            counts, verdict = result["counts"], result["verdict"]
            words = "通过" if verdict["passed"] else "未通过"
            click.echo(
                f"第 {number} 次：赞成 {counts['for']}，反对 {counts['against']}，弃权 {counts['abstain']}，"
                f"未按 {counts['not_pressed']}，{words}"
            )

    _in_platform(work, config, data_dir)


@rehearse.command(name="end", help="收场：撤销演练终端，结束由 prepare 新建的会议。")
@click.option("--hall", "path", required=True, type=FILE, help="席位清单。")
@click.option("--keep-meeting", is_flag=True, help="不结束会议（用于已有会议）。")
@_platform
def end(path: Path, keep_meeting: bool, config: Path | None, data_dir: Path | None) -> None:
    """Revoke the terminals; close the meeting unless it is to go on."""
    from huitang_conference.services import meetings, simulated
    from huitang_conference.simulator.hall import read_hall
    from huitang_sdk.contracts.identity import SYSTEM

    meeting = UUID(read_hall(path).meeting)

    async def work(ctx: PluginContext[Any]) -> int:
        revoked = await simulated.send_terminals_home(ctx, SYSTEM, meeting)
        if not keep_meeting:
            await meetings.close(ctx, SYSTEM, meeting)
        return revoked

    click.echo(f"已撤销 {_in_platform(work, config, data_dir)} 个终端")
