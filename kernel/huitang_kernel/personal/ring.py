"""The keys in memory: from each one, a cipher and an index key for every column are derived."""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Mapping
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
HEADER = 3
"""Bytes before the nonce: the version of the format, and the key's number in two bytes."""
NONCE = 12
OVERHEAD = HEADER + NONCE + 16
SECRET = 32
INDEX = 16


class Broken(Exception):
    """It does not open here."""


class Key:
    """One key. What is sealed carries its number; so does what is indexed."""

    def __init__(self, number: int, secret: bytes) -> None:
        self.number = number
        self.tag = number.to_bytes(2, "big")
        self.header = VERSION + self.tag
        self._secret = secret
        self._ciphers: dict[str, AESGCM] = {}
        self._indexes: dict[str, bytes] = {}

    def seal(self, column: str, row: UUID, text: str) -> bytes:
        """header, nonce, ciphertext and tag; bound to column (by its key) and row."""
        cipher = self._ciphers.get(column) or self._cipher(column)
        nonce = os.urandom(NONCE)
        return self.header + nonce + cipher.encrypt(nonce, text.encode(), self.header + row.bytes)

    def unseal(self, column: str, row: UUID, sealed: bytes) -> str:
        """Raises Broken."""
        cipher = self._ciphers.get(column) or self._cipher(column)
        try:
            return cipher.decrypt(
                sealed[HEADER : HEADER + NONCE], sealed[HEADER + NONCE :], self.header + row.bytes
            ).decode()
        except (InvalidTag, ValueError) as error:
            raise Broken from error

    def index(self, column: str, plain: str) -> bytes:
        """The key's number and half an HMAC-SHA256 of the normalised text."""
        key = self._indexes.get(column)
        if key is None:
            key = self._indexes[column] = self._derived("index", column)
        return self.tag + hmac.digest(key, plain.encode(), "sha256")[:INDEX]

    def _cipher(self, column: str) -> AESGCM:
        cipher = self._ciphers[column] = AESGCM(self._derived("seal", column))
        return cipher

    def _derived(self, purpose: str, column: str) -> bytes:
        info = f"huitang:personal:{purpose}:{column}".encode()
        return HKDF(algorithm=SHA256(), length=SECRET, salt=None, info=info).derive(self._secret)


class Ring:
    """All keys there are at one moment: the one to seal with, and those that rows of a table may still be under."""

    def __init__(self, keys: Iterable[Key], current: int, complete: Mapping[str, int]) -> None:
        self.keys = {key.number: key for key in keys}
        self.current = self.keys[current]
        self._complete = dict(complete)

    def of(self, sealed: bytes) -> Key | None:
        """The key that a sealed value names; None when it is not here."""
        if len(sealed) < OVERHEAD or sealed[:1] != VERSION:
            return None
        return self.keys.get(int.from_bytes(sealed[1:HEADER], "big"))

    def in_use(self, table: str) -> list[Key]:
        """Those whose indexes rows of the table may carry, newest first: also one that others may use already."""
        oldest = self._complete.get(table, 0)
        return sorted((k for n, k in self.keys.items() if n >= oldest), key=lambda k: -k.number)


def wrap(outer: bytes, number: int, secret: bytes) -> bytes:
    """A key as the database keeps it: encrypted with `outer`, which is derived from the master key."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(outer).encrypt(nonce, secret, f"huitang:personal:key:{number}".encode())


def unwrap(outer: bytes, number: int, wrapped: bytes) -> bytes:
    """Raises Broken: the platform runs with another master key than the one it was wrapped with."""
    try:
        return AESGCM(outer).decrypt(wrapped[:NONCE], wrapped[NONCE:], f"huitang:personal:key:{number}".encode())
    except (InvalidTag, ValueError) as error:
        raise Broken from error
