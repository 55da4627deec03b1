"""How often suggestions are right: on letters that were not learnt from, and on letters in other words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from huitang_petitions.judging.handlers import default_handlers
from huitang_petitions.judging.learning import learn
from huitang_petitions.judging.letters import MEASURED_ON, Example, synthetic
from huitang_petitions.judging.office import Office
from huitang_petitions.judging.suggesting import Suggester, Suggestion
from huitang_petitions.judging.tree import top

Question = Literal["remit", "category", "top category", "handler"]
QUESTIONS: tuple[Question, ...] = ("remit", "category", "top category", "handler")
BINS = 10
FOLDS = 6
"""Into how many parts the matters are dealt, each judged by what was learnt from the others."""


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


Judged = dict[Question, list[_Seen]]


def measure(suggester: Suggester, name: str, examples: Sequence[Example]) -> list[Measured]:
    """The rows for one set. Examples without a label for a question do not count for it."""
    return _rows(name, _judged(suggester, examples))


def held_out(office: Office, count: int, folds: int = FOLDS) -> list[Measured]:
    """The rows for `count` synthetic letters, each judged by a model that learnt from no letter of its matter.

    One model is learnt for each of the folds the matters are dealt to: some ten seconds each.
    """
    examples = list(synthetic(count, MEASURED_ON))
    fold_of = {matter: number % folds for number, matter in enumerate(sorted({one.matter for one in examples}))}
    seen: Judged = {question: [] for question in QUESTIONS}
    for fold in range(folds):
        left = {matter for matter, its in fold_of.items() if its == fold}
        model = learn(office.tree, office.remits, without=left.__contains__)
        suggester = Suggester(model, office.tree, office.remits, office.handlers)
        for question, found in _judged(suggester, [one for one in examples if one.matter in left]).items():
            seen[question] += found
    return _rows("held out", seen)


def _judged(suggester: Suggester, examples: Sequence[Example]) -> Judged:
    given = [(example, suggester.suggest(example.subject, example.text)) for example in examples]
    return {
        question: [one for example, suggestion in given if (one := _seen(suggester, question, example, suggestion))]
        for question in QUESTIONS
    }


def _rows(name: str, judged: Judged) -> list[Measured]:
    return [_row(name, question, seen) for question, seen in judged.items() if seen]


def _seen(suggester: Suggester, question: Question, example: Example, given: Suggestion) -> _Seen | None:
    truth = _truth(suggester, question, example)
    if not truth:
        return None
    answer = {"remit": given.remit, "handler": given.handler}.get(question, given.category)
    ids = [top(choice.id) if question == "top category" else choice.id for choice in answer.choices]
    best = answer.choices[0].probability if answer.choices else 0.0
    return _Seen(bool(ids) and ids[0] == truth, truth in ids, answer.sure, best)


def _truth(suggester: Suggester, question: Question, example: Example) -> str:
    """The right answer as the letter is labelled; "" for one the office's own rules do not know."""
    if question == "remit":
        remit = suggester.remits.known_as(example.remit)
        return remit if remit in suggester.remits.ids else ""
    if question == "handler":
        # The generator names the sample city's organs: that says nothing of another office's table.
        foreign = example.matter and suggester.handlers.id != default_handlers().id
        return "" if foreign else suggester.handlers.known_as(example.handler)
    if example.category not in suggester.tree.nodes:
        return ""
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
