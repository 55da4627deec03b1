"""A plugin's own devices: the contract, over the book of all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from huitang_sdk.contracts import Actor, Device, Invitation, NewDevice

if TYPE_CHECKING:
    from huitang_kernel.identity.service import IdentityService


class PluginDevices:
    """Implements huitang_sdk.contracts.devices.Devices."""

    def __init__(self, service: IdentityService, plugin: str) -> None:
        self._service = service
        self._plugin = plugin

    async def invite(
        self, devices: Sequence[NewDevice], *, organisation_id: UUID, actor: Actor, valid_hours: int = 72
    ) -> Sequence[Invitation]:
        reaches = await self._service.reaches(self._plugin, {device.role for device in devices})
        book = self._service.devices
        return await book.invite(self._plugin, devices, reaches, organisation_id, actor, valid_hours)

    async def reinvite(self, device_id: UUID, *, actor: Actor, valid_hours: int = 72) -> Invitation:
        invitation = await self._service.devices.reinvite(self._plugin, device_id, actor, valid_hours)
        self._service.terminals.forget(device_id)
        return invitation

    async def device(self, device_id: UUID) -> Device | None:
        return await self._service.devices.get(self._plugin, device_id)

    async def devices(
        self, *, place: str = "", organisation_id: UUID | None = None, ids: Iterable[UUID] | None = None
    ) -> Sequence[Device]:
        return await self._service.devices.all(self._plugin, place, organisation_id, ids)

    async def move(self, device_id: UUID, place: str, *, actor: Actor) -> Device:
        device = await self._service.devices.move(self._plugin, device_id, place, actor)
        self._service.terminals.forget(device_id)
        return device

    async def revoke(self, device_id: UUID, *, actor: Actor, reason: str) -> None:
        await self._service.devices.revoke(self._plugin, device_id, actor, reason)
        self._service.terminals.forget(device_id)

    async def enrol(self, code: str, *, address: str = "") -> tuple[Device, str]:
        return await self._service.devices.enrol(self._plugin, code, address)
