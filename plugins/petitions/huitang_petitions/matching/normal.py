"""Text as it is compared: one width, one script, one way to write a number; what a scan confuses made equal."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from opencc import OpenCC

WORD = 8
"""What is longer is a text: nobody's letter is kept for being read again."""
_DIGIT = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "百": 100, "千": 1000}
_HAN_NUMBER = re.compile(
    r"[0-9]+(?:\.[0-9]+)?[十百千万亿][〇零一二两三四五六七八九十百千万]*|[〇零一二两三四五六七八九十百千万亿]+"
)
_UNITS = "号栋幢座楼单室层组队期年月日元块户人名个次起亩米里路岁倍成区点时分套台部页条度"
_PER_CENT = re.compile(r"百分之([0-9.]+|[〇零一二两三四五六七八九十百]+)")
_IN_NUMBER = re.compile(r"(?<=[0-9])[oO〇口lI|](?=[0-9oO〇口lI|号栋幢楼室元年月路]|$)|(?<![A-Za-z0-9])[lIoO|](?=[0-9])")
_SPACES = re.compile(r"\s+")


@cache
def data(name: str) -> dict[str, Any]:
    return tomllib.loads(files("huitang_petitions.matching").joinpath(name).read_text(encoding="utf-8"))


@cache
def _simplified() -> OpenCC:
    return OpenCC("t2s")


@cache
def _alike() -> dict[int, str]:
    table: dict[int, str] = {}
    for group in data("lookalikes.toml")["alike"].split():
        first = next((table[ord(character)] for character in group if ord(character) in table), group[0])
        table |= {ord(character): first for character in group}
    return table


def folded(text: str) -> str:
    """With one character for all that look like it.

    >>> folded("末来") == folded("未来")
    True
    """
    return _folded(text) if len(text) <= WORD else text.translate(_alike())


@lru_cache(maxsize=65_536)
def _folded(word: str) -> str:
    return word.translate(_alike())


def plain(text: str) -> str:
    """NFKC, simplified characters, lower case, no spaces, what a scan split put together, numbers in digits.

    >>> plain("雲江市東江區人民路十二號　３棟")
    '云江市东江区人民路12号3栋'
    >>> plain("年息百分之八")
    '年息8%'
    """
    text = unicodedata.normalize("NFKC", text)
    text = _simplified().convert(text)
    text = _SPACES.sub("", text)
    text = _IN_NUMBER.sub(lambda match: "1" if match[0] in "lI|" else "0", text).lower()
    for parts, whole in data("lookalikes.toml")["split"].items():
        if parts in text:
            text = text.replace(parts, whole)
    return _HAN_NUMBER.sub(_in_digits, _PER_CENT.sub(_per_cent, text))


def _per_cent(match: re.Match[str]) -> str:
    value = match[1] if match[1][0].isdigit() else number(match[1])
    return match[0] if value is None else f"{value}%"


def _in_digits(match: re.Match[str]) -> str:
    written = match[0]
    following = match.string[match.end() : match.end() + 1]
    if len(written) == 1 and (not following or following not in _UNITS or match.string.startswith("人民", match.end())):
        return written
    value = number(written)
    return written if value is None else str(value)


def number(written: str) -> int | None:
    """What a number in words is worth; None where it is none.

    >>> number("一万二"), number("十一万八"), number("四千六百八"), number("3.6万"), number("二零二四"), number("百")
    (12000, 118000, 4680, 36000, 2024, None)
    """
    if all(character in _DIGIT for character in written):
        return int("".join(str(_DIGIT[character]) for character in written))
    total, section, unit = 0.0, 0.0, 1
    current: float | None = None
    for part in re.findall(r"[0-9.]+|.", written):
        if part[0].isdigit():
            current = float(part)
        elif part in _DIGIT:
            current = _DIGIT[part]
            if part in "零〇":
                unit = 1
        elif part in _TENS:
            if current is None and part != "十":
                return None
            section += (1 if current is None else current) * _TENS[part]
            unit, current = _TENS[part] // 10, None
        else:
            unit = 10_000 if part == "万" else 100_000_000
            if current is None and not section:
                return None
            total, section = (total + section + (current or 0)) * unit, 0.0
            unit, current = unit // 10, None
    return round(total + section + (current or 0) * unit)
