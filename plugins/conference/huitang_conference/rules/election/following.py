"""What comes after a round: nothing, a run-off, another election, the same again, a pre-selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from huitang_conference.rules.election.context import Context
from huitang_conference.rules.election.limits import Limits, limits_for
from huitang_conference.rules.election.ranking import Choice
from huitang_conference.rules.election.result import Next, NextKind, Outcome
from huitang_conference.rules.sources import Ruled
from huitang_conference.rules.wording import say


def next_step(
    context: Context, outcome: Outcome, chosen: Choice, by_votes: Sequence[str], names: Mapping[str, str]
) -> Next:
    """What has to be done now. `by_votes` are all who can be elected, most votes first."""
    selection = context.case.round == "pre_selection"
    if outcome == "void":
        return _after_void(context, by_votes)
    if outcome == "runoff":
        tied = tuple(names[key] for key in chosen.tied)
        code = "next.runoff_of_selection" if selection else "next.runoff"
        rule = (
            Ruled(note="the law says nothing of equal votes in a pre-selection")
            if selection
            else context.rule("runoff")
        )
        return _step(context, "runoff", code, rule, chosen.left, tied, (len(tied), len(tied)))
    if outcome == "shortfall":
        return _further(context, chosen, by_votes, names)
    if selection:
        formal = tuple(names[key] for key in chosen.chosen)
        numbers = (len(formal), len(formal))
        return _step(
            context, "election", "next.election", context.rule("preselection"), context.case.seats, formal, numbers
        )
    return _step(context, "none", "next.none", Ruled(), 0, (), (None, None))


def _after_void(context: Context, by_votes: Sequence[str]) -> Next:
    case, limits = context.case, context.limits
    if limits is not None and limits.too_many(context.roll.standing):
        numbers = (limits.least, limits.most)
        people = tuple(sorted(by_votes))
        return _step(
            context, "pre_selection", "next.pre_selection", context.rule("preselection"), case.seats, people, numbers
        )
    if limits is not None and limits.too_few(len(context.roll.candidates), case.seats):
        return _step(context, "nomination", "next.nomination", limits.rule, case.seats, (), (limits.least, limits.most))
    people = tuple(sorted(c.name for c in context.roll.candidates.values() if not c.withdrawn))
    return _step(context, "revote", "next.revote", Ruled(), case.seats, people, (None, None))


def _further(context: Context, chosen: Choice, by_votes: Sequence[str], names: Mapping[str, str]) -> Next:
    """Another election for the seats left over: by the order of the votes, or with new nominations."""
    elected = {names[key] for key in chosen.chosen}
    left = tuple(name for name in by_votes if name not in elected)
    post = context.post
    limits: Limits | None = limits_for(post, chosen.left) if post and not context.case.by_election else None
    least = None if limits is None else chosen.left if limits.equal else limits.least
    numbers = (least, None if limits is None else limits.most)
    code = "next.further_by_votes" if context.rule("shortfall") != context.elections.shortfall else "next.further"
    return _step(context, "further_election", code, context.rule("shortfall"), chosen.left, left, numbers)


def _step(
    context: Context, kind: NextKind, code: str, rule: Ruled, seats: int, people: tuple[str, ...],
    numbers: tuple[int | None, int | None],
) -> Next:  # fmt: skip
    text = say(code, seats=seats, names=people, least=numbers[0], most=numbers[1])
    return Next(
        kind=kind, seats=seats, candidates=people, least_candidates=numbers[0], most_candidates=numbers[1],
        zh=text.zh, en=text.en, article=context.notes.article(rule), verified=rule.verified or rule == Ruled(),
    )  # fmt: skip
