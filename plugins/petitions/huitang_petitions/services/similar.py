"""Matters like this one: repeats, duplicates and joint ones, over the whole register, with what matched.

Each node keeps the features of all letters in memory and reads what is new before every question. They are keyed
hashes; the words that matched are read from the letters themselves, for whoever may see both.
"""

from __future__ import annotations

import asyncio
import base64
import contextvars
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from msgspec import Struct

from huitang_petitions.events import MatterRegistered
from huitang_petitions.matching import VERSION, Background, Features, Hasher, Match, MatchIndex
from huitang_petitions.matching.explain import Reason, explain
from huitang_petitions.services import access
from huitang_petitions.services.access import Ctx
from huitang_sdk.contracts import Actor, Delivery, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.contracts.scheduling import never
from huitang_sdk.db import Sql
from huitang_sdk.errors import SealBroken

COLUMN = "feature.features"
REF = Ref("petitions.matter", UUID(int=0))
MOST = 10
AT_ONCE = 48
"""So many letters the index compares in one round: as many matches mean that more may be behind them."""
ROUNDS = 5
BATCH = 20_000
PATIENCE = 0.5
"""Seconds that a page waits for the index of a process that was started lately; then it says how far it is."""
ANEW = 500
_PUT = """
INSERT INTO petitions.feature (id, features, version) SELECT a.id, a.features, $3
FROM unnest($1::uuid[], $2::bytea[]) AS a (id, features)
ON CONFLICT (id) DO UPDATE SET features = excluded.features, version = excluded.version, sequence = excluded.sequence
WHERE feature.version <> excluded.version
"""
"""A row that is made anew takes a new sequence: to every node it is a new one."""


_LOST = "UPDATE petitions.feature SET version = $2, features = '' WHERE id = ANY($1::uuid[])"


class Letter(Struct, frozen=True):
    """What of a matter is compared."""

    petitioner: str
    phone: str
    place: str
    subject: str
    text: str


class Alike(Struct, frozen=True, kw_only=True):
    """A matter like the one at hand."""

    id: UUID
    number: str
    subject: str
    state: str
    relation: str
    score: float
    reasons: list[Reason]


class Reading(Struct, frozen=True):
    """How many letters can be compared already: less than the whole after a start, and after an upgrade that reads them
    in another way."""

    done: int
    whole: int


class Found(Struct, frozen=True):
    """Matters like one: the likest `MOST`, how many there are in all, and whether even more may be behind those; with
    `reading` there may be others among the letters that are not read yet."""

    shown: list[Alike]
    total: int
    more: bool
    reading: Reading | None = None


class _Index:
    """The index of one process, and up to where it has read."""

    def __init__(self, background: Background) -> None:
        self.letters = MatchIndex(background)
        self.read = 0
        self.lock = asyncio.Lock()
        self.first: asyncio.Task[None] | None = None


_INDEXES: WeakKeyDictionary[Any, _Index] = WeakKeyDictionary()
_HASHERS: WeakKeyDictionary[Any, Hasher] = WeakKeyDictionary()


async def keep_features(ctx: Ctx, lot: Sequence[tuple[MatterRegistered, Delivery]]) -> None:
    """Keep what new matters are told apart by. Delivered again it changes nothing."""
    ids = [event.matter_id for event, _delivery in lot]
    async with ctx.db.write(SYSTEM) as write:
        for matter_id in await put_features(ctx, ids):
            await write.audit("petitions.matter.compared", access.ref(matter_id))


async def put_features(ctx: Ctx, ids: Sequence[UUID]) -> dict[UUID, Features]:
    """Keep the features of matters, inside a write. A letter that was altered outside is compared with nothing, and
    keeps no other from it."""
    letters, hasher = await letters_of(ctx, ids, whole=False), hasher_of(ctx)
    found, kept = {}, []
    for matter_id, letter in letters.items():
        found[matter_id] = hasher.features(letter)
        kept.append(sealed(ctx, matter_id, found[matter_id]))
        await asyncio.sleep(0)  # requests go between two letters; a thread would take the interpreter from them
    await ctx.db.execute(_PUT, list(found), kept, VERSION)
    if lost := set(ids) - set(found):
        await ctx.db.execute(_LOST, list(lost), VERSION)
    return found


def sealed(ctx: Ctx, matter_id: UUID, features: Features) -> bytes:
    """Sealed, although they are keyed hashes: how often each occurs would tell something to whoever knows letters."""
    return ctx.personal.seal(COLUMN, matter_id, base64.b64encode(features.to_bytes()).decode())


