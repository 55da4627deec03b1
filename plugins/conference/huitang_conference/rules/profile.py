"""A rule profile: what one body has to keep to, as data with the article of each value."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from huitang_conference.rules.shares import RuledShare
from huitang_conference.rules.sources import Citation, Ruled, Source, cite
from huitang_sdk.cases import Text

Body = Literal["presidium", "standing_committee", "congress", "council_of_chairs"]
Sitting = Literal["plenary", "joint", "group", "presidium"]
"""Kinds of sitting: 全体会议, 联组会议, 分组会议, 主席团会议."""

Manner = Literal["device", "device_named", "ballot", "hands", "other"]
"""无记名按表决器, 记名按表决器, 无记名投票, 举手, 其他方式."""

Subject = Literal[
    "motion", "amendment", "appointment", "dismissal", "resignation", "recall", "constitution", "remote", "preparatory"
]
"""What is voted on: 议案, 修正案, 任免案, 撤职案, 辞职, 罢免案, 宪法修改; also: remote attendees, 预备会议."""

ORDINARY = "ordinary"

Slug = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", max_length=60)]
Minutes = Annotated[int, Meta(ge=1, le=600)]
Days = Annotated[int, Meta(ge=0, le=365)]


class Voting(Ruled, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a subject is voted on, the first manner being the usual one, and what takes its place if the devices fail."""

    manners: tuple[Manner, ...]
    fallback: tuple[Manner, ...] = ()


class Speech(Ruled, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Minutes for the first and the second speech on a topic in one kind of sitting; None: no figure in the rules.

    `second` is 0 where a second speech is not provided for. `extension` says whether the chair may extend,
    `extension_minutes` by how much if that is limited, `asked_before` whether it has to be asked for beforehand.
    """

    first: Minutes | None = None
    second: Annotated[int, Meta(ge=0, le=600)] | None = None
    extension: bool = False
    extension_minutes: Minutes | None = None
    asked_before: bool = False


class Merging(Ruled, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whether appointments may be put to the vote together: not at all, at the chair's choice, or with the consent of a
    share of the members (usually of those present)."""

    merge: Literal["separate", "allowed", "consent"]
    consent: RuledShare | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.merge == "consent") != (self.consent is not None):
            raise ValueError('merge = "consent" comes with the share that has to consent')


class Count(Ruled, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A number of days or of persons that a rule fixes."""

    value: Annotated[int, Meta(ge=0, le=1000)]


class Provision(Ruled, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule that holds or does not."""

    holds: bool = True


class Post(Ruled, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How many more candidates than seats a kind of post has: whole numbers, or shares of the seats.

    `equal`: as many candidates as seats are allowed, too (等额). `articles`: rules of the election that stand in
    another article for this post ("runoff" …).
    """

    title: Text
    extra_min: int | None = None
    extra_max: int | None = None
    extra_min_share: str | None = None
    extra_max_share: str | None = None
    equal: bool = False
    articles: dict[Slug, Ruled] = {}

    def __post_init__(self) -> None:
        super().__post_init__()
        numbers = self.extra_min is not None and self.extra_max is not None
        shares = self.extra_min_share is not None and self.extra_max_share is not None
        if numbers == shares:
            raise ValueError("either extra_min and extra_max, or extra_min_share and extra_max_share")
        if unknown := self.articles.keys() - set(Elections.__struct_fields__):
            raise ValueError(f"no rule of an election is called {', '.join(sorted(unknown))}")


class Elections(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a congress elects: the majority, the ballots, ties, shortfall, and the candidates for each kind of post."""

    majority: RuledShare
    secret: Ruled
    choices: Ruled
    ballots_within_voters: Ruled
    choices_within_seats: Ruled
    runoff: Ruled
    shortfall: Ruled
    preselection: Ruled
    by_election: Ruled
    unmarked: Ruled
    posts: dict[Slug, Post]


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The rules of one body. `valid_to` is the last day they hold, None while they are open-ended."""

    id: Slug
    title: Text
    body: Body
    sources: dict[Slug, Source]
    valid_from: date
    quorum: RuledShare
    decisions: dict[Slug, RuledShare]
    voting: dict[Subject, Voting]
    valid_to: date | None = None
    taking_part: RuledShare | None = None
    merging: Merging | None = None
    amendments_first: Provision | None = None
    announced_on_the_spot: Provision | None = None
    must_vote: Provision | None = None
    speech: dict[Sitting, Speech] = {}
    ask_to_speak_before: Provision | None = None
    warn_seconds: Annotated[int, Meta(ge=0, le=600)] = 60
    speeches_confirmed: Provision | None = None
    remote: Provision | None = None
    leave_in_writing: Provision | None = None
    notice_days: Count | None = None
    proposal_days: Count | None = None
    joint_proposal_members: Count | None = None
    elections: Elections | None = None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def decision(self, rule: str) -> RuledShare:
        """The share that the rule of this name asks for; KeyError when there is none."""
        return self.decisions[rule]

    def rule_for(self, subject: str) -> str:
        """The name of the decision rule for a subject: its own if it has one, else the ordinary one."""
        return subject if subject in self.decisions else ORDINARY

    def voting_on(self, subject: str) -> Voting:
        """How this subject is voted on: its own entry, else that of motions."""
        return self.voting.get(subject) or self.voting["motion"]  # type: ignore[call-overload]

    def cite(self, rule: Ruled | None) -> Citation | None:
        """The article of a rule of this profile, or None."""
        return cite(rule, self.sources) if rule is not None else None
