"""A set to measure matching on: letters, the same matters in other words, and letters that only look like them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from msgspec import Struct, structs

from huitang_petitions.letters.cases import (
    COMPOUNDS,
    DISTRICTS,
    ENDINGS,
    FIRMS,
    ROAD_ENDINGS,
    STEMS,
    TRADES,
    Case,
    Place,
    case,
    matters,
    person,
    phone,
    place,
)
from huitang_petitions.letters.making import Letter, numbered
from huitang_petitions.letters.noise import ocr
from huitang_petitions.letters.writing import Written, write


class Pair(Struct, frozen=True):
    """A query and the letter of the corpus it belongs to."""

    query: str
    corpus: str
    relation: str
    variation: str


class MatchingSet(Struct, frozen=True):
    """`pairs` are all that belong together; every other pair does not. `variations` names what each query is."""

    corpus: tuple[Letter, ...]
    queries: tuple[Letter, ...]
    pairs: tuple[Pair, ...]
    variations: dict[str, str]


def _name_variant(rng: random.Random, name: str) -> str:
    """As desks write down who did not spell it: 王先生, 王某, 王女士."""
    return name[0] + rng.choice(("先生", "女士", "某", "某某", "*" * (len(name) - 1)))


def _phone_variant(rng: random.Random, number: str) -> str:
    return rng.choice(
        (
            f"{number[:3]}-{number[3:7]}-{number[7:]}",
            f"+86 {number}",
            f"86{number}",
            "",
            "".join(chr(ord(c) + 0xFEE0) for c in number),
        )
    )


def _paraphrase(rng: random.Random, of: Case, before: Written) -> Written:
    return write(rng, of, rng.choice(("letter", "web")), before.chosen)


def _other_channel(channel: str) -> Callable[[random.Random, Case, Written], Written]:
    def told(rng: random.Random, of: Case, before: Written) -> Written:
        new = write(rng, of, channel, before.chosen)
        if channel in ("phone", "sms") and rng.random() < 0.4:
            new.petitioner = _name_variant(rng, of.petitioner) if channel == "phone" else ""
        new.phone = new.phone if rng.random() < 0.6 else _phone_variant(rng, of.phone)
        return new

    return told


def _scanned(rng: random.Random, of: Case, before: Written) -> Written:
    new = structs.replace(before) if rng.random() < 0.5 else write(rng, of, "letter")
    for field in ("petitioner", "phone", "place", "subject", "text"):
        setattr(new, field, ocr(rng, getattr(new, field), rng.choice((0.04, 0.08, 0.12))))
    return new


def _somebody_else(rng: random.Random, of: Case, before: Written) -> Written:
    """Of another building, unless the matter is one building's own."""
    own = case(rng, of.matter, of.place if of.matter.local else _elsewhere(rng, of.place))
    other = structs.replace(of, petitioner=own.petitioner, phone=own.phone, place=own.place)
    if rng.random() < 0.6:
        n = of.n if of.matter.local else own.n
        other = structs.replace(other, n=n, money=own.money, year=own.year, month=own.month)
    return write(rng, other, rng.choice(("letter", "web", "visit", "phone")), before.chosen)


SAME: dict[str, tuple[str, Callable[[random.Random, Case, Written], Written]]] = {
    "paraphrase": ("repeat", _paraphrase),
    "phone": ("repeat", _other_channel("phone")),
    "sms": ("repeat", _other_channel("sms")),
    "spoken": ("repeat", _other_channel("spoken")),
    "visit": ("repeat", _other_channel("visit")),
    "ocr": ("repeat", _scanned),
    "joint": ("joint", _somebody_else),
}


def _other_place(rng: random.Random, of: Case) -> Case:
    new = place(rng, of.matter.at)
    while new.name == of.place.name:
        new = place(rng, of.matter.at)
    district = rng.choice((of.place.district, *DISTRICTS))
    return structs.replace(of, place=structs.replace(new, district=district), petitioner=person(rng), phone=phone(rng))


def _elsewhere(rng: random.Random, here: Place) -> Place:
    """The same estate, another building."""
    return structs.replace(here, home=(here.home + rng.randint(1, 7)) % 9 + 1) if here.home else here


def _other_matter(rng: random.Random, of: Case, same_person: bool, near: bool = False) -> Case:
    """`near`: of the same kind, as heating and water are."""
    level = 2 if near else 1
    options = [m for m in matters() if m.at == of.matter.at and m.category[level] != of.matter.category[level]]
    if near:
        options = [m for m in options if m.category[0] == of.matter.category[0]] or options
    options = options or [m for m in matters() if m.category[0] != of.matter.category[0]]
    new = case(rng, rng.choice(options), of.place if same_person else _elsewhere(rng, of.place))
    new = structs.replace(new, n=new.place.home) if new.matter.local and new.place.home else new
    return structs.replace(new, petitioner=of.petitioner, phone=of.phone) if same_person else new


