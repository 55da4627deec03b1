"""`huitang conference verdict` and `count`: a case in JSON, the result in JSON, without a server or a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from huitang_sdk.cases.commands import ExampleCommand, answer, file_argument, schema_option

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


def _schema_of(name: str) -> Any:
    from huitang_conference.rules.schema import schema_of

    return schema_of(name)


@click.command(name="verdict", cls=ExampleCommand, help=_VERDICT, example=VERDICT_EXAMPLE)
@file_argument
@schema_option(lambda: _schema_of("verdict"))
def verdict(file: Path) -> None:
    """Read a case, decide it, print the verdict."""
    from huitang_conference import rules
    from huitang_conference.rules.verdict_case import NAMES

    answer(file, lambda data: rules.verdict(rules.verdict_case(data)), NAMES)


@click.command(name="count", cls=ExampleCommand, help=_COUNT, example=COUNT_EXAMPLE)
@file_argument
@schema_option(lambda: _schema_of("count"))
def count(file: Path) -> None:
    """Read a round of an election, count it, print the result."""
    from huitang_conference import rules
    from huitang_conference.rules.election.case import NAMES

    answer(file, lambda data: rules.count(rules.election_case(data)), NAMES)
