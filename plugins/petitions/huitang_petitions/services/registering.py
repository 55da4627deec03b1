"""The one door of the register: whatever comes in, by whatever channel, is registered here, in one transaction.

Letters that come at one moment share a transaction, and each is acknowledged after its commit. One that cannot be
written never spoils the others.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
from msgspec import structs

from huitang_petitions.services import accusing, attending, codes, districts, photos
from huitang_petitions.services.access import REGISTER, Ctx
from huitang_petitions.services.entering import Entry, enter
from huitang_petitions.services.submission import Intake, Registered
from huitang_petitions.services.validating import check
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import ANONYMOUS
from huitang_sdk.db import new_id
from huitang_sdk.errors import Forbidden, Invalid, Unavailable
from huitang_sdk.gathering import Gathering
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
SELF_SERVED = ("web", "sms", "wechat")
"""Channels by which petitioners come themselves: nobody's permission is asked."""
MOST = 100
PAUSE = 0.01
"""Seconds for which letters gather after a lot: in a busy hour, and only then, one waits for another."""

FOUND = """
SELECT m.id, m.number, m.sent_digest, FALSE AS spent FROM petitions.matter m WHERE m.code_hash = $1
UNION ALL
SELECT m.id, m.number, m.sent_digest, TRUE FROM petitions.spent_code s JOIN petitions.matter m ON m.id = s.matter_id
WHERE s.code_hash = $1
"""
_GATHERINGS: WeakKeyDictionary[Any, Gathering[tuple[Ctx, Entry], str]] = WeakKeyDictionary()
"""Of each database that is open: the letters that are on their way into it."""


async def register(ctx: Ctx, actor: Actor, intake: Intake, *, historic: bool = False) -> Registered:
    """Register a matter: number, look-up code, people, papers, first events and the message to the petitioner.

    Sent again with the same `key` it gives the same number and code and registers nothing. `historic` is for what was
    registered elsewhere long ago: nobody is told, and nobody asks how many came. Raises Invalid with every mistake at
    its field, Forbidden for staff without the permission at the office, TooLarge for a file past the limit.
    """
    entry = await _entry(ctx, actor, intake, historic)
    if entry.has_papers:
        number = (await enter(ctx, [entry])).get(entry.id, "")
    else:
        number = await _gathering(ctx).put((ctx, entry))
    return await _registered(ctx, entry, number)


async def register_list(ctx: Ctx, actor: Actor, intakes: Sequence[Intake]) -> list[Registered]:
    """Register what was registered elsewhere long ago, all or none: inside an open write as a part of it."""
    entries = [await _entry(ctx, actor, intake, historic=True) for intake in intakes]
    entries = [structs.replace(entry, registered=entry.received) for entry in entries]
    numbers: dict[UUID, str] = {}
    for start in range(0, len(entries), MOST):
        numbers |= await enter(ctx, entries[start : start + MOST])
    return [await _registered(ctx, entry, numbers.get(entry.id, "")) for entry in entries]


async def _entry(ctx: Ctx, actor: Actor, intake: Intake, historic: bool) -> Entry:
    """What is to be written, once it is known to be right."""
    now = ctx.clock.now()
    check(intake, now, None if historic else ctx.settings.representatives)
    organisation_id = await receiving_office(ctx, actor, intake)
    if intake.whistle and intake.channel in SELF_SERVED:
        # Nothing may lead back to whoever reports: no account, no address, no trace of the request.
        actor = ANONYMOUS
    code = codes.code_of(ctx, intake.key or secrets.token_hex(16))
    # Of what was sent: the same form is known again even if photos are cleaned otherwise by then.
    digest = codes.digest_of(ctx, msgspec.json.encode(intake.told(), order="sorted"))
    if intake.papers and (intake.whistle or intake.channel in SELF_SERVED):
        cleaned = photos.without_traces(ctx, intake.papers, confidential=intake.whistle)
        intake = structs.replace(intake, papers=cleaned)
    intake = await districts.completed(ctx, intake)
    accused = await accusing.named(ctx, intake.accused, organisation_id) if intake.accused else ()
    if not historic and (intake.accused or intake.whistle):
        organisation_id = await attending.office_for(ctx, organisation_id, accused, whistle=intake.whistle)
    return Entry(
        id=new_id(),
        actor=actor,
        intake=intake,
        organisation_id=organisation_id,
        code=code,
        code_hash=codes.hash_of(ctx, code),
        digest=digest,
        now=now,
        is_told=not historic and not intake.whistle,
        accused=accused,
    )


def _gathering(ctx: Ctx) -> Gathering[tuple[Ctx, Entry], str]:
    found = _GATHERINGS.get(ctx.db)
    if found is None:
        found = _GATHERINGS[ctx.db] = Gathering(_enter_lot, most=MOST, pause=PAUSE)
    return found


async def _enter_lot(lot: Sequence[tuple[Ctx, Entry]]) -> Sequence[str | Exception]:
    """The numbers of a lot, "" for what was there; when it cannot be written as one, each by itself."""
    ctx = lot[0][0]
    entries = [entry for _ctx, entry in lot]
    try:
        # In the order of the codes, so that two nodes that are sent the same forms never wait for one another.
        numbers = await enter(ctx, sorted(entries, key=lambda entry: entry.code_hash))
    except Exception as error:
        return [await _alone(ctx, entry) for entry in entries] if len(entries) > 1 else [error]
    return [numbers.get(entry.id, "") for entry in entries]


async def _alone(ctx: Ctx, entry: Entry) -> str | Exception:
    try:
        return (await enter(ctx, [entry])).get(entry.id, "")
    except Exception as error:
        return error


async def _registered(ctx: Ctx, entry: Entry, number: str) -> Registered:
    """A new matter, or the one that was made of this form before."""
    if number:
        return Registered(entry.id, number, entry.code)
    rows = await ctx.db.fetch(FOUND, entry.code_hash)
    if not rows:
        raise Unavailable(_("This was not registered. Send it again."))
    row = rows[0]
    same = row["sent_digest"] == entry.digest
    return Registered(row["id"], row["number"], "" if row["spent"] else entry.code, "same" if same else "different")


async def receiving_office(ctx: Ctx, actor: Actor, intake: Intake) -> UUID:
    """The organisation whose register it goes into. Raises Forbidden, or Unavailable when there is none."""
    if intake.channel in SELF_SERVED or actor.is_system:
        office = intake.organisation_id or await public_office(ctx)
    else:
        ctx.permissions.require(actor, REGISTER)
        office = intake.organisation_id or actor.organisation_id or await public_office(ctx)
        if not ctx.permissions.scope(actor, REGISTER).includes(key=UUID(int=0), organisation=office):
            raise Forbidden(_("You may not register for this office."), permission=REGISTER)
    if intake.organisation_id and await ctx.identity.organisation(intake.organisation_id) is None:
        missing = _("There is no such office.")
        raise Invalid(missing, fields={"organisation_id": missing})
    return office


async def public_office(ctx: Ctx) -> UUID:
    """The office that receives what residents send: the one of the settings, else the root of the tree."""
    named = await ctx.identity.organisation_named(ctx.settings.office) if ctx.settings.office else None
    if named:
        return named.id
    tree = await ctx.identity.organisations()
    if not tree:
        raise Unavailable(_("There is no office yet that could receive this. Try again later."))
    return tree[0].id
