"""How often suggestions are right: on letters that were not learnt from, and on letters in other words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from huitang_petitions.judging.letters import Example
from huitang_petitions.judging.suggesting import Suggester, Suggestion
from huitang_petitions.judging.tree import top

Question = Literal["remit", "category", "top category", "handler"]
BINS = 10


class Measured(Struct, frozen=True, kw_only=True):
    """One question over one set of letters. All but `letters` are shares from 0 to 1.

    `right_when_sure` is None when nothing was sure. `miscalibration` is the mean distance between how probable answers
    were said to be and how often they were right, in ten bins weighed by size.
    """

    set: str
    question: Question
    letters: int
    first: float
    first_three: float
    sure: float
    right_when_sure: float | None
    miscalibration: float


class _Seen(Struct, frozen=True):
    right: bool
    among: bool
    sure: bool
    probability: float


def measure(suggester: Suggester, name: str, examples: Sequence[Example]) -> list[Measured]:
    """The rows for one set. Examples without a label for a question do not count for it."""
    given = [(example, suggester.suggest(example.subject, example.text)) for example in examples]
    rows = []
    questions: tuple[Question, ...] = ("remit", "category", "top category", "handler")
    for question in questions:
        seen = [one for example, suggestion in given if (one := _seen(suggester, question, example, suggestion))]
        if seen:
            rows.append(_row(name, question, seen))
    return rows


def _seen(suggester: Suggester, question: Question, example: Example, given: Suggestion) -> _Seen | None:
    truth = _truth(suggester, question, example)
    if not truth:
        return None
    answer = {"remit": given.remit, "handler": given.handler}.get(question, given.category)
    ids = [top(choice.id) if question == "top category" else choice.id for choice in answer.choices]
    best = answer.choices[0].probability if answer.choices else 0.0
    return _Seen(bool(ids) and ids[0] == truth, truth in ids, answer.sure, best)


def _truth(suggester: Suggester, question: Question, example: Example) -> str:
    """The right answer, "" for one the office's own rules do not know; of the handler the one its table names."""
    if question == "remit":
        return example.remit if example.remit in suggester.remits.ids else ""
    if example.category not in suggester.tree.nodes:
        return ""
    if question == "handler":
        known = example.remit and example.category
        return suggester.handlers.usual(example.remit, example.category) if known else ""
    return top(example.category) if question == "top category" else example.category


def _row(name: str, question: Question, seen: Sequence[_Seen]) -> Measured:
    sure = [one for one in seen if one.sure]
    off = 0.0
    for number in range(BINS):
        within = [one for one in seen if min(int(one.probability * BINS), BINS - 1) == number]
        off += abs(sum(one.right for one in within) - sum(one.probability for one in within))
    return Measured(
        set=name,
        question=question,
        letters=len(seen),
        first=round(sum(one.right for one in seen) / len(seen), 4),
        first_three=round(sum(one.among for one in seen) / len(seen), 4),
        sure=round(len(sure) / len(seen), 4),
        right_when_sure=round(sum(one.right for one in sure) / len(sure), 4) if sure else None,
        miscalibration=round(off / len(seen), 4),
    )
