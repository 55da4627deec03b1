"""`huitang petitions clock`: a profile and events in JSON, due dates with their articles in JSON, without a server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import rich_click as click

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


class ClockCommand(click.RichCommand):
    """Shows a whole case below its options, line by line as it has to be written."""

    def format_epilog(self, ctx: click.RichContext, formatter: click.RichHelpFormatter) -> None:  # type: ignore[override]
        formatter.write("示例：\n")
        formatter.write(EXAMPLE, markup=False, highlight=False, soft_wrap=True)


def _print_schema(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from huitang_petitions.clock.schema import case_schema

        _write(case_schema())
        context.exit()


@click.command(name="clock", cls=ClockCommand, help=_HELP)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--calendar",
    "calendar_file",
    metavar="TOML",
    type=click.Path(path_type=Path),
    help="自行补充的年份：每年的 holidays 和 working。",
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_schema,
    help="输出 FILE 的 JSON Schema，不读文件。",
)
def clock(file: Path, calendar_file: Path | None) -> None:
    """Read a case, compute its limits, print them; or every mistake in it, with status 1."""
    from huitang_petitions.clock import engine
    from huitang_petitions.clock.case import NAMES, clock_case, named
    from huitang_petitions.clock.reading import CaseError, as_given, read_json, refuse
    from huitang_sdk.calendar import CalendarDataError, WorkingCalendar

    data: Any = None
    name: Path | str = "stdin" if str(file) == "-" else file
    try:
        calendar = None
        if calendar_file is not None:
            try:
                calendar = WorkingCalendar.from_toml(calendar_file.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, CalendarDataError) as error:
                name = calendar_file
                raise refuse("$", "case.calendar_wrong", cause=str(error)) from None
        try:
            raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        except OSError as error:
            raise refuse("$", "input.unreadable", cause=error.strerror or str(error)) from None
        data = read_json(raw)
        result = engine.clock(clock_case(data), calendar)
    except CaseError as error:
        for problem in as_given(error, named(data), NAMES).problems:
            click.echo(f"{name}: {problem}", err=True)
        sys.exit(1)
    _write(result)


def _write(value: Any) -> None:
    """JSON in UTF-8, whatever the terminal speaks."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.buffer.flush()
