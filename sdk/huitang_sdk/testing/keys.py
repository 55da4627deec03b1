"""Keys for tests: real ones, of a master key that is no secret."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class FakeKeys:
    """Implements `huitang_sdk.contracts.Keys`. Signing needs the package `cryptography`.

    >>> FakeKeys().derive("poll-log") == FakeKeys().derive("poll-log"), FakeKeys("another").derive("a").hex()[:8]
    (True, '47aba463')
    """

    def __init__(self, plugin: str = "plugin") -> None:
        self._plugin = plugin

    def derive(self, purpose: str) -> bytes:
        """A hash of plugin and purpose."""
        return hashlib.sha256(f"for tests:{self._plugin}:{purpose}".encode()).digest()

    def sign(self, purpose: str, content: bytes) -> bytes:
        """A real signature."""
        return self._signer(purpose).sign(content)

    def public_key(self, purpose: str) -> bytes:
        """What checks it."""
        return self._signer(purpose).public_key().public_bytes_raw()

    def _signer(self, purpose: str) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.derive(f"signature:{purpose}"))
