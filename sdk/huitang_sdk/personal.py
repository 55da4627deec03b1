"""Personal data on screen and in the index: what is masked, and which texts mean the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

PersonalKind = Literal["name", "phone", "id", "address", "email", "text"]
"""What a personal column holds: decides how its index is made and how it is masked."""

HIDDEN = "****"
_GAPS = re.compile(r"[\s·•・‧\-\u2010-\u2015－]+")
_SPACED = re.compile(r"(?<=[0-9])\s+(?=[0-9])")
_COMPOUND = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|"
    "仲孙|钟离|长孙|宇文|司徒|鲜于|司空|令狐|呼延|百里|东郭|南门|西门|第五"
)
_DISTRICT = re.compile(r"^.{2,}?[区县旗]|^.{2,}?市")


def normalised(kind: PersonalKind, text: str) -> str:
    """The form of a text that its blind index is made of: what people write differently and mean the same is the same.

    >>> normalised("phone", "+86 138-0000-1234"), normalised("phone", "０８７１－６５５５１２３４")
    ('13800001234', '87165551234')
    >>> normalised("name", "阿依古丽 · 买买提"), normalised("id", "5301 0219 9001 0112 3x")
    ('阿依古丽买买提', '53010219900101123X')
    """
    plain = unicodedata.normalize("NFKC", text)
    if kind == "phone":
        return _phone(plain)
    if kind == "name":
        return _GAPS.sub("", plain).casefold()
    if kind == "id":
        return _GAPS.sub("", plain).upper()
    return ("" if kind == "address" else " ").join(plain.split()).casefold()


def _phone(text: str) -> str:
    """Digits without the country and without the zero that is dialled before an area."""
    digits = "".join(character for character in text if character in "0123456789")
    for country in ("0086", "86"):
        if digits.startswith(country) and len(digits) - len(country) >= 10:
            digits = digits[len(country) :]
            break
    return digits.lstrip("0") or digits


def quotes(said: str, values: Iterable[tuple[PersonalKind, str]]) -> bool:
    """Whether a text that stays in clear (a reason) has one of these values in it, or a run of seven digits, which is
    somebody's number. Names count from two characters, everything else from four: less says nothing of anybody.

    >>> quotes("林秀英 本人来电", [("name", "林秀英")]), quotes("回电 138-0000-1234", [("phone", "13800001234")])
    (True, True)
    >>> quotes("回电 1390000 9999", []), quotes("2026-000042 回电核实", [("name", "林秀英"), ("phone", "")])
    (True, False)
    """
    if re.search(r"[0-9]{7}", _SPACED.sub("", unicodedata.normalize("NFKC", said))):
        return True
    return any(
        plain in normalised(kind, said)
        for kind, plain in ((kind, normalised(kind, text)) for kind, text in values)
        if len(plain) >= (2 if kind == "name" else 4)
    )


def masked(kind: PersonalKind, text: str) -> str:
    """The text as it is shown to whoever need not know it: enough to tell two apart, too little to use.

    >>> [masked("name", name) for name in ("王小明", "欧阳修", "Amina Yusuf")]
    ['王**', '欧阳**', 'A**']
    >>> masked("phone", "138 0000 1234"), masked("id", "530102199001011234"), masked("email", "lin@example.org")
    ('138****1234', '530***********1234', 'l***@example.org')
    >>> masked("address", "云江市高新区科园路 12 号"), masked("text", "来信内容"), masked("name", "")
    ('云江市高新区****', '****', '')
    """
    plain = text.strip()
    if not plain:
        return ""
    if kind == "name":
        family = 2 if len(plain) > 2 and _COMPOUND.match(plain) else 1
        return plain[:family] + "**"
    if kind in ("phone", "id"):
        return _ends(_GAPS.sub("", plain), 3, 4)
    if kind == "email":
        name, at, host = plain.partition("@")
        return f"{name[:1]}***{at}{host}" if at else HIDDEN
    if kind == "address":
        district = _DISTRICT.match(plain)
        return (district.group() if district else plain[:2] if len(plain) > 4 else "") + HIDDEN
    return HIDDEN


def _ends(text: str, first: int, last: int) -> str:
    """The ends of a number, if at least four characters between them are hidden; else all of it is."""
    hidden = len(text) - first - last
    return text[:first] + "*" * hidden + text[-last:] if hidden >= 4 else "*" * len(text)
