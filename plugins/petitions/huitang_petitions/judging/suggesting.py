"""The suggester: for one letter whose matter it is, what it is about and who should handle it, ranked, with reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from sklearn.feature_extraction import FeatureHasher

from huitang_petitions.judging.features import LONGEST, SIZE, counted, plain
from huitang_petitions.judging.handlers import Handlers
from huitang_petitions.judging.letters import phrases
from huitang_petitions.judging.model import NO_TURN, Head, Model
from huitang_petitions.judging.remits import Remits, Rule
from huitang_petitions.judging.tree import Tree
from huitang_petitions.judging.wording import say
from huitang_sdk.cases import Text

SHOWN = 3
SURE = 0.6
"""From which probability on a suggestion is called sure; measured in docs/petitions/judging.md."""
_FLOOR = 0.002
_NEGLIGIBLE = 1e-3
_TABLE = 4
"""How many confirmed matters the office's table of handlers weighs as much as."""


class Choice(Struct, frozen=True, kw_only=True):
    """One answer with its probability (0 to 1) and what speaks for it."""

    id: str
    title: Text
    probability: float
    reasons: tuple[Text, ...] = ()


class Answer(Struct, frozen=True, kw_only=True):
    """The ranked answers to one question. `sure`: the first one is likely enough to be offered as the answer."""

    sure: bool
    choices: tuple[Choice, ...]


class Suggestion(Struct, frozen=True, kw_only=True):
    """What is suggested for one letter; a person confirms."""

    remit: Answer
    category: Answer
    handler: Answer


class Confirmed(Struct, frozen=True):
    """How often an office had matters of a remit and a category handled by whom: `count` of them."""

    remit: str
    category: str
    handler: str
    count: int


class Suggester:
    """A model with the rules of one office. Not bound to a request: make one and keep it."""

    def __init__(
        self, model: Model, tree: Tree, remits: Remits, handlers: Handlers, confirmed: Sequence[Confirmed] = ()
    ) -> None:
        self.model, self.tree, self.remits, self.handlers = model, tree, remits, handlers
        self._confirmed: dict[tuple[str, str], dict[str, int]] = {}
        for row in confirmed:
            self._confirmed.setdefault((row.remit, row.category), {})[row.handler] = row.count

    def suggest(self, subject: str, text: str) -> Suggestion:
        """The three answers for a letter; without any text they are unsure."""
        letter = f"{subject}\n{text}"
        rules = self.remits.fitting(letter)
        categories = self._categories(letter)
        remits = self._remits(letter, categories, rules)
        return Suggestion(
            remit=self._remit_answer(letter, remits, categories, rules),
            category=self._category_answer(letter, categories),
            handler=self._handler_answer(remits, categories),
        )

    def _categories(self, letter: str) -> dict[str, float]:
        head = self.model.categories
        chances = head.chances(counted([letter]))[0]
        return {label: float(chance) for label, chance in zip(head.labels, chances, strict=True)}

    def _remits(self, letter: str, categories: Mapping[str, float], rules: Sequence[Rule]) -> dict[str, float]:
        turns = self.model.turn_chances(letter)
        chances = {remit: turns.get(remit, 0.0) for remit in self.remits.ids}
        for category, chance in categories.items():
            usual = phrases().usual_remit(category)
            if usual in chances:
                chances[usual] += turns[NO_TURN] * chance
        scores = {remit: math.log(chance + _FLOOR) for remit, chance in chances.items()}
        for rule in rules:
            scores[rule.remit] += rule.weight
        highest = max(scores.values())
        raised = {remit: math.exp(score - highest) for remit, score in scores.items()}
        return {remit: value / sum(raised.values()) for remit, value in raised.items()}

    def _remit_answer(
        self, letter: str, remits: Mapping[str, float], categories: Mapping[str, float], rules: Sequence[Rule]
    ) -> Answer:
        found = []
        for remit_id, chance in _best(remits):
            remit = self.remits.remit(remit_id)
            reasons = [self._rule_reason(rule) for rule in rules if rule.remit == remit_id]
            if remit_id in self.model.turns.labels:
                reasons += _words_reason(self.model.turns, remit_id, letter)
            if usual := [path for path, _chance in _best(categories) if phrases().usual_remit(path) == remit_id]:
                reasons += _words_reason(self.model.categories, usual[0], letter)
            first = remit.basis[0]
            reasons.append(say("reason.basis", source=self.remits.sources[first.source].title, article=first.article))
            found.append(Choice(id=remit_id, title=remit.title, probability=round(chance, 4), reasons=tuple(reasons)))
        return _answer(found)

    def _rule_reason(self, rule: Rule) -> Text:
        source = self.remits.sources[rule.basis.source].title
        return say("reason.rule", title=rule.title, source=source, article=rule.basis.article)

    def _category_answer(self, letter: str, categories: Mapping[str, float]) -> Answer:
        return _answer(
            [
                Choice(
                    id=path,
                    title=self.tree.titles(path),
                    probability=round(chance, 4),
                    reasons=tuple(_words_reason(self.model.categories, path, letter)),
                )
                for path, chance in _best(categories)
            ]
        )

    def _handler_answer(self, remits: Mapping[str, float], categories: Mapping[str, float]) -> Answer:
        chances: dict[str, float] = {}
        likeliest: dict[str, tuple[float, str, str]] = {}
        for remit, of_remit in remits.items():
            for category, of_category in categories.items():
                weight = of_remit * of_category
                for handler, share in self._handled(remit, category) if weight > _NEGLIGIBLE else ():
                    chances[handler] = chances.get(handler, 0.0) + weight * share
                    likeliest[handler] = max(likeliest.get(handler, (0.0, "", "")), (weight * share, remit, category))
        return _answer(
            [
                Choice(
                    id=id_,
                    title=self._handler_title(id_),
                    probability=round(chance, 4),
                    reasons=(self._handler_reason(id_, *likeliest[id_][1:]),),
                )
                for id_, chance in _best(chances)
            ]
        )

    def _handler_title(self, handler: str) -> Text:
        known = self.handlers.handlers.get(handler)
        return known.title if known else Text(handler, handler)

    def _handled(self, remit: str, category: str) -> list[tuple[str, float]]:
        """Who handles such matters, with their shares: by the table, and by what the office has confirmed so far."""
        usual = self.handlers.usual(remit, category)
        counts = self._confirmed.get((remit, category), {})
        table = _TABLE if usual else 0
        whole = sum(counts.values()) + table
        return [
            (handler, (counts.get(handler, 0) + (table if handler == usual else 0)) / whole)
            for handler in {*counts, *([usual] if usual else [])}
        ]

    def _handler_reason(self, handler: str, remit: str, category: str) -> Text:
        counts = self._confirmed.get((remit, category), {})
        if handler in counts:
            return say("reason.confirmed", count=counts[handler], total=sum(counts.values()))
        titles = {"remit": self.remits.remit(remit).title, "category": self.tree.titles(category)}
        return say("reason.table", handler=self._handler_title(handler), **titles)


