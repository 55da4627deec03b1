"""Devices: invited with a code, enrolled with a token, moved, revoked; each write on record."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from huitang_kernel.clock import SystemClock
from huitang_kernel.db import PostgresDatabase
from huitang_kernel.identity.organisations import CHANNEL
from huitang_kernel.identity.sessions import TOKEN_BYTES, digest_of
from huitang_kernel.identity.settings import IdentitySettings
from huitang_sdk.codes import CodeError, code_hash, new_code, parse_code
from huitang_sdk.contracts import Actor, Device, Invitation, Limits, NewDevice, Rate, Ref
from huitang_sdk.db import new_id
from huitang_sdk.errors import Invalid, NotFound, TooManyRequests
from huitang_sdk.i18n import DEFAULT_LOCALE, Translator, format_time, use_locale

_ = Translator("identity")
KIND = "identity.device"
CODE_GROUPS = (4, 4, 3)
"""Codes for one use within hours have 50 random bits; the check symbol is the eleventh."""

TOKEN_PREFIX = "hd_"  # noqa: S105 - what tokens begin with is no secret
NAME_LENGTH, PLACE_LENGTH = 100, 200
FIELDS = "id, name, place, role, organisation_id, plugin, invited_at, enrolled_at, seen_at, revoked_at"
INVITE = """
INSERT INTO identity.device
  (id, plugin, name, place, role, reach, organisation_id, invited_at, code_digest, code_expires_at)
SELECT id, $2, name, place, role, reach, $3, $4, digest, $5
FROM unnest($1::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[])
  AS new (id, name, place, role, reach, digest)
"""
REINVITE = f"""
UPDATE identity.device SET invited_at = $2, code_digest = $3, code_expires_at = $4, token_sha256 = NULL,
  enrolled_at = NULL, revoked_at = NULL, revoked_reason = '' WHERE id = $1 RETURNING {FIELDS}
"""
ENROL = f"""
UPDATE identity.device SET token_sha256 = $2, enrolled_at = $3, seen_at = $3, code_digest = NULL, code_expires_at = NULL
WHERE code_digest = $1 AND code_expires_at > $3 RETURNING {FIELDS}
"""
REVOKE = f"""
UPDATE identity.device SET revoked_at = $2, revoked_reason = $3, token_sha256 = NULL, code_digest = NULL,
  code_expires_at = NULL WHERE id = $1 RETURNING {FIELDS}
