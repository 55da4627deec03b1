"""The codes that devices are enrolled with: 50 random bits in Crockford's base 32, with his check symbol.

People read them from a sheet and type them at a terminal, so letters that look like digits are read as these, case,
spaces and hyphens do not matter, and the check symbol finds every wrong character and every swapped pair before
anything is looked up. Codes whose check symbol would be outside the alphabet (* ~ $ = U) are not given out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK_SYMBOLS = ALPHABET + "*~$=U"
LENGTH = 10
"""Random characters of five bits each; the check symbol comes after them."""

GROUPS = (4, 8)
_READ = str.maketrans("OIL", "011", " -\u2010\u2013\u2014\u3000")


def make_code() -> str:
    """A new code as it is printed: "7K3M-9QXT-2HV"."""
    while True:
        text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        check = check_symbol(text)
        if check in ALPHABET:
            return printed(text + check)


def printed(text: str) -> str:
    """Characters in groups that the eye can hold.

    >>> printed("7K3M9QXT2HV")
    '7K3M-9QXT-2HV'
    """
    first, second = GROUPS
    return f"{text[:first]}-{text[first:second]}-{text[second:]}"


def check_symbol(text: str) -> str:
    """Crockford's: the number modulo 37."""
    number = 0
    for character in text:
        number = number * 32 + ALPHABET.index(character)
    return CHECK_SYMBOLS[number % 37]


def read_code(typed: str) -> str | None:
    """The characters of a code as somebody typed it, or None when it cannot be one.

    >>> read_code("oooo-oooo-ooo"), read_code("0000-0000-001")
    ('00000000000', None)
    """
    text = typed[:40].upper().translate(_READ)
    if len(text) != LENGTH + 1 or not set(text) <= set(ALPHABET):
        return None
    return text if check_symbol(text[:-1]) == text[-1] else None


def digest_of_code(code: str, key: bytes) -> bytes:
    """What is kept of a code. Keyed, because 50 bits could be tried out by whoever has stolen a plain digest."""
    return hmac.new(key, code.replace("-", "").encode(), hashlib.sha256).digest()
