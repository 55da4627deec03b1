"""What `verdict` answers."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from huitang_conference.rules.profile import Profile
from huitang_conference.rules.shares import Base, RuledShare, Share
from huitang_conference.rules.sources import Ruled
from huitang_conference.rules.wording import say
from huitang_sdk.cases import Text

Word = Literal["通过", "未通过", "部分通过", "无效"]


class Reason(Struct, frozen=True, kw_only=True):
    """Why, in both languages, with the article it rests on ("" if on none) and whether that article was verified."""

    code: str
    zh: str
    en: str
    article: str = ""
    verified: bool = True


class Quorum(Struct, frozen=True, kw_only=True):
    """The quorum at the opening and at the close of the vote; `met` needs both."""

    met: bool
    needed: int
    present: int
    present_at_close: int
    met_at_open: bool
    met_at_close: bool
    fraction: str
    strict: bool
    article: str
    verified: bool


class Majority(Struct, frozen=True, kw_only=True):
    """The share that has to be for it. `rule` is its name in the profile, "" when the case gave it."""

    rule: str
    fraction: str
    strict: bool
    zh: str
    en: str
    article: str
    verified: bool


class TakingPart(Struct, frozen=True, kw_only=True):
    """The number that has to take part (press for, against or abstention) for the vote to be valid."""

    met: bool
    needed: int
    count: int
    article: str
    verified: bool


class ByHands(Struct, frozen=True, kw_only=True, rename={"for_": "for"}):
    """Votes by show of hands that are included in the numbers."""

    for_: int
    against: int
    abstain: int


class Verdict(Struct, frozen=True, kw_only=True, rename={"for_": "for"}):
    """The verdict on one vote, or on all persons of an appointment together.

    The numbers are None where there was no single vote: see `items` then, one verdict a person. `base_count` is of
    how many `needed` was taken; `absent` were at neither end of the vote; `not_recorded` were there without a state.
    """

    passed: bool
    verdict: Word
    title: str
    profile: str
    kind: str
    members: int
    present: int
    absent: int
    base: Base
    base_count: int | None
    needed: int | None
    for_: int | None
    against: int | None
    abstain: int | None
    not_pressed: int | None
    fault: int | None
    not_recorded: int | None
    majority: Majority
    quorum: Quorum
    taking_part: TakingPart | None
    by_hands: ByHands | None
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    articles: tuple[str, ...]
    amendments: tuple[Verdict, ...] = ()
    items: tuple[Verdict, ...] = ()


class Notes:
    """Reasons, warnings and articles as they are found; the only thing here that changes."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.reasons: list[Reason] = []
        self.warnings: list[Reason] = []

    def because(self, code: str, rule: Ruled | None = None, **values: object) -> None:
        self.reasons.append(self._reason(code, rule, values))

    def warn(self, code: str, rule: Ruled | None = None, **values: object) -> None:
        self.warnings.append(self._reason(code, rule, values))

    def unverified(self, what: str, rule: Ruled) -> None:
        """A warning where a result rests on a rule that nobody verified; told once."""
        if not rule.verified:
            reason = self._reason("verdict.unverified", rule, {"what": say(f"what.{what}")})
            if reason not in self.warnings:
                self.warnings.append(reason)

    def articles(self, *rules: Ruled | None) -> tuple[str, ...]:
        """The articles of these rules and of all reasons, each once."""
        cited = [text for rule in rules if (text := self.article(rule))] + [
            r.article for r in self.reasons if r.article
        ]
        return tuple(dict.fromkeys(cited))

    def article(self, rule: Ruled | None) -> str:
        citation = self.profile.cite(rule)
        return citation.text if citation else ""

    def _reason(self, code: str, rule: Ruled | None, values: dict[str, object]) -> Reason:
        text = say(code, **values)
        verified = rule.verified if rule is not None else True
        return Reason(
            code=code.partition(".")[2], zh=text.zh, en=text.en, article=self.article(rule), verified=verified
        )


def base_noun(profile: Profile, base: Base) -> Text:
    """Of whom the share is, in the words of this body: 全体组成人员, 全体代表, 主席团全体成员."""
    if base == "members" and profile.body in ("congress", "presidium"):
        return say(f"base.{profile.body}")
    return say(f"base.{base}")


def majority_of(profile: Profile, share: Share, rule: RuledShare | None, name: str) -> Majority:
    words = say("share.of", base=base_noun(profile, share.base), share=share.words())
    citation = profile.cite(rule)
    return Majority(
        rule=name,
        fraction=share.fraction,
        strict=share.strict,
        zh=words.zh,
        en=words.en,
        article=citation.text if citation else "",
        verified=rule.verified if rule else False,
    )
