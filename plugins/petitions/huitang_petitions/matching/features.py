"""A letter as small sets of numbers: keyed hashes, from which nobody without the key reads a word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from huitang_petitions.matching import people, places, words
from huitang_petitions.matching.normal import folded, plain

LOOKED_UP = (
    "phone",
    "parts",
    "name",
    "surname",
    "given",
    "place",
    "district",
    "mentioned",
    "numbers",
    "house",
    "building",
    "part",
    "unit",
    "village",
    "details",
    "meanings",
    "pairs",
)
"""What letters are found by."""
SECTIONS = (
    *(*LOOKED_UP, "general", "common", "heading", "headline", "letters", "characters"),
    *("firm", "trade", "branch", "local", "sums"),
)
"""In the order in which they are kept."""
VERSION = 4
"""Another number for another way to read letters: other sections, or other things in them. Features of two versions are
never compared."""
_YEAR = re.compile(r"(?:19|20)\d\d(?=年|[-./])")
_FIGURE = re.compile(r"(?<![0-9a-z.])[0-9]+(?:\.[0-9]+)?%?")
_FUNCTION = frozenset(folded("的了是我们这那就都也又还把被给个在有和与及之其"))
"""Characters of which every text is full."""
Numbers = NDArray[np.uint32]


class Written(Protocol):
    """What of a letter is read."""

    @property
    def petitioner(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...


class Features(Struct, frozen=True):
    """`values`: the hashes of all sections one after another; `sizes`: how many belong to which section."""

    sizes: tuple[int, ...]
    values: Numbers

    def section(self, name: str) -> Numbers:
        index = SECTIONS.index(name)
        begin = sum(self.sizes[:index])
        return self.values[begin : begin + self.sizes[index]]

    def to_bytes(self) -> bytes:
        """For a column of the database: two bytes a section, then four a hash; about 0.5 kB for a letter of a page."""
        return np.array(self.sizes, dtype="<u2").tobytes() + self.values.astype("<u4").tobytes()

    @classmethod
    def from_bytes(cls, kept: bytes) -> Features:
        """What `to_bytes` made. ValueError where it did not."""
        head = 2 * len(SECTIONS)
        sizes = tuple(int(size) for size in np.frombuffer(kept[:head], dtype="<u2")) if len(kept) >= head else ()
        if not sizes or len(kept) != head + 4 * sum(sizes):
            raise ValueError("these are not features of a letter")
        return cls(sizes, np.frombuffer(kept[head:], dtype="<u4").astype(np.uint32))


class Background(Struct, frozen=True):
    """In how many letters from elsewhere a hash is, for what a small register cannot know: which words are rare."""

    letters: int
    known: Numbers
    counts: NDArray[np.int64]


def pieces(letter: Written) -> dict[str, list[str]]:
    """What of a letter is compared, by section, still readable: what the hashes are made of, and what reasons name."""
    whole, surname = people.name(letter.petitioner)
    subject, text, place = plain(letter.subject), plain(letter.text), plain(letter.place)
    both = f"{subject}。{text}"
    phone = people.phone(letter.phone)
    own = people.phones_in(both)
    phone = phone or min(own, default="")
    for number in own:
        both = both.replace(number, " ")
    where = places.address(place)
    both = without(both, whole)
    firms = places.firms(f"{place}。{both}")
    mentioned = places.mentioned(both) | {folded(part) for stem, kind in firms for part in (stem, stem[1] + kind[0])}
    # A factory's name says where or whom it is about, not what: neither does the business in it.
    called = where.names | mentioned | {folded(pair) for _stem, kind in firms for pair in places.pairs(kind)}
    meant = set(words.meanings(blanked(both, called)))
    figures = _FIGURE.findall(both)
    body = words.bare(re.sub(r"[0-9.]+", " ", both))
    told = {pair for pair in places.pairs(body) if not _FUNCTION.intersection(pair)}
    return {
        "phone": [phone] if phone else [],
        "parts": people.parts(phone),
        "name": [whole] if whole else [],
        "surname": [surname] if surname else [],
        "given": sorted(set(whole)),
        "place": sorted(where.names),
        "letters": sorted(set("".join(where.names))),
        "district": sorted(where.district),
        "mentioned": sorted(mentioned),
        "numbers": sorted(where.numbers | places.numbered(both)),
        "village": sorted(places.villages(place, both)),
        **{kind: sorted(found) for kind, found in places.kinds(place, both).items()},
        "details": sorted(
            {f"year{year}" for year in _YEAR.findall(both)}
            | {f for f in figures if f.endswith("%") or (float(f) > 12 and not f.startswith("20"))}
        ),
        "meanings": sorted(meant),
        "general": sorted(meant & words.general()),
        "pairs": sorted(told),
        "common": sorted(told & words.common()),
        "heading": sorted(meant.intersection(words.meanings(blanked(subject, called)))),
        "characters": sorted(set("".join(told)) - words.everyday()),
        "firm": sorted({folded(stem) for stem, _kind in firms}),
        "trade": sorted(places.trades(firms)),
        "branch": sorted(places.branches(place, both)),
        "local": sorted(meant & words.local()),
        "sums": sorted({_rounded(float(f)) for f in figures if f[-1] != "%" and float(f) >= 1000 and not _year(f)}),
        "headline": sorted((told - words.common()).intersection(places.pairs(words.bare(subject)))),
    }


def _year(figure: str) -> bool:
    return len(figure) == 4 and figure.startswith(("19", "20"))


def _rounded(sum_: float) -> str:
    """By its first two digits: who tells it again says 十八万多 for 186,000.

    >>> _rounded(186_000), _rounded(180_000), _rounded(1_860)
    ('18e4', '18e4', '18e2')
    """
    digits = str(int(sum_))
    return f"{digits[:2]}e{len(digits) - 2}"


def without(text: str, name: str) -> str:
    """`text` without a name that is `folded`, however it is spelt there."""
    while name and (at := folded(text).find(name)) >= 0:
        text = f"{text[:at]} {text[at + len(name) :]}"
    return text


def blanked(text: str, names: frozenset[str]) -> str:
    """`text` without what is called like the place: a hospital says where, not what about."""
    seen, left = folded(text), list(text)
    for pair in names:
        at = seen.find(pair) if len(pair) == 2 else -1
        while at >= 0:
            left[at : at + 2] = "  "
            at = seen.find(pair, at + 1)
    return "".join(left)


_SPACE = {
    "general": "meanings",
    "local": "meanings",
    "heading": "meanings",
    "common": "pairs",
    "headline": "pairs",
    "place": "pairs",
    "district": "pairs",
    "mentioned": "pairs",
    "letters": "characters",
}
"""Pairs of characters are the same wherever they stand."""


class Hasher:
    """Makes features under a key. The same key for all that is compared; another key makes other numbers of everything.

    hasher = Hasher(key)                 # at least 16 bytes, kept outside the database
    index.add(str(matter_id), hasher.features(letter))
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("the key is too short: at least 16 bytes")
        self._key = blake2b(key, digest_size=32, person=b"huitang-letters"[:16]).digest()
        self._hashed = lru_cache(maxsize=500_000)(self._hash)

    def _hash(self, space: str, piece: str) -> int:
        digest = blake2b(f"{space}:{piece}".encode(), key=self._key, digest_size=4).digest()
        return int.from_bytes(digest, "little")

    def hashes(self, section: str, found: Iterable[str]) -> list[int]:
        space = _SPACE.get(section, section)
        return sorted({self._hashed(space, piece) for piece in found})

    def features(self, letter: Written) -> Features:
        """Of anything with `petitioner`, `phone`, `place`, `subject` and `text`, each of which may be empty."""
        found = pieces(letter)
        hashed = [self.hashes(section, found[section]) for section in SECTIONS]
        return Features(
            tuple(map(len, hashed)), np.array([value for part in hashed for value in part], dtype=np.uint32)
        )

    def background(self) -> Background:
        """For an index of letters under this key."""
        kept = json.loads(files("huitang_petitions.matching").joinpath("background.json").read_text(encoding="utf-8"))
        letters = kept.pop("letters")
        counted = {self._hash(space, piece): count for space, of in kept.items() for piece, count in of.items()}
        known = np.array(sorted(counted), dtype=np.uint32)
        return Background(letters, known, np.array([counted[value] for value in known.tolist()], dtype=np.int64))
