"""Changing roles: those that plugins propose, and those that operators make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import msgspec

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.permissions.policy import ALLOW, DENY, MAX_INHERITANCE, plugin_of
from huitang_kernel.permissions.store import Store, StoredRole
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import Role
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("permissions")
CHANNEL = "huitang_permissions"
KIND = "permissions.role"
NAMESPACE = UUID("6f1c3a52-9c7e-4f6c-9d5e-6a2f0f4b1c11")
ROLE_ID = re.compile(r"^[a-z0-9_-]{2,40}$")


_DECLARE = """
INSERT INTO permissions.role (id, title, plugin, reach, declared)
SELECT * FROM jsonb_to_recordset($1::text::jsonb) AS r (id text, title text, plugin text, reach text, declared text[])
ON CONFLICT (id) DO UPDATE SET title = excluded.title, reach = excluded.reach, declared = excluded.declared
"""


def role_ref(role_id: str) -> Ref:
    """The role in the audit log: its id is a text, so its reference is a UUID made from it."""
    return Ref(KIND, uuid5(NAMESPACE, role_id))


class Roles:
    def __init__(self, database: PostgresDatabase, store: Store) -> None:
        self._database = database
        self._store = store

    async def ensure(self, declared: Mapping[str, Sequence[Role]]) -> list[str]:
        """Create roles that plugins propose and that are new; renew those no operator has changed. Returns their ids.

        `declared`: plugin → its roles. A role that an operator has changed is never touched again.
        """
        known = {row["id"]: row for row in await self._database.fetch("SELECT * FROM permissions.role")}
        wanted = [(plugin, role) for plugin, roles in declared.items() for role in roles]
        if not any(_differs(known.get(role.id), role) for _, role in wanted):
            return []
        async with self._database.write(SYSTEM) as write:
            await self._lock()
            known = {row["id"]: row for row in await self._database.fetch("SELECT * FROM permissions.role")}
            changed = [(plugin, role) for plugin, role in wanted if _differs(known.get(role.id), role)]
            await self._declare(changed)
            for _plugin, role in changed:
                detail = {"role": role.id, "permissions": role.permissions, "reach": role.reach}
                await write.audit("permissions.role.declared", role_ref(role.id), detail=detail)
            if not changed:
                await write.audit("permissions.role.declared", role_ref(""), detail={"roles": []})
            await self._bump()
        return [role.id for _, role in changed]

    async def _declare(self, changed: Sequence[tuple[str, Role]]) -> None:
        """In three statements, however many there are: every first start of an installation waits for them."""
        rows = [
            {"id": role.id, "title": role.title, "plugin": plugin, "reach": role.reach, "declared": role.permissions}
            for plugin, role in changed
        ]
        await self._database.execute(_DECLARE, msgspec.json.encode(rows).decode())
        ids = [role.id for _, role in changed]
        await self._database.execute("DELETE FROM permissions.role_permission WHERE role = ANY($1)", ids)
        allowed = [(role.id, permission) for _, role in changed for permission in dict.fromkeys(role.permissions)]
        await self._database.execute(
            "INSERT INTO permissions.role_permission SELECT *, $3 FROM unnest($1::text[], $2::text[])",
            *([role for role, _ in allowed], [permission for _, permission in allowed], ALLOW),
        )

    async def create(
        self,
        actor: Actor,
        name: str,
        title: str,
        *,
        allows: Iterable[str] = (),
        denies: Iterable[str] = (),
        parents: Iterable[str] = (),
        reach: str = "below",
    ) -> str:
        """Make a role "custom.<name>". Raises Invalid."""
        if not ROLE_ID.match(name):
            raise Invalid(fields={"name": _("2 to 40 small letters, digits, - or _.")})
        role_id = f"custom.{name}"
        async with self._database.write(actor) as write:
            await self._lock()
            try:
                await self._database.execute(
                    "INSERT INTO permissions.role (id, title, plugin, reach, is_custom, is_changed) "
                    "VALUES ($1, $2, 'custom', $3, true, true)",
                    *(role_id, _clean_title(title), reach),
                )
            except asyncpg.UniqueViolationError as error:
                raise Invalid(fields={"name": _("There is already a role with this name.")}) from error
            await self._set_rules(role_id, allows, denies)
            await self._set_parents(role_id, parents)
            after = await self._snapshot(role_id)
            await write.audit("permissions.role.created", role_ref(role_id), detail={"role": role_id, "after": after})
            await self._bump()
        return role_id

    async def save(
        self,
        actor: Actor,
        role_id: str,
        *,
        title: str,
        allows: Iterable[str],
        denies: Iterable[str] = (),
        parents: Iterable[str] = (),
        reach: str = "below",
    ) -> None:
        """Replace title and rules; from now on the role is the operator's. Raises NotFound, Invalid."""
        async with self._database.write(actor) as write:
            await self._lock()
            before = await self._snapshot(role_id)
            await self._database.execute(
                "UPDATE permissions.role SET title = $2, reach = $3, is_changed = true WHERE id = $1",
                *(role_id, _clean_title(title), reach),
            )
            await self._set_rules(role_id, allows, denies)
            await self._set_parents(role_id, parents)
            detail = {"role": role_id, "before": before, "after": await self._snapshot(role_id)}
            await write.audit("permissions.role.changed", role_ref(role_id), detail=detail)
            await self._bump()

    async def delete(self, actor: Actor, role_id: str) -> None:
        """Remove a role that an operator made and nobody holds. Raises Conflict."""
        async with self._database.write(actor) as write:
            await self._lock()
            before = await self._snapshot(role_id)
            role = await self._store.role(role_id)
            if role is None or not role.is_custom:
                raise Conflict(_("This role comes with the platform; it can be emptied, not removed."))
            if role.grants:
                raise Conflict(_("Somebody still holds this role. Revoke it first."))
            await self._database.execute("DELETE FROM permissions.role WHERE id = $1", role_id)
            await write.audit("permissions.role.removed", role_ref(role_id), detail={"role": role_id, "before": before})
            await self._bump()

    async def _lock(self) -> None:
        """One change of roles at a time, so that two changes cannot make a circle of inheritance."""
        await self._database.execute("SELECT pg_advisory_xact_lock(hashtext('huitang.permissions.role'))")

    async def _bump(self) -> None:
        await self._database.execute("UPDATE permissions.policy_version SET version = version + 1")
        await self._database.notify(CHANNEL, "roles")

    async def _snapshot(self, role_id: str) -> dict[str, Any]:
        role: StoredRole | None = await self._store.role(role_id)
        if role is None:
            raise NotFound(_("This role does not exist."))
        return {
            "title": role.title,
            "reach": role.reach,
            "allows": role.allows,
            "denies": role.denies,
            "parents": role.parents,
        }

    async def _set_rules(self, role_id: str, allows: Iterable[str], denies: Iterable[str]) -> None:
        denied = sorted(set(denies))
        allowed = sorted(set(allows) - set(denied))
        await self._database.execute("DELETE FROM permissions.role_permission WHERE role = $1", role_id)
        for permissions, effect in ((allowed, ALLOW), (denied, DENY)):
            await self._database.execute(
                "INSERT INTO permissions.role_permission SELECT $1, unnest($2::text[]), $3",
                *(role_id, permissions, effect),
            )

    async def _set_parents(self, role_id: str, parents: Iterable[str]) -> None:
        wanted = sorted(set(parents))
        await self._database.execute("DELETE FROM permissions.role_parent WHERE role = $1", role_id)
        rows = await self._database.fetch("SELECT role, parent FROM permissions.role_parent")
        above: dict[str, set[str]] = {}
        for row in rows:
            above.setdefault(row["role"], set()).add(row["parent"])
        above[role_id] = set(wanted)
        if role_id in wanted or _is_circular(role_id, above):
            raise Invalid(fields={"parents": _("A role cannot inherit from itself, directly or through others.")})
        if max(_height(role, above) for role in above) > MAX_INHERITANCE:
            raise Invalid(fields={"parents": _("Roles may inherit over at most {n} steps.", n=MAX_INHERITANCE)})
        try:
            await self._database.execute(
                "INSERT INTO permissions.role_parent SELECT $1, unnest($2::text[])", role_id, wanted
            )
        except asyncpg.ForeignKeyViolationError as error:
            raise Invalid(fields={"parents": _("One of these roles does not exist any more.")}) from error


def _differs(row: Mapping[str, Any] | None, role: Role) -> bool:
    if row is None:
        return True
    if row["is_changed"]:
        return False
    return bool((row["title"], row["reach"], list(row["declared"])) != (role.title, role.reach, list(role.permissions)))


def _clean_title(title: str) -> str:
    cleaned = " ".join(title.split())[:100]
    if not cleaned:
        raise Invalid(fields={"title": _("Give the role a title.")})
    return cleaned


def _is_circular(role: str, above: Mapping[str, set[str]]) -> bool:
    seen, waiting = set(), list(above.get(role, ()))
    while waiting:
        parent = waiting.pop()
        if parent == role:
            return True
        if parent not in seen:
            seen.add(parent)
            waiting.extend(above.get(parent, ()))
    return False


def _height(role: str, above: Mapping[str, set[str]]) -> int:
    return 1 + max((_height(parent, above) for parent in above.get(role, ())), default=-1)


def owner_of(role_id: str) -> str:
    """The plugin a role id belongs to, "custom" for an operator's own."""
    return plugin_of(role_id)
