"""Keys outside the database: one master key, from which a separate key for each purpose is derived (HKDF-SHA256)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MINIMUM = 32


class Keys:
    """`derive("audit")` gives the same 32 bytes on every node that has the same master key."""

    def __init__(self, master: str) -> None:
        if len(master) < MINIMUM:
            raise ValueError(f"the master key needs at least {MINIMUM} characters")
        self._master = master.encode()

    def derive(self, purpose: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"huitang:{purpose}".encode()).derive(self._master)

    def scoped(self, plugin: str) -> ScopedKeys:
        """What `ctx.keys` of a plugin is."""
        return ScopedKeys(self, plugin)

    @classmethod
    def load(cls, configured: str, data_dir: Path) -> Keys:
        """Use the configured key, or the one kept in `<data_dir>/master.key`, made there the first time (mode 600)."""
        if configured:
            return cls(configured)
        path = data_dir / "master.key"
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(path.read_text(encoding="ascii").strip())
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        return cls(path.read_text(encoding="ascii"))


class ScopedKeys:
    """The `Keys` of the contract: every purpose is within the plugin's own name."""

    def __init__(self, keys: Keys, plugin: str) -> None:
        self._keys = keys
        self._plugin = plugin
        self._signing: dict[str, Ed25519PrivateKey] = {}

    def derive(self, purpose: str) -> bytes:
        return self._keys.derive(f"plugin:{self._plugin}:{purpose}")

    def sign(self, purpose: str, content: bytes) -> bytes:
        return self._signer(purpose).sign(content)

    def public_key(self, purpose: str) -> bytes:
        return self._signer(purpose).public_key().public_bytes_raw()

    def _signer(self, purpose: str) -> Ed25519PrivateKey:
        if purpose not in self._signing:
            seed = self._keys.derive(f"plugin-signature:{self._plugin}:{purpose}")
            self._signing[purpose] = Ed25519PrivateKey.from_private_bytes(seed)
        return self._signing[purpose]
