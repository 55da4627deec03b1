"""Codes by SMS: what proves that somebody holds a phone.

Who asks is told the same, after the same work, whether anybody is registered with the number or not: it is not looked
up before the code was right. A code is good only in the browser that asked for it, for a few minutes and a few tries,
which are counted before it is compared.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from huitang_kernel.clock import SystemClock
from huitang_kernel.db import PostgresDatabase
from huitang_kernel.identity.sessions import TOKEN_BYTES, digest_of
from huitang_kernel.identity.settings import IdentitySettings
from huitang_sdk.contracts import Actor, Limits, Messages, Personal, Rate, Recipient, Ref
from huitang_sdk.db import new_id
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import Translator, current_locale
from huitang_sdk.messages import phone_to_dial
from huitang_sdk.personal import masked

_ = Translator("identity")
COOKIE = "huitang_resident_code"
MESSAGE = "identity.resident_code"
KIND = "identity.resident_code"
PHONE = "resident_code.phone"
MOBILE = re.compile(r"1[3-9]\d{9}")
HOUR, DAY = 3600, 86_400
ASK = """
INSERT INTO identity.resident_code (id, token_sha256, code_digest, phone, resident_id, next, asked_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
FIELDS = "id, code_digest, phone, resident_id, next"
TRY = f"""
UPDATE identity.resident_code SET tries = tries + 1
WHERE token_sha256 = $1 AND expires_at > $2 AND tries < $3 RETURNING {FIELDS}
"""


class Asked(Struct, frozen=True, kw_only=True):
    """A code that is out: for which number, for whom (None: to sign in), and where to go afterwards."""

    id: UUID
    phone: str
    resident_id: UUID | None
    next: str

    @property
    def masked(self) -> str:
        """The number as its owner knows it."""
        return masked("phone", self.phone)


class ResidentCodes:
    """`personal` and `messages` are joined at start."""

    personal: Personal
    messages: Messages

    def __init__(
        self, database: PostgresDatabase, settings: IdentitySettings, clock: SystemClock, limits: Limits, key: bytes
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._limits = limits
        self._key = key

    async def ask(self, actor: Actor, typed: str, address: str, *, target: str = "/") -> str:
        """Send a code; `actor` is the resident who wants another number, or nobody yet. The token for the browser.

        Raises Invalid for what is no mobile number, TooManyRequests.
        """
        phone = phone_to_dial(typed[:40])
        if not MOBILE.fullmatch(phone):
            raise Invalid(fields={"phone": _("This is not a mobile number of 11 digits. Example: 138 0000 0000")})
        await self._count(phone, address)
        identifier, token, code = new_id(), secrets.token_urlsafe(TOKEN_BYTES), f"{secrets.randbelow(10**6):06}"
        now, minutes = self._clock.now(), self._settings.resident_code_minutes
        async with self._database.write(actor) as write:
            await self._database.execute(
                ASK,
                identifier,
                digest_of(token),
                self._digest(identifier, code),
                self.personal.seal(PHONE, identifier, phone),
                actor.resident_id,
                target[:2000],
                now,
                now + timedelta(minutes=minutes),
            )
            await write.audit("identity.resident_code.asked", Ref(KIND, identifier))
            data = {"code": code, "minutes": str(minutes)}
            await self.messages.send(MESSAGE, Recipient(phone, locale=current_locale()), key=str(identifier), data=data)
        return token

    async def asked(self, token: str) -> Asked | None:
        """What a browser that holds this token has asked for, while its code is good."""
        rows = await self._database.fetch(
            f"SELECT {FIELDS} FROM identity.resident_code WHERE token_sha256 = $1 AND expires_at > $2",
            *(digest_of(token), self._clock.now()),
        )
        return self._asked(rows[0]) if rows else None

    async def check(self, token: str, typed: str, address: str) -> Asked:
        """What the code was for, if it is right. Raises Invalid, with the same words whatever is wrong with it, and
        TooManyRequests. Use it up with `use`.
        """
        await self._limits.take("resident-try", address, Rate(self._settings.resident_tries_per_address, HOUR))
        rows = await self._database.fetch(TRY, digest_of(token), self._clock.now(), self._settings.resident_code_tries)
        identifier, kept = (rows[0]["id"], rows[0]["code_digest"]) if rows else (UUID(int=0), bytes(32))
        fits = hmac.compare_digest(kept, self._digest(identifier, phone_to_dial(typed[:20])))
        if not rows or not fits:
            message = _("This code does not fit, or it has run out. Check the digits, or have a new one sent.")
            raise Invalid(message, fields={"code": message})
        return self._asked(rows[0])

    async def use(self, asked: Asked) -> None:
        """Take the code away, inside the write that it allows. Raises Invalid when another request was faster."""
        rows = await self._database.fetch("DELETE FROM identity.resident_code WHERE id = $1 RETURNING id", asked.id)
        if not rows:
            raise Invalid(_("This code has been used already. Have a new one sent."))

    async def sweep(self) -> int:
        """Remove codes that have run out, and the numbers with them."""
        rows = await self._database.fetch(
            "DELETE FROM identity.resident_code WHERE expires_at <= $1 RETURNING id", self._clock.now()
        )
        return len(rows)

    async def _count(self, phone: str, address: str) -> None:
        """Counted for every number alike. The address first: whoever floods uses up nobody's number."""
        settings = self._settings
        await self._limits.take("resident-code", address, Rate(settings.resident_codes_per_address, HOUR))
        await self._limits.take("resident-code-all", "", Rate(settings.resident_codes_per_minute, 60))
        for name, count, seconds in (
            ("resident-code-pause", 1, settings.resident_code_pause_seconds),
            ("resident-code-hour", settings.resident_codes_per_hour, HOUR),
            ("resident-code-day", settings.resident_codes_per_day, DAY),
        ):
            await self._limits.take(name, phone, Rate(count, seconds), strict=True)

    def _digest(self, identifier: UUID, code: str) -> bytes:
        return hmac.digest(self._key, identifier.bytes + code.encode(), hashlib.sha256)

    def _asked(self, row: dict[str, object]) -> Asked:
        identifier = row["id"]
        assert isinstance(identifier, UUID)
        phone = self.personal.unseal(PHONE, identifier, row["phone"])  # type: ignore[arg-type]
        return Asked(id=identifier, phone=phone, resident_id=row["resident_id"], next=str(row["next"]))  # type: ignore[arg-type]
