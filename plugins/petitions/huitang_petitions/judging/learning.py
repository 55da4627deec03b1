"""Learning: from labelled letters to a model, and how sharp its scores are, judged on wordings it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import structs
from scipy.special import log_softmax
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.svm import LinearSVC

from huitang_petitions.judging.features import counted
from huitang_petitions.judging.letters import (
    LEARNT_FROM,
    Example,
    Phrases,
    composed,
    phrases,
    synthetic,
    turn_of,
    turned,
    worded,
)
from huitang_petitions.judging.model import Head, Model, no_head
from huitang_petitions.judging.remits import Remits, default_remits
from huitang_petitions.judging.tree import Tree

SYNTHETIC, PER_CATEGORY = 1500, 45
HELD_OUT = 3
"""One in so many wordings is left out when the sharpness is judged."""
FEWEST_JUDGED, UNJUDGED = 20, 0.1
"""Where fewer letters than these are left to judge by, nothing is known of how sharp the scores are: then answers keep
their order, but are nearly equally likely, so that none is called sure.
"""
SHARPNESS = (4.0, 6.0, 8.0, 10.0, 13.0, 16.0, 20.0, 25.0, 30.0, 40.0)

Labelled = tuple[str, str]


def learn(
    tree: Tree,
    remits: Remits,
    confirmed: Sequence[Example] = (),
    without: Callable[[str], bool] = lambda _matter: False,
) -> Model:
    """A model of the categories of a tree and of what turns a letter to another remit.

    `confirmed` are the office's own matters that a person has decided. No synthetic letter of a matter `without` is
    true of is learnt from or judged by.
    """
    known = phrases()
    kept, left = _divided(known)
    made = [example for example in synthetic(SYNTHETIC, LEARNT_FROM) if not without(example.matter)]
    trial_made = [example for example in made if not _left_out(example.matter)]
    trial_confirmed = [example for number, example in enumerate(confirmed) if number % HELD_OUT]
    model = _fitted(tree, remits, known, made, confirmed)
    trial = _fitted(tree, remits, kept, trial_made, trial_confirmed)
    unseen = [
        *composed(tree, left, len(left.phrases) * 8, seed=9),
        *(one for one in synthetic(600, seed=8) if _left_out(one.matter) and not without(one.matter)),
    ]
    judged = confirmed[::HELD_OUT]
    by_category, by_turn = _of_category([*unseen, *judged]), _of_turn(remits, unseen, judged, left)
    return structs.replace(
        model,
        categories=structs.replace(model.categories, sharpness=_sharpness(trial.categories, by_category)),
        turns=structs.replace(model.turns, sharpness=_sharpness(trial.turns, by_turn)),
    )


def _fitted(tree: Tree, remits: Remits, known: Phrases, made: Sequence[Example], confirmed: Sequence[Example]) -> Model:
    put = composed(tree, known, len(known.phrases) * PER_CATEGORY, seed=3)
    brought, own = (
        [example for example in examples if not example.category or example.category in tree.nodes]
        for examples in ([*made, *put], confirmed)
    )
    return Model(
        categories=_head(_of_category([*brought, *own, *worded(tree)])),
        turns=_head(_of_turn(remits, brought, own, known)),
    )


def _of_category(examples: Sequence[Example]) -> list[Labelled]:
    return [(f"{example.subject}\n{example.text}", example.category) for example in examples if example.category]


def _of_turn(remits: Remits, brought: Sequence[Example], own: Sequence[Example], known: Phrases) -> list[Labelled]:
    """Whole letters and single sentences: a turn is often no more than that. What the plugin brings is labelled by the
    shipped remits, which may be called otherwise here.
    """
    shipped = default_remits()
    told = [(f"{one.subject}\n{one.text}", turn_of(one, shipped)) for one in brought]
    called = [(text, remits.known_as(turn)) for text, turn in (*told, *turned(known, seed=4))]
    whole = [(f"{one.subject}\n{one.text}", turn_of(one, remits)) for one in own]
    return [(text, turn) for text, turn in (*called, *whole) if turn]


def _head(labelled: Sequence[Labelled]) -> Head:
    """One against the rest for every label, all labels alike however many letters they have. With fewer than two labels
    there is nothing to tell apart: no answers.
    """
    if len({label for _text, label in labelled}) < 2:
        return no_head()
    texts, labels = zip(*labelled, strict=True)
    weighing = TfidfTransformer(sublinear_tf=True)
    found = weighing.fit_transform(counted(texts))
    fitted = LinearSVC(C=0.5, class_weight="balanced", tol=1e-3, random_state=0).fit(found, labels)
    weights, bias = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return Head(
        labels=tuple(str(label) for label in fitted.classes_),
        weights=np.asfortranarray(weights.astype(np.float32)),
        bias=bias.astype(np.float32),
        rarity=weighing.idf_.astype(np.float32),
    )


def _divided(known: Phrases) -> tuple[Phrases, Phrases]:
    """The phrases in two parts, the second to judge by."""

    def part(held: bool, groups: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {
            key: tuple(said for number, said in enumerate(group) if (number % HELD_OUT == 0) is held)
            for key, group in groups.items()
        }

    kept = structs.replace(known, phrases=part(False, known.phrases), turns=part(False, known.turns))
    return kept, structs.replace(known, phrases=part(True, known.phrases), turns=part(True, known.turns))


def _left_out(matter: str) -> bool:
    return bool(matter) and sum(matter.encode()) % HELD_OUT == 0


def _sharpness(head: Head, labelled: Sequence[Labelled]) -> float:
    """The factor on the scores under which the labels of unseen wordings are least surprising."""
    known = [(text, head.labels.index(label)) for text, label in labelled if label in head.labels]
    if len(known) < FEWEST_JUDGED:
        return UNJUDGED
    scores = head.scores(counted([text for text, _label in known]))
    right = np.array([label for _text, label in known])

    def surprise(factor: float) -> float:
        return float(-log_softmax(scores * factor, axis=1)[np.arange(len(right)), right].mean())

    return min(SHARPNESS, key=surprise)
