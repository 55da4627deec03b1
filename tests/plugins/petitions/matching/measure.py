"""`python -m tests.plugins.petitions.matching.measure`: recall per variation, precision, and what goes wrong."""

from __future__ import annotations

import json
import random
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huitang_petitions.letters import Letter, MatchingSet, Pair, letters, matching_set, ocr
from huitang_petitions.matching import THRESHOLD, Hasher, MatchIndex

HASHER = Hasher(b"a key for measuring only")
BY_HAND = Path(__file__).with_name("by_hand.toml")


@dataclass(frozen=True)
class Hard:
    """A letter of `hard_learn.jsonl` or `hard_final.jsonl`. `matter`: the id of the first letter about its matter, its
    own where it is the first or the only one; `group`: letters that look alike, of one matter or of several."""

    letter: Letter
    variation: str
    matter: str

    @property
    def group(self) -> str:
        return self.letter.id[:3]


def hard(half: str) -> list[Hard]:
    """The letters by hand that are hard to tell apart: `learn` to learn from, `final` only to measure."""
    found = []
    for line in BY_HAND.with_name(f"hard_{half}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found.append(Hard(_letter(row), row["is"], (row.get("matches") or [row["id"]])[0]))
    return found


def office() -> list[Hard]:
    """The letters of an office that were looked at, to learn from: half of the matters, with what looks like them."""
    found = [Hard(_letter(row), "letter", row["id"]) for row in _rows("office_corpus.jsonl") if int(row["id"][1:3]) % 2]
    for row in _rows("office_dev.jsonl"):
        letter = _letter(row | {"id": row["id"].upper()})
        found.append(Hard(letter, row["group"], (row["matches"] or [letter.id])[0]))
    return found


@dataclass
class Measured:
    """`found` and `asked` by variation; `wrong` are matches that are none."""

    found: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, str, float]] = field(default_factory=list)
    missed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found.total() / self.asked.total()

    @property
    def precision(self) -> float:
        return self.found.total() / max(1, self.found.total() + len(self.wrong))

    def recall_of(self, variation: str) -> float:
        return self.found[variation] / self.asked[variation]


def measure(made: MatchingSet, threshold: float = THRESHOLD) -> Measured:
    """Every query against the corpus, at the threshold."""
    index = MatchIndex(HASHER.background())
    index.extend((letter.id, HASHER.features(letter)) for letter in made.corpus)
    variation = {(pair.query, pair.corpus): pair.variation for pair in made.pairs}
    measured = Measured(asked=Counter(variation.values()))
    hit = set()
    for query in made.queries:
        for match in index.query(HASHER.features(query), limit=1000, threshold=threshold):
            pair = (query.id, match.id)
            if pair in variation:
                measured.found[variation[pair]] += 1
                hit.add(pair)
            else:
                measured.wrong.append((*pair, match.score))
    measured.missed = [pair for pair in variation if pair not in hit]
    return measured


def by_hand(among: int = 0, bare: tuple[str, ...] = ()) -> MatchingSet:
    """The letters written by hand, in a corpus with `among` synthetic ones. `bare`: fields that queries leave empty."""
    corpus = [one.letter for one in letters(among, seed=99)] if among else []
    queries, pairs, variations = [], [], {}
    for number, matter in enumerate(tomllib.loads(BY_HAND.read_text(encoding="utf-8"))["matter"], 1):
        corpus.append(Letter(f"H{number}", *matter["letter"]))
        for kind in ("same", "other"):
            for row in matter[kind]:
                id_ = f"{kind}{len(queries) + 1}"
                fields = dict(zip(("petitioner", "phone", "place", "subject", "text"), row[1:], strict=True))
                queries.append(Letter(id_, **(fields | dict.fromkeys(bare, ""))))
                variations[id_] = row[0]
                if kind == "same":
                    pairs.append(Pair(id_, f"H{number}", "joint" if row[0] == "joint" else "repeat", row[0]))
    return MatchingSet(tuple(corpus), tuple(queries), tuple(pairs), variations)


def hard_set(half: str, among: int = 0) -> MatchingSet:
    """The first letters of a half in a corpus with `among` synthetic ones, and all its other letters as queries."""
    half_of = hard(half)
    corpus = [one.letter for one in half_of if one.variation == "letter"]
    corpus += [one.letter for one in letters(among, seed=99)] if among else []
    queries = [one for one in half_of if one.variation != "letter"]
    pairs = [
        Pair(one.letter.id, one.matter, "joint" if one.variation == "joint" else "repeat", one.variation)
        for one in queries
        if one.matter != one.letter.id
    ]
    return MatchingSet(
        tuple(corpus),
        tuple(one.letter for one in queries),
        tuple(pairs),
        {one.letter.id: one.variation for one in queries},
    )


