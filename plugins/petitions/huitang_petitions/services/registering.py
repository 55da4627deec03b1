"""The one door of the register: whatever comes in, by whatever channel, is registered here, in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from huitang_petitions.clock import Due
from huitang_petitions.events import MatterRegistered
from huitang_petitions.services import codes, limits, papers
from huitang_petitions.services.access import REGISTER, Ctx, ref
from huitang_petitions.services.rules import rule_book
from huitang_petitions.services.submission import Intake, Person, Registered
from huitang_petitions.services.validating import check, year_of
from huitang_sdk.contracts import Actor, Recipient
from huitang_sdk.contracts.identity import ANONYMOUS
from huitang_sdk.db import new_id
from huitang_sdk.errors import Forbidden, Invalid, Unavailable
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
TOLD = "petitions.registered"
SELF_SERVED = ("web", "sms", "wechat")
"""Channels by which petitioners come themselves: nobody's permission is asked."""

# One statement for the matter, its people and what happened: it costs one round trip. When the code is there already,
# or was replaced, `put` is empty and nothing is written.
PUT = """
WITH put AS (
    INSERT INTO petitions.matter (id, organisation_id, number, code_hash, channel, kind, state, subject, body, place,
        district, category, remit, people, anonymous, whistle, publish, urgent, earlier, came_from, due_limit, mark,
        received_at, registered_at, registered_by, updated_at, version, sent_digest, due)
    SELECT $1, $2, $3 || '-' || lpad(nextval('petitions.matter_number')::text, 6, '0'), $4, $5, $6, 'registered',
        $7, $8, $9, $10, $11, '', $12, $13, $14, $15, $16, $17, $18, $53, $54, $19, $20, $21, $20, 1, $22, $52
    WHERE NOT EXISTS (SELECT FROM petitions.spent_code s WHERE s.code_hash = $4)
    ON CONFLICT (code_hash) DO NOTHING RETURNING id, number
), people AS (
    INSERT INTO petitions.petitioner (id, organisation_id, name, name_index, phone, phone_index, id_number, id_index,
        address, gender, resident_id, open_id, open_id_index, created_at)
    SELECT p.id, $2, p.name, p.name_index, p.phone, p.phone_index, p.id_number, p.id_index, p.address, p.gender,
        p.resident_id, p.open_id, p.open_id_index, $20
    FROM unnest($23::uuid[], $24::bytea[], $25::bytea[], $26::bytea[], $27::bytea[], $28::bytea[], $29::bytea[],
        $30::bytea[], $31::text[], $32::uuid[], $33::bytea[], $34::bytea[])
        AS p(id, name, name_index, phone, phone_index, id_number, id_index, address, gender, resident_id, open_id,
            open_id_index), put
), parties AS (
    INSERT INTO petitions.party (id, matter_id, petitioner_id, role, position)
    SELECT q.id, put.id, q.petitioner_id, q.role, q.position
    FROM unnest($35::uuid[], $36::uuid[], $37::text[], $38::integer[]) AS q(id, petitioner_id, role, position), put
), happened AS (
    INSERT INTO petitions.event (id, matter_id, kind, at, detail, shown, actor_id, recorded_at)
    SELECT e.id, put.id, e.kind, e.at, '{}', TRUE, $21, $20
    FROM unnest($39::uuid[], $40::text[], $41::timestamptz[]) AS e(id, kind, at), put
), limited AS (
    INSERT INTO petitions.deadline (id, matter_id, limit_id, round, organ, state, starts, due, ended_on, mark, duty,
        yellow_on, red_on)
    SELECT gen_random_uuid(), put.id, d.*
    FROM unnest($42::text[], $43::int[], $44::text[], $45::text[], $46::date[], $47::date[], $48::date[], $49::text[],
        $50::bool[], $51::date[], $55::date[]) AS d(limit_id, round, organ, state, starts, due, ended_on, mark, duty,
        yellow_on, red_on), put
)
SELECT id, number FROM put
"""
FOUND = """
SELECT m.id, m.number, m.sent_digest, FALSE AS spent FROM petitions.matter m WHERE m.code_hash = $1
UNION ALL
SELECT m.id, m.number, m.sent_digest, TRUE FROM petitions.spent_code s JOIN petitions.matter m ON m.id = s.matter_id
WHERE s.code_hash = $1
"""


class _Repeated(Exception):
    """The form had come before: nothing is to be written."""


async def register(ctx: Ctx, actor: Actor, intake: Intake, *, historic: bool = False) -> Registered:
    """Register a matter: number, look-up code, people, papers, first events and the message to the petitioner.

    Sent again with the same `key` it gives the same number and code and registers nothing. `historic` is for what was
    registered elsewhere long ago: nobody is told, and nobody asks how many came. Raises Invalid with every mistake at
    its field, Forbidden for staff without the permission at the office, TooLarge for a file past the limit.
    """
    now = ctx.clock.now()
    check(intake, now, None if historic else ctx.settings.representatives)
    organisation_id = await receiving_office(ctx, actor, intake)
    if intake.whistle and intake.channel in SELF_SERVED:
        # Nothing may lead back to whoever reports: no account, no address, no trace of the request.
        actor = ANONYMOUS
    key = intake.key or secrets.token_hex(16)
    code = codes.code_of(ctx, key)
    kept = codes.hash_of(ctx, code)
    digest = codes.digest_of(ctx, msgspec.json.encode(intake.told(), order="sorted"))
    matter_id = new_id()
    try:
        async with ctx.db.write(actor) as write:
            values = _values(ctx, actor, intake, matter_id, organisation_id, kept, digest, now)
            values += limit_columns(await first_limits(ctx, organisation_id, intake, now), ctx.clock.today())
            rows = await ctx.db.fetch(PUT, *values)
            if not rows:
                raise _Repeated
            number = rows[0]["number"]
            count = await papers.keep(ctx, actor, matter_id, intake.papers, kept=intake.kept_papers)
            detail = {
                "number": number,
                "channel": intake.channel,
                "people": max(intake.people, len(intake.persons), 1),
                "papers": count,
            }
            await write.audit("petitions.matter.registered", ref(matter_id), detail=detail)
            await write.emit(MatterRegistered(matter_id=matter_id, channel=intake.channel))
            if not historic:
                await _tell(ctx, intake, matter_id, number, code)
    except _Repeated:
        return await _before(ctx, kept, digest, code)
    return Registered(matter_id, number, code)


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


