"""`huitang petitions clock`: a profile and events in JSON, due dates with their articles in JSON, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from huitang_sdk.cases.commands import ExampleCommand, answer, fail, file_argument, schema_option

if TYPE_CHECKING:
    from huitang_sdk.calendar import WorkingCalendar

EXAMPLE = """{
  "profile": "regulations-2022",
  "kind": "appeal",
  "now": "2026-05-20",
  "events": [
    {"event": "received", "at": "2026-03-02"},
    {"event": "told", "at": "2026-03-10"},
    {"event": "accepted", "at": "2026-03-12"},
    {"event": "extended", "at": "2026-05-08", "days": 30,
     "approver": "周一主任", "reason": "需要现场勘查"}
  ]
}"""

_HELP = """按信访工作条例和各地规定计算一件信访事项的期限：从哪天起算、哪天届满、是否逾期、依据哪一条。
FILE 是 JSON，“-”为标准输入；结果以 JSON 写到标准输出。

必填 events（发生的事：event 名称、at 日期）；now 不写为今天；键和事件也可以写中文。
输入有误时，错误连同位置写到标准错误输出，退出码为 1。
"""


def _schema() -> Any:
    from huitang_petitions.clock.schema import case_schema

    return case_schema()


@click.command(name="clock", cls=ExampleCommand, help=_HELP, example=EXAMPLE)
@file_argument
@click.option(
    "--calendar",
    "calendar_file",
    metavar="TOML",
    type=click.Path(path_type=Path),
    help="自行补充的年份：每年的 holidays 和 working。",
)
@schema_option(_schema)
def clock(file: Path, calendar_file: Path | None) -> None:
    """Read a case, compute its limits, print them; or every mistake in it, with status 1."""
    from huitang_petitions.clock import engine
    from huitang_petitions.clock.case import NAMES, clock_case, named

    calendar = None if calendar_file is None else _calendar(calendar_file)
    answer(file, lambda data: engine.clock(clock_case(data), calendar), NAMES, prepared=named)


def _calendar(path: Path) -> WorkingCalendar:
    from huitang_petitions.clock.wording import refuse
    from huitang_sdk.calendar import CalendarDataError, WorkingCalendar

    try:
        return WorkingCalendar.from_toml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, CalendarDataError) as error:
        fail(path, refuse("$", "case.calendar_wrong", cause=str(error)))
