"""What lies behind a letter: a matter, somewhere, with its details. Several letters can speak of one case."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct


def _words(name: str) -> tuple[str, ...]:
    return tuple(_data("names.toml")[name].split())


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files("huitang_petitions.letters").joinpath(name).read_text(encoding="utf-8"))


DISTRICTS = _words("districts")
STEMS = _words("stems")
COMPOUNDS = _words("compounds")
ENDINGS = _words("compound_endings")
ROADS = _words("roads")
ROAD_ENDINGS = _words("road_endings")
SURNAMES = _words("surnames")
GIVEN = _words("given")
TRADES = _words("trades")
FIRMS = _words("firms")


class Matter(Struct, frozen=True, kw_only=True):
    """A kind of matter: its labels, and its facts each in three wordings, from formal to spoken."""

    id: str
    category: tuple[str, str, str]
    remit: str
    handler: str
    kind: str
    at: str
    subjects: tuple[str, ...]
    facts: tuple[str, ...]
    asks: tuple[str, ...]
    local: bool = False
    """Whether each building has its own: in the next one it is another matter."""


class Place(Struct, frozen=True):
    """Where: `name` is how people call it, `home` the building there of whoever writes; 0 where nobody says."""

    district: str
    road: str
    number: int
    name: str
    home: int = 0

    @property
    def full(self) -> str:
        return f"云江市{self.district}{self.road}{self.number}号{self.name}"


class Case(Struct, frozen=True):
    """One matter at one place. `details` fill the slots: month, n, money, firm, who."""

    matter: Matter
    place: Place
    petitioner: str
    phone: str
    year: int
    month: int
    n: int
    money: int
    firm: str
    who: str


@cache
def matters() -> tuple[Matter, ...]:
    """Every matter of `matters.toml`."""
    return msgspec.convert(_data("matters.toml")["matter"], tuple[Matter, ...])


def person(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def phone(rng: random.Random) -> str:
    return f"1300000{rng.randrange(10_000):04d}"


_NAMED: dict[str, Callable[[random.Random], str]] = {
    "compound": lambda rng: rng.choice(COMPOUNDS) + rng.choice(ENDINGS),
    "village": lambda rng: rng.choice(STEMS) + rng.choice(("村", "新村", "庄", "屯")),
    "road": lambda rng: rng.choice(ROADS) + rng.choice(ROAD_ENDINGS),
    "site": lambda rng: rng.choice(COMPOUNDS) + rng.choice(("广场", "大厦", "产业园", "商城")),
    "school": lambda rng: rng.choice((*STEMS, *ROADS)) + rng.choice(("小学", "中学", "幼儿园")),
    "hospital": lambda rng: rng.choice((*STEMS, *ROADS)) + rng.choice(("医院", "中医院", "卫生院")),
    "market": lambda rng: rng.choice((*STEMS, *ROADS)) + rng.choice(("农贸市场", "菜市场", "批发市场")),
    "town": lambda rng: rng.choice(STEMS) + rng.choice(("镇", "乡", "街道")),
}


def place(rng: random.Random, kind: str) -> Place:
    road = rng.choice(ROADS) + rng.choice(ROAD_ENDINGS)
    if kind in ("village", "town"):
        road = rng.choice(STEMS) + rng.choice(("镇", "乡"))
        return Place(rng.choice(DISTRICTS), road, 0, _NAMED[kind](rng))
    if kind == "road":
        return Place(rng.choice(DISTRICTS), "", rng.randint(1, 398), _NAMED[kind](rng))
    return Place(rng.choice(DISTRICTS), road, rng.randint(1, 398), _NAMED[kind](rng))


def case(rng: random.Random, matter: Matter, where: Place | None = None) -> Case:
    return Case(
        matter=matter,
        place=where or place(rng, matter.at),
        petitioner=person(rng),
        phone=phone(rng),
        year=rng.choice((2024, 2025, 2026)),
        month=rng.randint(1, 12),
        n=rng.randint(2, 9),
        money=rng.choice((rng.randint(3, 99) * 1000, rng.randint(1, 48) * 10_000, rng.randint(30, 199) * 100)),
        firm=rng.choice(TRADES) + rng.choice(FIRMS),
        who=person(rng),
    )
