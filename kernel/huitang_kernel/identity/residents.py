"""Residents: registered by their first code, signed in by every further one, gone when they say so."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from huitang_kernel.clock import SystemClock
from huitang_kernel.db import PostgresDatabase
from huitang_kernel.identity.resident_codes import Asked, ResidentCodes
from huitang_kernel.identity.resident_sessions import KIND, PHONE, ResidentSessions
from huitang_kernel.identity.settings import IdentitySettings
from huitang_sdk.contracts import Actor, Messages, Personal, Ref, Resident, ResidentDeleted
from huitang_sdk.db import new_id
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.http import resident_name
from huitang_sdk.i18n import Translator, current_locale
from huitang_sdk.personal import masked, normalised

_ = Translator("identity")
SEEN = """
UPDATE identity.resident n SET signed_in_at = $2, locale = $3,
    held_since = CASE WHEN o.signed_in_at < $4 THEN $2 ELSE o.held_since END
FROM identity.resident o WHERE n.id = $1 AND o.id = n.id RETURNING o.signed_in_at < $4 AS is_anew
"""


class Entry(Struct, frozen=True):
    """Somebody was let in: the token for the browser, and where to go."""

    token: str
    resident_id: UUID
    next: str
    is_new: bool


class ResidentBook:
    """Implements huitang_sdk.contracts.residents.Residents, and what the pages of residents do."""

    personal: Personal

    def __init__(
        self,
        database: PostgresDatabase,
        clock: SystemClock,
        codes: ResidentCodes,
        sessions: ResidentSessions,
        settings: IdentitySettings,
        key: bytes,
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._key = key
        self.codes = codes
        self.sessions = sessions

    def join(self, personal: Personal, messages: Messages) -> None:
        """With the services that identity is started with."""
        self.personal = self.codes.personal = self.sessions.personal = personal
        self.codes.messages = messages
        self.sessions.forget()

    # The contract

    async def resident(self, resident_id: UUID) -> Resident | None:
        rows = await self._database.fetch(
            "SELECT phone, locale, held_since FROM identity.resident WHERE id = $1", resident_id
        )
        if not rows:
            return None
        phone, row = self.personal.unseal(PHONE, resident_id, rows[0]["phone"]), rows[0]
        return Resident(
            id=resident_id, phone=masked("phone", phone), locale=row["locale"], held_since=row["held_since"]
        )

    async def phone(self, resident_id: UUID) -> str:
        rows = await self._database.fetch("SELECT phone FROM identity.resident WHERE id = $1", resident_id)
        if not rows:
            raise NotFound(_("This resident does not exist."))
        return self.personal.unseal(PHONE, resident_id, rows[0]["phone"])

    # What the pages do

    async def enter(
        self, token: str, typed: str, address: str, *, keep: bool, user_agent: str, replacing: str = ""
    ) -> Entry:
        """Sign in with a code; whoever was never here is registered by it. Raises Invalid, TooManyRequests."""
        asked = await self.codes.check(token, typed, address)
        if asked.resident_id is not None:
            raise Invalid(_("This code was sent to change a number. Have a new one sent to sign in."))
        found = await self._find(asked.phone)
        itself = found or new_id()
        actor = Actor(resident_id=itself, name=resident_name(), locale=current_locale())
        async with self._database.write(actor) as write:
            await self.codes.use(asked)
            resident_id = await self.registered(asked.phone, itself)
            is_new = resident_id == itself and found is None
            is_anew = await self._seen(resident_id)
            opened = await self.sessions.open(resident_id, keep=keep, user_agent=user_agent, replacing=replacing)
            action = "identity.resident.registered" if is_new else "identity.resident.signed_in"
            await write.audit(action, Ref(KIND, resident_id), detail={"after_silence": True} if is_anew else {})
        return Entry(opened, resident_id, asked.next, is_new)

    async def _seen(self, resident_id: UUID) -> bool:
        """Note that somebody signed in; whether after so long that it may be somebody else, who shares no session with
        whoever it was."""
        now, silence = self._clock.now(), timedelta(days=self._settings.resident_silence_days)
        rows = await self._database.fetch(SEEN, resident_id, now, current_locale(), now - silence)
        is_anew = bool(rows and rows[0]["is_anew"])
        if is_anew:
            await self._database.execute("DELETE FROM identity.resident_session WHERE resident_id = $1", resident_id)
        return is_anew

    async def change_phone(self, actor: Actor, token: str, typed: str, address: str) -> None:
        """Take over the number that the code was sent to. Raises Invalid: also when it is another resident's."""
        asked = await self.codes.check(token, typed, address)
        if actor.resident_id is None or asked.resident_id != actor.resident_id:
            raise Invalid(_("This code was not sent for this account. Have a new one sent."))
        async with self._database.write(actor) as write:
            await self.codes.use(asked)
            await self._lock(asked.phone)
            if await self._find(asked.phone) not in (None, actor.resident_id):
                # Said only to whoever has just proved to hold the number.
                raise Invalid(_("This number signs in to another account already. Sign out, and sign in with it."))
            await self._database.execute(
                "UPDATE identity.resident SET phone = $2, phone_index = $3 WHERE id = $1",
                *(actor.resident_id, *self._sealed(actor.resident_id, asked.phone)),
            )
            await write.audit("identity.resident.phone_changed", Ref(KIND, actor.resident_id))
            await self.sessions.changed(actor.resident_id)
        self.sessions.forget(actor.resident_id)

    async def delete(self, actor: Actor, resident_id: UUID) -> None:
        """Take the account, its number and its sessions away; plugins hear of it."""
        async with self._database.write(actor) as write:
            rows = await self._database.fetch("DELETE FROM identity.resident WHERE id = $1 RETURNING id", resident_id)
            if not rows:
                raise NotFound(_("This resident does not exist."))
            await write.audit("identity.resident.deleted", Ref(KIND, resident_id))
            await write.emit(ResidentDeleted(resident_id=resident_id))
            await self.sessions.changed(resident_id)
        self.sessions.forget(resident_id)

    async def registered(self, phone: str, identifier: UUID | None = None) -> UUID:
        """Whoever holds the number, inside a write; registered now, under `identifier`, if nobody did."""
        await self._lock(phone)
        found = await self._find(phone)
        if found is not None:
            return found
        identifier, now = identifier or new_id(), self._clock.now()
        await self._database.execute(
            "INSERT INTO identity.resident (id, phone, phone_index, created_at, signed_in_at, held_since) "
            "VALUES ($1, $2, $3, $4, $4, $4)",
            *(identifier, *self._sealed(identifier, phone), now),
        )
        return identifier

    async def asked_by(self, token: str) -> Asked | None:
        return await self.codes.asked(token) if token else None

    async def _find(self, phone: str) -> UUID | None:
        """By index, then by the number itself: while index keys change, an index may stand for two."""
        rows = await self._database.fetch(
            "SELECT id, phone FROM identity.resident WHERE phone_index = ANY($1)", self.personal.matches(PHONE, phone)
        )
        same = (row["id"] for row in rows if self.personal.unseal(PHONE, row["id"], row["phone"]) == phone)
        return next(same, None)

    async def _lock(self, phone: str) -> None:
        """Until the end of the write: two browsers with codes for one number make one resident."""
        digest = hmac.digest(self._key, normalised("phone", phone).encode(), hashlib.sha256)
        number = int.from_bytes(digest[:8], "big", signed=True)
        await self._database.execute("SELECT pg_advisory_xact_lock($1)", number)

    def _sealed(self, identifier: UUID, phone: str) -> tuple[bytes, bytes | None]:
        return self.personal.seal(PHONE, identifier, phone), self.personal.index(PHONE, phone)
