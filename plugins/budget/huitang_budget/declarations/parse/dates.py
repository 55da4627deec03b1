"""Dates as people write them in forms, and what to say of those that cannot be one."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from msgspec import Struct

from huitang_budget.declarations.parse.clean import half_width

Verdict = Literal["ok", "absent", "impossible", "incomplete", "unreadable"]

_FULL = (
    r"(?P<y>\d{4})(?:\s*年\s*(?P<m1>\d{1,2})\s*月\s*(?P<d1>\d{1,2})\s*[日号]?"
    r"|\s*(?P<s>[-./—–])\s*(?P<m2>\d{1,2})\s*(?P=s)\s*(?P<d2>\d{1,2}))(?!\d)"
)
_DIGITS = r"(?<!\d)(?P<c>(?:19|20)\d{2}[01]\d[0-3]\d)(?!\d)"
DATE = re.compile(rf"(?<!\d)(?:{_FULL})|{_DIGITS}")
_MONTH = re.compile(
    r"(?<!\d)\d{4}\s*(?:年\s*\d{1,2}\s*月|[-./]\s*\d{1,2}(?![\d\-./]))|(?<!\d)\d{4}\s*年(?:底|末|初|上半年|下半年)?"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*(?:年|财年)")
_CN_YEAR = re.compile(r"([一二][〇○零Oo０0一二三四五六七八九]{3})\s*年")
_CN_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | dict.fromkeys("○零Oo0０", "0")
_CN_DATE = re.compile(
    r"(?P<y>[一二][〇○零一二三四五六七八九]{3})年(?:(?P<m>[一二三四五六七八九十]{1,2})月)?(?:(?P<d>[一二三四五六七八九十]{1,3})[日号])?"
)
_NOTHING = re.compile(r"^[\s\-—–/\\无暂]*$")


class DateRead(Struct, frozen=True):
    """A date, or why there is none. `quote` is the part of the text read, `rest` what stands before and after it."""

    value: date | None
    verdict: Verdict
    quote: str = ""
    rest: str = ""


def read_date(text: str) -> DateRead:
    """The first date in `text`. A month without a day, a day that does not exist and other text give no value."""
    plain = _chinese(half_width(text))
    if _NOTHING.match(plain):
        return DateRead(None, "absent")
    found = DATE.search(plain)
    if found is None:
        month = _MONTH.search(plain)
        return DateRead(None, "incomplete" if month else "unreadable", month[0] if month else plain.strip())
    value = to_date(found)
    rest = (plain[: found.start()] + plain[found.end() :]).strip()
    return DateRead(value, "ok" if value else "impossible", found[0], _without_time(rest))


def find_dates(text: str) -> list[re.Match[str]]:
    """All full dates in half-width text, in order; `to_date` turns each into a value or None."""
    return list(DATE.finditer(text))


def to_date(found: re.Match[str]) -> date | None:
    """The date of a match of `DATE`, None when the calendar has no such day."""
    parts = found.groupdict()
    if parts["c"]:
        year, month, day = int(parts["c"][:4]), int(parts["c"][4:6]), int(parts["c"][6:])
    else:
        year, month, day = int(parts["y"]), int(parts["m1"] or parts["m2"]), int(parts["d1"] or parts["d2"])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_year(text: str) -> int | None:
    """The year named in a title line, in digits or Chinese numerals; None when it names none."""
    plain = half_width(text)
    found = _YEAR.search(plain) or re.search(r"(?:^|[(\[〔\s])((?:19|20)\d{2})(?:度|[)\]〕\s]|$)", plain)
    if found:
        return int(found[1])
    chinese = _CN_YEAR.search(plain)
    return int("".join(_CN_DIGITS[c] for c in chinese[1])) if chinese else None


def _chinese(text: str) -> str:
    """二〇一九年一月一日 written with digits."""

    def digits(found: re.Match[str]) -> str:
        out = "".join(_CN_DIGITS[c] for c in found["y"]) + "年"
        out += f"{_small(found['m'])}月" if found["m"] else ""
        return out + (f"{_small(found['d'])}日" if found["d"] else "")

    return _CN_DATE.sub(digits, text)


def _small(text: str) -> int:
    """一 to 三十一 as a number."""
    tens, _, ones = text.rpartition("十")
    unit = int(_CN_DIGITS[ones]) if ones in _CN_DIGITS else 0
    if "十" not in text:
        return unit
    return (int(_CN_DIGITS[tens]) if tens in _CN_DIGITS else 1) * 10 + unit


def _without_time(rest: str) -> str:
    return re.sub(r"^T?\s*\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$", "", rest).strip()
