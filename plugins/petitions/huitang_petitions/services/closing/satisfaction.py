"""How satisfied people are: what was collected, how well, and by whom; and the commissioning body's targets.

- A rating counts once for each matter and round, however many offices it is about ("collected").
- The share of satisfied grades is over all grades that stand, of both offices.
- The error rate of collection is the share of entries, valid or not, that were declared invalid or that staff had
  written down with another grade than the one that stands. A petitioner who changes their own mind is no error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import access
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.closing.published import PUBLISHABLE
from huitang_petitions.settings import Grade
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql
from huitang_sdk.i18n import TIMEZONE

FEWEST = 5
"""The public reads no share of fewer grades than these: one of two people would know the other's."""
MONTH = "date_trunc('month', r.at AT TIME ZONE 'Asia/Shanghai')"


class Tally(Struct):
    """So many entries: `grades` stand, `satisfied` of them are satisfied, `wrong` were corrected or invalid."""

    entries: int = 0
    grades: int = 0
    satisfied: int = 0
    wrong: int = 0

    @property
    def share(self) -> float | None:
        """Satisfied per cent; None without a grade."""
        return 100 * self.satisfied / self.grades if self.grades else None

    @property
    def errors(self) -> float | None:
        """Errors of collection per cent; None without an entry."""
        return 100 * self.wrong / self.entries if self.entries else None


class Line(Struct, frozen=True):
    """A row of a table: an office, a unit, a channel or a month."""

    name: str
    tally: Tally


class Satisfaction(Struct, frozen=True, kw_only=True):
    """Everything the page shows."""

    matters: int
    collected: int
    total: Tally
    offices: list[Line]
    units: list[Line]
    channels: list[Line]
    months: list[Line]


async def satisfaction_of(ctx: Ctx, actor: Actor, since: date | None = None, until: date | None = None) -> Satisfaction:
    """The figures of the matters the actor may reach; by the day a rating was given, both days included."""
    # Side by side: each reads very many rows.
    rows, alone, matters = await asyncio.gather(
        _grouped(ctx, actor, since, until), _alone(ctx, actor, since, until), _received(ctx, actor, since, until)
    )
    bodies, channels, months = ([row for row in rows if row[name]] for name in ("office", "channel", "month"))
    names = {unit.id: unit.name for unit in await ctx.identity.organisations()}
    scale = {grade.id: grade for grade in ctx.settings.rating_scale}
    return Satisfaction(
        matters=matters,
        collected=alone + sum(row["count"] for row in bodies if row["office"] == "office" and not row["invalid"]),
        total=_tally(channels, scale),
        offices=_bodies([row for row in bodies if row["office"] == "office"], scale, names),
        units=_bodies([row for row in bodies if row["office"] == "unit"], scale, names),
        channels=_by(channels, scale, lambda row: str(row["channel"])),
        months=_by(months, scale, lambda row: str(row["month"])),
    )


async def _grouped(ctx: Ctx, actor: Actor, since: date | None, until: date | None) -> list[dict[str, Any]]:
    """Entries by grade, for each office, channel and month."""
    sql = Sql()
    condition = await access.visible(ctx, actor, access.SATISFACTION, sql)
    days = _between(sql, "r.at", since, until)
    return await ctx.db.fetch(
        "SELECT office, body_id, channel, to_char(month, 'YYYY-MM') AS month, grade, invalid, corrected,"
        " sum(count)::bigint AS count FROM ("
        f"SELECT r.office, r.body_id, r.channel, {MONTH} AS month, r.grade, r.invalid_at IS NOT NULL AS invalid,"
        " r.corrected, count(*) AS count FROM petitions.rating r JOIN petitions.matter m ON m.id = r.matter_id"
        f" WHERE {condition}{days} GROUP BY 1, 2, 3, 4, 5, 6, 7) r"
        " GROUP BY grade, invalid, corrected, GROUPING SETS ((office, body_id), (channel), (month))",
        *sql.values,
    )


async def _alone(ctx: Ctx, actor: Actor, since: date | None, until: date | None) -> int:
    """A sheet is about both offices: what is counted beside the ratings of the one is those of the other alone."""
    sql = Sql()
    condition = await access.visible(ctx, actor, access.SATISFACTION, sql)
    days = _between(sql, "r.at", since, until)
    (row,) = await ctx.db.fetch(
        "SELECT count(*) AS count FROM petitions.rating r JOIN petitions.matter m ON m.id = r.matter_id"
        " WHERE r.office = 'unit' AND r.invalid_at IS NULL AND NOT EXISTS (SELECT FROM petitions.rating o"
        " WHERE o.matter_id = r.matter_id AND o.round = r.round AND o.office = 'office' AND o.invalid_at IS NULL"
        f"{days.replace('r.at', 'o.at')}) AND {condition}{days}",
        *sql.values,
    )
    return int(row["count"])


async def _received(ctx: Ctx, actor: Actor, since: date | None, until: date | None) -> int:
    sql = Sql()
    condition = await access.visible(ctx, actor, access.SATISFACTION, sql)
    days = _between(sql, "m.received_at", since, until)
    (row,) = await ctx.db.fetch(
        f"SELECT count(*) AS count FROM petitions.matter m WHERE {condition}{days}", *sql.values
    )
    return int(row["count"])


async def public_figures(ctx: Ctx) -> list[Line]:
    """What everybody may know: satisfied shares by rated body, of matters the public may know of, none of a few."""
    rows = await ctx.db.fetch(
        "SELECT r.body_id, r.grade, FALSE AS invalid, FALSE AS corrected, count(*) AS count FROM petitions.rating r"
        f" JOIN petitions.matter m ON m.id = r.matter_id WHERE r.invalid_at IS NULL AND {PUBLISHABLE} GROUP BY 1, 2"
    )
    names = {unit.id: unit.name for unit in await ctx.identity.organisations()}
    scale = {grade.id: grade for grade in ctx.settings.rating_scale}
    return [line for line in _bodies(rows, scale, names) if line.tally.grades >= FEWEST]


def percent(value: float | None) -> str:
    """A share with one digit, cut and never rounded up: 89.96 is not 90."""
    return "—" if value is None else f"{int(value * 10 + 1e-9) / 10:.1f} %"


def _between(sql: Sql, column: str, since: date | None, until: date | None) -> str:
    found = ""
    if since:
        found += f" AND {column} >= {sql.put(_moment(since), '::timestamptz')}"
    if until and until < date.max:
        found += f" AND {column} < {sql.put(_moment(date.fromordinal(until.toordinal() + 1)), '::timestamptz')}"
    return found


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), TIMEZONE)


def _tally(rows: Iterable[Mapping[str, Any]], scale: Mapping[str, Grade]) -> Tally:
    found = Tally()
    for row in rows:
        found.entries += row["count"]
        if row["invalid"] or row["corrected"]:
            found.wrong += row["count"]
        if not row["invalid"]:
            found.grades += row["count"]
            found.satisfied += row["count"] if row["grade"] in scale and scale[row["grade"]].satisfied else 0
    return found


def _by(
    rows: Iterable[Mapping[str, Any]], scale: Mapping[str, Grade], key: Callable[[Mapping[str, Any]], str]
) -> list[Line]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return [Line(name, _tally(groups[name], scale)) for name in sorted(groups)]


def _bodies(rows: Iterable[Mapping[str, Any]], scale: Mapping[str, Grade], names: Mapping[UUID, str]) -> list[Line]:
    """By organisation, the one with the most grades first."""
    lines = _by(rows, scale, lambda row: names.get(row["body_id"], "—"))
    return sorted(lines, key=lambda line: (-line.tally.grades, line.name))
