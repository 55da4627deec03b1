"""The way in: name and password against the account, with the same work and the same words for every failure."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.identity.accounts import Accounts
from huitang_kernel.identity.attempts import Attempts
from huitang_kernel.identity.passwords import Passwords
from huitang_kernel.identity.sessions import Sessions
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.errors import Invalid, TooManyRequests
from huitang_sdk.i18n import Translator, format_time

_ = Translator("identity")
NOBODY = UUID(int=0)


class Visit(Struct, frozen=True, kw_only=True):
    """Where a try to sign in comes from. `token` is the session cookie it brought, to be replaced."""

    address: str = ""
    user_agent: str = ""
    request_id: str = ""
    token: str = ""


class Entered(Struct, frozen=True):
    """A successful sign-in: the new token, and what the browser should know at once."""

    token: str
    account_id: UUID
    must_change_password: bool
    text_size: int
    high_contrast: bool
    theme: str
    locale: str


class Entrance:
    """Signing in and changing one's own password."""

    def __init__(
        self,
        database: PostgresDatabase,
        accounts: Accounts,
        passwords: Passwords,
        sessions: Sessions,
        attempts: Attempts,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._passwords = passwords
        self._sessions = sessions
        self._attempts = attempts

    async def sign_in(self, username: str, password: str, visit: Visit) -> Entered:
        """Check and open a new session. Raises Invalid (one message for all causes) or TooManyRequests (locked)."""
        username = username.strip()[:200]
        row = await self._row(username)
        refused = await self._attempts.count(row["username"] if row else username)
        if refused is not None:
            await self._failed(row, visit, "locked")
            raise self._locked(refused)
        fits = await self._passwords.verify(row["password"] if row else "", password)
        if row is None or not fits or not row["is_active"]:
            cause = "unknown name" if row is None else "wrong password" if not fits else "switched off"
            await self._failed(row, visit, cause)
            raise Invalid(
                _("User name and password do not fit together. Check both; capital letters count in the password.")
            )
        await self._attempts.forget(row["username"])
        if self._passwords.is_outdated(row["password"]):
            await self._rehash(row["id"], password)
        actor = Actor(account_id=row["id"], name=row["name"], address=visit.address, request_id=visit.request_id)
        token = await self._sessions.open(actor, user_agent=visit.user_agent, replacing=visit.token)
        return Entered(
            token,
            row["id"],
            row["must_change_password"],
            row["text_size"],
            row["high_contrast"],
            row["theme"],
            row["locale"],
        )

    async def check_own(self, actor: Actor, password: str) -> None:
        """The reader's own password once more, before it is changed. Counted like a sign-in; raises like it."""
        assert actor.account_id is not None
        row = await self._accounts.row(actor.account_id)
        refused = await self._attempts.count(row["username"])
        if refused is not None:
            raise self._locked(refused)
        if not await self._passwords.verify(row["password"], password):
            message = _("This is not your present password.")
            raise Invalid(message, fields={"present": message})
        await self._attempts.forget(row["username"])

    async def _row(self, username: str) -> dict[str, Any] | None:
        rows = await self._database.fetch("SELECT * FROM identity.account WHERE lower(username) = lower($1)", username)
        return rows[0] if rows else None

    async def _failed(self, row: dict[str, Any] | None, visit: Visit, cause: str) -> None:
        """Put the failure on record: the account if there is one, never what was typed."""
        actor = Actor(name="", address=visit.address, request_id=visit.request_id)
        async with self._database.write(actor) as write:
            subject = Ref("identity.account", row["id"] if row else NOBODY)
            await write.audit("identity.session.refused", subject, detail={"cause": cause})

    async def _rehash(self, account_id: UUID, password: str) -> None:
        """The settings ask for more work than this hash was made with; only now is the password at hand."""
        hashed = await self._passwords.hash(password)
        await self._database.execute("UPDATE identity.account SET password = $2 WHERE id = $1", account_id, hashed)

    def _locked(self, until: datetime) -> TooManyRequests:
        seconds = max(1, round((until - self._attempts.now()).total_seconds()))
        message = _("Too many tries with this name. Try again after {time}.", time=format_time(until))
        return TooManyRequests(message, retry_after=seconds)
