"""Keys outside the database: derived from the platform's master key, each plugin its own."""

from __future__ import annotations

from typing import Protocol


class Keys(Protocol):
    """The plugin's keys; `ctx.keys`. The same on every node and after every restart, as long as the master key is.

    `purpose` is the plugin's word for what a key is for ("poll-log"): each purpose has a key of its own, and no plugin
    gets at another's.
    """

    def derive(self, purpose: str) -> bytes:
        """32 secret bytes for encryption or blind indexes. Never store, send or log them."""

    def sign(self, purpose: str, content: bytes) -> bytes:
        """The Ed25519 signature (64 bytes) of the content: what others can check with `public_key` alone.

        signature = ctx.keys.sign("poll-log", record)
        """

    def public_key(self, purpose: str) -> bytes:
        """The 32 raw bytes of the Ed25519 key that `sign` signs with; it may be published."""
