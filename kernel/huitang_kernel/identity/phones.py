"""Phone numbers at rest: AES-256-GCM with a key outside the database, bound to the account they belong to."""

from __future__ import annotations

import os
import re
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import Translator

_ = Translator("identity")
PHONE = re.compile(r"^\+?\d[\d -]{4,20}\d$")
NONCE = 12


class Phones:
    """`seal` and `open`; a number moved to another row, or sealed with another key, opens as ""."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, phone: str, account_id: UUID) -> bytes | None:
        """The sealed number, None for "". Raises Invalid for what is no phone number."""
        plain = phone.strip()
        if not plain:
            return None
        if not PHONE.match(plain):
            raise Invalid(fields={"phone": _("This is not a phone number. Example: 138 0000 0000")})
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain.encode(), account_id.bytes)

    def open(self, sealed: bytes | None, account_id: UUID) -> str:
        if not sealed:
            return ""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], account_id.bytes).decode()
        except InvalidTag:
            return ""


def masked(phone: str) -> str:
    """All but the first three and last two characters hidden.

    >>> masked("13800001234")
    '138******34'
    """
    return phone[:3] + "*" * max(0, len(phone) - 5) + phone[-2:] if len(phone) > 5 else "*" * len(phone)
