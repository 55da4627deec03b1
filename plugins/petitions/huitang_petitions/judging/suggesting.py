"""The suggester: for one letter whose matter it is, what it is about and who should handle it, ranked, with reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from sklearn.feature_extraction import FeatureHasher

from huitang_petitions.judging.answers import Answer, Choice, answer, best
from huitang_petitions.judging.features import LONGEST, SIZE, counted, plain
from huitang_petitions.judging.handlers import Handlers
from huitang_petitions.judging.handling import Confirmed, Handling
from huitang_petitions.judging.model import NO_TURN, Head, Model
from huitang_petitions.judging.remits import Remits, Rule
from huitang_petitions.judging.tree import Tree
from huitang_petitions.judging.wording import say
from huitang_sdk.cases import Text

_FLOOR = 0.002


class Suggestion(Struct, frozen=True, kw_only=True):
    """What is suggested for one letter; a person confirms."""

    remit: Answer
    category: Answer
    handler: Answer


class Suggester:
    """A model with the rules of one office. Not bound to a request: make one and keep it."""

    def __init__(
        self, model: Model, tree: Tree, remits: Remits, handlers: Handlers, confirmed: Sequence[Confirmed] = ()
    ) -> None:
        self.model, self.tree, self.remits, self.handlers = model, tree, remits, handlers
        self.handling = Handling(tree, remits, handlers, confirmed)

    def suggest(self, subject: str, text: str) -> Suggestion:
        """The three answers for a letter; without any text they are unsure."""
        letter = f"{subject}\n{text}"
        rules = self.remits.fitting(letter)
        categories = self._categories(letter)
        remits = self._remits(letter, categories, rules)
        return Suggestion(
            remit=self._remit_answer(letter, remits, categories, rules),
            category=self._category_answer(letter, categories),
            handler=self.handling.answer(remits, categories),
        )

    def _categories(self, letter: str) -> dict[str, float]:
        head = self.model.categories
        chances = head.chances(counted([letter]))[0]
        return {label: float(chance) for label, chance in zip(head.labels, chances, strict=True)}

    def _remits(self, letter: str, categories: Mapping[str, float], rules: Sequence[Rule]) -> dict[str, float]:
        turns = self.model.turn_chances(letter)
        chances = {remit: turns.get(remit, 0.0) for remit in self.remits.ids}
        for category, chance in categories.items():
            if (usual := self.remits.usual(category)) in chances:
                chances[usual] += turns[NO_TURN] * chance
        if not categories and (usual := self.remits.usual("")):
            chances[usual] += turns[NO_TURN]
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
        for remit_id, chance in best(remits):
            remit = self.remits.remit(remit_id)
            reasons = [self._rule_reason(rule) for rule in rules if rule.remit == remit_id]
            if remit_id in self.model.turns.labels:
                reasons += _words_reason(self.model.turns, remit_id, letter)
            if usual := [path for path, _chance in best(categories) if self.remits.usual(path) == remit_id]:
                reasons += _words_reason(self.model.categories, usual[0], letter)
            first = remit.basis[0]
            reasons.append(say("reason.basis", source=self.remits.sources[first.source].title, article=first.article))
            found.append(Choice(id=remit_id, title=remit.title, probability=round(chance, 4), reasons=tuple(reasons)))
        return answer(found)

    def _rule_reason(self, rule: Rule) -> Text:
        source = self.remits.sources[rule.basis.source].title
        return say("reason.rule", title=rule.title, source=source, article=rule.basis.article)

    def _category_answer(self, letter: str, categories: Mapping[str, float]) -> Answer:
        return answer(
            [
                Choice(
                    id=path,
                    title=self.tree.titles(path),
                    probability=round(chance, 4),
                    reasons=tuple(_words_reason(self.model.categories, path, letter)),
                )
                for path, chance in best(categories)
            ]
        )


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
