"""Fractions of a body, exactly: how many of so many are "more than half" or "at least two thirds". No floats."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from msgspec import Meta, Struct

from huitang_conference.rules.sources import Ruled
from huitang_conference.rules.wording import say
from huitang_sdk.cases import Text

Base = Literal["members", "present", "taking_part", "decided"]
"""Of whom a share is taken: all members of the body, those present, those who chose (for, against or abstention), or
those who were for or against."""

FractionText = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,3}/[1-9][0-9]{0,3}$")]
"""A fraction as it is read aloud: "1/2", "2/3"."""


class Share(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A share of a body. `strict`: more than the fraction (过半数); otherwise at least the fraction (三分之二以上)."""

    fraction: FractionText
    strict: bool
    base: Base = "members"

    def __post_init__(self) -> None:
        if self.value > 1 or (self.strict and self.value == 1):
            raise ValueError("the fraction must be at most 1, and less than 1 when it has to be exceeded")

    @property
    def value(self) -> Fraction:
        top, _slash, bottom = self.fraction.partition("/")
        return Fraction(int(top), int(bottom))

    def needed(self, total: int) -> int:
        """The smallest number that is enough out of `total`.

        >>> Share(fraction="1/2", strict=True).needed(61), Share(fraction="2/3", strict=False).needed(61)
        (31, 41)
        """
        top, bottom = total * self.value.numerator, self.value.denominator
        return top // bottom + 1 if self.strict else -(-top // bottom)

    def words(self) -> Text:
        """The share in words, without of whom: "more than 1/2"."""
        if self.strict and self.value == _HALF:
            return say("share.more_than_half")
        return say("share.more_than" if self.strict else "share.at_least", fraction=_spoken(self.value))


class RuledShare(Ruled, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A share that a rule asks for, with the article that asks."""

    fraction: FractionText
    strict: bool
    base: Base = "members"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.share()

    def share(self) -> Share:
        return Share(fraction=self.fraction, strict=self.strict, base=self.base)

    def needed(self, total: int) -> int:
        """The smallest number that is enough out of `total`."""
        return self.share().needed(total)


_HALF = Fraction(1, 2)
_DIGITS = "零一二三四五六七八九十"


def _spoken(value: Fraction) -> Text:
    top, bottom = value.numerator, value.denominator
    if value == _HALF:
        return Text("半数", "1/2")
    if max(top, bottom) <= 10:
        return Text(f"{_DIGITS[bottom]}分之{_DIGITS[top]}", f"{top}/{bottom}")
    return Text(f"{top}/{bottom}", f"{top}/{bottom}")