def of_strangers(name: str = "stranger", groups: str = "abcd") -> MatchingSet:
    """Letters written by somebody who knew neither the generator, nor the list of expressions, nor what is learnt from.

    Group a is in other words, b by another channel, c from scans, d only looks like a letter of the corpus, e is by
    somebody else. Or those of another `name`: `fresh` were written after the trees were learnt, `second` by another
    stranger, mostly about what nothing else in the corpus is like.
    """
    corpus, queries = (
        [
            json.loads(line)
            for line in BY_HAND.with_name(f"{name}_{kind}.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        for kind in ("corpus", "queries")
    )
    asked = [row for row in queries if row["group"] in groups]
    pairs = [
        Pair(row["id"], to, "joint" if to in row["joint"] else "repeat", row["group"])
        for row in asked
        for to in (*row["matches"], *row["joint"])
    ]
    return MatchingSet(
        tuple(_letter(row) for row in corpus),
        tuple(_letter(row) for row in asked),
        tuple(pairs),
        {row["id"]: row["group"] for row in asked},
    )


def of_an_office(half: str) -> MatchingSet:
    """Letters in the manner of three offices, two hundred and two of them, most beside others that only look alike;
    more than half of the queries are about none. `dev` is learnt from, of `held` only the figures were seen.

    Groups: repeat, neighbour and joint (somebody else), channel, ocr; and those about no letter: person (the same
    one, about something else), topic (somebody else, about something else at the place), building (the same trouble
    in another one), firm and village (of nearly the same name).
    """
    corpus, queries = (_rows(f"office_{name}.jsonl") for name in ("corpus", half))
    return MatchingSet(
        tuple(_letter(row) for row in corpus),
        tuple(_letter(row) for row in queries),
        tuple(
            Pair(row["id"], to, "joint" if row["group"] in ("joint", "neighbour") else "repeat", row["group"])
            for row in queries
            for to in row["matches"]
        ),
        {row["id"]: row["group"] for row in queries},
    )


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in BY_HAND.with_name(name).read_text(encoding="utf-8").splitlines()]


def _letter(row: dict[str, str]) -> Letter:
    return Letter(**{name: row[name] for name in ("id", "petitioner", "phone", "place", "subject", "text")})


def hard_pool(half: str, among: int = 0) -> tuple[float, float, int]:
    """(recall, precision, pairs) where every letter of a half is compared with every other: short ones with short."""
    half_of = hard(half)
    index = MatchIndex(HASHER.background())
    index.extend((one.letter.id, HASHER.features(one.letter)) for one in half_of)
    index.extend((one.letter.id, HASHER.features(one.letter)) for one in letters(among, seed=99))
    matter = {one.letter.id: one.matter for one in half_of}
    true = {(a, b) for a in matter for b in matter if a != b and matter[a] == matter[b]}
    found = {
        (one.letter.id, match.id)
        for one in half_of
        for match in index.query(HASHER.features(one.letter), limit=1000, but=one.letter.id)
    }
    return len(found & true) / len(true), len(found & true) / max(1, len(found)), len(true)


def scanned(rate: float, everyday: bool) -> MatchingSet:
    """Letters in every field of which `rate` of the characters is wrong: look-alikes, or any `everyday` character."""
    rng = random.Random(8)
    made = by_hand(among=200)
    queries = []
    for letter in made.corpus:
        fields = {
            name: (_spoilt if everyday else ocr)(rng, getattr(letter, name), rate)
            for name in ("petitioner", "phone", "place", "subject", "text")
        }
        queries.append(Letter(f"S{letter.id}", **fields))
    pairs = [Pair(f"S{letter.id}", letter.id, "duplicate", "scan") for letter in made.corpus]
    return MatchingSet(made.corpus, tuple(queries), tuple(pairs), {query.id: "scan" for query in queries})


EVERYDAY = (
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就下以生会自着去之过家学对可她里后小么心多天而能好都"
)


def _spoilt(rng: random.Random, text: str, rate: float) -> str:
    """Some characters replaced by others, some lost, some added."""
    out = []
    for character in text:
        chance = rng.random() / rate
        if chance < 0.6:
            out.append(rng.choice(EVERYDAY))
        elif chance >= 0.8:
            out.append(character + (rng.choice(EVERYDAY) if chance < 1 else ""))
    return "".join(out)


def show(name: str, made: MatchingSet, verbose: bool) -> None:
    measured = measure(made)
    print(f"{name}: recall {measured.recall:.3f} precision {measured.precision:.3f}", end="  ")
    print(
        {key: round(measured.recall_of(key), 3) for key in measured.asked},
        Counter(made.variations[w[0]] for w in measured.wrong),
    )
    for threshold in (0.2, 0.3, 0.4, 0.6, 0.7, 0.8) if verbose else ():
        at = measure(made, threshold)
        print(f"    at {threshold}: recall {at.recall:.3f} precision {at.precision:.3f}")
    if verbose:
        text = {letter.id: letter for letter in (*made.corpus, *made.queries)}
        for query, corpus, *rest in [*measured.missed[:8], *measured.wrong[:8]]:
            print(
                "   ",
                "wrong" if rest else "missed",
                rest,
                made.variations[query],
                "\n      ",
                text[query],
                "\n      ",
                text[corpus],
            )


def main() -> None:
    verbose = "-v" in sys.argv
    for among in (0, 300, 3000):
        show(f"hard, unseen half, among {among}", hard_set("final", among), verbose)
        print("    each with each: recall {:.3f} precision {:.3f} of {} pairs".format(*hard_pool("final", among)))
    for groups in ("abcd", "a", "b", "c", "e"):
        show(f"of strangers, {groups}", of_strangers(groups=groups), verbose)
    show("of a second stranger", of_strangers("second", "abcde"), verbose)
    show("fresh", of_strangers("fresh", "abcde"), verbose)
    show("by hand, alone", by_hand(), verbose)
    show("by hand, among 2000", by_hand(2000), False)
    show("by hand, nobody named", by_hand(300, ("petitioner", "phone")), verbose)
    show("by hand, no place field", by_hand(300, ("place",)), False)
    show("by hand, text only", by_hand(300, ("petitioner", "phone", "place", "subject")), False)
    show("made up, 600", matching_set(600, seed=77), verbose)
    for rate in (0.05, 0.1, 0.15, 0.2):
        show(f"scans, {rate:.0%} look-alikes", scanned(rate, everyday=False), False)
        show(f"scans, {rate:.0%} any character", scanned(rate, everyday=True), False)
    show("made up, 60", matching_set(60, seed=78), False)


if __name__ == "__main__":
    main()
