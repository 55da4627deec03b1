"""The private keys of open secret polls: one file each, outside database and backups, destroyed when the poll
closes."""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from huitang_conference.services.access import Ctx

SUFFIX = ".key"
SIZE = 32


class KeyLost(Exception):
    """The private key of a poll is not in the folder: what was sealed for it cannot be opened."""


class Keychain:
    """The folder of keys. Its writes and removals are on disk when they return."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, poll_id: UUID) -> bytes:
        """Make the poll's key, keep the private half in a file (mode 600), and return the public half."""
        key = X25519PrivateKey.generate()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path(poll_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, key.private_bytes_raw())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._settle()
        return key.public_key().public_bytes_raw()

    def read(self, poll_id: UUID) -> bytes:
        """The private key. Raises KeyLost."""
        try:
            content = self._path(poll_id).read_bytes()
        except FileNotFoundError:
            raise KeyLost(str(poll_id)) from None
        if len(content) != SIZE:
            raise KeyLost(str(poll_id))
        return content

    def destroy(self, poll_id: UUID) -> bool:
        """Overwrite the key and remove it; False if there was none."""
        path = self._path(poll_id)
        try:
            descriptor = os.open(path, os.O_WRONLY)
        except FileNotFoundError:
            return False
        try:
            for content in (secrets.token_bytes(SIZE), bytes(SIZE)):
                os.pwrite(descriptor, content, 0)
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        path.unlink(missing_ok=True)
        self._settle()
        return True

    def polls(self) -> list[UUID]:
        """The polls that still have a key."""
        found = self.folder.glob(f"*{SUFFIX}") if self.folder.is_dir() else ()
        return [UUID(path.stem) for path in found]

    def _path(self, poll_id: UUID) -> Path:
        return self.folder / f"{poll_id}{SUFFIX}"

    def _settle(self) -> None:
        """A file's name is durable once its folder is."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


async def forget_key(ctx: Ctx, poll_id: UUID) -> None:
    """After the commit that ended a vote: destroy its key."""
    await asyncio.to_thread(keychain(ctx).destroy, poll_id)


def keychain(ctx: Ctx) -> Keychain:
    """The keychain of this platform."""
    folder = ctx.settings.key_folder
    return Keychain(ctx.folder / "keys" if folder is None or folder == Path() else folder)


async def sweep(ctx: Ctx) -> int:
    """Destroy the keys of polls that are no longer open: a process may have died between commit and destruction."""
    chain = keychain(ctx)
    found = chain.polls()
    if not found:
        return 0
    sql = "SELECT id FROM conference.poll WHERE id = ANY($1::uuid[]) AND state IN ('open', 'prepared')"
    needed = {row["id"] for row in await ctx.db.fetch(sql, found)}
    gone = [poll_id for poll_id in found if poll_id not in needed]
    for poll_id in gone:
        chain.destroy(poll_id)
        ctx.log.warning("the key of the closed poll %s was still there; destroyed", poll_id)
    return len(gone)
