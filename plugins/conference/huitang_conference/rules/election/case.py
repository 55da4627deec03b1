"""What `count` is asked: one round of an election, with its ballots."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec
from msgspec import Struct

from huitang_conference.rules.verdict_case import Number, Positive
from huitang_conference.rules.wording import WORDING
from huitang_sdk.cases import Names, read_case, read_json

Mark = Literal["for", "against", "abstain"]
Round = Literal["first", "runoff", "further", "pre_selection"]
"""The ordinary round; the one among the tied (再次投票); the one for seats left over (另行选举); 预选."""

OTHER = "other"
"""A post whose number of candidates is not checked."""


class Candidate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody on the ballot paper; `withdrawn` after it was printed."""

    name: str
    withdrawn: bool = False


class Ballot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ballot, or `count` equal ones.

    Candidates who are named nowhere are abstained on. `marks` says the same as the three lists, by name. `void` is what
    the scrutineers found wrong with it ("unreadable"): it is returned, but nothing on it counts.
    """

    for_: tuple[str, ...] = msgspec.field(name="for", default=())
    against: tuple[str, ...] = ()
    abstain: tuple[str, ...] = ()
    write_in: tuple[str, ...] = ()
    marks: dict[str, Mark] = {}
    void: str | None = None
    count: Positive = 1


class ElectionCase(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case for `count`."""

    members: Positive
    seats: Positive
    candidates: tuple[str | Candidate, ...]
    ballots: tuple[Ballot | tuple[str, ...], ...] = ()
    profile: str | dict[str, Any] = "city-congress"
    post: str = OTHER
    title: str = ""
    round: Round = "first"
    by_election: bool = False
    present: Number | None = None
    issued: Number | None = None
    voters: Number | None = None
    returned: Number | None = None
    max_choices: Positive | None = None
    formal_candidates: Positive | None = None
    eligible: tuple[str, ...] | None = None
    date: date | None = None


NAMES = Names(
    keys={
        "赞成": "for", "同意": "for", "yes": "for", "反对": "against", "no": "against", "弃权": "abstain",
        "另选他人": "write_in", "另选": "write_in", "write_ins": "write_in", "标记": "marks", "choices": "marks",
        "废票": "void", "作废": "void", "invalid": "void", "张数": "count", "票数": "count",
        "全体代表": "members", "全体组成人员": "members", "members_total": "members", "total_members": "members",
        "应选名额": "seats", "应选人数": "seats", "候选人": "candidates", "选票": "ballots", "规则档案": "profile",
        "职务": "post", "标题": "title", "名称": "title", "轮次": "round", "补选": "by_election",
        "出席": "present", "实到": "present", "发出": "issued", "发出选票": "issued",
        "投票人数": "voters", "收回": "returned", "收回选票": "returned", "最多可选": "max_choices",
        "正式候选人数": "formal_candidates", "可另选的人": "eligible", "日期": "date", "姓名": "name",
        "退出": "withdrawn",
    },
    values={
        "赞成": "for", "同意": "for", "○": "for", "〇": "for", "√": "for", "✓": "for", "yes": "for",
        "反对": "against", "×": "against", "✗": "against", "no": "against", "弃权": "abstain", "": "abstain",
        "第一次投票": "first", "首轮": "first", "regular": "first", "再次投票": "runoff", "另行选举": "further",
        "预选": "pre_selection",
    },
)  # fmt: skip
"""Other names of the keys and values of a case."""

POSTS = {
    "正职": "head", "主任": "head", "常委会主任": "head", "秘书长": "head", "市长": "head", "监委主任": "head",
    "监察委员会主任": "head", "法院院长": "head", "检察长": "head", "检察院检察长": "head",
    "副职": "deputy_head", "副主任": "deputy_head", "常委会副主任": "deputy_head", "副市长": "deputy_head",
    "委员": "committee_member", "常委会委员": "committee_member", "代表": "deputy", "其他": OTHER,
}  # fmt: skip
"""Other names of the posts."""


def parse_election_case(raw: bytes) -> ElectionCase:
    """A case from JSON bytes. CaseError names every place that is wrong."""
    return election_case(read_json(raw))


def election_case(data: Any) -> ElectionCase:
    """A case from plain data, checked like `parse_election_case`."""
    return read_case(data, ElectionCase, NAMES, WORDING)