def _next_building(rng: random.Random, of: Case) -> Case:
    """The same trouble of another building, told by who lives there."""
    if not of.matter.local:
        return _other_matter(rng, of, False, near=True)
    new = case(rng, of.matter, _elsewhere(rng, of.place))
    return structs.replace(new, n=new.place.home)


_SIDES = "大小东西南北上下前后"


def _sibling(rng: random.Random, of: Case) -> Case:
    """The same at a place or with a firm of nearly the same name, in the same road or town."""
    there = structs.replace(
        of.place, name=_nearly(rng, of.place.name), number=of.place.number and of.place.number % 398 + 1
    )
    new = case(rng, of.matter, there)
    trade = next((trade for trade in TRADES if of.firm.startswith(trade)), "")
    kind = of.firm.removeprefix(trade)
    firms = [trade + other for other in FIRMS if other != kind] + [other + kind for other in TRADES if other != trade]
    return structs.replace(new, firm=rng.choice(firms), n=rng.choice((of.n, new.n)))


def _nearly(rng: random.Random, name: str) -> str:
    """Another name of the same kind, of which most is the same.

    >>> _nearly(random.Random(1), "锦绣花园") != "锦绣花园"
    True
    """
    for endings in (ENDINGS, ("广场", "大厦", "产业园", "商城"), ROAD_ENDINGS):
        for ending in endings:
            if name.endswith(ending) and rng.random() < 0.6:
                return name.removesuffix(ending) + rng.choice([one for one in endings if one != ending])
    stem, ending = name[:2], name[2:]
    if ending in ("村", "新村", "庄", "屯", "小学", "中学") and rng.random() < 0.3:
        return rng.choice(_SIDES.replace(name[0], "")) + name
    others = [one for one in (*STEMS, *COMPOUNDS) if one != stem and set(one) & set(stem)]
    others += [rng.choice("张李王刘陈杨赵周吴徐孙马") + stem[1], stem[0] + rng.choice("河山林水田泉岭沟")]
    return rng.choice([one for one in others if one != stem]) + ending


DIFFERENT: dict[str, Callable[[random.Random, Case], Case]] = {
    "other place": _other_place,
    "other place, other details": lambda rng, of: case(rng, of.matter, _other_place(rng, of).place),
    "other matter": lambda rng, of: _other_matter(rng, of, False),
    "same person, other matter": lambda rng, of: _other_matter(rng, of, True),
    "same person, matter of the kind": lambda rng, of: _other_matter(rng, of, True, near=True),
    "next building": _next_building,
    "nearly the same name": _sibling,
}


def matching_set(cases: int = 400, seed: int = 2026, same: Sequence[str] = tuple(SAME)) -> MatchingSet:
    """`cases` letters; for each of them one query of a variation in turn, and one that looks like it and is not."""
    rng = random.Random(seed)  # noqa: S311 - made up, not secret
    corpus: list[Letter] = []
    queries: list[Letter] = []
    pairs: list[Pair] = []
    variations: dict[str, str] = {}
    taken: set[tuple[str, str]] = set()
    while len(corpus) < cases:
        of = _somewhere(rng, case(rng, rng.choice(matters())))
        if not _free(taken, of):
            continue
        before = write(rng, of, rng.choice(("letter", "letter", "web", "visit")))
        corpus.append(numbered(f"C{len(corpus) + 1:05d}", before))
        kind = same[len(corpus) % len(same)]
        relation, told = SAME[kind]
        variations[f"Q{len(queries) + 1:05d}"] = kind
        pairs.append(Pair(f"Q{len(queries) + 1:05d}", corpus[-1].id, relation, kind))
        queries.append(numbered(f"Q{len(queries) + 1:05d}", told(rng, of, before)))
        unlike = list(DIFFERENT)[len(corpus) % len(DIFFERENT)]
        other = DIFFERENT[unlike](rng, of)
        if _free(taken, other):
            variations[f"Q{len(queries) + 1:05d}"] = unlike
            queries.append(
                numbered(f"Q{len(queries) + 1:05d}", write(rng, other, rng.choice(("letter", "web", "phone"))))
            )
    return MatchingSet(tuple(corpus), tuple(queries), tuple(pairs), variations)


def _somewhere(rng: random.Random, of: Case) -> Case:
    """With the building of whoever writes, where there are several: its own, where the matter is of one building."""
    if of.matter.at != "compound":
        return of
    return structs.replace(of, place=structs.replace(of.place, home=of.n if of.matter.local else rng.randint(1, 9)))


def _free(taken: set[tuple[str, str]], of: Case) -> bool:
    """Whether nobody has written about this yet; from now on somebody has."""
    key = (of.matter.id, f"{of.place.name}{of.place.home if of.matter.local else ''}")
    if key in taken:
        return False
    taken.add(key)
    return True
