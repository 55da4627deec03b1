"""What `verdict` is asked: one vote on one matter, or one matter with its amendments or its persons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from huitang_conference.rules.names import name_key
from huitang_conference.rules.profile import Manner, Profile
from huitang_conference.rules.shares import Share
from huitang_conference.rules.wording import WORDING, say
from huitang_sdk.cases import CaseError, Names, Problem, read_case, read_json

LARGEST = 1_000_000
"""The largest number a case may hold; no body has more members."""

Number = Annotated[int, Meta(ge=0, le=LARGEST)]
Positive = Annotated[int, Meta(ge=1, le=LARGEST)]
Kind = Literal["motion", "amendment", "appointment", "dismissal", "resignation", "recall", "constitution"]
MERGEABLE = ("appointment", "dismissal")


class Votes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many chose what. `not_pressed` left out: everybody present at the close who is in no other number."""

    for_: Number = msgspec.field(name="for")
    against: Number = 0
    abstain: Number = 0
    not_pressed: Number | None = None
    fault: Number = 0

    @property
    def chosen(self) -> int:
        return self.for_ + self.against + self.abstain

    @property
    def total(self) -> int:
        return self.chosen + (self.not_pressed or 0) + self.fault


class HandVotes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Votes of remote attendees by show of hands; they come on top of `votes`."""

    for_: Number = msgspec.field(name="for")
    against: Number = 0
    abstain: Number = 0

    @property
    def total(self) -> int:
        return self.for_ + self.against + self.abstain


class Amendment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amendment to the motion; without `votes` it has not been voted on yet."""

    votes: Votes | None = None
    title: str = ""
    withdrawn: bool = False
    present: Number | None = None
    present_at_close: Number | None = None


