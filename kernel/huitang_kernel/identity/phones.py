"""Phone numbers of accounts, sealed like all personal data."""

from __future__ import annotations

import re
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huitang_kernel.db import PostgresDatabase
from huitang_sdk.contracts import Personal
from huitang_sdk.declare import PersonalColumn
from huitang_sdk.errors import Invalid, SealBroken, Unavailable
from huitang_sdk.i18n import Translator

_ = Translator("identity")
PHONE = re.compile(r"^\+?\d[\d -]{4,20}\d$")
COLUMN = PersonalColumn("account", "phone", "phone")
OLD_NONCE = 12


class Phones:
    """`seal` and `open`; a number that was altered, or moved to another row, opens as ""."""

    personal: Personal
    """Set when the platform starts."""

    def seal(self, phone: str, account_id: UUID) -> bytes | None:
        """The sealed number, None for "". Raises Invalid for what is no phone number."""
        plain = phone.strip()
        if not plain:
            return None
        if not PHONE.match(plain):
            raise Invalid(fields={"phone": _("This is not a phone number. Example: 138 0000 0000")})
        return self.personal.seal(COLUMN.name, account_id, plain)

    def open(self, sealed: bytes | None, account_id: UUID) -> str:
        """The account can still be looked at and mended; the health check names what does not open."""
        try:
            return self.personal.unseal(COLUMN.name, account_id, sealed)
        except (SealBroken, Unavailable):
            return ""

    async def adopt(self, database: PostgresDatabase, old_key: bytes) -> None:
        """Take over what was sealed before there was one way for all; what does not open is left where it is."""
        cipher = AESGCM(old_key)
        for row in await database.fetch("SELECT id, phone_sealed FROM identity.account WHERE phone_sealed IS NOT NULL"):
            identifier, sealed = row["id"], row["phone_sealed"]
            try:
                plain = cipher.decrypt(sealed[:OLD_NONCE], sealed[OLD_NONCE:], identifier.bytes).decode()
            except (InvalidTag, ValueError):
                continue
            await database.execute(
                "UPDATE identity.account SET phone = $2, phone_sealed = NULL WHERE id = $1 AND phone_sealed = $3",
                *(identifier, self.personal.seal(COLUMN.name, identifier, plain), sealed),
            )
