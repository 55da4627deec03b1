"""Codes that people keep, read out and type: to look a matter up without an account, to enrol a device.

    code = new_code()                                   # "7K3M-9QXT-2HVA-B5C6F", shown once, on paper, in a message
    stored = code_hash(ctx.keys.derive("lookup"), code)  # what the database keeps of it
    found = code_hash(ctx.keys.derive("lookup"), parse_code(typed))

A code is a secret like a password: keep its hash only, put it into no log, no audit record and no address that a server
logs, and limit how often one may try (`ctx.limits`).

The alphabet is Crockford's base 32, without I, L, O and U. The last symbol is a check: the symbols, each times its own
power of x in the field GF(32), add up to nothing, so that every single wrong symbol and every swap of neighbours is
found before anything is looked up. (Crockford's own check symbol, modulo 37, is outside the alphabet in one code of
seven, and nobody wants to read out "tilde".)
"""

from __future__ import annotations

import hmac
import io
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

import segno
from markupsafe import Markup

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS = (4, 4, 4, 5)
"""How a look-up code is shown: sixteen random symbols of five bits, 80 bits, and the check symbol."""

_LONGEST = 100
_READ = str.maketrans("OIL", "011", " -_.\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u3001\u3002\t\r\n")
_MODULUS = 0b100101
"""x⁵ + x² + 1, primitive: the powers of x are all different, which is what finds swaps."""


class CodeError(ValueError):
    """What was typed is no code, and needs no looking up. `reason`: "symbol" (a character that no code has), "length"
    (one is missing, or too many), "check" (a wrong symbol, or two swapped). The text says the same in English, for
    programmers; what its reader should be told is the page's to say.
    """

    def __init__(self, reason: Literal["symbol", "length", "check"]) -> None:
        super().__init__(f"this is no code: {reason}")
        self.reason = reason


def new_code(groups: Sequence[int] = GROUPS) -> str:
    """A new code of the operating system's randomness, in groups that the eye can hold: "7K3M-9QXT-2HVA-B5C6F".

    `groups` are the lengths of the groups, the check symbol counted: (4, 4, 3) has 50 random bits. Look-up codes keep
    the default, because whoever guesses one reads somebody's matter.
    """
    symbols = "".join(secrets.choice(ALPHABET) for _ in range(sum(groups) - 1))
    return _grouped(symbols + check_symbol(symbols), groups)


def parse_code(text: str, groups: Sequence[int] = GROUPS) -> str:
    """The code as `new_code` wrote it, from what somebody typed. Raises CodeError.

    Lower case, full-width letters, spaces, dashes or none do not matter; O is read as 0, I and L as 1.

    >>> parse_code("oooo oooo oooo ooooo")
    '0000-0000-0000-00000'
    """
    symbols = unicodedata.normalize("NFKC", text[:_LONGEST]).upper().translate(_READ)
    if not set(symbols) <= set(ALPHABET):
        raise CodeError("symbol")
    if len(symbols) != sum(groups):
        raise CodeError("length")
    if check_symbol(symbols[:-1]) != symbols[-1]:
        raise CodeError("check")
    return _grouped(symbols, groups)


def check_symbol(symbols: str) -> str:
    """The symbol that makes a code of these.

    >>> check_symbol("7K3M9QXT2HVAB5C6")
    'F'
    """
    value = 0
    for symbol in symbols:
        value = _TIMES_X[value ^ _VALUES[symbol]]
    return ALPHABET[value]


def code_hash(key: bytes, code: str) -> bytes:
    """What is kept of a code, and searched for: HMAC-SHA256, 32 bytes. Dashes do not count.

    Keyed, so that whoever steals the database cannot even try codes out; `key` comes from `ctx.keys.derive`.
    """
    return hmac.digest(key, code.replace("-", "").encode("ascii"), "sha256")


def qr_svg(text: str, *, title: str = "", mask: int | None = None) -> Markup:
    """A QR code to put straight into a page: an SVG that fills its box, class "ht-qr"; `title` is its name for readers
    who cannot see it ("": it repeats what stands beside it). `mask` (0 to 7) draws it in a tenth of the time, for pages
    that are asked for hundreds of times a second: readers read every mask, the best of the eight a little sooner.
    """
    code = segno.make(text, error="m", micro=False, mask=mask)
    drawn = code.svg_inline(omitsize=True, border=4, svgclass="ht-qr", lineclass=None, light="white", title=title)
    role = 'role="img"' if title else 'aria-hidden="true"'
    return Markup(drawn.replace("<svg ", f"<svg {role} ", 1))  # noqa: S704 - drawn from the text, which stands in it nowhere; the title is escaped by segno


def qr_png(text: str, *, scale: int = 8) -> bytes:
    """The same as a PNG, `scale` pixels a module, for documents made of Word and Typst templates."""
    target = io.BytesIO()
    segno.make(text, error="m", micro=False).save(target, kind="png", scale=scale, border=4)
    return target.getvalue()


def _times_x(value: int) -> int:
    """Multiply by x in GF(32)."""
    doubled = value << 1
    return doubled ^ _MODULUS if doubled & 0b100000 else doubled


_TIMES_X = tuple(_times_x(value) for value in range(32))
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}


def _grouped(symbols: str, groups: Iterable[int]) -> str:
    parts, start = [], 0
    for length in groups:
        parts.append(symbols[start : start + length])
        start += length
    return "-".join(parts)