async def _before(ctx: Ctx, kept: bytes, digest: bytes, code: str) -> Registered:
    """The matter that was made of this form before."""
    rows = await ctx.db.fetch(FOUND, kept)
    if not rows:
        raise Unavailable(_("This was not registered. Send it again."))
    row = rows[0]
    same = row["sent_digest"] == digest
    return Registered(row["id"], row["number"], "" if row["spent"] else code, "same" if same else "different")


async def _tell(ctx: Ctx, intake: Intake, matter_id: UUID, number: str, code: str) -> None:
    """Send the code to whoever left a phone or wrote by WeChat, one message only, to the first who can be reached."""
    if intake.whistle:
        return
    for person in intake.persons:
        if person.phone or person.open_id:
            recipient = Recipient(phone=person.phone, open_id=person.open_id, locale=intake.locale)
            data = {"number": number, "code": code}
            await ctx.messages.send(TOLD, recipient, key=str(matter_id), data=data, subject=ref(matter_id))
            return


def _values(
    ctx: Ctx,
    actor: Actor,
    intake: Intake,
    matter_id: UUID,
    organisation_id: UUID,
    kept: bytes,
    digest: bytes,
    now: datetime,
) -> list[Any]:
    received = intake.received_at or now
    seal = ctx.personal.seal
    events = (("received", received), ("registered", now))
    persons = [person for person in intake.persons if not person.is_empty]
    new = [(new_id(), person) for person in persons if person.known_id is None]
    ids = {id(person): identifier for identifier, person in new}
    return [
        matter_id,
        organisation_id,
        str(year_of(received)),
        kept,
        intake.channel,
        intake.kind,
        seal("matter.subject", matter_id, intake.subject.strip()),
        seal("matter.body", matter_id, intake.body.strip()),
        seal("matter.place", matter_id, intake.place.strip()),
        intake.district.strip(),
        intake.category.strip(),
        max(intake.people, len(persons), 1),
        intake.anonymous or intake.whistle,
        intake.whistle,
        intake.publish and not intake.whistle,
        intake.urgent,
        intake.earlier.strip(),
        intake.came_from.strip(),
        received,
        now,
        actor.account_id,
        digest,
        *people_columns(ctx, new),
        [new_id() for _person in persons],
        [person.known_id or ids[id(person)] for person in persons],
        [person.role for person in persons],
        list(range(len(persons))),
        [new_id() for _event in events],
        [kind for kind, _at in events],
        [at for _kind, at in events],
    ]


async def first_limits(ctx: Ctx, organisation_id: UUID, intake: Intake, now: datetime) -> Sequence[Due]:
    """The limits that begin with the first events: what `limits.renew` would make of them, without asking twice."""
    received = intake.received_at or now
    rules = await rule_book(ctx)
    profile = rules.profile_for(organisation_id, limits.day_of(received))
    happened = [limits.Happened("received", received), limits.Happened("registered", now)]
    due, _refused = limits.reckon(profile, intake.kind, happened, ctx.clock.today())
    return due


def limit_columns(due: Sequence[Due], today: date) -> list[Any]:
    """The deadline rows as columns, and the next of them for the matter's own row."""
    rows = [limits.as_row(one, today) for one in due]
    columns: list[Any] = [list(column) for column in zip(*rows, strict=True)] or [[] for _field in range(11)]
    running = [one for one in due if one.kind == "duty" and one.due and one.state in ("running", "extended", "late")]
    first = min(running, key=lambda one: (one.due, one.limit), default=None)
    next_one = (first.due, first.limit, limits.mark(first, today)) if first else (None, "", "")
    return [*columns[:10], *next_one, columns[10]]


def people_columns(ctx: Ctx, people: Sequence[tuple[UUID, Person]]) -> list[list[Any]]:
    """The columns of new petitioners, sealed and indexed."""
    columns: list[list[Any]] = [[identifier for identifier, _person in people]]
    for name in ("name", "phone", "id_number"):
        texts = [(identifier, getattr(person, name).strip()) for identifier, person in people]
        columns.append([ctx.personal.seal(f"petitioner.{name}", identifier, text) for identifier, text in texts])
        columns.append([ctx.personal.index(f"petitioner.{name}", text) for _identifier, text in texts])
    columns.append(
        [ctx.personal.seal("petitioner.address", identifier, person.address.strip()) for identifier, person in people]
    )
    columns.append([person.gender for _identifier, person in people])
    columns.append([person.resident_id for _identifier, person in people])
    columns.append(
        [ctx.personal.seal("petitioner.open_id", identifier, person.open_id) for identifier, person in people]
    )
    columns.append([ctx.personal.index("petitioner.open_id", person.open_id) for _identifier, person in people])
    return columns
