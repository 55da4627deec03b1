"""Writing entries into the register: a lot of them by one statement, in one transaction with all that follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.clock import Due
from huitang_petitions.events import MatterRegistered
from huitang_petitions.services import limits, papers
from huitang_petitions.services.access import Ctx, ref
from huitang_petitions.services.accusing import Named, put_accused
from huitang_petitions.services.rules import RuleBook, rule_book
from huitang_petitions.services.submission import Intake, Person
from huitang_petitions.services.validating import year_of
from huitang_sdk.contracts import Actor, Recipient, Write
from huitang_sdk.db import new_id

TOLD = "petitions.registered"

# One statement for the matters, their people and what happened: it costs one round trip. An entry whose code is there
# already, or was replaced, is not in `put`, and nothing of it is written.
PUT = """
WITH put AS (
    INSERT INTO petitions.matter (id, organisation_id, number, code_hash, channel, kind, state, subject, body, place,
        district, category, remit, people, anonymous, whistle, publish, urgent, earlier, came_from, due, due_limit,
        mark, received_at, registered_at, registered_by, updated_at, version, sent_digest)
    SELECT g.id, g.organisation_id, g.year || '-' || lpad(g.serial, greatest(6, length(g.serial)), '0'), g.code_hash,
        g.channel, g.kind, 'registered', g.subject, g.body, g.place, g.district, g.category, '', g.people, g.anonymous,
        g.whistle, g.publish, g.urgent, g.earlier, g.came_from, g.due, g.due_limit, g.mark, g.received_at,
        g.registered_at, g.registered_by, g.registered_at, 1, g.sent_digest
    FROM (
        SELECT n.*, nextval('petitions.matter_number')::text AS serial
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::bytea[], $8::bytea[],
            $9::bytea[], $10::text[], $11::text[], $12::int[], $13::bool[], $14::bool[], $15::bool[], $16::bool[],
            $17::bytea[], $18::text[], $19::date[], $20::text[], $21::text[], $22::timestamptz[], $23::timestamptz[],
            $24::uuid[], $25::bytea[]) WITH ORDINALITY AS n(id, organisation_id, year, code_hash, channel, kind,
            subject, body, place, district, category, people, anonymous, whistle, publish, urgent, earlier, came_from,
            due, due_limit, mark, received_at, registered_at, registered_by, sent_digest, place_in_lot)
        WHERE NOT EXISTS (SELECT FROM petitions.spent_code s WHERE s.code_hash = n.code_hash)
        ORDER BY n.place_in_lot
    ) g
    ON CONFLICT (code_hash) DO NOTHING RETURNING id, number, registered_at, registered_by, organisation_id
), people AS (
    INSERT INTO petitions.petitioner (id, organisation_id, name, name_index, phone, phone_index, id_number, id_index,
        address, gender, resident_id, open_id, open_id_index, created_at)
    SELECT p.id, put.organisation_id, p.name, p.name_index, p.phone, p.phone_index, p.id_number, p.id_index, p.address,
        p.gender, p.resident_id, p.open_id, p.open_id_index, put.registered_at
    FROM unnest($26::uuid[], $27::uuid[], $28::bytea[], $29::bytea[], $30::bytea[], $31::bytea[], $32::bytea[],
        $33::bytea[], $34::bytea[], $35::text[], $36::uuid[], $37::bytea[], $38::bytea[])
        AS p(matter_id, id, name, name_index, phone, phone_index, id_number, id_index, address, gender, resident_id,
            open_id, open_id_index) JOIN put ON put.id = p.matter_id
), parties AS (
    INSERT INTO petitions.party (id, matter_id, petitioner_id, role, position)
    SELECT q.id, q.matter_id, q.petitioner_id, q.role, q.position
    FROM unnest($39::uuid[], $40::uuid[], $41::uuid[], $42::text[], $43::integer[])
        AS q(id, matter_id, petitioner_id, role, position) JOIN put ON put.id = q.matter_id
), happened AS (
    INSERT INTO petitions.event (id, matter_id, kind, at, detail, shown, actor_id, recorded_at)
    SELECT e.id, e.matter_id, e.kind, e.at, '{}', TRUE, put.registered_by, put.registered_at
    FROM unnest($44::uuid[], $45::uuid[], $46::text[], $47::timestamptz[]) AS e(id, matter_id, kind, at)
        JOIN put ON put.id = e.matter_id
), limited AS (
    INSERT INTO petitions.deadline (id, matter_id, limit_id, round, organ, state, starts, due, ended_on, mark, duty,
        yellow_on, red_on)
    SELECT gen_random_uuid(), d.*
    FROM unnest($48::uuid[], $49::text[], $50::int[], $51::text[], $52::text[], $53::date[], $54::date[], $55::date[],
        $56::text[], $57::bool[], $58::date[], $59::date[]) AS d(matter_id, limit_id, round, organ, state, starts, due,
        ended_on, mark, duty, yellow_on, red_on) JOIN put ON put.id = d.matter_id
)
SELECT id, number FROM put
"""
MATTER, PEOPLE, PARTIES, EVENTS, LIMITS = 25, 13, 5, 4, 12
"""How many columns each of its lists has."""
INDEXED = ("name", "phone", "id_number")


class Entry(Struct, frozen=True, kw_only=True):
    """What is to be written of an intake that was found right. `is_told`: the petitioner gets number and code."""

    id: UUID
    actor: Actor
    intake: Intake
    organisation_id: UUID
    code: str
    code_hash: bytes
    digest: bytes
    now: datetime
    is_told: bool
    accused: Sequence[Named] = ()
    registered: datetime | None = None
    """When another register took it down; None is now."""

    @property
    def has_papers(self) -> bool:
        return bool(self.intake.papers or self.intake.kept_papers)

    @property
    def received(self) -> datetime:
        return self.intake.received_at or self.now

    @property
    def persons(self) -> list[Person]:
        return [person for person in self.intake.persons if not person.is_empty]

    @property
    def people(self) -> int:
        return max(self.intake.people, len(self.persons), 1)


class _Repeated(Exception):
    """All of it had come before: nothing is to be written."""


async def enter(ctx: Ctx, entries: Sequence[Entry]) -> dict[UUID, str]:
    """Write them in one transaction, numbered in their order; the numbers of those that are new."""
    try:
        async with ctx.db.write(entries[0].actor) as write:
            rows = await ctx.db.fetch(PUT, *_columns(ctx, await rule_book(ctx), entries))
            numbers: dict[UUID, str] = {row["id"]: row["number"] for row in rows}
            if not numbers:
                raise _Repeated
            for entry in entries:
                if entry.accused and entry.id in numbers:
                    await put_accused(ctx, write.by(entry.actor), entry.actor, entry.id, entry.accused)
            for entry in entries:
                if entry.id in numbers:
                    await _follow(ctx, write.by(entry.actor), entry, numbers[entry.id])
    except _Repeated:
        return {}
    return numbers


async def _follow(ctx: Ctx, write: Write, entry: Entry, number: str) -> None:
    """What belongs to a new matter: its papers, the record, the event and the message."""
    intake = entry.intake
    count = await papers.keep(ctx, entry.actor, entry.id, intake.papers, kept=intake.kept_papers)
    detail = {"number": number, "channel": intake.channel, "people": entry.people, "papers": count}
    await write.audit("petitions.matter.registered", ref(entry.id), detail=detail)
    await write.emit(MatterRegistered(matter_id=entry.id, channel=intake.channel))
    if entry.is_told:
        await _tell(ctx, entry, number)


async def _tell(ctx: Ctx, entry: Entry, number: str) -> None:
    """Send the code to whoever left a phone or wrote by WeChat, one message only, to the first who can be reached."""
    for person in entry.intake.persons:
        if person.phone or person.open_id:
            recipient = Recipient(phone=person.phone, open_id=person.open_id, locale=entry.intake.locale)
            data = {"number": number, "code": entry.code}
            await ctx.messages.send(TOLD, recipient, key=str(entry.id), data=data, subject=ref(entry.id))
            return


def _columns(ctx: Ctx, rules: RuleBook, entries: Sequence[Entry]) -> list[Sequence[Any]]:
    """The values of `PUT`."""
    today = ctx.clock.today()
    due = [(entry, first_limits(rules, entry, today)) for entry in entries]
    matters = [_matter(ctx, entry, limits_, today) for entry, limits_ in due]
    people, parties = [], []
    for entry in entries:
        new, roles = _people(ctx, entry)
        people += new
        parties += roles
    events = [
        (new_id(), entry.id, kind, at)
        for entry in entries
        for kind, at in (("received", entry.received), ("registered", entry.registered or entry.now))
    ]
    deadlines = [(entry.id, *limits.as_row(one, today)) for entry, limits_ in due for one in limits_]
    lists = ((matters, MATTER), (people, PEOPLE), (parties, PARTIES), (events, EVENTS), (deadlines, LIMITS))
    return [column for rows, width in lists for column in _turned(rows, width)]


def _turned(rows: Sequence[Sequence[Any]], width: int) -> Iterator[Sequence[Any]]:
    return iter(zip(*rows, strict=True)) if rows else iter([()] * width)


def _matter(ctx: Ctx, entry: Entry, due: Sequence[Due], today: date) -> tuple[Any, ...]:
    intake, seal = entry.intake, ctx.personal.seal
    return (
        *(entry.id, entry.organisation_id, str(year_of(entry.received)), entry.code_hash, intake.channel, intake.kind),
        seal("matter.subject", entry.id, intake.subject.strip()),
        seal("matter.body", entry.id, intake.body.strip()),
        seal("matter.place", entry.id, intake.place.strip()),
        intake.district.strip(),
        intake.category.strip(),
        entry.people,
        intake.anonymous or intake.whistle,
        intake.whistle,
        intake.publish and not intake.whistle,
        intake.urgent,
        seal("matter.earlier", entry.id, intake.earlier.strip()),
        intake.came_from.strip(),
        *_next(due, today),
        *(entry.received, entry.now, entry.actor.account_id, entry.digest),
    )


def first_limits(rules: RuleBook, entry: Entry, today: date) -> Sequence[Due]:
    """The limits that begin with the first events: what `limits.renew` would make of them, without asking twice."""
    profile = rules.profile_for(entry.organisation_id, limits.day_of(entry.received))
    happened = [
        limits.Happened("received", entry.received),
        limits.Happened("registered", entry.registered or entry.now),
    ]
    due, _refused = limits.reckon(profile, entry.intake.kind, happened, today, rules.calendar)
    return due


def _next(due: Sequence[Due], today: date) -> tuple[date | None, str, str]:
    """The next limit, for the matter's own row: its day, its id and its mark."""
    running = [one for one in due if one.kind == "duty" and one.due and one.state in ("running", "extended", "late")]
    first = min(running, key=lambda one: (one.due, one.limit), default=None)
    return (first.due, first.limit, limits.mark(first, today)) if first else (None, "", "")


def _people(ctx: Ctx, entry: Entry) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The rows of people who are new, and of everybody's part in the matter."""
    new, parties = [], []
    for position, person in enumerate(entry.persons):
        identifier = person.known_id or new_id()
        parties.append((new_id(), entry.id, identifier, person.role, position))
        if person.known_id is None:
            new.append((entry.id, identifier, *_sealed(ctx, identifier, person)))
    return new, parties


def _sealed(ctx: Ctx, identifier: UUID, person: Person) -> Iterator[Any]:
    """A new petitioner, sealed and indexed."""
    seal, index = ctx.personal.seal, ctx.personal.index
    for name in INDEXED:
        text = getattr(person, name).strip()
        yield seal(f"petitioner.{name}", identifier, text)
        yield index(f"petitioner.{name}", text)
    yield seal("petitioner.address", identifier, person.address.strip())
    yield person.gender
    yield person.resident_id
    yield seal("petitioner.open_id", identifier, person.open_id)
    yield index("petitioner.open_id", person.open_id)
