"""The situation: counts by category, district, channel, handler and week, within the reader's reach and no further.

Every number here, also those that bursts, forecasts and words are made from, is counted under `access.visible`: whoever
must stay away from a matter does not find it in any figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct, structs, to_builtins

from huitang_petitions.services.access import SITUATION, Ctx, visible
from huitang_petitions.situation.series import WEEK, Series, week_of, weekly
from huitang_petitions.situation.topics import Said
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.db import Sql, new_id
from huitang_sdk.i18n import TIMEZONE

Dimension = Literal["category", "district", "channel", "handler"]
COLUMNS: Mapping[str, str] = {
    "category": "split_part(m.category, '.', 1)",
    "district": "m.district",
    "channel": "m.channel",
    "handler": "coalesce(m.handler_id::text, '')",
}
ALSO = "|"
YEARS = 3
WEEKS = "date_bin('7 days', m.received_at, '2000-01-03 00:00+08')"
"""The Monday a moment's week begins with. No clock is put forward or back in China: all weeks are of one length."""
SHOWN_YEARS = 2
"""Bursts look back a year and a half, charts a year: only forecasts need all of `YEARS`."""
RECENT, BEFORE = 4, 12
"""Weeks in which words are sought that rise, and weeks they are compared with."""
MOST_TEXTS = 3000
"""So many letters of a span are read for its words, chosen over all of it by their ids."""
LISTED = 500
EXPORTED = 20_000


class Period(Struct, frozen=True):
    """Whole weeks from `first`, a Monday, up to `end`, not included; `before` is the period of the same length before
    it.
    """

    first: date
    end: date

    @property
    def before(self) -> Period:
        return Period(self.first - (self.end - self.first), self.first)

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)


class Wanted(Struct, frozen=True, kw_only=True):
    """What a figure counts: matters received in the period, and more of the same kind. "" for all; "-" for none given.

    `category` is a path with all below it; `district` may be several ways of writing one, parted by `ALSO`.
    """

    period: Period
    category: str = ""
    district: str = ""
    channel: str = ""
    handler: str = ""


class Figure(Struct, frozen=True):
    """How many matters of one value came in the period and in the one before, from how many people, how many late."""

    value: str
    count: int
    before: int
    people: int
    late: int
    joint: int


class Line(Struct, frozen=True):
    """A matter behind a figure, without anything of the petitioner."""

    id: UUID
    number: str
    received_at: datetime
    channel: str
    category: str
    district: str
    state: str
    people: int


def period_of(ctx: Ctx, weeks: int) -> Period:
    """The last whole weeks."""
    end = week_of(ctx.clock.today())
    return Period(end - weeks * WEEK, end)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), TIMEZONE)


def _where(wanted: Wanted, sql: Sql) -> str:
    found = [f"m.received_at >= {sql.put(_moment(wanted.period.first))}"]
    found.append(f"m.received_at < {sql.put(_moment(wanted.period.end))}")
    if wanted.category == "-":
        found.append("m.category = ''")
    elif wanted.category:
        category = sql.put(wanted.category)
        found.append(f"(m.category = {category} OR starts_with(m.category, {category} || '.'))")
    if wanted.district:
        names = {wanted.district, *wanted.district.split(ALSO)} if wanted.district != "-" else {""}
        found.append(f"m.district = ANY({sql.put(sorted(names))})")
    for name in ("channel", "handler"):
        value = getattr(wanted, name)
        if value:
            found.append(f"{COLUMNS[name]} = {sql.put('' if value == '-' else value)}")
    return " AND ".join(found)


async def figures(ctx: Ctx, actor: Actor, dimension: Dimension, wanted: Wanted) -> list[Figure]:
    """The values of one dimension with their figures, most first."""
    return (await tables(ctx, actor, [dimension], wanted))[dimension]


async def tables(
    ctx: Ctx, actor: Actor, dimensions: Sequence[Dimension], wanted: Wanted
) -> dict[Dimension, list[Figure]]:
    """The same for several dimensions: the matters are read once for all of them."""
    period = wanted.period
    both = structs.replace(wanted, period=Period(period.before.first, period.end))
    sql = Sql(_moment(period.first))
    where = _where(both, sql)
    columns = ", ".join(f"{COLUMNS[dimension]} AS {dimension}" for dimension in dimensions)
    names = ", ".join(dimensions)
    rows = await ctx.db.fetch(
        f"""
        SELECT grouping({names}) AS others, coalesce({names}) AS value,
            count(*) FILTER (WHERE is_now) AS count,
            count(*) FILTER (WHERE NOT is_now) AS before,
            coalesce(sum(people) FILTER (WHERE is_now), 0)::bigint AS people,
            count(*) FILTER (WHERE is_now AND mark = 'late') AS late,
            count(*) FILTER (WHERE is_now AND people >= 5) AS joint
        FROM (
            SELECT {columns}, m.people, m.mark, m.received_at >= $1 AS is_now
            FROM petitions.matter m WHERE {where} AND {await visible(ctx, actor, SITUATION, sql)}
        ) f
        GROUP BY GROUPING SETS ({", ".join(f"({dimension})" for dimension in dimensions)}) ORDER BY count DESC, value
        """,
        *sql.values,
    )
    found: dict[Dimension, list[Figure]] = {dimension: [] for dimension in dimensions}
    # A bit for every dimension, the first one highest; it is 0 for the one that the row is about.
    last = len(dimensions) - 1
    about = {(2 << last) - 1 - (1 << (last - place)): name for place, name in enumerate(dimensions)}
    for row in rows:
        found[about[row.pop("others")]].append(Figure(**row))
    return found


