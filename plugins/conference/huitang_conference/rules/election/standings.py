"""The result in numbers: of each person, and of the ballots."""

from __future__ import annotations

from collections.abc import Mapping

from huitang_conference.rules.election.ballots import Box
from huitang_conference.rules.election.case import ElectionCase
from huitang_conference.rules.election.checks import returned
from huitang_conference.rules.election.context import Context
from huitang_conference.rules.election.ranking import Choice, in_order, ranks
from huitang_conference.rules.election.result import Ballots, Standing


def standings(
    context: Context, box: Box, votes: Mapping[str, int], chosen: Choice, names: Mapping[str, str]
) -> tuple[Standing, ...]:
    """Everybody with a vote or on the paper, most votes first."""
    roll = context.roll
    everybody = {key: box.votes_for[key] for key in {*roll.candidates, *box.votes_for}}
    rank = ranks(votes)
    found = []
    for key in in_order(everybody):
        candidate = roll.candidates.get(key)
        others = box.against[key] + box.spoilt[key]
        found.append(
            Standing(
                name=names[key], for_=box.votes_for[key], against=box.against[key],
                abstain=box.valid - box.votes_for[key] - others if candidate else 0, spoilt=box.spoilt[key],
                rank=rank.get(key), majority=box.votes_for[key] >= context.needed,
                elected=key in chosen.chosen and context.case.round != "pre_selection", tied=key in chosen.tied,
                write_in=candidate is None, withdrawn=candidate is not None and candidate.withdrawn,
                eligible=candidate is not None or roll.may_be_written_in(key),
            )
        )  # fmt: skip
    return tuple(found)


def ballots_in_numbers(case: ElectionCase, box: Box) -> Ballots:
    """valid + void = returned; in a void round the ballots that are not listed count as void."""
    reasons = dict(sorted(box.void.items()))
    unlisted = returned(case) - box.returned
    if unlisted:
        reasons["not_counted"] = unlisted
    return Ballots(
        issued=case.issued, voters=case.voters, returned=returned(case), valid=box.valid,
        void=sum(reasons.values()), blank=box.blank, void_reasons=reasons,
    )  # fmt: skip
