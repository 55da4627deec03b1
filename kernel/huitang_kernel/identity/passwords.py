"""Passwords: argon2id in threads of their own, so that neither the loop nor other threads wait for it."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.to_thread
from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

from huitang_kernel.identity.settings import IdentitySettings
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import Translator

_ = Translator("identity")
T = TypeVar("T")
LONGEST = 256

COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
"""Passwords of ten characters and more that are tried first by whoever guesses."""


def check_strength(password: str, *, minimum: int, username: str = "", name: str = "") -> None:
    """Raise Invalid(fields={"password": …}) for a password that is too short, too long, or easily guessed."""
    plain = unicodedata.normalize("NFKC", password)
    lowered = plain.lower()
    message = ""
    if len(plain) < minimum:
        message = _("Use at least {count} characters. A short sentence is easy to remember.", count=minimum)
    elif len(plain) > LONGEST:
        message = _("Use at most {count} characters.", count=LONGEST)
    elif lowered in COMMON or len(set(lowered)) < 4 or _is_run(lowered):
        message = _("This password is one of the first that others would try. Choose another one.")
    elif any(len(own) >= 4 and own.lower() in lowered for own in (username, name)):
        message = _("Do not use your own name or user name in the password.")
    if message:
        raise Invalid(message, fields={"password": message})


def _is_run(text: str) -> bool:
    """True when every character follows the one before: 23456789, jihgfedcba."""
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(text)}
    return len(steps) == 1 and steps <= {-1, 0, 1}


class Passwords:
    """`hash` and `verify`; both take some tens of milliseconds in a thread."""

    def __init__(self, settings: IdentitySettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_time,
            memory_cost=settings.argon2_memory_kib,
            parallelism=settings.argon2_lanes,
            type=Type.ID,
        )
        self._threads = settings.argon2_threads
        self._limiter: anyio.CapacityLimiter | None = None
        self._decoy = ""
        self.worked = 0
        """How many hashes were computed: the tests compare known and unknown names by it."""

    async def hash(self, password: str) -> str:
        return await self._run(self._hasher.hash, _normal(password))

    async def verify(self, hashed: str, password: str) -> bool:
        """Whether the password fits. An empty `hashed` (nobody, or no password yet) costs the same and is False."""
        if not self._decoy:
            self._decoy = await self._run(self._hasher.hash, "nobody has this password")
        return await self._run(self._fits, hashed or self._decoy, _normal(password)) and bool(hashed)

    def is_outdated(self, hashed: str) -> bool:
        """Whether the hash was made with weaker parameters than those now set."""
        return bool(hashed) and self._hasher.check_needs_rehash(hashed)

    def _fits(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *values: str) -> T:
        self.worked += 1
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(self._threads)
        return await anyio.to_thread.run_sync(work, *values, limiter=self._limiter)


def _normal(password: str) -> str:
    """The same password typed on another keyboard or phone is the same (NFKC); absurd lengths are cut."""
    return unicodedata.normalize("NFKC", password[: LONGEST * 4])