"""


def display_name(name: str) -> str:
    """What a device is called beside people: in the audit trail, as the actor of a request."""
    with use_locale(DEFAULT_LOCALE):
        return _("Device {name}", name=name)


class DeviceBook:
    """The devices of all plugins. `plugin` "" stands for any."""

    def __init__(
        self, database: PostgresDatabase, settings: IdentitySettings, clock: SystemClock, limits: Limits, key: bytes
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._limits = limits
        self._key = key

    async def invite(
        self,
        plugin: str,
        devices: Sequence[NewDevice],
        reaches: dict[str, str],
        organisation_id: UUID,
        actor: Actor,
        valid_hours: int,
    ) -> list[Invitation]:
        """All by one statement; `reaches` has the reach of each role."""
        now = self._clock.now()
        expires = now + timedelta(hours=valid_hours)
        made = [self._made(plugin, new, organisation_id, now) for new in devices]
        if not made:
            return []
        codes = [new_code(CODE_GROUPS) for _ in made]
        columns = [[getattr(device, field) for device in made] for field in ("name", "place", "role")]
        columns.append([reaches[device.role] for device in made])
        columns.append([code_hash(self._key, code) for code in codes])
        async with self._database.write(actor) as write:
            try:
                ids = [device.id for device in made]
                await self._database.execute(INVITE, ids, plugin, organisation_id, now, expires, *columns)
            except asyncpg.ForeignKeyViolationError as error:
                raise Invalid(_("This organisation does not exist any more.")) from error
            for device in made:
                detail = {"after": {"name": device.name, "place": device.place, "role": device.role}}
                await write.audit("identity.device.invited", Ref(KIND, device.id), detail=detail)
        return [Invitation(device, code, expires) for device, code in zip(made, codes, strict=True)]

    def _made(self, plugin: str, new: NewDevice, organisation_id: UUID, now: Any) -> Device:
        name, place = new.name.strip(), new.place.strip()
        if not 0 < len(name) <= NAME_LENGTH:
            message = _("A device needs a name of at most {count} characters.", count=NAME_LENGTH)
            raise Invalid(message, fields={"name": message})
        return Device(
            id=new_id(),
            name=name,
            place=_checked_place(place),
            role=new.role,
            organisation_id=organisation_id,
            plugin=plugin,
            invited_at=now,
        )

    async def reinvite(self, plugin: str, device_id: UUID, actor: Actor, valid_hours: int) -> Invitation:
        now, code = self._clock.now(), new_code(CODE_GROUPS)
        expires = now + timedelta(hours=valid_hours)
        async with self._database.write(actor) as write:
            await self._lock(plugin, device_id)
            rows = await self._database.fetch(REINVITE, device_id, now, code_hash(self._key, code), expires)
            await write.audit("identity.device.reinvited", Ref(KIND, device_id))
            await self._tell(device_id)
        return Invitation(Device(**rows[0]), code, expires)

    async def get(self, plugin: str, device_id: UUID) -> Device | None:
        rows = await self._database.fetch(
            f"SELECT {FIELDS} FROM identity.device WHERE id = $1 AND ($2 = '' OR plugin = $2)", device_id, plugin
        )
        return Device(**rows[0]) if rows else None

    async def all(
        self, plugin: str, place: str, organisation_id: UUID | None, ids: Iterable[UUID] | None
    ) -> list[Device]:
        rows = await self._database.fetch(
            f"SELECT {FIELDS} FROM identity.device WHERE plugin = $1 AND ($2 = '' OR place = $2) "
            "AND ($3::uuid IS NULL OR organisation_id = $3) AND ($4::uuid[] IS NULL OR id = ANY($4)) "
            "ORDER BY place, name, id",
            *(plugin, place, organisation_id, None if ids is None else list(ids)),
        )
        return [Device(**row) for row in rows]

    async def move(self, plugin: str, device_id: UUID, place: str, actor: Actor) -> Device:
        place = _checked_place(place.strip())
        async with self._database.write(actor) as write:
            before = await self._lock(plugin, device_id)
            rows = await self._database.fetch(
                f"UPDATE identity.device SET place = $2 WHERE id = $1 RETURNING {FIELDS}", device_id, place
            )
            detail = {"before": {"place": before["place"]}, "after": {"place": place}}
            await write.audit("identity.device.moved", Ref(KIND, device_id), detail=detail)
            await self._tell(device_id)
        return Device(**rows[0])

    async def revoke(self, plugin: str, device_id: UUID, actor: Actor, reason: str) -> None:
        async with self._database.write(actor) as write:
            await self._lock(plugin, device_id)
            await self._database.execute(REVOKE, device_id, self._clock.now(), reason)
            await write.audit("identity.device.revoked", Ref(KIND, device_id), reason=reason)
            await self._tell(device_id)

    async def enrol(self, plugin: str, typed: str, address: str, request_id: str = "") -> tuple[Device, str]:
        """`plugin` "" takes the code of any. Only codes that could be one count as tries: typing errors do not."""
        rate = Rate(self._settings.enrol_lock_after, self._settings.lock_seconds)
        seconds = await self._limits.wait("enrol", address, rate)
        if seconds:
            again = format_time(self._clock.now() + timedelta(seconds=seconds))
            message = _("Too many wrong codes from here. Try again after {time}.", time=again)
            raise TooManyRequests(message, retry_after=seconds)
        code = _read(typed)
        found = await self._enrol(plugin, code, address, request_id) if code else None
        if found is None:
            if code:
                await self._limits.take("enrol", address, rate)
            message = _("This code is not valid: it has a typing error, was used, or has run out. Ask for a new one.")
            raise Invalid(message, fields={"code": message})
        return found

    async def _enrol(self, plugin: str, code: str, address: str, request_id: str) -> tuple[Device, str] | None:
        token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        digest = code_hash(self._key, code)
        rows = await self._database.fetch(
            "SELECT id, name FROM identity.device WHERE code_digest = $1 AND ($2 = '' OR plugin = $2)", digest, plugin
        )
        if not rows:
            return None
        itself = Actor(
            device_id=rows[0]["id"], name=display_name(rows[0]["name"]), address=address, request_id=request_id
        )
        async with self._database.write(itself) as write:
            enrolled = await self._database.fetch(ENROL, digest, digest_of(token), self._clock.now())
            await write.audit(
                "identity.device.enrolled" if enrolled else "identity.device.refused", Ref(KIND, rows[0]["id"])
            )
        return (Device(**enrolled[0]), token) if enrolled else None

    async def sweep(self) -> int:
        """Drop codes that have run out."""
        rows = await self._database.fetch(
            "UPDATE identity.device SET code_digest = NULL WHERE code_digest IS NOT NULL AND code_expires_at <= $1 "
            "RETURNING id",
            self._clock.now(),
        )
        return len(rows)

    async def _lock(self, plugin: str, device_id: UUID) -> dict[str, Any]:
        rows = await self._database.fetch(
            f"SELECT {FIELDS} FROM identity.device WHERE id = $1 AND ($2 = '' OR plugin = $2) FOR UPDATE",
            *(device_id, plugin),
        )
        if not rows:
            raise NotFound(_("This device does not exist."))
        return rows[0]

    async def _tell(self, device_id: UUID) -> None:
        await self._database.notify(CHANNEL, f"device {device_id}")


def _read(typed: str) -> str | None:
    try:
        return parse_code(typed, CODE_GROUPS)
    except CodeError:
        return None


def _checked_place(place: str) -> str:
    if len(place) > PLACE_LENGTH:
        message = _("The place is longer than {count} characters.", count=PLACE_LENGTH)
        raise Invalid(message, fields={"place": message})
    return place