def _best(chances: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(chances.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]


def _answer(choices: Sequence[Choice]) -> Answer:
    return Answer(sure=bool(choices) and choices[0].probability >= SURE, choices=tuple(choices))


def _words_reason(head: Head, label: str, letter: str) -> list[Text]:
    words = telling_words(head, label, letter)
    zh, en = "、".join(f"“{word}”" for word in words), ", ".join(words)
    return [say("reason.words", words=Text(zh, en))] if words else []


def telling_words(head: Head, label: str, letter: str, most: int = 4) -> list[str]:
    """The words of a letter that speak most for a label: n-grams that counted, those that overlap put together."""
    text = plain(letter)
    places = [
        (start, start + length)
        for length in range(2, LONGEST + 1)
        for start in range(len(text) - length + 1)
        if not any(character in " 0_" for character in text[start : start + length])
    ]
    if not places:
        return []
    columns = columns_of([text[start:end] for start, end in places])
    weights = head.weights[head.labels.index(label), columns] * head.rarity[columns]
    counting = sorted(zip(weights.tolist(), places, strict=True), reverse=True)[: most * 3]
    spans: list[tuple[int, int, float]] = []
    for weight, (start, end) in sorted((one for one in counting if one[0] > 0), key=lambda one: one[1]):
        if spans and start < spans[-1][1] and end - spans[-1][0] <= 8:
            first, last, sum_ = spans[-1]
            spans[-1] = (first, max(last, end), sum_ + weight)
        else:
            spans.append((start, end, weight))
    ranked = sorted(spans, key=lambda span: -span[2])
    return list(dict.fromkeys(text[start:end] for start, end, _sum in ranked))[:most]


def columns_of(grams: Sequence[str]) -> NDArray[np.int32]:
    """The column of each n-gram."""
    hashed = FeatureHasher(SIZE, input_type="string", alternate_sign=False).transform([gram] for gram in grams)
    return np.asarray(hashed.indices)
