"""The organisation tree: reading it from memory, changing it in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import asyncpg

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.identity.events import OrganisationChanged
from huitang_kernel.identity.tree import Tree
from huitang_sdk.contracts import Actor, Organisation, Ref
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("identity")
CHANNEL = "huitang_identity"
KIND = "identity.organisation"
LONGEST_NAME = 200
MAX_DEPTH = 12


class Organisations:
    """Every change takes one lock in the database, so that two moves at once cannot make a circle."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._reading = asyncio.Lock()
        self._watchers: list[Callable[[], Awaitable[None]]] = []
        self.tree: Tree | None = None

    def watch(self, watcher: Callable[[], Awaitable[None]]) -> None:
        """Call `watcher` on this node whenever the tree has been read again."""
        self._watchers.append(watcher)

    async def read(self) -> Tree:
        """The tree, read once and kept."""
        return self.tree or await self.refresh()

    async def refresh(self) -> Tree:
        """Read the tree again: after a change here or, by notification, on another node."""
        async with self._reading:
            rows = await self._database.fetch(
                "SELECT id, parent_id, name, code FROM identity.organisation ORDER BY position, name, id"
            )
            self.tree = tree = Tree(rows)
        for watcher in self._watchers:
            await watcher()
        return tree

    async def create(
        self, actor: Actor, name: str, parent_id: UUID | None = None, code: str = "", position: int | None = None
    ) -> Organisation:
        """Make an organisation, last among its siblings unless `position` is given. Raises Invalid for a taken name."""
        identifier = new_id()
        name, code = _clean_name(name), code.strip()[:50]
        async with self._database.write(actor) as write:
            await self._lock()
            if parent_id is not None:
                await self._existing(parent_id)
            place = await self._last_place(parent_id) if position is None else position
            await _unique(
                self._database.execute(
                    "INSERT INTO identity.organisation (id, parent_id, name, code, position) VALUES ($1,$2,$3,$4,$5)",
                    *(identifier, parent_id, name, code, place),
                )
            )
            detail = {"name": name, "parent_id": parent_id, "code": code}
            await write.audit("identity.organisation.created", Ref(KIND, identifier), detail=detail)
            await self._changed(write, identifier)
        return await self._after(identifier)

    async def rename(self, actor: Actor, organisation_id: UUID, name: str, code: str) -> Organisation:
        """Give another name or code. Raises NotFound, Invalid."""
        name, code = _clean_name(name), code.strip()[:50]
        async with self._database.write(actor) as write:
            await self._lock()
            before = await self._existing(organisation_id)
            await _unique(
                self._database.execute(
                    "UPDATE identity.organisation SET name = $2, code = $3 WHERE id = $1", organisation_id, name, code
                )
            )
            detail = {"before": before, "after": {"name": name, "code": code}}
            await write.audit("identity.organisation.renamed", Ref(KIND, organisation_id), detail=detail)
            await self._changed(write, organisation_id)
        return await self._after(organisation_id)

    async def move(
        self, actor: Actor, organisation_id: UUID, parent_id: UUID | None, position: int | None = None
    ) -> Organisation:
        """Put it (and all below it) under another parent. Raises Conflict when that is below itself."""
        async with self._database.write(actor) as write:
            await self._lock()
            before = await self._existing(organisation_id)
            if parent_id is not None:
                await self._existing(parent_id)
                await self._refuse_circle(organisation_id, parent_id)
            place = await self._last_place(parent_id) if position is None else position
            await _unique(
                self._database.execute(
                    "UPDATE identity.organisation SET parent_id = $2, position = $3 WHERE id = $1",
                    *(organisation_id, parent_id, place),
                )
            )
            detail = {"before": before, "after": {"parent_id": parent_id, "position": place}}
            await write.audit("identity.organisation.moved", Ref(KIND, organisation_id), detail=detail)
            await self._changed(write, organisation_id)
        return await self._after(organisation_id)

    async def shift(self, actor: Actor, organisation_id: UUID, step: int) -> Organisation:
        """Move it one place up (step −1) or down (+1) among its siblings."""
        async with self._database.write(actor) as write:
            await self._lock()
            before = await self._existing(organisation_id)
            ids = await self._siblings(before["parent_id"])
            place = ids.index(organisation_id)
            target = min(max(place + step, 0), len(ids) - 1)
            ids.insert(target, ids.pop(place))
            await self._database.execute(
                "UPDATE identity.organisation o SET position = n.place - 1 "
                "FROM unnest($1::uuid[]) WITH ORDINALITY AS n (id, place) WHERE o.id = n.id",
                ids,
            )
            detail = {"before": place, "after": target}
            await write.audit("identity.organisation.ordered", Ref(KIND, organisation_id), detail=detail)
            await self._changed(write, organisation_id)
        return await self._after(organisation_id)

    async def remove(self, actor: Actor, organisation_id: UUID) -> None:
        """Remove an organisation that nobody and nothing here belongs to. Raises Conflict otherwise."""
        async with self._database.write(actor) as write:
            await self._lock()
            before = await self._existing(organisation_id)
            try:
                await self._database.execute("DELETE FROM identity.organisation WHERE id = $1", organisation_id)
            except asyncpg.ForeignKeyViolationError as error:
                raise Conflict(
                    _("There are still organisations, people or positions in it. Move them first.")
                ) from error
            await write.audit("identity.organisation.removed", Ref(KIND, organisation_id), detail={"before": before})
            await self._changed(write, organisation_id)
        await self.refresh()

    async def _lock(self) -> None:
        await self._database.execute("SELECT pg_advisory_xact_lock(hashtext('huitang.identity.organisation'))")

    async def _existing(self, organisation_id: UUID) -> dict[str, object]:
        rows = await self._database.fetch(
            "SELECT name, code, parent_id, position FROM identity.organisation WHERE id = $1", organisation_id
        )
        if not rows:
            raise NotFound(_("This organisation does not exist any more."))
        return rows[0]

    async def _siblings(self, parent_id: object) -> list[UUID]:
        rows = await self._database.fetch(
            "SELECT id FROM identity.organisation WHERE parent_id IS NOT DISTINCT FROM $1 ORDER BY position, name, id",
            parent_id,
        )
        return [row["id"] for row in rows]

    async def _last_place(self, parent_id: UUID | None) -> int:
        rows = await self._database.fetch(
            "SELECT coalesce(max(position) + 1, 0) AS place FROM identity.organisation "
            "WHERE parent_id IS NOT DISTINCT FROM $1",
            parent_id,
        )
        return int(rows[0]["place"])

    async def _refuse_circle(self, organisation_id: UUID, parent_id: UUID) -> None:
        rows: Sequence[dict[str, UUID]] = await self._database.fetch(
            "WITH RECURSIVE up AS (SELECT id, parent_id FROM identity.organisation WHERE id = $1 UNION ALL "
            "SELECT o.id, o.parent_id FROM identity.organisation o JOIN up ON o.id = up.parent_id) SELECT id FROM up",
            parent_id,
        )
        if organisation_id in {row["id"] for row in rows}:
            raise Conflict(_("An organisation cannot be placed below itself."))
        if len(rows) >= MAX_DEPTH:
            raise Conflict(_("The tree may have at most {count} levels.", count=MAX_DEPTH))

    async def _changed(self, write: object, organisation_id: UUID) -> None:
        await write.emit(OrganisationChanged(organisation_id=organisation_id))  # type: ignore[attr-defined]
        await self._database.notify(CHANNEL, "tree")

    async def _after(self, organisation_id: UUID) -> Organisation:
        return (await self.refresh()).by_id[organisation_id]


def _clean_name(name: str) -> str:
    cleaned = " ".join(name.split())[:LONGEST_NAME]
    if not cleaned:
        raise Invalid(fields={"name": _("Give the organisation a name.")})
    return cleaned


async def _unique(statement: Awaitable[None]) -> None:
    """Turn a broken rule of the table into a message at the field."""
    try:
        await statement
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == "organisation_code":
            raise Invalid(fields={"code": _("Another organisation has this code.")}) from error
        raise Invalid(fields={"name": _("There is already an organisation of this name in the same place.")}) from error
