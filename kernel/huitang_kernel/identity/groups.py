"""Account groups: people who are granted something together."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import asyncpg

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.identity.organisations import CHANNEL
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid
from huitang_sdk.i18n import Translator

_ = Translator("identity")


class Groups:
    """Reading and changing groups."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def all(self) -> dict[UUID, str]:
        rows = await self._database.fetch("SELECT id, name FROM identity.account_group ORDER BY name")
        return {row["id"]: row["name"] for row in rows}

    async def of(self, account_id: UUID) -> tuple[UUID, ...]:
        rows = await self._database.fetch(
            "SELECT group_id FROM identity.account_group_member WHERE account_id = $1 ORDER BY group_id", account_id
        )
        return tuple(row["group_id"] for row in rows)

    async def members(self, group_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
        """Group → its members."""
        rows = await self._database.fetch(
            "SELECT group_id, array_agg(account_id ORDER BY account_id) AS members FROM identity.account_group_member "
            "WHERE group_id = ANY($1::uuid[]) GROUP BY group_id",
            list(set(group_ids)),
        )
        return {row["group_id"]: tuple(row["members"]) for row in rows}

    async def create(self, actor: Actor, name: str, members: Iterable[UUID]) -> UUID:
        """Make a group. Raises Invalid for a name that is taken or empty."""
        identifier, name = new_id(), name.strip()[:100]
        if not name:
            raise Invalid(fields={"name": _("Give the group a name.")})
        async with self._database.write(actor) as write:
            try:
                await self._database.execute("INSERT INTO identity.account_group VALUES ($1, $2)", identifier, name)
            except asyncpg.UniqueViolationError as error:
                raise Invalid(fields={"name": _("There is already a group of this name.")}) from error
            await write.audit("identity.group.created", Ref("identity.group", identifier), detail={"name": name})
        await self.set_members(actor, identifier, members)
        return identifier

    async def set_members(self, actor: Actor, group_id: UUID, members: Iterable[UUID]) -> None:
        """Replace the members; everybody touched is looked up anew on every node."""
        wanted = sorted(set(members))
        async with self._database.write(actor) as write:
            before = (await self.members([group_id])).get(group_id, ())
            await self._database.execute("DELETE FROM identity.account_group_member WHERE group_id = $1", group_id)
            try:
                await self._database.execute(
                    "INSERT INTO identity.account_group_member SELECT $1, unnest($2::uuid[])", group_id, wanted
                )
            except asyncpg.ForeignKeyViolationError as error:
                raise Conflict(_("The group or one of its members does not exist any more.")) from error
            detail = {"before": before, "after": wanted}
            await write.audit("identity.group.members_changed", Ref("identity.group", group_id), detail=detail)
            for account_id in {*before, *wanted}:
                await self._database.notify(CHANNEL, f"account {account_id}")
