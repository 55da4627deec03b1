"""Changing who holds what: roles for accounts and groups, and rules about single rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import asyncpg
from msgspec import structs

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.permissions.roles import CHANNEL
from huitang_kernel.permissions.store import Store, StoredGrant
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("permissions")
REACHES = ("own", "unit", "below", "all")


class Grants:
    def __init__(self, database: PostgresDatabase, store: Store) -> None:
        self._database = database
        self._store = store

    async def add(
        self,
        actor: Actor,
        role: str,
        organisation_id: UUID,
        reach: str,
        *,
        account_id: UUID | None = None,
        group_id: UUID | None = None,
    ) -> UUID:
        """Give a role. The same grant twice is one. Raises Invalid."""
        if (account_id is None) == (group_id is None):
            raise ValueError("a grant is for an account or for a group")
        if reach not in REACHES:
            raise Invalid(fields={"reach": _("Choose how far the role reaches.")})
        grant = StoredGrant(new_id(), account_id, group_id, role, organisation_id, reach)
        async with self._database.write(actor) as write:
            try:
                rows = await self._database.fetch(
                    "INSERT INTO permissions.role_grant (id, account_id, group_id, role, organisation_id, reach, "
                    "granted_by) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                    "ON CONFLICT (account_id, group_id, role, organisation_id, reach) DO UPDATE SET reach = $6 "
                    "RETURNING id, (xmax = 0) AS is_new",
                    *(grant.id, account_id, group_id, role, organisation_id, reach, actor.account_id),
                )
            except asyncpg.ForeignKeyViolationError as error:
                raise Invalid(fields={"role": _("This role does not exist.")}) from error
            grant = structs.replace(grant, id=rows[0]["id"])
            detail = {"before": None if rows[0]["is_new"] else structs.asdict(grant), "after": structs.asdict(grant)}
            await write.audit("permissions.grant.given", _holder(grant), detail=detail)
            await self._tell(grant)
        return grant.id

    async def remove(self, actor: Actor, grant_id: UUID) -> StoredGrant:
        """Take a role back. Raises NotFound when it is gone already."""
        async with self._database.write(actor) as write:
            grant = await self._store.grant(grant_id)
            if grant is None:
                raise NotFound(_("This grant does not exist any more."))
            await self._database.execute("DELETE FROM permissions.role_grant WHERE id = $1", grant_id)
            detail = {"before": structs.asdict(grant), "after": None}
            await write.audit("permissions.grant.revoked", _holder(grant), detail=detail)
            await self._tell(grant)
        return grant

    async def set_rows(
        self,
        actor: Actor,
        account_id: UUID,
        permission: str,
        object_ids: Sequence[UUID],
        effect: Literal["allow", "deny", ""],
        reason: str = "",
    ) -> None:
        """Allow or refuse single rows to one account; "" takes the rules away again."""
        if effect not in ("allow", "deny", ""):
            raise ValueError(effect)
        if len(object_ids) > 1000:
            raise Conflict(_("At most 1000 rows at once."))
        async with self._database.write(actor) as write:
            before = await self._database.fetch(
                "DELETE FROM permissions.row_rule WHERE account_id = $1 AND permission = $2 "
                "AND object_id = ANY($3::uuid[]) RETURNING object_id, effect",
                *(account_id, permission, list(object_ids)),
            )
            if effect:
                await self._database.execute(
                    "INSERT INTO permissions.row_rule (account_id, permission, object_id, effect) "
                    "SELECT $1, $2, unnest($3::uuid[]), $4",
                    *(account_id, permission, list(dict.fromkeys(object_ids)), effect),
                )
            detail = {"permission": permission, "before": before, "after": {"effect": effect, "rows": object_ids}}
            subject = Ref("identity.account", account_id)
            await write.audit("permissions.row.ruled", subject, detail=detail, reason=reason)
            await self._database.notify(CHANNEL, f"account {account_id}")

    async def _tell(self, grant: StoredGrant) -> None:
        payload = f"account {grant.account_id}" if grant.account_id else f"group {grant.group_id}"
        await self._database.notify(CHANNEL, payload)


def _holder(grant: StoredGrant) -> Ref:
    if grant.account_id is not None:
        return Ref("identity.account", grant.account_id)
    assert grant.group_id is not None
    return Ref("identity.group", grant.group_id)