async def read_anew(ctx: Ctx, is_stopping: Callable[[], bool] = never) -> int:
    """Make the features anew that an earlier version made, so many at a time; stopped and begun again it goes on."""
    count = 0
    sql = "SELECT id FROM petitions.feature WHERE version < $1 ORDER BY version LIMIT $2"
    while not is_stopping() and (rows := await ctx.db.fetch(sql, VERSION, ANEW)):
        async with ctx.db.write(SYSTEM) as write:
            await put_features(ctx, [row["id"] for row in rows])
            await write.audit("petitions.matter.compared", REF, detail={"count": len(rows), "version": VERSION})
        count += len(rows)
    return count


async def opened(ctx: Ctx, row: Mapping[str, Any]) -> Features | None:
    """The features of a row of `feature`; None, and a line in the log, for what cannot be read."""
    return await asyncio.to_thread(_opened, ctx, row)


def _opened(ctx: Ctx, row: Mapping[str, Any]) -> Features | None:
    try:
        return Features.from_bytes(base64.b64decode(ctx.personal.unseal(COLUMN, row["id"], row["features"])))
    except (SealBroken, ValueError) as error:
        ctx.log.error("matter %s cannot be compared, its features cannot be read: %s", row["id"], error)
        return None


async def similar_to(ctx: Ctx, actor: Actor, matter_id: UUID) -> list[Alike]:
    """The likest of `all_similar`."""
    return (await all_similar(ctx, actor, matter_id)).shown


async def all_similar(ctx: Ctx, actor: Actor, matter_id: UUID) -> Found:
    """Matters like this one within the actor's reach, the likest first, without those that are joined with it already.

    Raises NotFound for one out of reach.
    """
    await access.matter_for(ctx, actor, matter_id, access.READ)
    if not await is_ready(ctx, PATIENCE):
        return Found([], 0, False, await _reading(ctx))
    sql = "SELECT id, features FROM petitions.feature WHERE id = $1 AND version = $2"
    kept = await ctx.db.fetch(sql, matter_id, VERSION)
    here = await letter_of(ctx, matter_id)
    features = (await opened(ctx, kept[0]) if kept else None) or hasher_of(ctx).features(here)
    left_out = await _together(ctx, matter_id)
    found: list[tuple[Match, dict[str, Any]]] = []
    more = True
    for _round in range(ROUNDS):
        matches = {UUID(match.id): match for match in await query(ctx, features, left_out)}
        found += [(matches[row["id"]], row) for row in await _in_reach(ctx, actor, list(matches))]
        # What is out of reach takes no place of what is within it: the next round looks behind both.
        left_out |= {match.id for match in matches.values()}
        if not (more := len(matches) >= AT_ONCE):
            break
    found.sort(key=lambda one: (-one[0].score, one[1]["number"]))
    shown = [await _alike(ctx, here, match, row) for match, row in found[:MOST]]
    return Found(shown, len(found), more, await _reading(ctx) if await is_behind(ctx) else None)


async def _together(ctx: Ctx, matter_id: UUID) -> set[str]:
    """The matter itself and all that is handled with it: the one it is joined to, and whatever is joined to either."""
    rows = await ctx.db.fetch(
        "SELECT m.id FROM petitions.matter m, (SELECT coalesce(merged_into, id) AS id FROM petitions.matter"
        " WHERE id = $1) main WHERE m.id = main.id OR m.merged_into = main.id",
        matter_id,
    )
    return {str(row["id"]) for row in rows} | {str(matter_id)}


def is_loaded(ctx: Ctx) -> bool:
    """Whether this process holds the index already: to fill it takes a minute where there are a million letters."""
    first = _index(ctx).first
    return first is not None and first.done() and not first.exception()


async def is_ready(ctx: Ctx, seconds: float | None = None) -> bool:
    """Whether the index is filled, waiting so long at most; it goes on being filled while nobody waits."""
    index = _index(ctx)
    if index.first is None or (index.first.done() and index.first.exception()):
        # What began it has its own end: another one may wait for the same.
        index.first = asyncio.create_task(_read_first(ctx, index), context=contextvars.Context())
    await asyncio.wait([index.first], timeout=seconds)
    if index.first.done():
        index.first.result()
    return index.first.done()


async def is_behind(ctx: Ctx) -> bool:
    """Whether there are letters left that an earlier version has read: they are compared with nothing until the job has
    read them anew."""
    # The oldest by its index: asked for one below, a planner without statistics would read all rows to find none.
    rows = await ctx.db.fetch("SELECT version FROM petitions.feature ORDER BY version LIMIT 1")
    return bool(rows) and rows[0]["version"] < VERSION


async def _read_first(ctx: Ctx, index: _Index) -> None:
    async with index.lock:
        await _read_new(ctx, index)


