"""Sealing presses of secret polls so that only the poll's private key opens them.

Each process makes a random AES-256-GCM key for at most a second of presses and puts it into an HPKE envelope (RFC 9180:
X25519, HKDF-SHA256, AES-256-GCM) to the poll's public key, then forgets it: from then on not even this process can open
what it sealed. Every seal carries its envelope.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
ENVELOPE = 32 + 32 + 16
"""Bytes of an envelope: encapsulated key, the sealed key, tag."""
NONCE = 12
SECONDS = 1.0
"""How long one key seals."""


class SealError(Exception):
    """A seal that the key does not open: it was altered, or belongs to another poll or person."""


class Sealer:
    """Seals for one poll, with a key that lives a second."""

    def __init__(self, poll_id: UUID, public_key: bytes) -> None:
        key = secrets.token_bytes(32)
        self.envelope = SUITE.encrypt(key, X25519PublicKey.from_public_bytes(public_key), _info(poll_id))
        self.until = time.monotonic() + SECONDS
        self._cipher = AESGCM(key)
        self._poll = poll_id.bytes

    def seal(self, attendee_id: UUID, padded: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return self.envelope + nonce + self._cipher.encrypt(nonce, padded, self._poll + attendee_id.bytes)


class Sealers:
    """The sealers of one process; what has had its second is forgotten."""

    def __init__(self) -> None:
        self._sealers: dict[UUID, Sealer] = {}

    def of(self, poll_id: UUID, public_key: bytes) -> Sealer:
        now = time.monotonic()
        for old in [poll for poll, sealer in self._sealers.items() if sealer.until <= now]:
            del self._sealers[old]
        sealer = self._sealers.get(poll_id)
        if sealer is None:
            sealer = self._sealers[poll_id] = Sealer(poll_id, public_key)
        return sealer

    def forget(self, poll_id: UUID) -> None:
        self._sealers.pop(poll_id, None)

    def forget_all(self) -> None:
        self._sealers.clear()


def open_all(poll_id: UUID, private_key: bytes, sealed: Iterable[tuple[UUID, bytes]]) -> Iterator[bytes]:
    """The padded contents, in the order given. Raises SealError for the first that does not open."""
    key = X25519PrivateKey.from_private_bytes(private_key)
    ciphers: dict[bytes, AESGCM] = {}
    for attendee_id, content in sealed:
        envelope = content[:ENVELOPE]
        try:
            if envelope not in ciphers:
                ciphers[envelope] = AESGCM(SUITE.decrypt(envelope, key, _info(poll_id)))
            nonce, body = content[ENVELOPE : ENVELOPE + NONCE], content[ENVELOPE + NONCE :]
            yield ciphers[envelope].decrypt(nonce, body, poll_id.bytes + attendee_id.bytes)
        except (InvalidTag, ValueError) as error:
            raise SealError(f"the press of {attendee_id} does not open") from error


def _info(poll_id: UUID) -> bytes:
    return b"huitang conference press 1 " + poll_id.bytes
