"""Whether a round holds: a quorum, no more ballots than voters, as many candidates as the law wants."""

from __future__ import annotations

from huitang_conference.rules.election.ballots import OVER_MARKED, Box
from huitang_conference.rules.election.checks import is_void_by_number, returned, voters_of
from huitang_conference.rules.election.context import Context
from huitang_conference.rules.election.result import CandidateRule
from huitang_conference.rules.quorum import quorum
from huitang_conference.rules.wording import say


def is_valid(context: Context, box: Box) -> bool:
    """Whether the round holds, with a reason for each rule that was looked at."""
    quorate = _has_quorum(context)
    within = _within_voters(context)
    _void_ballots(context, box)
    return _enough_candidates(context) and quorate and within


def _has_quorum(context: Context) -> bool:
    case, notes = context.case, context.notes
    if case.present is None:
        notes.warn("election.quorum_unknown", context.profile.quorum)
        return True
    result = quorum(context.profile, case.members, case.present)
    code = "election.quorum" if result.met else "election.no_quorum"
    notes.because(code, context.profile.quorum, present=case.present, needed=result.needed, members=case.members)
    return result.met


def _within_voters(context: Context) -> bool:
    case, notes, rule = context.case, context.notes, context.rule("ballots_within_voters")
    most = voters_of(case)
    if most is None:
        notes.warn("election.voters_unknown", rule)
        return True
    if not is_void_by_number(case):
        return True
    notes.because("election.more_ballots", rule, returned=returned(case), most=most[1], what=say(f"what.{most[0]}"))
    return False


def _void_ballots(context: Context, box: Box) -> None:
    case, notes = context.case, context.notes
    for reason, number in sorted(box.void.items()):
        if reason == OVER_MARKED:
            rule, most = context.rule("choices_within_seats"), case.max_choices or case.seats
            notes.because("election.over_marked", rule, count=number, most=most)
        else:
            notes.because("election.void_ballots", count=number, reason=reason)


def _enough_candidates(context: Context) -> bool:
    case, notes, limits, roll = context.case, context.notes, context.limits, context.roll
    if limits is None:
        return True
    if case.round == "pre_selection":
        if not limits.too_many(roll.standing):
            rule, most = context.rule("preselection"), limits.most
            notes.warn("election.no_pre_selection_due", rule, candidates=roll.standing, most=most, seats=case.seats)
        return True
    numbers = {"least": limits.least, "most": limits.most, "seats": case.seats}
    if limits.too_many(roll.standing):
        notes.because("election.too_many", limits.rule, candidates=roll.standing, **numbers)
        return False
    if limits.too_few(len(roll.candidates), case.seats):
        notes.because("election.too_few", limits.rule, candidates=len(roll.candidates), **numbers)
        return False
    if limits.too_few(roll.standing, case.seats):
        notes.warn("election.too_few_after_withdrawal", limits.rule, candidates=roll.standing, **numbers)
    return True


def candidate_rule(context: Context) -> CandidateRule | None:
    """The number of candidates against what the post must have; None where it is not checked."""
    limits, roll, case = context.limits, context.roll, context.case
    if limits is None or case.round == "pre_selection":
        return None
    met = not limits.too_many(roll.standing) and not limits.too_few(len(roll.candidates), case.seats)
    return CandidateRule(
        met=met, candidates=roll.standing, least=limits.least, most=limits.most, equal_allowed=limits.equal,
        article=context.notes.article(limits.rule), verified=limits.rule.verified,
    )  # fmt: skip
