"""Marks: what a matter counts as in a span of time. One statement makes them, and everything is read from it: a figure
is the number of matters (or of their people) that carry its mark, and the rows behind it are those matters.

Received are matters by the day they came; what was done counts by the day it was done, whenever the matter came; a
limit counts by its last day. All of it is counted under `access.visible`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services.access import SITUATION, Ctx, visible
from huitang_petitions.services.reporting.spans import Span
from huitang_petitions.services.situation import Line
from huitang_petitions.situation.series import WEEK
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql

EVENTS = (
    *("accepted", "refused", "transferred_out", "assigned_out", "answered", "settled", "closed", "withdrawn"),
    *("review_requested", "recheck_requested"),
)
STEPS = ("urge", "supervise", "escalate", "inspect")
JOINT = 5
"""From so many people on a matter counts as a joint one, as on the situation page."""

_MARKS = """
SELECT m.id AS matter_id, m.people, unnest(ARRAY[
    'received', 'channel:' || m.channel, 'kind:' || m.kind, 'district:' || m.district, 'category:' || {category},
    CASE WHEN m.people >= {joint} THEN 'joint' END, CASE WHEN m.people >= {joint} THEN 'joint:' || {category} END,
    CASE WHEN m.urgent THEN 'urgent' END, CASE WHEN m.anonymous THEN 'anonymous' END]) AS mark
FROM petitions.matter m WHERE m.received_at >= {start} AND m.received_at < {end} AND {visible}
UNION ALL
SELECT DISTINCT m.id, m.people, 'complained:' || a.organisation_id
FROM petitions.matter m JOIN petitions.accused a ON a.matter_id = m.id
WHERE a.organisation_id IS NOT NULL AND m.received_at >= {start} AND m.received_at < {end} AND {visible}
UNION ALL
SELECT DISTINCT m.id, m.people, unnest(ARRAY['event:' || e.kind, CASE WHEN e.kind IN ('transferred_out', 'assigned_out')
    AND e.detail ->> 'organ' <> '' THEN 'sent:' || (e.detail ->> 'organ') END])
FROM petitions.event e JOIN petitions.matter m ON m.id = e.matter_id
WHERE e.at >= {start} AND e.at < {end} AND e.kind = ANY({events}) AND {visible}
UNION ALL
SELECT DISTINCT m.id, m.people, unnest(ARRAY['step:' || s.step,
    CASE WHEN s.step = 'supervise' AND s.answered_by IS NOT NULL THEN 'reported' END])
FROM petitions.supervision s JOIN petitions.matter m ON m.id = s.matter_id
WHERE s.at >= {start} AND s.at < {end} AND s.step = ANY({steps}) AND {visible}
UNION ALL
SELECT DISTINCT m.id, m.people, unnest(ARRAY['due', CASE WHEN d.state <> 'met' THEN 'late' END,
    CASE WHEN d.state <> 'met' THEN 'late:' || {category} END])
FROM petitions.deadline d JOIN petitions.matter m ON m.id = d.matter_id
WHERE d.duty AND d.due >= {first} AND d.due < {after} AND d.state IN ('met', 'met_late', 'late') AND {visible}
UNION ALL
SELECT m.id, m.people, b.mark FROM petitions.matter m
JOIN unnest({marks}, {categories}, {districts}, {starts}, {ends}) b (mark, category, district, first, after)
    ON m.received_at >= b.first AND m.received_at < b.after AND {category} = b.category
    AND (b.district = '' OR m.district = b.district)
