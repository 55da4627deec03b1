"""Organisations, people, accounts, sign-in: the service behind the contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import structs

from huitang_kernel.core import Core
from huitang_kernel.identity.accounts import Accounts
from huitang_kernel.identity.attempts import Attempts
from huitang_kernel.identity.devices import DeviceBook
from huitang_kernel.identity.entrance import Entrance
from huitang_kernel.identity.groups import Groups
from huitang_kernel.identity.organisations import CHANNEL, Organisations
from huitang_kernel.identity.passwords import Passwords
from huitang_kernel.identity.phones import Phones
from huitang_kernel.identity.resident_codes import ResidentCodes
from huitang_kernel.identity.resident_sessions import ResidentSessions
from huitang_kernel.identity.residents import ResidentBook
from huitang_kernel.identity.scoped import PluginDevices
from huitang_kernel.identity.sessions import Sessions
from huitang_kernel.identity.settings import IdentitySettings
from huitang_kernel.identity.terminals import Terminals, bearer_of
from huitang_kernel.plugins.registry import PluginRecord
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Account, Actor, Organisation, Ref

PERMISSIONS_CHANNEL = "huitang_permissions"


class IdentityService:
    """Implements huitang_sdk.contracts.identity.Identity; below "kernel-internal" is what only the kernel calls."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: IdentitySettings) -> None:
        self.settings = settings
        self.secure_cookies = core.settings.server.secure_cookies
        self._database = database = core.database
        self.tree = Organisations(database)
        self.passwords = Passwords(settings)
        self.phones = Phones()
        self._old_phone_key = core.keys.derive("identity.phone")
        self.people = Accounts(database, settings, self.tree, self.passwords, self.phones)
        self.groups = Groups(database)
        self.sessions = Sessions(database, settings, core.clock)
        self.attempts = Attempts(database, settings, core.clock, core.keys.derive("identity.attempts"))
        self.devices = DeviceBook(
            database,
            settings,
            core.clock,
            core.limits.scoped("identity"),
            core.keys.derive("identity.device.code"),
        )
        self.terminals = Terminals(database, settings, core.clock)
        self.entrance = Entrance(database, self.people, self.passwords, self.sessions, self.attempts)
        codes = ResidentCodes(
            database, settings, core.clock, core.limits.scoped("identity"), core.keys.derive("identity.resident.code")
        )
        guests = ResidentSessions(database, settings, core.clock)
        self.residents = ResidentBook(
            database, core.clock, codes, guests, settings, core.keys.derive("identity.resident")
        )
        self._registry, self._clock = core.registry, core.clock
        core.listener.on(CHANNEL, self._changed)
        core.listener.on(PERMISSIONS_CHANNEL, self._grants_changed)

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.context = ctx
        self.phones.personal = ctx.personal
        await self.phones.adopt(self._database, self._old_phone_key)
        self.sessions.grants_of = ctx.permissions.grants_of  # type: ignore[attr-defined]
        self.sessions.forget()
        self.terminals.forget()
        self.residents.join(ctx.personal, ctx.messages)
        await self.tree.refresh()

    # The contract

    async def account(self, account_id: UUID) -> Account | None:
        return (await self.people.by_ids([account_id])).get(account_id)

    async def accounts(self, ids: Iterable[UUID]) -> dict[UUID, Account]:
        return await self.people.by_ids(ids)

    async def find_accounts(
        self, text: str = "", *, organisation_id: UUID | None = None, limit: int = 20
    ) -> Sequence[Account]:
        return await self.people.find(text, organisation_id, limit)

    async def organisation(self, organisation_id: UUID) -> Organisation | None:
        return (await self.tree.read()).by_id.get(organisation_id)

    async def organisations(self) -> Sequence[Organisation]:
        return (await self.tree.read()).nodes

    async def organisation_named(self, name: str) -> Organisation | None:
        return (await self.tree.read()).named(name)

    # Kernel-internal

    async def authenticate(self, connection: Any) -> Actor:
        """Who is behind a request or a WebSocket: asked by the edge every time, answered from memory.

        A device's token in the header comes first, then the session of a person, then the token in a device's cookie. A
        token that is no longer valid makes nobody of the caller, whatever else was sent along. A resident is found
        beside all of them and is none of them: pages ask with `huitang_sdk.http.resident_of`.
        """
        scope = connection.scope
        scope["huitang_resident"] = await self.residents.sessions.authenticate(connection)
        token = bearer_of(connection)
        if token:
            actor = await self.terminals.by_token(token)
        else:
            actor = await self.sessions.authenticate(connection)
            if actor.is_signed_in or scope.get("huitang_must_change_password"):
                return actor
            actor = await self.terminals.by_cookie(connection)
        if not actor.is_known:
            return actor
        return structs.replace(
            actor, request_id=scope.get("huitang_request_id", ""), address=scope.get("huitang_address", "")
        )

    def devices_of(self, plugin: str) -> PluginDevices:
        """`ctx.devices` of a plugin."""
        return PluginDevices(self, plugin)

    def plugins(self) -> list[PluginRecord]:
        """The plugins that are switched on, without the built-in ones, whose roles are for people."""
        return [record for record in self._registry if record.is_active and not record.builtin]

    def now(self) -> datetime:
        return self._clock.now()

    async def reaches(self, plugin: str, roles: Iterable[str]) -> dict[str, str]:
        """Role → the reach proposed for it. Raises ValueError for one that the plugin does not declare."""
        record = self._registry.get(plugin)
        declared = {role.id: role.reach for role in (record.declarations.roles if record else ())}
        found = {}
        for role in roles:
            if role not in declared:
                raise ValueError(f"{plugin} declares no role {role!r}")
            changed: str = await self.context.permissions.proposed_reach(role)  # type: ignore[attr-defined]
            found[role] = changed or declared[role]
        return found

    async def account_named(self, username: str) -> Account | None:
        """The account with this user name, active or not, upper and lower case alike."""
        return await self.people.by_username(username)

    async def create_organisation(
        self, actor: Actor, name: str, parent_id: UUID | None = None, code: str = "", position: int | None = None
    ) -> Organisation:
        """Make an organisation, the last of its siblings unless `position` says otherwise; `code` is unique if not "".

        Raises Invalid when the name is taken in the same place, NotFound when the parent does not exist.
        """
        return await self.tree.create(actor, name, parent_id, code, position)

    async def create_account(
        self,
        actor: Actor,
        username: str,
        name: str,
        password: str = "",
        organisation_id: UUID | None = None,
        **more: Any,
    ) -> Account:
        """Make an account that can sign in at once; without a password it cannot until one is set.

        `more`: email, phone, locale ("zh-CN" or "en"), title (the main position in the organisation), is_active,
        text_size (16 to 30), high_contrast, theme ("light", "dark"), must_change_password (for imported accounts).
        Raises Invalid with all wrong fields at once: user name taken, weak password, unknown organisation.
        """
        return await self.people.create(actor, username, name, password, organisation_id, **more)

    async def update_account(self, actor: Actor, account_id: UUID, **changes: Any) -> Account:
        """Change any of those. An account that is switched off loses its sessions at once."""
        async with self._database.write(actor):
            account = await self.people.update(actor, account_id, **changes)
            if changes.get("is_active") is False:
                await self.sessions.end(actor, account_id, reason="the account was switched off")
        self.sessions.forget(account_id)
        return account

    async def set_password(
        self, actor: Actor, account_id: UUID, password: str, *, must_change: bool = False, keep: UUID | None = None
    ) -> None:
        """Give an account a new password, unlock it, and end its sessions (all but `keep`).

        Raises NotFound, and Invalid for a weak password. `must_change`: it must choose its own at the next sign-in.
        """
        row = await self.people.row(account_id)
        self.people.check_password(password, row["username"], row["name"])
        hashed = await self.passwords.hash(password)
        async with self._database.write(actor):
            await self.people.store_password(actor, account_id, hashed, must_change=must_change)
            await self.sessions.end(actor, account_id, but=keep, reason="the password was changed")
            await self.attempts.forget(row["username"])
        self.sessions.forget(account_id)

    async def unlock(self, actor: Actor, account_id: UUID) -> None:
        """Forget the failed tries of an account, so that it can sign in at once. Raises NotFound."""
        row = await self.people.row(account_id)
        async with self._database.write(actor) as write:
            await self.attempts.forget(row["username"])
            await write.audit("identity.account.unlocked", Ref("identity.account", account_id))

    async def change_organisation(
        self, actor: Actor, organisation_id: UUID, name: str, code: str, parent_id: UUID | None
    ) -> Organisation:
        """Rename and move in one transaction. Raises NotFound, Invalid, Conflict; then neither has happened."""
        try:
            async with self._database.write(actor):
                unit = await self.tree.rename(actor, organisation_id, name, code)
                if unit.parent_id != parent_id:
                    await self.tree.move(actor, organisation_id, parent_id)
        finally:
            await self.tree.refresh()  # what was read inside the transaction may have been rolled back
        return (await self.tree.read()).by_id[organisation_id]

    async def groups_of(self, account_id: UUID) -> tuple[UUID, ...]:
        """The account's groups."""
        return await self.groups.of(account_id)

    async def group_members(self, group_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
        """Group → accounts in it."""
        return await self.groups.members(group_ids)

    async def group_names(self) -> dict[UUID, str]:
        """Every group's name."""
        return await self.groups.all()

    def forget_grants(self, account_id: UUID | None = None) -> None:
        """What an account (None: anybody) may do has changed on this node: look it up anew."""
        self.sessions.forget(account_id)

    def watch_organisations(self, watcher: Any) -> None:
        """Call the async function `watcher` whenever this node has read the tree again."""
        self.tree.watch(watcher)

    async def _changed(self, payload: str) -> None:
        """Another node (or this one) changed something: "tree", "account", "device" or "resident" and an id, or "" for
        anything.
        """
        kind, _, identifier = payload.partition(" ")
        if kind in ("", "tree"):
            await self.tree.refresh()
        if kind in ("", "device"):
            self.terminals.forget(UUID(identifier) if identifier else None)
        if kind in ("", "resident"):
            self.residents.sessions.forget(UUID(identifier) if identifier else None)
        if kind in ("", "account"):
            self.sessions.forget(UUID(identifier) if identifier else None)

    async def _grants_changed(self, payload: str) -> None:
        """Permissions say "account <id>" or something wider: forget accordingly."""
        kind, _, identifier = payload.partition(" ")
        self.sessions.forget(UUID(identifier) if kind == "account" else None)
