"""Reading what is kept: the rules of all roles at once, and what one account holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.permissions.policy import Rule
from huitang_sdk.contracts import Grant

HELD = """
SELECT 'grant' AS kind, role AS name, organisation_id AS id, reach FROM permissions.role_grant
WHERE account_id = $1 OR group_id = ANY($2::uuid[])
UNION ALL SELECT effect, permission, object_id, '' FROM permissions.row_rule WHERE account_id = $1
UNION ALL SELECT 'version', version::text, NULL, '' FROM permissions.policy_version
"""


class Held(Struct, frozen=True):
    """What an account holds; `version` is that of the roles at the same moment."""

    version: int
    grants: tuple[Grant, ...]
    allowed: dict[str, tuple[UUID, ...]]
    denied: dict[str, tuple[UUID, ...]]


class StoredRole(Struct, frozen=True):
    """One role with its own rules. `holders` is how many grants name it."""

    id: str
    title: str
    plugin: str
    reach: str
    is_custom: bool
    is_changed: bool
    allows: tuple[str, ...]
    denies: tuple[str, ...]
    parents: tuple[str, ...]
    grants: int


class StoredGrant(Struct, frozen=True):
    """One line of who holds what where."""

    id: UUID
    account_id: UUID | None
    group_id: UUID | None
    role: str
    organisation_id: UUID
    reach: str


class Store:
    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def rules(self) -> tuple[int, list[str], list[Rule], list[tuple[str, str]]]:
        """(version, roles, rules, (role, parent) pairs), all of one moment."""
        rows = await self._database.fetch(
            "SELECT 'version' AS kind, version::text AS a, '' AS b, '' AS c FROM permissions.policy_version "
            "UNION ALL SELECT 'role', id, '', '' FROM permissions.role "
            "UNION ALL SELECT 'rule', role, permission, effect FROM permissions.role_permission "
            "UNION ALL SELECT 'parent', role, parent, '' FROM permissions.role_parent"
        )
        version = next(int(row["a"]) for row in rows if row["kind"] == "version")
        roles = [row["a"] for row in rows if row["kind"] == "role"]
        rules = [Rule(row["a"], row["b"], row["c"]) for row in rows if row["kind"] == "rule"]
        parents = [(row["a"], row["b"]) for row in rows if row["kind"] == "parent"]
        return version, roles, rules, parents

    async def held(self, account_id: UUID, group_ids: Sequence[UUID]) -> Held:
        rows = await self._database.fetch(HELD, account_id, list(group_ids))
        single: dict[str, dict[str, tuple[UUID, ...]]] = {"allow": {}, "deny": {}}
        for row in rows:
            if row["kind"] in single:
                found = single[row["kind"]]
                found[row["name"]] = (*found.get(row["name"], ()), row["id"])
        grants = tuple(Grant(row["name"], row["id"], row["reach"]) for row in rows if row["kind"] == "grant")
        version = next(int(row["name"]) for row in rows if row["kind"] == "version")
        return Held(version, grants, single["allow"], single["deny"])

    async def roles(self) -> list[StoredRole]:
        """All roles, by plugin and title."""
        rows = await self._database.fetch(
            "SELECT r.id, r.title, r.plugin, r.reach, r.is_custom, r.is_changed, "
            "ARRAY(SELECT permission FROM permissions.role_permission p WHERE p.role = r.id AND effect = 'allow' "
            "ORDER BY 1) AS allows, "
            "ARRAY(SELECT permission FROM permissions.role_permission p WHERE p.role = r.id AND effect = 'deny' "
            "ORDER BY 1) AS denies, "
            "ARRAY(SELECT parent FROM permissions.role_parent p WHERE p.role = r.id ORDER BY 1) AS parents, "
            "(SELECT count(*) FROM permissions.role_grant g WHERE g.role = r.id) AS grants "
            "FROM permissions.role r ORDER BY r.plugin, r.title, r.id"
        )
        return [msgspec.convert(row, StoredRole) for row in rows]

    async def role(self, role_id: str) -> StoredRole | None:
        return next((role for role in await self.roles() if role.id == role_id), None)

    async def grants(
        self, *, account_ids: Iterable[UUID] | None = None, group_ids: Iterable[UUID] = (), roles: Iterable[str] = ()
    ) -> list[StoredGrant]:
        """Grants of these accounts and groups, or (without accounts) of these roles."""
        rows = await self._database.fetch(
            "SELECT id, account_id, group_id, role, organisation_id, reach FROM permissions.role_grant "
            "WHERE account_id = ANY($1::uuid[]) OR group_id = ANY($2::uuid[]) OR role = ANY($3::text[]) "
            "ORDER BY role, organisation_id, reach",
            *(list(account_ids or ()), list(group_ids), list(roles)),
        )
        return [StoredGrant(**row) for row in rows]

    async def grant(self, grant_id: UUID) -> StoredGrant | None:
        rows = await self._database.fetch(
            "SELECT id, account_id, group_id, role, organisation_id, reach FROM permissions.role_grant WHERE id = $1",
            grant_id,
        )
        return StoredGrant(**rows[0]) if rows else None
