"""The board of supervision: what is late or nearly so, whose it is, and what was said about it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services.access import SUPERVISE, Ctx, visible
from huitang_petitions.services.limits import said
from huitang_petitions.services.rules import rule_book
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql

MARKS = ("late", "red", "yellow")
MOST = 100
"""Rows of the list: the most urgent; the rest is behind the register's filters."""


class Load(Struct, frozen=True, kw_only=True):
    """How much of one organisation is late, red and yellow."""

    unit: str
    late: int
    red: int
    yellow: int


class Urgent(Struct, frozen=True, kw_only=True):
    """One matter on the board; `days` are those it is late (negative: left), `step` the newest one, `why` what was said
    last, to whichever step."""

    id: UUID
    number: str
    subject: str
    limit: str
    unit: str
    due: date
    days: int
    mark: str
    step: str
    why: str


class Board(Struct, frozen=True, kw_only=True):
    """The whole board."""

    loads: list[Load]
    rows: list[Urgent]
    total: int

    def count(self, mark: str) -> int:
        """How many matters carry a mark."""
        return sum(getattr(load, mark) for load in self.loads)


async def board_of(ctx: Ctx, actor: Actor, mark: str = "") -> Board:
    """What the actor may supervise. `mark` keeps only the rows of one mark; the counts are always of all."""
    titles = {unit.id: unit.name for unit in await ctx.identity.organisations()}
    loads = await _loads(ctx, actor, titles)
    rows = await _rows(ctx, actor, titles, [mark] if mark in MARKS else list(MARKS))
    return Board(loads=loads, rows=rows, total=sum(one.late + one.red + one.yellow for one in loads))


async def _loads(ctx: Ctx, actor: Actor, titles: dict[UUID, str]) -> list[Load]:
    sql = Sql(list(MARKS))
    condition = await visible(ctx, actor, SUPERVISE, sql)
    rows = await ctx.db.fetch(
        "SELECT coalesce(m.handler_id, m.organisation_id) AS unit, count(*) FILTER (WHERE m.mark = 'late') AS late,"
        " count(*) FILTER (WHERE m.mark = 'red') AS red, count(*) FILTER (WHERE m.mark = 'yellow') AS yellow"
        f" FROM petitions.matter m WHERE m.mark = ANY($1) AND m.due IS NOT NULL AND {condition}"
        " GROUP BY 1 ORDER BY late DESC, red DESC, yellow DESC",
        *sql.values,
    )
    return [Load(**{**row, "unit": titles.get(row["unit"], "")}) for row in rows]


async def _rows(ctx: Ctx, actor: Actor, titles: dict[UUID, str], marks: list[str]) -> list[Urgent]:
    today = ctx.clock.today()
    sql = Sql(marks)
    condition = await visible(ctx, actor, SUPERVISE, sql)
    rows = await ctx.db.fetch(
        "SELECT m.id, m.number, m.subject, m.due, m.due_limit, m.mark,"
        " coalesce(m.handler_id, m.organisation_id) AS unit, s.step, w.answer, w.id AS act FROM ("
        "SELECT m.id FROM petitions.matter m WHERE m.mark = ANY($1) AND m.due IS NOT NULL"
        f" AND {condition} ORDER BY m.due, m.id LIMIT {MOST}) k JOIN petitions.matter m ON m.id = k.id"
        " LEFT JOIN LATERAL (SELECT step FROM petitions.supervision WHERE matter_id = m.id"
        " ORDER BY at DESC, id DESC LIMIT 1) s ON TRUE"
        " LEFT JOIN LATERAL (SELECT id, answer FROM petitions.supervision WHERE matter_id = m.id AND answer <> ''"
        " ORDER BY answered_at DESC, id DESC LIMIT 1) w ON TRUE ORDER BY m.due, m.id",
        *sql.values,
    )
    limits = {limit.id: said(limit.title) for limit in (await rule_book(ctx)).limits()}
    return [
        Urgent(
            id=row["id"],
            number=row["number"],
            subject=ctx.personal.unseal("matter.subject", row["id"], row["subject"] or None),
            limit=limits.get(row["due_limit"], row["due_limit"]),
            unit=titles.get(row["unit"], ""),
            due=row["due"],
            days=(today - row["due"]).days,
            mark=row["mark"],
            step=row["step"] or "",
            why=ctx.personal.unseal("supervision.answer", row["act"], row["answer"] or None) if row["act"] else "",
        )
        for row in rows
    ]
