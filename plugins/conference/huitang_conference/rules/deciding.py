"""One vote decided: the quorum at both ends, the number that took part, the share that was for it."""

from __future__ import annotations

from msgspec import Struct

from huitang_conference.rules.profile import Profile
from huitang_conference.rules.shares import RuledShare, Share
from huitang_conference.rules.tally import Tally
from huitang_conference.rules.verdict_result import Notes, Quorum, TakingPart, base_noun
from huitang_conference.rules.wording import say


class Terms(Struct, frozen=True):
    """What a vote has to reach: the share, and the profile's rule that asks for it (None: the case asks for it)."""

    profile: Profile
    name: str
    share: Share
    rule: RuledShare | None

    def needed(self, base_count: int) -> int:
        """How many have to be for it; nothing passes without a vote for it."""
        return max(self.share.needed(base_count), 1)


def quorum_of(profile: Profile, votes: Tally, notes: Notes) -> Quorum:
    """The quorum at the opening and at the close, and why it is none."""
    rule, needed = profile.quorum, profile.quorum.needed(votes.members)
    met_at_open, met_at_close = votes.present >= needed, votes.present_at_close >= needed
    words = rule.share().words()
    if not met_at_open:
        notes.because(
            "verdict.no_quorum_at_open", rule, present=votes.present, needed=needed, members=votes.members, share=words
        )
    if not met_at_close:
        notes.because(
            "verdict.no_quorum_at_close",
            rule,
            present=votes.present_at_close,
            needed=needed,
            members=votes.members,
            share=words,
        )
    if met_at_open and met_at_close:
        notes.because("verdict.quorum", rule, present=min(votes.present, votes.present_at_close), needed=needed)
    notes.unverified("quorum", rule)
    return Quorum(
        met=met_at_open and met_at_close, needed=needed, present=votes.present, present_at_close=votes.present_at_close,
        met_at_open=met_at_open, met_at_close=met_at_close, fraction=rule.fraction, strict=rule.strict,
        article=notes.article(rule), verified=rule.verified,
    )  # fmt: skip


def taking_part_of(profile: Profile, votes: Tally, notes: Notes) -> TakingPart | None:
    """Whether enough members took part; None where the rules ask for no number."""
    rule = profile.taking_part
    if rule is None:
        return None
    needed = rule.needed(votes.members)
    met = votes.chosen >= needed
    base = base_noun(profile, "members")
    notes.because(
        "verdict.took_part" if met else "verdict.too_few_took_part",
        rule, taking_part=votes.chosen, needed=needed, members=votes.members, share=rule.share().words(), base=base,
    )  # fmt: skip
    notes.unverified("taking_part", rule)
    return TakingPart(met=met, needed=needed, count=votes.chosen, article=notes.article(rule), verified=rule.verified)


def enough(terms: Terms, votes: Tally, notes: Notes) -> bool:
    """Whether the votes for it reach the share, and the reason."""
    total = votes.base(terms.share.base)
    needed = terms.needed(total)
    base, share = base_noun(terms.profile, terms.share.base), terms.share.words()
    values = {"votes": votes.votes_for, "total": total, "needed": needed, "base": base, "share": share}
    passed = votes.votes_for >= needed
    if passed:
        notes.because("verdict.passed", terms.rule, **values)
    else:
        notes.because("verdict.not_passed", terms.rule, missing=needed - votes.votes_for, **values)
    if terms.rule is None:
        notes.warn("verdict.majority_of_case")
    else:
        notes.unverified("majority", terms.rule)
    return passed


def remark(terms: Terms, votes: Tally, subject: str, notes: Notes, *, by_hands: bool = False) -> None:
    """What became of those who were not for, against or abstaining."""
    profile, must_vote = terms.profile, terms.profile.must_vote
    if votes.absent and terms.share.base == "members":
        notes.because("verdict.absent_count", terms.rule, absent=votes.absent)
    if votes.not_pressed:
        said = "verdict.not_raised" if by_hands else "verdict.not_pressed"
        notes.because(said, must_vote, count=votes.not_pressed)
    if votes.not_recorded:
        notes.warn("verdict.not_recorded", count=votes.not_recorded)
    if votes.fault:
        needed = terms.needed(votes.base(terms.share.base))
        voting = profile.voting_on(subject)
        if votes.votes_for < needed <= votes.votes_for + votes.fault:
            fallback = [say(f"manner.{manner}") for manner in voting.fallback] or [say("manner.other")]
            notes.warn("verdict.fault_matters", voting, count=votes.fault, fallback=fallback)
        else:
            notes.because("verdict.fault", count=votes.fault)
