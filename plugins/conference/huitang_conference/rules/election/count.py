"""Counting one round of an election: a pure function of the ballots and the rules of the congress."""

from __future__ import annotations

from collections.abc import Mapping

from huitang_conference.rules.choosing import find_profile
from huitang_conference.rules.election.ballots import Box, count_papers, read_papers, written_names
from huitang_conference.rules.election.case import POSTS, ElectionCase
from huitang_conference.rules.election.checks import formal_candidates_problems, problems_of
from huitang_conference.rules.election.context import Context
from huitang_conference.rules.election.following import next_step
from huitang_conference.rules.election.limits import limits_for, limits_of, post_of
from huitang_conference.rules.election.ranking import Choice, choose, in_order
from huitang_conference.rules.election.result import Count, Outcome
from huitang_conference.rules.election.roll import read_roll
from huitang_conference.rules.election.standings import ballots_in_numbers, standings
from huitang_conference.rules.election.validity import candidate_rule, is_valid
from huitang_conference.rules.merging import check_date
from huitang_conference.rules.profile import Post, Profile
from huitang_conference.rules.verdict_result import Notes
from huitang_conference.rules.wording import refuse, say
from huitang_sdk.cases import CaseError, Problem


def count(case: ElectionCase, profile: Profile | None = None) -> Count:
    """Count a round, by `profile` or else by the one the case names.

    CaseError names every value that cannot be: a name on a ballot that is no candidate's, numbers that contradict one
    another, a body that does not elect, and so on. A round that breaks the law is no error: its outcome is "void".

    >>> from huitang_conference.rules import election_case
    >>> case = {"members": 5, "seats": 1, "candidates": ["甲", "乙"], "ballots": [{"for": ["甲"], "count": 3}, ["乙"]]}
    >>> result = count(election_case(case))
    >>> result.outcome, result.elected
    ('complete', ('甲',))
    """
    profile = profile or find_profile(case.profile)
    if profile.elections is None:
        raise refuse("$.profile", "ballot.no_elections", body=profile.title)
    problems: list[Problem] = []
    roll = read_roll(case, problems)
    if not roll.candidates:
        raise CaseError(problems)
    papers = read_papers(case, roll, problems)
    problems += problems_of(case, roll)
    post = post_of(case.post, profile.elections)
    limits = limits_of(case, post, profile.elections)
    problems += formal_candidates_problems(case, limits)
    if problems:
        raise CaseError(problems)
    box = count_papers(papers, case.max_choices or case.seats)
    context = Context(
        case, profile, profile.elections, post, roll, limits, _places(case, post),
        profile.elections.majority.needed(case.members), Notes(profile),
    )  # fmt: skip
    return _counted(context, box)


def _places(case: ElectionCase, post: Post | None) -> int:
    """How many are to be chosen: the seats, or the formal candidates of a pre-selection."""
    if case.round != "pre_selection":
        return case.seats
    if case.formal_candidates is not None:
        return case.formal_candidates
    if post is None:
        raise refuse("$.formal_candidates", "input.missing", key="formal_candidates")
    return limits_for(post, case.seats).most or case.seats


def _counted(context: Context, box: Box) -> Count:
    case, notes = context.case, context.notes
    check_date(case.date, context.profile, notes)
    valid = is_valid(context, box)
    rule = candidate_rule(context)
    open_to = _electable(context, box)
    votes = {key: box.votes_for[key] for key in open_to}
    by_majority = case.round in ("first", "further")
    # Where the larger number decides, equal zeros are equal numbers, too; but nobody gets in alone without a vote.
    least = context.needed if by_majority else int(len(votes) <= context.places)
    chosen = choose(votes, context.places, least) if valid else Choice((), (), context.places)
    names = {**written_names(case), **{key: candidate.name for key, candidate in context.roll.candidates.items()}}
    outcome = _outcome(context, valid, chosen)
    _explain(context, outcome, chosen, names, votes)
    is_selection = case.round == "pre_selection"
    step = next_step(context, outcome, chosen, [names[key] for key in in_order(votes)], names)
    return Count(
        outcome=outcome, valid=valid, title=case.title, profile=context.profile.id,
        post=POSTS.get(case.post, case.post), round=case.round,
        members=case.members, present=case.present, seats=case.seats,
        remaining_seats=case.seats if is_selection else chosen.left,
        needed=least if by_majority else None,
        elected=() if is_selection else tuple(names[key] for key in chosen.chosen),
        tied=tuple(names[key] for key in chosen.tied),
        selected=tuple(names[key] for key in chosen.chosen) if is_selection else (),
        candidates=standings(context, box, votes, chosen, names), ballots=ballots_in_numbers(case, box),
        candidate_rule=rule, next=step, reasons=tuple(notes.reasons), warnings=tuple(notes.warnings),
        articles=notes.articles(context.rule("majority") if case.round != "runoff" else context.rule("runoff")),
    )  # fmt: skip


def _electable(context: Context, box: Box) -> set[str]:
    """Who can be elected in this round: candidates who stand, and names written in where that is possible."""
    roll, case, notes = context.roll, context.case, context.notes
    standing = {key for key, candidate in roll.candidates.items() if not candidate.withdrawn}
    written = {key for key in box.votes_for if key not in roll.candidates}
    if case.round in ("runoff", "pre_selection"):
        if written:
            notes.warn("election.no_write_in_here", count=sum(box.votes_for[key] for key in written))
        return standing
    return standing | {key for key in written if roll.may_be_written_in(key)}


def _outcome(context: Context, valid: bool, chosen: Choice) -> Outcome:
    if not valid:
        return "void"
    if chosen.tied:
        return "runoff"
    if chosen.left and context.case.round != "pre_selection":
        return "shortfall"
    return "complete"


def _explain(
    context: Context, outcome: Outcome, chosen: Choice, names: Mapping[str, str], votes: Mapping[str, int]
) -> None:
    """Why the round came out as it did."""
    notes, case = context.notes, context.case
    if outcome == "void":
        notes.because("election.void")
        return
    base = say("base.congress")
    for key in chosen.chosen:
        values = {
            "name": names[key],
            "votes": votes[key],
            "needed": context.needed,
            "total": case.members,
            "base": base,
        }
        if case.round == "pre_selection":
            notes.because("election.selected", context.rule("preselection"), **values)
        elif case.round == "runoff":
            notes.because("election.elected_in_runoff", context.rule("runoff"), **values)
        else:
            notes.because("election.elected", context.rule("majority"), **values)
    if chosen.tied:
        rule = context.rule("preselection") if case.round == "pre_selection" else context.rule("runoff")
        tied = [names[key] for key in chosen.tied]
        notes.because("election.tied", rule, names=tied, votes=votes[chosen.tied[0]], left=chosen.left)
    elif outcome == "shortfall":
        notes.because(
            "election.shortfall",
            context.rule("shortfall"),
            left=chosen.left,
            needed=context.needed,
            elected=len(chosen.chosen),
        )
    if case.round != "runoff":
        notes.unverified("majority", context.rule("majority"))