async def districts(ctx: Ctx, actor: Actor) -> list[str]:
    """How the matters that the actor may count write their districts; the commonest first."""
    sql = Sql()
    rows = await ctx.db.fetch(
        f"SELECT m.district FROM petitions.matter m WHERE {await visible(ctx, actor, SITUATION, sql)}"
        " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 300",
        *sql.values,
    )
    return [row["district"] for row in rows]


async def week_counts(ctx: Ctx, actor: Actor, years: int = YEARS) -> dict[tuple[str, str], Series]:
    """Years of weekly counts by first-level category and district; as long as there is something to count."""
    today = ctx.clock.today()
    sql = Sql(_moment(week_of(today) - years * 52 * WEEK), _moment(week_of(today)))
    rows = await ctx.db.fetch(
        f"""
        SELECT split_part(w.category, '.', 1) AS category, w.district,
            (w.week AT TIME ZONE 'Asia/Shanghai')::date AS week, sum(w.count)::bigint AS count
        FROM (
            SELECT m.category, m.district, {WEEKS} AS week, count(*) AS count
            FROM petitions.matter m
            WHERE m.received_at >= $1 AND m.received_at < $2 AND {await visible(ctx, actor, SITUATION, sql)}
            GROUP BY 1, 2, 3
        ) w
        GROUP BY 1, 2, 3
        """,
        *sql.values,
    )
    if not rows:
        return {}
    first = min(row["week"] for row in rows)
    counts: dict[tuple[str, str], dict[date, int]] = {}
    for row in rows:
        counts.setdefault((row["category"], row["district"]), {})[row["week"]] = row["count"]
    return {key: weekly(weeks, first, today) for key, weeks in counts.items()}


class Spoken(Struct, frozen=True):
    """Letters of a span, opened in memory only, and how many there are in it: of very many an even choice is read."""

    letters: list[Said]
    whole: int


async def texts(ctx: Ctx, actor: Actor) -> tuple[Spoken, Spoken]:
    """What was written in the last weeks and in those before, and by whom (an opaque key)."""
    end = week_of(ctx.clock.today())
    recent = Period(end - RECENT * WEEK, end)
    return (
        await _texts(ctx, actor, recent),
        await _texts(ctx, actor, Period(recent.first - BEFORE * WEEK, recent.first)),
    )


async def _texts(ctx: Ctx, actor: Actor, period: Period) -> Spoken:
    sql = Sql(MOST_TEXTS)
    where = _where(Wanted(period=period), sql)
    rows = await ctx.db.fetch(
        f"""
        WITH chosen AS (
            SELECT m.id, count(*) OVER () AS whole FROM petitions.matter m
            WHERE {where} AND {await visible(ctx, actor, SITUATION, sql)} ORDER BY uuid_hash(m.id), m.id LIMIT $1
        )
        SELECT m.id, m.subject, m.body, whole, coalesce(
            (SELECT p.petitioner_id FROM petitions.party p WHERE p.matter_id = m.id ORDER BY p.position LIMIT 1), m.id
        ) AS by
        FROM chosen JOIN petitions.matter m USING (id)
        """,
        *sql.values,
    )
    return Spoken([Said(_opened(ctx, row), str(row["by"])) for row in rows], rows[0]["whole"] if rows else 0)


def _opened(ctx: Ctx, row: Mapping[str, Any]) -> str:
    parts = [ctx.personal.unseal(f"matter.{name}", row["id"], row[name]) for name in ("subject", "body") if row[name]]
    return "\n".join(parts)


async def lines(ctx: Ctx, actor: Actor, wanted: Wanted, most: int = LISTED) -> tuple[Sequence[Line], int]:
    """The matters behind a figure, newest first, and how many there are in all."""
    sql = Sql(most)
    where = _where(wanted, sql)
    rows = await ctx.db.fetch(
        f"""
        SELECT m.id, m.number, m.received_at, m.channel, m.category, m.district, m.state, m.people,
            count(*) OVER () AS total
        FROM petitions.matter m WHERE {where} AND {await visible(ctx, actor, SITUATION, sql)}
        ORDER BY m.received_at DESC, m.id DESC LIMIT $1
        """,
        *sql.values,
    )
    total = rows[0]["total"] if rows else 0
    return [Line(**{key: value for key, value in row.items() if key != "total"}) for row in rows], total


async def note_export(ctx: Ctx, actor: Actor, wanted: Wanted, count: int) -> None:
    """Put on record that the matters behind a figure were taken out."""
    async with ctx.db.write(actor) as write:
        detail = {"count": count, "wanted": to_builtins(wanted)}
        await write.audit("petitions.situation.exported", Ref("petitions.export", new_id()), detail=detail)
