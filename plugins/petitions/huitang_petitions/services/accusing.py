"""Who is complained of by the words of a letter: found on the platform, and kept away before anybody is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services.access import Ctx, ref
from huitang_petitions.tables import Accused
from huitang_sdk.contracts import Account, Actor, Write
from huitang_sdk.db import new_id
from huitang_sdk.personal import normalised

NAMESAKES = 500
"""So many accounts are looked through for those with exactly a name."""


class Named(Struct, frozen=True):
    """A name, and whose it is: an account's, an organisation's, or nobody's on the platform."""

    name: str
    account_id: UUID | None = None
    organisation_id: UUID | None = None


async def accounts_named(ctx: Ctx, text: str) -> Sequence[Account]:
    """The active accounts with exactly this user name, else all with exactly this display name."""
    plain, wanted = " ".join(text.split()), normalised("name", text)
    if not wanted:
        return []
    found = {one.id: one for part in {plain, "".join(plain.split())} for one in await _found(ctx, part)}.values()
    return [one for one in found if one.username == plain] or [
        one for one in found if normalised("name", one.name) == wanted
    ]


async def _found(ctx: Ctx, text: str) -> Sequence[Account]:
    return await ctx.identity.find_accounts(text, limit=NAMESAKES)


async def named(ctx: Ctx, names: Iterable[str], office: UUID) -> list[Named]:
    """Everybody who has one of the names, and the names of those who are not found.

    Of a letter nobody can be asked which of several people is meant: all of them are kept away until somebody who has
    read it takes marks back. The office that receives it, and what stands above it, is a name only: everybody who
    could decide on it belongs there, and nobody would be left.
    """
    found: list[Named] = []
    for name in dict.fromkeys(" ".join(one.split()) for one in names):
        unit = await ctx.identity.organisation_named(name)
        if unit:
            is_above = unit.id in await _with_all_above(ctx, office)
            found.append(Named(name) if is_above else Named(name, organisation_id=unit.id))
            continue
        accounts = await accounts_named(ctx, name)
        found += [Named(name, account_id=account.id) for account in accounts] or [Named(name)]
    return found


async def _with_all_above(ctx: Ctx, unit: UUID | None) -> set[UUID]:
    above = {node.id: node.parent_id for node in await ctx.identity.organisations()}
    found: set[UUID] = set()
    while unit:
        found.add(unit)
        unit = above.get(unit)
    return found


async def put_accused(ctx: Ctx, write: Write, actor: Actor, matter_id: UUID, accused: Iterable[Named]) -> list[UUID]:
    """Mark them in a matter, inside an open write; the names are sealed, and on record are ids alone."""
    rows = [_row(ctx, actor, matter_id, one) for one in accused]
    await Accused.insert(*rows)
    for row in rows:
        await write.audit("petitions.accused.marked", ref(matter_id), detail={"accused": str(row.id)})
    return [row.id for row in rows]


def _row(ctx: Ctx, actor: Actor, matter_id: UUID, one: Named) -> Accused:
    accused_id = new_id()
    return Accused(
        id=accused_id,
        matter_id=matter_id,
        account_id=one.account_id,
        organisation_id=one.organisation_id,
        name=ctx.personal.seal("accused.name", accused_id, one.name),
        name_index=ctx.personal.index("accused.name", one.name),
        marked_at=ctx.clock.now(),
        marked_by=actor.account_id,
    )