async def _reading(ctx: Ctx) -> Reading:
    # The table's own estimate: to count a million rows would take longer than it is worth.
    rows = await ctx.db.fetch(
        "SELECT reltuples::bigint AS whole FROM pg_class WHERE oid = 'petitions.feature'::regclass"
    )
    done = len(_index(ctx).letters)
    return Reading(done, max(done, rows[0]["whole"]))


def _index(ctx: Ctx) -> _Index:
    if ctx.db not in _INDEXES:
        _INDEXES[ctx.db] = _Index(hasher_of(ctx).background())
    return _INDEXES[ctx.db]


async def query(ctx: Ctx, features: Features, but: Collection[str]) -> list[Match]:
    """What the index finds, without those in `but`, whoever may see it."""
    await is_ready(ctx)
    index = _index(ctx)
    async with index.lock:
        await _read_new(ctx, index)
        return await asyncio.to_thread(index.letters.query, features, AT_ONCE, but=frozenset(but))


async def _read_new(ctx: Ctx, index: _Index) -> None:
    """What came since; looked at a little further back, since numbers are taken before their rows are committed."""
    sql = (
        "SELECT id, sequence, features FROM petitions.feature WHERE sequence > $1 AND version = $3"
        " ORDER BY sequence LIMIT $2"
    )
    last = max(0, index.read - 1000)
    while rows := await ctx.db.fetch(sql, last, BATCH, VERSION):
        await asyncio.to_thread(_take_in, ctx, index.letters, rows)
        last = index.read = rows[-1]["sequence"]


def _take_in(ctx: Ctx, letters: MatchIndex, rows: list[dict[str, Any]]) -> None:
    """Those that are not known; in a thread, since opening 20,000 of them takes a third of a second."""
    new = [row for row in rows if str(row["id"]) not in letters]
    found = [(str(row["id"]), _opened(ctx, row)) for row in new]
    letters.extend([(id_, features) for id_, features in found if features])


async def _in_reach(ctx: Ctx, actor: Actor, ids: list[UUID]) -> list[dict[str, Any]]:
    sql = Sql(ids)
    condition = await access.visible(ctx, actor, access.READ, sql)
    return await ctx.db.fetch(
        f"SELECT m.id, m.number, m.state, m.subject FROM petitions.matter m WHERE m.id = ANY($1) AND {condition}",
        *sql.values,
    )


async def _alike(ctx: Ctx, here: Letter, match: Match, row: Mapping[str, Any]) -> Alike:
    there = await letter_of(ctx, row["id"])
    return Alike(
        id=row["id"],
        number=row["number"],
        subject=there.subject,
        state=row["state"],
        relation=match.relation,
        score=match.score,
        reasons=explain(here, there, match.evidence),
    )


async def letter_of(ctx: Ctx, matter_id: UUID) -> Letter:
    """The matter as the letter of whoever stands first in it."""
    return (await letters_of(ctx, [matter_id]))[matter_id]


async def letters_of(ctx: Ctx, ids: Sequence[UUID], *, whole: bool = True) -> dict[UUID, Letter]:
    """The matters as letters of those who stand first in them. Raises SealBroken for one that was altered outside;
    without `whole` it is left out, and the log says so."""
    rows = await ctx.db.fetch(
        "SELECT DISTINCT ON (m.id) m.id, m.subject, m.body, m.place, t.id AS petitioner_id, t.name, t.phone"
        " FROM petitions.matter m LEFT JOIN petitions.party p ON p.matter_id = m.id"
        " LEFT JOIN petitions.petitioner t ON t.id = p.petitioner_id"
        " WHERE m.id = ANY($1::uuid[]) ORDER BY m.id, p.position",
        list(ids),
    )
    found = {}
    for row in rows:
        try:
            found[row["id"]] = _letter(ctx, row)
        except SealBroken as error:
            if whole:
                raise
            ctx.log.error("matter %s cannot be compared, it cannot be read: %s", row["id"], error)
    return found


def _letter(ctx: Ctx, row: Mapping[str, Any]) -> Letter:
    name, phone = (
        ctx.personal.unseal(f"petitioner.{column}", row["petitioner_id"], row[column]) if row["petitioner_id"] else ""
        for column in ("name", "phone")
    )
    subject, body, place = (
        ctx.personal.unseal(f"matter.{column}", row["id"], row[column]) for column in ("subject", "body", "place")
    )
    return Letter(name, phone, place, subject, body)


def hasher_of(ctx: Ctx) -> Hasher:
    """One for each process: it remembers the pieces it has hashed."""
    found = _HASHERS.get(ctx.db)
    if found is None:
        found = _HASHERS[ctx.db] = Hasher(ctx.keys.derive("matching"))
    return found