class Person(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One person of an appointment that is voted on person by person."""

    name: str
    votes: Votes
    present: Number | None = None
    present_at_close: Number | None = None


class VerdictCase(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case for `verdict`. The profile is the id of a built-in one, or a whole profile."""

    members: Positive
    present: Number
    votes: Votes | None = None
    profile: str | dict[str, Any] = "city-standing-committee"
    kind: Kind = "motion"
    title: str = ""
    present_at_close: Number | None = None
    by_hands: HandVotes | None = None
    rule: str | None = None
    majority: Share | None = None
    manner: Manner | None = None
    date: date | None = None
    amendments: tuple[Amendment, ...] = ()
    persons: tuple[Person, ...] = ()
    merged: bool = False
    names: tuple[str, ...] = ()
    merge_agreed: Number | None = None


NAMES = Names(
    keys={
        "赞成": "for", "赞成票": "for", "同意": "for", "yes": "for",
        "反对": "against", "反对票": "against", "no": "against",
        "弃权": "abstain", "弃权票": "abstain", "abstention": "abstain", "abstentions": "abstain",
        "未按": "not_pressed", "未按表决器": "not_pressed", "未表决": "not_pressed", "not_voted": "not_pressed",
        "故障": "fault", "设备故障": "fault", "faults": "fault", "device_fault": "fault",
        "全体组成人员": "members", "全体代表": "members", "全体成员": "members", "应到": "members",
        "members_total": "members", "total_members": "members",
        "出席": "present", "实到": "present", "到会": "present", "attending": "present",
        "表决结束时出席": "present_at_close", "结束时出席": "present_at_close",
        "表决": "votes", "规则档案": "profile", "类别": "kind", "标题": "title", "名称": "title", "规则": "rule",
        "表决数": "majority", "方式": "manner", "表决方式": "manner", "日期": "date", "on": "date",
        "修正案": "amendments", "撤回": "withdrawn", "人选": "persons", "姓名": "name", "合并": "merged",
        "合并表决": "merged", "名单": "names", "同意合并": "merge_agreed", "举手": "by_hands", "远程举手": "by_hands",
    },
    values={
        "议案": "motion", "修正案": "amendment", "任免案": "appointment", "任免": "appointment", "撤职案": "dismissal",
        "撤职": "dismissal", "辞职": "resignation", "罢免案": "recall", "罢免": "recall", "宪法修改": "constitution",
        "无记名按表决器": "device", "按表决器": "device", "记名按表决器": "device_named", "无记名投票": "ballot",
        "举手": "hands", "其他方式": "other",
        "全体组成人员": "members", "全体代表": "members", "出席": "present",
    },
)  # fmt: skip
"""Other names of the keys and values of a case."""


def parse_verdict_case(raw: bytes) -> VerdictCase:
    """A case from JSON bytes. CaseError names every place that is wrong."""
    return verdict_case(read_json(raw))


def verdict_case(data: Any) -> VerdictCase:
    """A case from plain data, checked like `parse_verdict_case`."""
    return read_case(data, VerdictCase, NAMES, WORDING)


def check(case: VerdictCase, profile: Profile) -> None:
    """What numbers must fulfil among one another. CaseError names every breach."""
    problems = list(_problems(case, profile))
    if problems:
        raise CaseError(problems)


def _problems(case: VerdictCase, profile: Profile) -> Iterator[Problem]:
    yield from _attendance("$", case.members, case.present, case.present_at_close)
    if (case.votes is None) == (not case.persons):
        yield Problem("$.votes", say("case.votes_or_persons"))
    if case.votes is not None:
        hands = case.by_hands.total if case.by_hands else 0
        yield from _votes("$.votes", case.votes, attending(case.present, case.present_at_close), hands)
    for number, amendment in enumerate(case.amendments):
        if amendment.votes is not None:
            yield from _part(f"$.amendments[{number}]", case, amendment, amendment.votes)
    for number, person in enumerate(case.persons):
        yield from _part(f"$.persons[{number}]", case, person, person.votes)
    yield from _about_persons(case)
    if case.kind == "constitution" and case.kind not in profile.decisions and not (case.rule or case.majority):
        yield Problem("$.kind", say("case.not_decided_here", kind=say(f"kind.{case.kind}"), body=profile.title))
    if case.rule and case.majority:
        yield Problem("$.majority", say("case.rule_and_majority"))


def attending(present: int, at_close: int | None) -> int:
    """All who were there at some time of the vote."""
    return max(present, present if at_close is None else at_close)


def _attendance(path: str, members: int, present: int | None, at_close: int | None) -> Iterator[Problem]:
    for name, value in (("present", present), ("present_at_close", at_close)):
        if value is not None and value > members:
            yield Problem(f"{path}.{name}", say("case.more_than_members", present=value, members=members))


def _votes(path: str, votes: Votes, there: int, hands: int = 0) -> Iterator[Problem]:
    if votes.total + hands > there:
        yield Problem(path, say("case.more_than_present", votes=votes.total + hands, present=there))


def _part(path: str, case: VerdictCase, part: Amendment | Person, votes: Votes) -> Iterator[Problem]:
    yield from _attendance(path, case.members, part.present, part.present_at_close)
    yield from _votes(f"{path}.votes", votes, attending(*presence(case, part)))


def presence(case: VerdictCase, part: Amendment | Person | None = None) -> tuple[int, int | None]:
    """Present at the opening and at the close of this vote: of the part where it says so, else of the case."""
    if part is None or (part.present is None and part.present_at_close is None):
        return case.present, case.present_at_close
    return case.present if part.present is None else part.present, part.present_at_close


def _about_persons(case: VerdictCase) -> Iterator[Problem]:
    names = [person.name for person in case.persons] or list(case.names)
    place = "$.persons[{}].name" if case.persons else "$.names[{}]"
    seen: set[str] = set()
    for number, name in enumerate(names):
        key = name_key(name)
        if not key:
            yield Problem(place.format(number), say("input.blank_name"))
        elif key in seen:
            yield Problem(place.format(number), say("case.name_twice", name=name))
        seen.add(key)
    if (case.persons or case.merged) and case.kind not in MERGEABLE:
        yield Problem("$.kind", say("case.only_appointments", kind=say(f"kind.{case.kind}")))
    if case.merged and not case.names and not case.persons:
        yield Problem("$.names", say("case.merged_names"))
    for key in ("names", "merge_agreed"):
        if getattr(case, key) and not case.merged:
            yield Problem(f"$.{key}", say("case.only_merged"))
    if case.merged and case.persons:
        yield Problem("$.persons", say("case.merged_takes_names"))
    if case.persons and (case.amendments or case.by_hands):
        yield Problem("$.amendments" if case.amendments else "$.by_hands", say("case.not_with_persons"))
    if case.merge_agreed is not None and case.merge_agreed > case.present:
        yield Problem("$.merge_agreed", say("case.more_than_present", votes=case.merge_agreed, present=case.present))
