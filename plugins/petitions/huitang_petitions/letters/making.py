"""Labelled letters by seed: over remit × category × place × handler."""

from __future__ import annotations

import random

import msgspec
from msgspec import Struct

from huitang_petitions.letters.cases import Case, Matter, case, matters
from huitang_petitions.letters.noise import ocr
from huitang_petitions.letters.writing import CHANNELS, Written, write


class Letter(Struct, frozen=True):
    """What an office has of a letter: the fields that matching and suggestions read."""

    id: str
    petitioner: str
    phone: str
    place: str
    subject: str
    text: str


class Labels(Struct, frozen=True):
    """What is true of it. `remit`: own, lower, government, court, procuratorate, supervisory commission, refuse.

    `matter` names the wording it was made from: who divides letters for learning and testing divides by it.
    """

    remit: str
    category: tuple[str, str, str]
    handler: str
    kind: str
    matter: str
    channel: str
    district: str


class Labelled(Struct, frozen=True):
    letter: Letter
    labels: Labels


SHARES = {
    "government": 4,
    "own": 1,
    "lower": 1,
    "court": 1,
    "procuratorate": 1,
    "supervisory commission": 1,
    "refuse": 1,
}
"""How many letters in ten are of which remit."""


def letters(count: int = 3000, seed: int = 2026) -> list[Labelled]:
    """`count` letters, each of a case of its own; one in ten was read from a scan. The same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - made up, not secret
    by_remit: dict[str, list[Matter]] = {}
    for matter in matters():
        by_remit.setdefault(matter.remit, []).append(matter)
    turns = [remit for remit, share in SHARES.items() for _ in range(share)]
    made = []
    for number in range(count):
        of_remit = by_remit[turns[number % len(turns)]]
        of = case(rng, of_remit[rng.randrange(len(of_remit))])
        channel = rng.choice(CHANNELS)
        written = write(rng, of, channel)
        if channel == "letter" and rng.random() < 0.6:
            written.subject, written.text = ocr(rng, written.subject, 0.03), ocr(rng, written.text, 0.03)
        made.append(Labelled(numbered(f"L{number + 1:06d}", written), labels(of, channel)))
    return made


def numbered(id_: str, written: Written) -> Letter:
    return Letter(id_, written.petitioner, written.phone, written.place, written.subject, written.text)


def labels(of: Case, channel: str) -> Labels:
    """What is true of every letter about the case."""
    matter, district = of.matter, of.place.district
    handler = matter.handler
    if handler == "区县人民代表大会常务委员会":
        handler = f"{district}人大常委会"
    return Labels(matter.remit, matter.category, handler, matter.kind, matter.id, channel, district)


def jsonl(rows: list[Letter]) -> bytes:
    """One JSON object a line, as `huitang petitions match` reads them."""
    return msgspec.json.Encoder().encode_lines(rows)
