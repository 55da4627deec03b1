"""`huitang conference verdict` and `count`: a case in JSON, the result in JSON, without a server or a database."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

if TYPE_CHECKING:
    from huitang_conference.rules.reading import Names

VERDICT_EXAMPLE = """{
  "profile": "city-standing-committee",
  "kind": "motion",
  "title": "关于批准云江市本级决算的决议（草案）",
  "members": 61,
  "present": 40,
  "present_at_close": 40,
  "votes": {
    "for": 31, "against": 2, "abstain": 5, "not_pressed": 1, "fault": 1
  }
}"""

COUNT_EXAMPLE = """{
  "profile": "city-congress",
  "post": "deputy_head",
  "title": "云江市副市长",
  "members": 400,
  "present": 380,
  "issued": 380,
  "seats": 2,
  "candidates": ["王一", "李二", "张三"],
  "ballots": [
    {"for": ["王一", "李二"], "against": ["张三"], "count": 210},
    {"for": ["王一"], "write_in": ["赵四"], "count": 100},
    {"marks": {"王一": "against", "李二": "for"}, "count": 60},
    {"void": "字迹无法辨认", "count": 2}
  ]
}"""

_VERDICT = """按规则判定一次表决：通过、未通过还是无效。FILE 是 JSON，“-”为标准输入；结果以 JSON 写到标准输出。

必填 members（全体人数）、present（出席人数）、votes（赞成 for、反对 against、弃权 abstain、
未按 not_pressed、故障 fault）；键也可以写中文。
输入有误时，错误连同位置写到标准错误输出，退出码为 1。
"""

_COUNT = """按地方组织法对一轮选举计票：当选、票数相等、不足名额、无效。
FILE 是 JSON，“-”为标准输入；结果以 JSON 写到标准输出。

必填 members（全体代表）、seats（应选名额）、candidates（候选人）、ballots（选票；
相同的选票用 count 写张数）；键也可以写中文。
输入有误时，错误连同位置写到标准错误输出，退出码为 1。
"""


class ExampleCommand(click.RichCommand):
    """A command that shows a whole example below its options, line by line as it has to be written."""

    example = ""

    def format_epilog(self, ctx: click.RichContext, formatter: click.RichHelpFormatter) -> None:  # type: ignore[override]
        formatter.write("示例：\n")
        formatter.write(self.example, markup=False, highlight=False, soft_wrap=True)


class VerdictCommand(ExampleCommand):
    """Shows a vote."""

    example = VERDICT_EXAMPLE


class CountCommand(ExampleCommand):
    """Shows a round of an election."""

    example = COUNT_EXAMPLE


def _print_schema(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from huitang_conference.rules.schema import schema_of

        _write(schema_of(context.command.name or ""))
        context.exit()


def _schema_option(function: Callable[..., Any]) -> Callable[..., Any]:
    said = "输出 FILE 的 JSON Schema，不读文件。"
    return click.option("--schema", is_flag=True, is_eager=True, expose_value=False, callback=_print_schema, help=said)(
        function
    )


def _file_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.argument("file", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))(function)


@click.command(name="verdict", cls=VerdictCommand, help=_VERDICT)
@_file_argument
@_schema_option
def verdict(file: Path) -> None:
    """Read a case, decide it, print the verdict."""
    from huitang_conference import rules
    from huitang_conference.rules.verdict_case import NAMES

    _answer(file, lambda data: rules.verdict(rules.verdict_case(data)), NAMES)


@click.command(name="count", cls=CountCommand, help=_COUNT)
@_file_argument
@_schema_option
def count(file: Path) -> None:
    """Read a round of an election, count it, print the result."""
    from huitang_conference import rules
    from huitang_conference.rules.election.case import NAMES

    _answer(file, lambda data: rules.count(rules.election_case(data)), NAMES)


def _answer(file: Path, decide: Callable[[Any], Any], names: Names) -> None:
    """Print what `decide` makes of the file, or every mistake in it with status 1."""
    from huitang_conference.rules import CaseError
    from huitang_conference.rules.reading import as_given, read_json, refuse

    data: Any = None
    try:
        try:
            raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        except OSError as error:
            raise refuse("$", "input.unreadable", cause=error.strerror or str(error)) from None
        data = read_json(raw)
        result = decide(data)
    except CaseError as error:
        name = "stdin" if str(file) == "-" else file
        for problem in as_given(error, data, names).problems:
            click.echo(f"{name}: {problem}", err=True)
        sys.exit(1)
    _write(result)


def _write(value: Any) -> None:
    """JSON in UTF-8, whatever the terminal speaks."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.buffer.flush()
