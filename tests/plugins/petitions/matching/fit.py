"""`python -m tests.plugins.petitions.matching.fit`: learns the trees of the score anew and writes trees.json.

From synthetic letters, and from the halves of those by hand that are for learning, every one of them against every
other; all of it drawn several times over, so that the trees hang less on one draw. A new run gives the same trees. So
that the way the generator puts things is not learnt, queries lose at random who, where and a part of their words. A
tree may only go the way that makes sense: more in common never makes a match less probable.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from msgspec import structs
from sklearn.ensemble import HistGradientBoostingClassifier

import huitang_petitions.matching
from huitang_petitions.letters import Letter, letters, matching_set, ocr
from huitang_petitions.letters.matching import SAME
from huitang_petitions.matching import Features, Hasher, MatchIndex, compare
from huitang_petitions.matching.compare import sets_of
from huitang_petitions.matching.features import SECTIONS, Numbers
from huitang_petitions.matching.scoring import terms
from tests.plugins.petitions.matching.measure import Hard, hard, office

TARGET = Path(huitang_petitions.matching.__file__).with_name("trees.json")
HASHER = Hasher(b"a key for measuring only")
NO_WAY = {"said", "meant", "letters"}
DOWN = {"elsewhere", "local", "apart", "strange"}
"""What may go either way, and what makes a match less probable; everything else makes it more."""
NEIGHBOURS, NEIGHBOURS_BY_HAND = 2000, 1000
SIBLINGS, BUILDINGS, AGAIN, JOINED = 1000, 800, 1000, 800
"""So many pairs of letters that only share a place, or all but a name, or are from two buildings, or say little."""
DRAWS = 3
"""So often everything is drawn anew, so that the trees hang less on one draw."""
BY_HAND = 1.0
"""How much all that is by hand weighs beside all that is synthetic."""

FOUND = 1.25
"""How much a pair of one matter weighs beside one of two: to miss one is worse than to look at one in vain."""


def poorer(rng: random.Random, letter: Letter) -> Letter:
    """With a field left empty, as happens."""
    chance = rng.random()
    if chance < 0.12:
        return structs.replace(letter, phone="")
    if chance < 0.22:
        return structs.replace(letter, petitioner="", phone="")
    if chance < 0.34:
        return structs.replace(letter, place="")
    if chance < 0.42:
        return structs.replace(letter, subject="")
    if chance < 0.5:
        return structs.replace(letter, petitioner="", phone="", place="", subject="")
    return letter


def thinner(rng: random.Random, features: Features, least: float = 0.35) -> Features:
    """With fewer of its words, as if the matter had been told in others."""
    keep = {"pairs": rng.uniform(least, 1.0), "meanings": rng.uniform((1 + least) / 2, 1.0)}
    parts = [
        [value for value in features.section(section).tolist() if rng.random() < keep.get(section, 1.0)]
        for section in SECTIONS
    ]
    return Features(tuple(map(len, parts)), np.array([value for part in parts for value in part], dtype=np.uint32))


Row = tuple[list[float], bool, str]
"""What the trees see of a pair, whether it is one matter, and of which group the letter is."""


def rows_of(
    index: MatchIndex, asked: Iterable[tuple[str, Features, str]], same: Callable[[str, str], bool], most: int
) -> list[Row]:
    found = []
    for id_, features, group in asked:
        candidates = index._candidates(features)[:most]
        values = np.unique(np.concatenate([features.values, *(f.values for _id, f in candidates)]))
        weights = dict(zip(values.tolist(), index.weights(values).tolist(), strict=True))
        mine = sets_of(features)
        found += [
            (list(terms(compare(mine, sets_of(other), weights), len(index)).values()), same(id_, to), group)
            for to, other in candidates
            if to != id_
        ]
    return found


def made_up(rng: random.Random, shift: int = 0) -> list[Row]:
    found: list[Row] = []
    for seed, cases in ((11, 700), (12, 150), (13, 250), (14, 60), (15, 60), (16, 1500)):
        made = matching_set(cases, seed=1000 * shift + seed, same=(*SAME, "joint"))
        index = MatchIndex(HASHER.background())
        index.extend((letter.id, HASHER.features(letter)) for letter in made.corpus)
        true = {(pair.query, pair.corpus) for pair in made.pairs}
        asked = (
            (letter.id, thinner(rng, HASHER.features(poorer(rng, letter))), "made up")
            for letter in rng.sample(made.queries, min(len(made.queries), 700))
        )
        found += rows_of(index, asked, lambda a, b, true=true: (a, b) in true, 24)  # type: ignore[misc]
    return found


POOLS = ((4, 0, 0), (4, 0, 1), (1, 0, 0), (1, 0, 2), (1, 300, 0), (1, 300, 1), (1, 3000, 0), (1, 3000, 1))
"""In how many parts the letters by hand are compared, among how many synthetic ones, and how they are varied: small
registers, large ones, and letters as they are, poorer and badly scanned."""


def by_hand(rng: random.Random, half: list[Hard]) -> list[Row]:
    """Each letter against each other one of its part."""
    matter = {one.letter.id: one.matter for one in half}
    groups = sorted({one.group for one in half})
    found: list[Row] = []
    for parts, among, how in POOLS:
        rng.shuffle(groups)
        for part in range(parts):
            ours = [one for one in half if one.group in groups[part::parts]]
            index = MatchIndex(HASHER.background())
            index.extend((one.letter.id, HASHER.features(one.letter)) for one in ours)
            index.extend((one.letter.id, HASHER.features(one.letter)) for one in letters(among, seed=98))
            asked = [(one.letter.id, _varied(rng, one.letter, how), one.group) for one in ours]
            found += rows_of(index, asked, lambda a, b: matter[a] == matter.get(b), 40)
    return found


MOVED = (
    "firm",
    "trade",
    "branch",
    "place",
    "letters",
    "district",
    "mentioned",
    "numbers",
    "house",
    "building",
    "part",
    "unit",
    "village",
)
"""What says where a letter is about."""
PEOPLE = ("phone", "parts", "name", "surname", "given")


def neighbours(rng: random.Random, of: list[tuple[Features, object, object]], count: int) -> list[Row]:
    """Letters by somebody else, or by nobody who says who he is, about something else at the very same place: each of
    two that share an expression, the second one moved to where the first is.

    `of`: features, what the letter is about, its group.
    """
    index = MatchIndex(HASHER.background())
    index.extend((str(number), features) for number, (features, _about, _group) in enumerate(of))
    found: list[Row] = []
    while len(found) < count:
        (here, about, group), (there, other, _group) = rng.sample(of, 2)
        shared = np.intersect1d(here.section("meanings"), there.section("meanings"))
        if about == other or (not len(shared) and rng.random() < 0.9):
            continue
        moved = {section: here.section(section) for section in MOVED}
        if rng.random() < 0.5:
            moved |= {"building": _anything(rng, len(here.section("building"))), "unit": there.section("unit")}
        if rng.random() < 0.25:
            moved |= dict.fromkeys(PEOPLE, np.empty(0, np.uint32))
        asked = with_sections(there, moved)
        if np.intersect1d(here.section("phone"), asked.section("phone")).size:
            continue
        found.append((_seen(rng, index, asked, here), False, str(group)))
    return found


def siblings(rng: random.Random, of: list[tuple[Features, object, object]], count: int) -> list[Row]:
    """The same told by somebody else about a village, a firm or an estate of another name, in the same town."""
    index = MatchIndex(HASHER.background())
    index.extend((str(number), features) for number, (features, _about, _group) in enumerate(of))
    found: list[Row] = []
    while len(found) < count:
        features, _about, group = rng.choice(of)
        kind = rng.choice(("village", "village", "firm", "branch", "name"))
        there, here = (_renamed(rng, features, kind) for _which in range(2))
        asked = with_sections(
            thinner(rng, there, rng.choice((0.2, 0.5, 0.9))),
            {name: _anything(rng, len(here.section(name))) for name in PEOPLE},
        )
        found.append((_seen(rng, index, asked, here), False, str(group)))
    return found


def _renamed(rng: random.Random, features: Features, kind: str) -> Features:
    """About a place of nearly the same name: the same `kind` of it is another for each."""
    place, letters = (features.section(name) for name in ("place", "letters"))
    kept = place[: max(1, len(place) // 2)]
    changed = {"place": np.concatenate([kept, _anything(rng, rng.choice((1, 2)))])}
    if kind == "name":
        changed["letters"] = np.concatenate([letters[: max(1, len(letters) - 2)], _anything(rng, rng.choice((1, 2)))])
    elif kind == "firm":
        stems = features.section("firm") if rng.random() < 0.4 else _anything(rng, 1)
        changed |= {"firm": stems, "trade": _anything(rng, 1)}
    else:
        changed[kind] = _anything(rng, 1)
    return with_sections(features, changed)


def buildings(rng: random.Random, of: list[tuple[Features, object, object]], count: int) -> list[Row]:
    """The same told by somebody else in another building: another matter where each building has its own, as a lift
    is; the same where the whole estate has one, as heating is. Or in the same building, which is the same."""
    index = MatchIndex(HASHER.background())
    index.extend((str(number), features) for number, (features, _about, _group) in enumerate(of))
    found: list[Row] = []
    while len(found) < count:
        features, _about, group = rng.choice(of)
        local = bool(len(features.section("local")))
        if not len(features.section("meanings")) or (not local and rng.random() < 0.7):
            continue
        here = with_sections(features, {"building": _anything(rng, 1)})
        same = rng.random() < 0.4
        other = {name: _anything(rng, len(here.section(name))) for name in PEOPLE}
        other |= {"building": here.section("building") if same else _anything(rng, 1)}
        other |= {"unit": _anything(rng, rng.choice((0, 1)))}
        if rng.random() < 0.7:
            other |= {name: _anything(rng, len(here.section(name))) for name in ("details", "sums")}
        asked = with_sections(thinner(rng, here, rng.choice((0.3, 0.6))), other)
        found.append((_seen(rng, index, asked, here), same or not local, str(group)))
    return found


def again(rng: random.Random, of: list[tuple[Features, object, object]], count: int) -> list[Row]:
    """The same person once more from the same place, who says little: about the same, or about something else."""
    index = MatchIndex(HASHER.background())
    index.extend((str(number), features) for number, (features, _about, _group) in enumerate(of))
    found: list[Row] = []
    while len(found) < count:
        (here, about, group), (there, other, _group) = rng.sample(of, 2)
        same = rng.random() < 0.5
        shared = np.intersect1d(here.section("meanings"), there.section("meanings"))
        if not same and (about == other or (not len(shared) and rng.random() < 0.6)):
            continue
        asked = thinner(rng, here if same else there, rng.choice((0.15, 0.3, 0.6)))
        told = np.concatenate([asked.section("pairs"), _anything(rng, rng.randint(2, 25))])
        moved = {section: here.section(section) for section in (*MOVED, *PEOPLE)} | {"pairs": told}
        if rng.random() < 0.4:
            moved |= dict.fromkeys(("phone", "parts") if rng.random() < 0.5 else MOVED, np.empty(0, np.uint32))
        found.append((_seen(rng, index, with_sections(asked, moved), here), same, str(group)))
    return found


def joined(rng: random.Random, of: list[tuple[Features, object, object]], count: int) -> list[Row]:
    """Somebody else about the same, in other words: less of them in common, and others beside them. Some of them give
    no place: what is about one firm or one project has its name in common."""
    index = MatchIndex(HASHER.background())
    index.extend((str(number), features) for number, (features, _about, _group) in enumerate(of))
    found: list[Row] = []
    while len(found) < count:
        here, _about, group = rng.choice(of)
        if len(here.section("meanings")) < 2 or not len(here.section("place")):
            continue
        asked = thinner(rng, here, rng.choice((0.15, 0.3, 0.6)))
        other = {name: _anything(rng, len(here.section(name))) for name in PEOPLE}
        other |= {"pairs": np.concatenate([asked.section("pairs"), _anything(rng, rng.randint(2, 25))])}
        if rng.random() < 0.5:
            other |= {name: _anything(rng, len(here.section(name))) for name in ("details", "sums")}
        if rng.random() < 0.4:
            called = _anything(rng, rng.randint(3, 5))
            here = with_sections(here, {"pairs": np.concatenate([here.section("pairs"), called])})
            other |= dict.fromkeys(("place", "letters", "house", "building"), np.empty(0, np.uint32))
            other |= {"pairs": np.concatenate([other["pairs"], called])}
        found.append((_seen(rng, index, with_sections(asked, other), here), True, str(group)))
    return found


def _seen(rng: random.Random, index: MatchIndex, asked: Features, here: Features) -> list[float]:
    """As in a register of any size: how many letters there are must not say that it is one of these pairs."""
    values = np.unique(np.concatenate([here.values, asked.values]))
    weights = dict(zip(values.tolist(), index.weights(values).tolist(), strict=True))
    return list(terms(compare(asked, here, weights), int(10 ** rng.uniform(1, 4))).values())


def _anything(rng: random.Random, count: int) -> Numbers:
    """Hashes that no letter has."""
    return np.array([rng.getrandbits(32) for _number in range(count)], dtype=np.uint32)


def with_sections(features: Features, others: dict[str, Numbers]) -> Features:
    parts = [others.get(section, features.section(section)) for section in SECTIONS]
    return Features(tuple(map(len, parts)), np.concatenate(parts))


def next_door(rng: random.Random) -> tuple[list[Row], list[Row]]:
    """`neighbours` and `siblings` of synthetic letters, and of the letters by hand that are for learning."""
    made = [(HASHER.features(one.letter), one.labels.category, "made up") for one in letters(1500, seed=17)]
    hand = [(HASHER.features(one.letter), one.group, one.group) for one in hard("learn")]
    return (
        neighbours(rng, made, NEIGHBOURS) + _beside(rng, made),  # type: ignore[arg-type]
        neighbours(rng, hand, NEIGHBOURS_BY_HAND) + _beside(rng, hand),  # type: ignore[arg-type]
    )


def _beside(rng: random.Random, of: list[tuple[Features, object, object]]) -> list[Row]:
    return siblings(rng, of, SIBLINGS) + buildings(rng, of, BUILDINGS) + again(rng, of, AGAIN) + joined(rng, of, JOINED)


def _varied(rng: random.Random, letter: Letter, how: int) -> Features:
    if not how:
        return HASHER.features(letter)
    letter = poorer(rng, letter)
    if how == 2:
        letter = structs.replace(letter, text=ocr(rng, letter.text, 0.06), subject=ocr(rng, letter.subject, 0.06))
    return thinner(rng, HASHER.features(letter), 0.7)


def names() -> list[str]:
    nothing = HASHER.features(Letter("", "", "", "", "", ""))
    return list(terms(compare(nothing, nothing, {}), 1))


def learnt(synthetic: list[Row], hand: list[Row], **how: float) -> HistGradientBoostingClassifier:
    settings = {"max_iter": 90, "learning_rate": 0.1, "max_leaf_nodes": 10, "min_samples_leaf": 40, "l2": 5.0} | how
    model = HistGradientBoostingClassifier(
        max_iter=int(settings["max_iter"]),
        learning_rate=settings["learning_rate"],
        max_leaf_nodes=int(settings["max_leaf_nodes"]),
        min_samples_leaf=int(settings["min_samples_leaf"]),
        l2_regularization=settings["l2"],
        monotonic_cst=[0 if name in NO_WAY else -1 if name in DOWN else 1 for name in names()],
        early_stopping=False,
        random_state=0,
    )
    rows = synthetic + hand
    weights = np.ones(len(rows))
    if hand and synthetic:
        weights[len(synthetic) :] = how.get("by_hand", BY_HAND) * len(synthetic) / len(hand)
    same = np.array([row[1] for row in rows])
    weights[same] *= FOUND
    model.fit(np.array([row[0] for row in rows]), same, sample_weight=weights)
    return model


def written(model: HistGradientBoostingClassifier) -> str:
    """The trees as `scoring` reads them: nodes in a list, [term, at most, then, else] or [-1, value]."""
    trees = []
    for (predictor,) in model._predictors:
        trees.append(
            [
                [-1, round(float(node["value"]), 4)]
                if node["is_leaf"]
                else [
                    int(node["feature_idx"]),
                    round(float(node["num_threshold"]), 5),
                    int(node["left"]),
                    int(node["right"]),
                ]
                for node in predictor.nodes
            ]
        )
    start = round(float(np.ravel(model._baseline_prediction)[0]), 4)
    lines = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in trees)
    return f'{{"terms": {json.dumps(names())},\n"start": {start},\n"trees": [\n{lines}\n]}}\n'


def of_offices(rng: random.Random) -> list[Row]:
    """The letters of an office that were looked at, each against each other one, and what they are beside."""
    half = office()
    features = [(HASHER.features(one.letter), one.matter, one.group) for one in half]
    found = by_hand(rng, half) + neighbours(rng, features, NEIGHBOURS_BY_HAND)  # type: ignore[arg-type]
    return found + _beside(rng, features)  # type: ignore[arg-type]


def draw(number: int) -> tuple[list[Row], list[Row]]:
    """What there is to learn from, synthetic and by hand, another for each number."""
    rng = random.Random(11 + number)
    synthetic, hand = made_up(rng, 10 * number), by_hand(rng, hard("learn"))
    near, near_hand = next_door(rng)
    rng = random.Random(811 + number)
    return synthetic + near, hand + near_hand + of_offices(rng)


def main() -> None:
    with ProcessPoolExecutor(2) as pool:
        drawn = list(pool.map(draw, range(DRAWS)))
    synthetic, hand = ([row for part in drawn for row in part[which]] for which in range(2))
    text = written(learnt(synthetic, hand, min_samples_leaf=40 * DRAWS))
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET.name}: {len(text):,} characters")


if __name__ == "__main__":
    main()
