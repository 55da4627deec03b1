"""A case put into words: by letter, web form, visit, telephone, SMS or voice message, each time differently."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from msgspec import Struct

from huitang_petitions.letters.cases import Case, Place

CHANNELS = ("letter", "web", "visit", "phone", "sms", "spoken")
DIGITS = "零一二三四五六七八九"
_FILLERS = ("嗯，", "那个，", "就是说，", "我跟你讲啊，", "是这样的，", "你听我说，", "")
_ASIDES = (
    "附上照片{k}张。", "此前也打过热线电话。", "材料复印件随信附上。",
    "街坊邻居都可以作证。", "这件事已经影响到正常生活。",
    "为此事跑了不少地方。", "希望不要再拖下去。", "本人所述句句属实。",
)  # fmt: skip
_OPENERS = (
    "尊敬的云江市人大常委会领导：\n", "市人大信访办的同志：你们好！\n",
    "各位领导：\n", "云江市人大常委会：\n现将有关情况反映如下。", "",
)  # fmt: skip
_CLOSERS = ("\n此致\n敬礼！", "\n恳请领导在百忙之中给予关注。", "\n盼复。", "\n谢谢！", "")


class Written(Struct):
    """A letter without its number."""

    petitioner: str
    phone: str
    place: str
    subject: str
    text: str
    chosen: tuple[int, ...] = ()
    """Which wording each fact had, so that a paraphrase can choose others."""


def counted(number: int) -> str:
    """1 … 99 in Chinese.

    >>> counted(12), counted(40), counted(307)
    ('十二', '四十', '三百零七')
    """
    if number >= 100:
        rest = number % 100
        tail = (
            ""
            if not rest
            else ("零" + DIGITS[rest] if rest < 10 else (counted(rest) if rest >= 20 else "一" + counted(rest)))
        )
        return DIGITS[number // 100] + "百" + tail
    tens, ones = divmod(number, 10)
    if not tens:
        return DIGITS[ones]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


def _since(rng: random.Random, case: Case, spoken: int) -> str:
    ago = {2026: "今年", 2025: "去年", 2024: "前年"}[case.year]
    formal = f"{case.year}年{case.month}月"
    return rng.choice(
        (
            (formal, formal, ago + f"{case.month}月"),
            (formal, ago + f"{case.month}月份"),
            (ago + counted(case.month) + "月份", ago + f"{case.month}月"),
        )[spoken]
    )


def _money(rng: random.Random, amount: int, spoken: int) -> str:
    if amount % 10_000 == 0:
        return rng.choice(
            (f"{amount // 10_000}万", str(amount), counted(amount // 10_000) + "万")[: 2 if spoken == 0 else 3]
        )
    if spoken and amount > 10_000 and amount % 1000 == 0:
        ten, one = divmod(amount // 1000, 10)
        return rng.choice((f"{ten}.{one}万", f"{counted(ten)}万{DIGITS[one]}"))
    return str(amount)


def where_of(rng: random.Random, place: Place, spoken: int = 0) -> str:
    """How the text calls the place."""
    if place.name.endswith(("村", "镇", "乡", "街道", "庄", "屯")):
        return rng.choice((place.name, f"{place.road}{place.name}" if place.road != place.name else place.name))
    if spoken == 2 or not place.road:
        return place.name
    return rng.choice((place.name, f"{place.road}{place.name}", place.name))


def place_of(rng: random.Random, place: Place) -> str:
    """How the place field is filled in: whole, short, in other numerals, or not quite."""
    number = (
        rng.choice((f"{place.number}号", f"{counted(place.number)}号", f"{place.number}號")) if place.number else ""
    )
    district = rng.choice((f"云江市{place.district}", place.district, place.district[:-1], ""))
    if place.road:
        home = _home(rng, place.home) if place.home else ""
        return district + rng.choice((place.road + number + place.name, place.road + place.name, place.name)) + home
    return district + place.name + number


def _home(rng: random.Random, building: int) -> str:
    return rng.choice(
        (
            "",
            "",
            f"{building}号楼",
            f"{building}栋",
            f"{counted(building)}号楼",
            f"{building}号楼{rng.randint(1, 4)}单元",
        )
    )


def fill(rng: random.Random, wording: str, case: Case, spoken: int) -> str:
    n = str(case.n) if spoken == 0 else rng.choice((str(case.n), DIGITS[case.n]))
    return wording.format(
        where=where_of(rng, case.place, spoken),
        since=_since(rng, case, spoken),
        n=n,
        money=_money(rng, case.money, spoken),
        firm=case.firm if spoken == 0 else rng.choice((case.firm, case.firm[:-2] if len(case.firm) > 5 else case.firm)),
        who=case.who,
    )


def _wordings(rng: random.Random, case: Case, register: Sequence[int], avoid: Sequence[int]) -> list[int]:
    chosen = []
    for index in range(len(case.matter.facts)):
        options = [r for r in register if index >= len(avoid) or r != avoid[index]] or list({0, 1, 2} - {avoid[index]})
        chosen.append(rng.choice(options))
    return chosen


_REGISTER = {"letter": (0, 0, 1), "web": (0, 1), "visit": (1, 0), "phone": (1, 1, 2), "sms": (2, 2, 1), "spoken": (2,)}
_SHORT = ("phone", "sms", "spoken")


def write(rng: random.Random, case: Case, channel: str = "letter", avoid: Sequence[int] = ()) -> Written:
    """The case as one letter. `avoid`: `chosen` of another letter whose wordings are not to be used again."""
    register = _REGISTER[channel]
    chosen = _wordings(rng, case, register, avoid)
    order = list(range(len(chosen)))
    if avoid and rng.random() < 0.5:
        rng.shuffle(order)
    if channel in _SHORT and len(order) > 2 and rng.random() < 0.6:
        order.remove(rng.choice(order[1:]))
    said = [fill(rng, case.matter.facts[i].split("|")[chosen[i]], case, chosen[i]) for i in order]
    main = max(register)
    asked = fill(rng, case.matter.asks[0].split("|")[rng.choice(register)], case, main)
    subject = fill(rng, case.matter.subjects[0].split("|")[rng.choice(register)], case, main)
    told = Written(case.petitioner, case.phone, place_of(rng, case.place), subject, "", tuple(chosen))
    told.text = _composed(rng, channel, said, asked, told)
    if channel in ("sms", "spoken"):
        told.subject = "" if rng.random() < 0.7 else subject
        told.place = told.place if rng.random() < 0.6 else ""
    return told


def _composed(rng: random.Random, channel: str, said: list[str], asked: str, told: Written) -> str:
    if channel == "phone":
        return (
            rng.choice(("来电人反映，", "市民来电：", "来电人称"))
            + "；".join(said)
            + rng.choice(("。诉求：", "。要求："))
            + asked
            + "。"
        )
    if channel == "visit":
        return f"来访人{told.petitioner}反映：" + "。".join(said) + "。来访人诉求：" + asked + "。"
    if channel == "sms":
        return "，".join([*said, asked]) + rng.choice(("", "！", "。"))
    if channel == "spoken":
        return "".join(rng.choice(_FILLERS) + part + rng.choice(("，", "啊，", " ")) for part in [*said, asked])
    intro = f"我叫{told.petitioner}，联系电话{told.phone}。" if rng.random() < 0.4 else ""
    aside = rng.choice(_ASIDES).format(k=rng.randint(2, 6)) if rng.random() < 0.6 else ""
    body = re.sub("。+", "。", "。".join(said) + "。" + aside + asked + "。")
    return (rng.choice(_OPENERS) if channel == "letter" else "") + intro + body + rng.choice(_CLOSERS)
