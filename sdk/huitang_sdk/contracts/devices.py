"""Devices as identities: seat terminals, hall screens, card readers, each bound to a place, with a role of its own.

A device is invited, which gives a code for one use; whoever stands at it types the code (or scans it) and the device is
enrolled: it holds a token from then on, until somebody revokes it. Its requests come with an `Actor` whose `device_id`
and `place` are set and whose `account_id` is not: `requires("…")` lets it in if its role allows that, `signed_in` never
does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts.identity import Actor

DEVICE_HEADER = "Authorization"
"""Clients that are no browsers send their token as "Bearer hd_…", over HTTP and when they open a WebSocket."""

DEVICE_COOKIE = "huitang_device"
"""Browsers of devices hold the same token in this cookie, where no script can read it."""


class NewDevice(Struct, frozen=True):
    """A device to be invited. `role` is one that the plugin declares; the device holds it over its organisation, with
    the reach that is proposed for the role.
    """

    name: str
    place: str
    role: str


class Device(Struct, frozen=True, kw_only=True):
    """A device as it stands. `seen_at` is its last request, to the minute or so."""

    id: UUID
    name: str
    place: str
    role: str
    organisation_id: UUID
    plugin: str
    invited_at: datetime
    enrolled_at: datetime | None = None
    seen_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def is_enrolled(self) -> bool:
        """Whether it can do anything: enrolled, and not revoked since."""
        return self.enrolled_at is not None and self.revoked_at is None


class Invitation(Struct, frozen=True):
    """The code is known now and never again: the database keeps a keyed digest of it only."""

    device: Device
    code: str
    expires_at: datetime

    @property
    def path(self) -> str:
        """Where a browser enrols with it, to be shown as a link or a QR code."""
        return f"/identity/devices/enrol?code={self.code}"


class Devices(Protocol):
    """The plugin's own devices; `ctx.devices`. Whom `actor` may do this for is the plugin's to check."""

    async def invite(
        self, devices: Sequence[NewDevice], *, organisation_id: UUID, actor: Actor, valid_hours: int = 72
    ) -> Sequence[Invitation]:
        """Make devices, thousands at once if need be, and a code for each; in the same order.

        Raises ValueError for a role that the plugin does not declare, Invalid for an empty name or an organisation that
        does not exist.

            async with ctx.db.write(actor):
                hall = [NewDevice(f"12排{seat}座", f"12-{seat}", "conference.terminal") for seat in range(1, 21)]
                invitations = await ctx.devices.invite(hall, organisation_id=body, actor=actor)
        """

    async def reinvite(self, device_id: UUID, *, actor: Actor, valid_hours: int = 72) -> Invitation:
        """Give a device a new code and end what it held: for a broken tablet, a lost code. Raises NotFound."""

    async def device(self, device_id: UUID) -> Device | None:
        """One device, or None."""

    async def devices(
        self, *, place: str = "", organisation_id: UUID | None = None, ids: Iterable[UUID] | None = None
    ) -> Sequence[Device]:
        """Devices by place and name: all, or those at `place`, of `organisation_id`, among `ids`."""

    async def move(self, device_id: UUID, place: str, *, actor: Actor) -> Device:
        """Bind a device to another place; it stays enrolled. Known on every node within a second. Raises NotFound."""

    async def revoke(self, device_id: UUID, *, actor: Actor, reason: str) -> None:
        """End what a device holds, its code or its token, on every node within a second. Raises NotFound."""

    async def enrol(self, code: str, *, address: str = "") -> tuple[Device, str]:
        """Turn a code into a token, once. The device and "hd_…"; case and hyphens of the code do not matter.

        Raises Invalid, with the same words whether the code never existed, was used, has expired or was revoked, and
        TooManyRequests after too many wrong codes from `address`.
        """
