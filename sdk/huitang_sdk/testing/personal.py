"""Personal data sealed in memory with keys that are no secret."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts import Actor, Permissions, Ref, Sealed
from huitang_sdk.declare import PersonalColumn
from huitang_sdk.errors import Invalid, SealBroken
from huitang_sdk.personal import normalised, quotes
from huitang_sdk.testing.permissions import FakePermissions

HEADER = b"\x01\x00\x01"


class Revealed(Struct, frozen=True):
    """What `reveal` put on record."""

    actor: Actor
    subject: Ref
    columns: tuple[str, ...]
    reason: str


class FakePersonal:
    """Implements `huitang_sdk.contracts.Personal`: real encryption, which needs the package `cryptography`.

        personal = FakePersonal([PersonalColumn("contact", "phone", "phone", index="phone_index")])
        personal.seal("contact.phone", row, "13800001234")

    `revealed` is what was shown in clear and why.
    """

    def __init__(
        self, columns: Iterable[PersonalColumn] = (), permissions: Permissions | None = None, *, plugin: str = "plugin"
    ) -> None:
        self._kinds = {column.name: column.kind for column in columns}
        self._permissions = permissions or FakePermissions()
        self._plugin = plugin
        self.revealed: list[Revealed] = []

    def seal(self, column: str, row: UUID, text: str) -> bytes:
        """See the contract."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(12)
        return HEADER + nonce + AESGCM(self._key("seal", column)).encrypt(nonce, text.encode(), HEADER + row.bytes)

    def unseal(self, column: str, row: UUID, sealed: bytes | None) -> str:
        """See the contract."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        cipher = AESGCM(self._key("seal", column))
        if sealed is None:
            return ""
        try:
            return cipher.decrypt(sealed[3:15], sealed[15:], sealed[:3] + row.bytes).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"{column} of {row} cannot be opened") from error

    def index(self, column: str, text: str) -> bytes | None:
        """See the contract."""
        key = self._key("index", column)
        plain = normalised(self._kinds[column], text)
        return HEADER[1:] + hmac.digest(key, plain.encode(), "sha256")[:16] if plain else None

    def matches(self, column: str, text: str) -> list[bytes]:
        """See the contract."""
        found = self.index(column, text)
        return [found] if found else []

    async def reveal(
        self, actor: Actor, permission: str, subject: Ref, values: Sequence[Sealed], *, reason: str
    ) -> list[str]:
        """See the contract."""
        self._permissions.require(actor, permission)
        if not reason.strip():
            raise Invalid(fields={"reason": "Say why you need to see it."})
        texts = [self.unseal(value.column, value.row, value.content) for value in values]
        if quotes(reason, [(self._kinds[value.column], text) for value, text in zip(values, texts, strict=True)]):
            raise Invalid(fields={"reason": "Do not write names or numbers into the reason: it stays in clear."})
        columns = tuple(dict.fromkeys(value.column for value in values))
        self.revealed.append(Revealed(actor, subject, columns, reason.strip()))
        return texts

    def _key(self, purpose: str, column: str) -> bytes:
        if column not in self._kinds:
            raise ValueError(f"{self._plugin} declares no personal column {column!r}")
        return hashlib.sha256(f"for tests:{purpose}:{self._plugin}.{column}".encode()).digest()
