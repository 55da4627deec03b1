"""Devices in memory."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from msgspec import structs

from huitang_sdk.contracts import Actor, Clock, Device, Grant, Invitation, NewDevice
from huitang_sdk.contracts.identity import ANONYMOUS
from huitang_sdk.db import new_id
from huitang_sdk.declare import Role
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.testing.clock import FixedClock

TOKEN_PREFIX = "hd_"  # noqa: S105 - what tokens begin with is no secret


class FakeDevices:
    """Implements `huitang_sdk.contracts.Devices`; `actor_of` is what the platform would make of a token.

    device, token = await devices.enrol(invitation.code)
    terminal = devices.actor_of(token)
    """

    def __init__(self, roles: Iterable[Role] = (), *, plugin: str = "demo", clock: Clock | None = None) -> None:
        self._roles = {role.id: role for role in roles}
        self._plugin = plugin
        self._clock = clock or FixedClock()
        self._devices: dict[UUID, Device] = {}
        self._codes: dict[str, Invitation] = {}
        self._tokens: dict[str, UUID] = {}

    async def invite(
        self, devices: Sequence[NewDevice], *, organisation_id: UUID, actor: Actor, valid_hours: int = 72
    ) -> Sequence[Invitation]:
        """See the contract; any organisation exists."""
        for new in devices:
            if new.role not in self._roles:
                raise ValueError(f"{self._plugin} declares no role {new.role!r}")
            if not new.name.strip():
                raise Invalid("A device needs a name.")
        made = [
            Device(
                id=new_id(),
                name=new.name.strip(),
                place=new.place.strip(),
                role=new.role,
                organisation_id=organisation_id,
                plugin=self._plugin,
                invited_at=self._clock.now(),
            )
            for new in devices
        ]
        return [self._invited(device, valid_hours) for device in made]

    async def reinvite(self, device_id: UUID, *, actor: Actor, valid_hours: int = 72) -> Invitation:
        """See the contract."""
        device = self._known(device_id)
        self._end(device_id)
        again = structs.replace(device, invited_at=self._clock.now(), enrolled_at=None, revoked_at=None)
        return self._invited(again, valid_hours)

    async def device(self, device_id: UUID) -> Device | None:
        """See the contract."""
        return self._devices.get(device_id)

    async def devices(
        self, *, place: str = "", organisation_id: UUID | None = None, ids: Iterable[UUID] | None = None
    ) -> Sequence[Device]:
        """See the contract."""
        wanted = None if ids is None else set(ids)
        found = [
            device
            for device in self._devices.values()
            if place in ("", device.place)
            and organisation_id in (None, device.organisation_id)
            and (wanted is None or device.id in wanted)
        ]
        return sorted(found, key=lambda device: (device.place, device.name, device.id))

    async def move(self, device_id: UUID, place: str, *, actor: Actor) -> Device:
        """See the contract."""
        self._devices[device_id] = structs.replace(self._known(device_id), place=place.strip())
        return self._devices[device_id]

    async def revoke(self, device_id: UUID, *, actor: Actor, reason: str) -> None:
        """See the contract."""
        self._devices[device_id] = structs.replace(self._known(device_id), revoked_at=self._clock.now())
        self._end(device_id)

    async def enrol(self, code: str, *, address: str = "") -> tuple[Device, str]:
        """See the contract; nobody is locked out."""
        invitation = self._codes.pop(_plain(code), None)
        if invitation is None or invitation.expires_at <= self._clock.now():
            raise Invalid("This code is not valid.")
        now, token = self._clock.now(), TOKEN_PREFIX + secrets.token_urlsafe(32)
        device = structs.replace(self._known(invitation.device.id), enrolled_at=now, seen_at=now)
        self._devices[device.id] = device
        self._tokens[token] = device.id
        return device, token

    def actor_of(self, token: str) -> Actor:
        """Who a request with this token would come from; ANONYMOUS if it is not (or no longer) valid."""
        device_id = self._tokens.get(token)
        if device_id is None:
            return ANONYMOUS
        device = self._devices[device_id]
        grant = Grant(device.role, device.organisation_id, self._roles[device.role].reach)
        return Actor(
            device_id=device.id,
            name=device.name,
            place=device.place,
            organisation_id=device.organisation_id,
            grants=(grant,),
        )

    def _invited(self, device: Device, valid_hours: int) -> Invitation:
        code = secrets.token_hex(5).upper()
        expires = self._clock.now() + timedelta(hours=valid_hours)
        invitation = Invitation(device, f"{code[:5]}-{code[5:]}", expires)
        self._devices[device.id] = device
        self._codes[code] = invitation
        return invitation

    def _end(self, device_id: UUID) -> None:
        self._codes = {code: one for code, one in self._codes.items() if one.device.id != device_id}
        self._tokens = {token: holder for token, holder in self._tokens.items() if holder != device_id}

    def _known(self, device_id: UUID) -> Device:
        if device_id not in self._devices:
            raise NotFound("This device does not exist.")
        return self._devices[device_id]


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()
