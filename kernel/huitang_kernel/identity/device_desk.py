"""What the console does with devices of all plugins: the same book, with the question who may.

A code is as good as the device's role, so whoever gives one out needs to be allowed to hand out that role.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_kernel.identity.service import IdentityService
from huitang_kernel.identity.tables import DeviceRow
from huitang_sdk.contracts import Actor, Device, Invitation, NewDevice, Organisation, Permissions
from huitang_sdk.db import contains
from huitang_sdk.errors import Conflict, Forbidden, NotFound
from huitang_sdk.i18n import Translator, current_locale, translate
from huitang_sdk.lists import ListQuery

_ = Translator("identity")
READ, MANAGE = "identity.device.read", "identity.device.manage"
SORTABLE = {"place": DeviceRow.place, "name": DeviceRow.name, "seen": DeviceRow.seen_at}
STATES = ("enrolled", "invited", "lapsed", "revoked")


def in_state(state: str, now: datetime) -> Any:
    """The condition that `state_of` is `state`."""
    waiting = DeviceRow.enrolled_at.is_null() & DeviceRow.revoked_at.is_null()
    conditions = {
        "enrolled": DeviceRow.token_sha256.is_not_null(),
        "invited": waiting & (DeviceRow.code_expires_at > now),
        "lapsed": waiting & (DeviceRow.code_expires_at <= now),
        "revoked": DeviceRow.revoked_at.is_not_null(),
    }
    return conditions[state]


def state_of(row: Mapping[str, Any], now: datetime) -> str:
    """enrolled, invited, lapsed (the code ran out unused) or revoked."""
    if row["revoked_at"]:
        return "revoked"
    if row["enrolled_at"]:
        return "enrolled"
    return "invited" if row["code_expires_at"] > now else "lapsed"


class DeviceRole(Struct, frozen=True):
    """A role that a device can be given, with its plugin."""

    id: str
    plugin: str
    title: str


class DeviceDesk:
    """Every method takes who asks; what is out of their scope does not exist for them."""

    def __init__(self, service: IdentityService) -> None:
        self.service = service

    @property
    def _permissions(self) -> Permissions:
        return self.service.context.permissions

    async def devices(self, actor: Actor, query: ListQuery) -> tuple[list[dict[str, Any]], int]:
        """One page of the devices in scope, and how many there are."""
        scope = self._permissions.scope(actor, READ)
        condition = scope.where(organisation=DeviceRow.organisation_id, key=DeviceRow.id)
        if query.q:
            pattern = contains(query.q)
            condition = condition & (DeviceRow.name.ilike(pattern) | DeviceRow.place.ilike(pattern))
        if query.filters["plugin"]:
            condition = condition & (DeviceRow.plugin == query.filters["plugin"])
        if query.filters["state"] in STATES:
            condition = condition & in_state(query.filters["state"], self.service.now())
        total = await DeviceRow.count().where(condition)
        rows = await (
            DeviceRow.select()
            .where(condition)
            .order_by(SORTABLE.get(query.sort, DeviceRow.place), ascending=not query.descending)
            .order_by(DeviceRow.id)
            .limit(query.size)
            .offset(query.offset)
        )
        return [self._shown(row) for row in rows], int(total)

    async def device(self, actor: Actor, device_id: UUID, permission: str = READ) -> dict[str, Any]:
        """One device's row. Raises NotFound out of scope."""
        rows = await DeviceRow.select().where(DeviceRow.id == device_id)
        scope = self._permissions.scope(actor, permission)
        if not rows or not scope.includes(key=device_id, organisation=rows[0]["organisation_id"]):
            raise NotFound(_("This device does not exist."))
        return self._shown(rows[0])

    async def units(self, actor: Actor) -> list[Organisation]:
        """Where the actor may invite devices."""
        scope = self._permissions.scope(actor, MANAGE)
        nodes = (await self.service.tree.read()).nodes
        return [node for node in nodes if scope.includes(key=node.id, organisation=node.id)]

    def roles(self) -> list[DeviceRole]:
        """The roles of plugins that are switched on, by plugin."""
        return [
            DeviceRole(role.id, record.id, translate(record.id, role.title))
            for record in self.service.plugins()
            for role in record.declarations.roles
        ]

    def plugin_titles(self) -> dict[str, str]:
        """The plugins that have roles for devices to hold, in the reader's language."""
        locale = current_locale()
        return {
            record.id: record.manifest.title.get(locale) or record.manifest.title["en"]
            for record in self.service.plugins()
            if record.declarations.roles
        }

    async def invite(self, actor: Actor, new: NewDevice, organisation_id: UUID, valid_hours: int) -> Invitation:
        """Raises Forbidden outside the actor's units, or for a role that is more than the actor could hand out."""
        scope = self._permissions.scope(actor, MANAGE)
        if not scope.includes(key=organisation_id, organisation=organisation_id):
            raise Forbidden(_("You may look after devices in your own units only."), permission=MANAGE)
        plugin = next((role.plugin for role in self.roles() if role.id == new.role), "")
        if not plugin:
            raise Conflict(_("The plugin of this device is switched off. Switch it on first."))
        reaches = await self.service.reaches(plugin, [new.role])
        self._check_role(actor, new.role, organisation_id, reaches[new.role])
        (invitation,) = await self.service.devices_of(plugin).invite(
            [new], organisation_id=organisation_id, actor=actor, valid_hours=valid_hours
        )
        return invitation

    async def reinvite(self, actor: Actor, device_id: UUID, valid_hours: int) -> Invitation:
        row = await self.device(actor, device_id, MANAGE)
        self._check_role(actor, row["role"], row["organisation_id"], row["reach"])
        devices = self.service.devices_of(row["plugin"])
        return await devices.reinvite(device_id, actor=actor, valid_hours=valid_hours)

    async def move(self, actor: Actor, device_id: UUID, place: str) -> Device:
        row = await self.device(actor, device_id, MANAGE)
        return await self.service.devices_of(row["plugin"]).move(device_id, place, actor=actor)

    async def revoke(self, actor: Actor, device_id: UUID, reason: str) -> None:
        row = await self.device(actor, device_id, MANAGE)
        await self.service.devices_of(row["plugin"]).revoke(device_id, actor=actor, reason=reason)

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with its state and without its secrets."""
        hidden = ("token_sha256", "code_digest")
        shown = {name: value for name, value in row.items() if name not in hidden}
        return {**shown, "state": state_of(row, self.service.now())}

    def _check_role(self, actor: Actor, role: str, organisation_id: UUID, reach: str) -> None:
        permissions = self._permissions
        if not permissions.may_hand_out(actor, role, organisation_id, reach):  # type: ignore[attr-defined]
            raise Forbidden(_("This role may do more than you may yourself, so you cannot give it to a device."))