WHERE {visible}
"""
_CATEGORY = "split_part(m.category, '.', 1)"


class BurstMark(Struct, frozen=True):
    """A week of one category, and of one district where that is given, as a mark: "burst:2026-10-05:labour:云溪区"."""

    week: date
    category: str
    district: str = ""

    def __str__(self) -> str:
        return f"burst:{self.week.isoformat()}:{self.category}:{self.district}"

    @property
    def span(self) -> Span:
        return Span(self.week, self.week + WEEK)


def burst_in(mark: str) -> BurstMark | None:
    """The week that a mark names; None for another mark, and for nonsense."""
    name, *parts = mark.split(":", 3)
    try:
        return BurstMark(date.fromisoformat(parts[0]), parts[1], parts[2]) if name == "burst" else None
    except (IndexError, ValueError):
        return None


class Count(Struct, frozen=True):
    """How many matters carry a mark, and how many people brought them."""

    matters: int = 0
    people: int = 0


Counts = Mapping[str, Count]


async def _keyed(ctx: Ctx, actor: Actor, span: Span, weeks: Sequence[BurstMark], sql: Sql) -> str:
    """The statement of (matter_id, people, mark), within the actor's reach; no mark of a matter stands in it twice."""
    inner = _MARKS.format(
        visible=await visible(ctx, actor, SITUATION, sql),
        category=_CATEGORY,
        joint=JOINT,
        start=sql.put(span.start_moment, "::timestamptz"),
        end=sql.put(span.end_moment, "::timestamptz"),
        first=sql.put(span.first, "::date"),
        after=sql.put(span.end, "::date"),
        events=sql.put(list(EVENTS), "::text[]"),
        steps=sql.put(list(STEPS), "::text[]"),
        marks=sql.put([str(week) for week in weeks], "::text[]"),
        categories=sql.put([week.category for week in weeks], "::text[]"),
        districts=sql.put([week.district for week in weeks], "::text[]"),
        starts=sql.put([week.span.start_moment for week in weeks], "::timestamptz[]"),
        ends=sql.put([week.span.end_moment for week in weeks], "::timestamptz[]"),
    )
    return f"SELECT matter_id, people, mark FROM ({inner}) k WHERE mark IS NOT NULL"


_SUMMED = "SELECT mark, count(*) AS matters, sum(people)::bigint AS people FROM"


async def count(ctx: Ctx, actor: Actor, span: Span, weeks: Sequence[BurstMark] = ()) -> Counts:
    """Every mark of the span with what it counts; `weeks` are bursts to count, too."""
    sql = Sql()
    keyed = await _keyed(ctx, actor, span, weeks, sql)
    return _counts(await ctx.db.fetch(f"{_SUMMED} ({keyed}) k GROUP BY mark", *sql.values))


async def freeze(
    ctx: Ctx, actor: Actor, report_id: UUID, name: str, span: Span, weeks: Sequence[BurstMark] = ()
) -> Counts:
    """Keep the rows of the span with the report, inside the open write; the counts are those of the kept rows."""
    sql = Sql(report_id, name)
    keyed = await _keyed(ctx, actor, span, weeks, sql)
    return _counts(
        await ctx.db.fetch(
            "WITH kept AS (INSERT INTO petitions.report_row (report_id, span, matter_id, people, marks)"
            f" SELECT $1, $2, matter_id, people, array_agg(mark ORDER BY mark) FROM ({keyed}) k"
            f" GROUP BY matter_id, people RETURNING people, marks)"
            f" {_SUMMED} (SELECT people, unnest(marks) AS mark FROM kept) k GROUP BY mark",
            *sql.values,
        )
    )


def _counts(rows: Sequence[Mapping[str, object]]) -> Counts:
    return {str(row["mark"]): Count(row["matters"], row["people"]) for row in rows}  # type: ignore[arg-type]


async def lines(ctx: Ctx, actor: Actor, span: Span, mark: str, most: int) -> tuple[Sequence[Line], int]:
    """The matters that carry a mark in the span, newest first, and how many there are in all."""
    sql = Sql(mark, most)
    week = burst_in(mark)
    keyed = await _keyed(ctx, actor, span, [week] if week else [], sql)
    return lines_in(
        await ctx.db.fetch(LINES.format(ids=f"SELECT matter_id FROM ({keyed}) k WHERE mark = $1"), *sql.values)
    )


LINES = """
SELECT m.id, m.number, m.received_at, m.channel, m.category, m.district, m.state, m.people, count(*) OVER () AS total
FROM petitions.matter m WHERE m.id IN ({ids}) ORDER BY m.received_at DESC, m.id DESC LIMIT $2
"""


def lines_in(rows: Sequence[dict[str, object]]) -> tuple[Sequence[Line], int]:
    """Rows of `LINES` as lines, and their number in all."""
    total = rows[0]["total"] if rows else 0
    return [Line(**{name: row[name] for name in Line.__struct_fields__}) for row in rows], total  # type: ignore[arg-type,return-value]
