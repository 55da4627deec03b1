"""Amounts of money to integer fen, exactly: units, separators and signs as forms write them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from huitang_budget.declarations.parse.clean import half_width

FEN = {"元": 100, "圆": 100, "千元": 100_000, "万元": 1_000_000, "万": 1_000_000, "百万元": 100_000_000,
       "亿元": 10_000_000_000, "亿": 10_000_000_000, "角": 10, "分": 1}  # fmt: skip
_LARGEST = 9_000_000_000_000_000_000
"""Above this an amount no longer fits the database's bigint and is surely no budget."""

_LONGEST = 24
"""More digits than Decimal multiplies exactly under its default context are not read at all."""
_NUMBER = r"(?:\d{1,3}(?:,\s?\d{3})+|[1-9]\d{0,2}(?: \d{3})+|\d+)(?:\.\d+)?"
_AMOUNT = re.compile(
    rf"^(?:人民币|合计|共计|总计|共|计|小计|[:：])*\s*(?P<open>\()?(?P<sign>[-+−－]?)\s*[¥￥]?\s*(?P<sign2>[-−－]?)\s*"
    rf"(?P<number>{_NUMBER})\s*(?P<unit>百万元|千元|万元|亿元|元|圆|万|亿)?\s*(?:人民币)?(?P<close>\))?[整正]?"
)
_UNIT_NOTE = re.compile(r"(百万元|千元|万元|亿元|元)")
_NOTHING = re.compile(r"^[\s\-—–/\\无]*$")
_NOTE_START = re.compile(r"^\s*(?:$|[(（\[，,;；。]\D)")

Verdict = Literal["ok", "absent", "unreadable", "too_fine", "too_large"]


class MoneyRead(Struct, frozen=True):
    """An amount in fen or why there is none; `unit` is the unit written in the text itself, if any."""

    fen: int | None
    verdict: Verdict
    unit: str | None = None
    rest: str = ""


def unit_in(text: str) -> str | None:
    """The unit a label or heading names: 项目总预算（万元） gives 万元."""
    found = _UNIT_NOTE.search(half_width(text))
    return found[1] if found else None


def read_money(text: str, unit: str = "元") -> MoneyRead:
    """The amount that `text` starts with; a unit written in it wins over `unit`. Never rounds, never guesses."""
    plain = half_width(text).replace("￥", "¥").replace("，", ",").strip()
    if _NOTHING.match(plain):
        return MoneyRead(None, "absent")
    found = _AMOUNT.match(plain)
    rest = plain[found.end() :] if found else ""
    if found is None or bool(found["open"]) != bool(found["close"]) or not _NOTE_START.match(rest):
        return MoneyRead(None, "unreadable")
    return _in_fen(found, unit, rest.strip())


def _in_fen(found: re.Match[str], unit: str, rest: str) -> MoneyRead:
    own = {"万": "万元", "亿": "亿元", "圆": "元"}.get(found["unit"] or "", found["unit"])
    if len(found["number"]) > _LONGEST:
        return MoneyRead(None, "too_large", own)
    amount = Decimal(re.sub(r"[, ]", "", found["number"])) * FEN[own or unit]
    if amount != amount.to_integral_value():
        return MoneyRead(None, "too_fine", own)
    if amount > _LARGEST:
        return MoneyRead(None, "too_large", own)
    negative = bool(found["open"] or found["sign"] or found["sign2"]) and found["sign"] != "+"
    return MoneyRead(int(-amount if negative else amount), "ok", own, rest)


def looks_like_money(text: str) -> bool:
    """True when the whole text is one amount."""
    read = read_money(text)
    return read.verdict in ("ok", "too_fine") and not read.rest


def yuan(fen: int) -> str:
    """Fen as yuan for messages: 212400000 → "2,124,000.00 元"."""
    sign, rest = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{rest // 100:,}.{rest % 100:02d} 元"
