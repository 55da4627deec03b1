"""What an indicator asks for: operator, number and unit out of "≥90.00%", "不低于 95 %", "24小时内" or 健全."""

from __future__ import annotations

import re
from decimal import Decimal

from msgspec import Struct

from huitang_budget.declarations.parse.clean import half_width
from huitang_budget.declarations.parse.labels import VERDICTS

OPERATORS: tuple[tuple[str, str], ...] = (
    (r"大于或?等于|不得?低于|不得?少于|不得?小于|至少|达到|达|>=|=>|≥|≧|⩾|≮|>\s*=", "≥"),
    (r"小于或?等于|不得?高于|不得?超过|不得?大于|不得?多于|控制在|至多|最多|<=|=<|≤|≦|⩽|≯|<\s*=", "≤"),
    (r"大于|高于|超过|多于|>", ">"),
    (r"小于|低于|少于|<", "<"),
    (r"等于|=", "="),
)
_LEAD = "|".join(f"(?P<o{i}>{pattern})" for i, (pattern, _) in enumerate(OPERATORS))
_TARGET = re.compile(
    rf"^(?:{_LEAD})?\s*[¥￥]?\s*(?P<number>[-+]?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)\s*(?P<unit>\D*)$"
)
_AFTER = ((r"(?:及|或|\()?以上\)?$", "≥"), (r"(?:及|或)?(?:以下|以内|之内)$", "≤"))
_WITHIN = re.compile(r"(?:小时|分钟|天|日|工作日|个月|月|周|年|秒)内$")
_NOTE = re.compile(r"[(（][^()（）]*[)）]$")
_DATE_LIKE = re.compile(r"^[年月][\d底末初前内]?|^[-./]\d|^[-~～—–至到]")
_LONGEST_UNIT = 12


class Target(Struct, frozen=True):
    """What a target says; all None when it is a word, a range or a date."""

    operator: str | None = None
    value: Decimal | None = None
    unit: str | None = None


def read_target(text: str) -> Target:
    """The operator, number and unit of an indicator cell; never a number that the cell does not say plainly."""
    plain = re.sub(r"\s+", " ", half_width(text)).strip().rstrip("。;,")
    plain = re.sub(r"(?<=[\d.]) (?=\D)|(?<=\D) (?=[\d.])", "", plain)
    found = _TARGET.match(plain) or _TARGET.match(_NOTE.sub("", plain).strip())
    if found is None:
        return Target()
    unit = found["unit"].strip()
    operator = next((sign for i, (_, sign) in enumerate(OPERATORS) if found[f"o{i}"]), None)
    unit = _NOTE.sub("", unit).strip() if _NOTE.search(unit) else unit
    for pattern, sign in _AFTER:
        if re.search(pattern, unit):
            unit, operator = re.sub(pattern, "", unit), operator or sign
    if _WITHIN.search(unit):
        operator = operator or "≤"
    if (
        len(unit) > _LONGEST_UNIT
        or re.search(r"[。，,;；:：]", unit)
        or (_is_year(found["number"]) and _DATE_LIKE.match(unit))
    ):
        return Target()
    if re.match(r"^[-~～—–至到]", unit) or (unit.startswith("月") and operator is None):
        return Target()
    return Target(operator, Decimal(found["number"].replace(",", "")), unit or None)


def _is_year(number: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d{2}", number))


def is_target_like(text: str) -> bool:
    """True for a cell that can only be a target: a number with or without operator, or a short verdict such as 健全."""
    return read_target(text).value is not None or half_width(text).strip() in VERDICTS
