"""Where a matter stands and what may be done with it: for the page of its handling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.clock import Profile
from huitang_petitions.services import (
    access,
    asking,
    correspondence,
    delivering,
    joined,
    limits,
    papers,
    protecting,
    similar,
)
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.letters import copies
from huitang_petitions.services.rules import rule_book
from huitang_petitions.workflow import MATTER
from huitang_sdk.contracts import Actor, Organisation, Process, Step
from huitang_sdk.contracts.workflow import Act
from huitang_sdk.db import Sql

REPORTED = """
SELECT e.id FROM petitions.event e WHERE e.matter_id = $1 AND e.kind = 'reported_back' AND NOT EXISTS (
    SELECT FROM petitions.event a WHERE a.matter_id = $1 AND a.kind = 'answered' AND a.at > e.at)
"""
HEARING = """
SELECT e.id FROM petitions.event e WHERE e.matter_id = $1 AND e.kind = 'hearing_started' AND NOT EXISTS (
    SELECT FROM petitions.event o WHERE o.matter_id = $1 AND o.kind = 'hearing_ended' AND o.at >= e.at)
"""
ACTING = ("running", "extended", "late", "paused", "unknown")


class LimitLine(Struct, frozen=True, kw_only=True):
    """A statutory limit in the reader's words."""

    id: str
    title: str
    article: str
    verified: bool
    organ: str
    state: str
    starts: date | None
    due: date | None
    ended_on: date | None
    mark: str
    extendable: bool


class Asked(Struct, frozen=True, kw_only=True):
    """An extension that was asked for."""

    id: UUID
    limit: str
    days: int
    reason: str
    who: str
    at: datetime
    granted: bool | None
    mine: bool


class Supervised(Struct, frozen=True, kw_only=True):
    """A step of supervision."""

    id: UUID
    step: str
    at: datetime
    who: str
    due: date | None
    note: str
    answer: str
    answered_at: datetime | None


class Joined(Struct, frozen=True):
    """A matter that is joined to this one, or that this one is joined to."""

    id: UUID
    number: str


class Way(Struct, frozen=True, kw_only=True):
    """Everything the page of the handling shows; `stands` is the state of the matter it is joined to, or its own."""

    id: UUID
    number: str
    subject: str
    state: str
    stands: str
    title: str
    version: int
    due: date | None
    mark: str
    handler: str
    kind: str
    remit: str
    category: str
    district: str
    acts: Sequence[Act]
    visited: frozenset[str]
    limits: list[LimitLine]
    extensions: list[Asked]
    supervision: list[Supervised]
    history: list[tuple[Step, str]]
    letters: list[papers.PaperRow]
    copies: Mapping[UUID, copies.Copies]
    accused: list[protecting.Kept]
    recused: list[protecting.Kept]
    units: list[Organisation]
    alike: similar.Found
    joined: list[Joined]
    merged_into: Joined | None
    decision: delivering.Decision | None
    is_reported: bool
    is_heard: bool
    is_unreachable: bool
    may: dict[str, bool]


async def way_of(ctx: Ctx, actor: Actor, matter_id: UUID) -> Way:
    """The handling of a matter. Raises NotFound for one that is not the actor's to see."""
    row = await access.matter_for(ctx, actor, matter_id, access.READ)
    process = await _process(ctx, row)
    history = await ctx.workflow.history(access.ref(matter_id))
    rules = await rule_book(ctx)
    profile = rules.profile_for(row["organisation_id"], limits.day_of(row["received_at"]))
    accused, recused = await protecting.kept_away(ctx, actor, matter_id)
    units = list(await ctx.identity.organisations())
    decision = await delivering.decision_of(ctx, matter_id, profile)
    return Way(
        id=matter_id,
        number=row["number"],
        subject=ctx.personal.unseal("matter.subject", matter_id, row["subject"]),
        state=process.state,
        stands=(await joined.going_on(ctx, row))["state"],
        title=MATTER.state(process.state).title,
        version=process.version,
        due=row["due"],
        mark=row["mark"],
        kind=row["kind"],
        remit=row["remit"],
        category=row["category"],
        district=row["district"],
        handler=next((unit.name for unit in units if unit.id == row["handler_id"]), ""),
        acts=await _acts(ctx, actor, process),
        visited=frozenset(step.state for step in history) - {process.state},
        limits=await _limits(ctx, matter_id, profile),
        extensions=await _extensions(ctx, actor, matter_id, profile),
        supervision=await _supervision(ctx, matter_id),
        history=await _with_notes(ctx, matter_id, history),
        letters=[paper for paper in await papers.papers_of(ctx, matter_id) if paper.letter],
        copies=await copies.made_with(ctx, actor, matter_id),
        accused=accused,
        recused=recused,
        units=units,
        alike=await similar.all_similar(ctx, actor, matter_id),
        joined=await _joined(ctx, actor, "m.merged_into = $1", matter_id),
        merged_into=next(iter(await _joined(ctx, actor, "m.id = $1", row["merged_into"])), None),
        decision=decision if decision and await _may_deliver(ctx, actor, matter_id, decision) else None,
        is_heard=bool(await ctx.db.fetch(HEARING, matter_id)),
        is_unreachable=row["anonymous"] and not await correspondence.can_be_reached(ctx, matter_id),
        is_reported=bool(await ctx.db.fetch(REPORTED, matter_id)),
        may=await _may(ctx, actor, matter_id),
    )


class Standing(Struct, frozen=True, kw_only=True):
    """Where a matter stands, without what only its page shows."""

    version: int
    acts: Sequence[Act]
    limits: list[LimitLine]


async def standing_of(ctx: Ctx, actor: Actor, matter_id: UUID) -> Standing:
    """The acts, the limits and the version they hold for. Raises NotFound for what is not the actor's to see."""
    row = await access.matter_for(ctx, actor, matter_id, access.READ)
    process = await _process(ctx, row)
    profile = (await rule_book(ctx)).profile_for(row["organisation_id"], limits.day_of(row["received_at"]))
    return Standing(
        version=process.version,
        acts=await _acts(ctx, actor, process),
        limits=await _limits(ctx, matter_id, profile),
    )


async def _joined(ctx: Ctx, actor: Actor, which: str, matter_id: UUID | None) -> list[Joined]:
    sql = Sql(matter_id)
    condition = await access.visible(ctx, actor, access.READ, sql)
    rows = await ctx.db.fetch(
        f"SELECT m.id, m.number FROM petitions.matter m WHERE {which} AND {condition} ORDER BY m.number", *sql.values
    )
    return [Joined(**row) for row in rows]


async def _process(ctx: Ctx, row: dict[str, Any]) -> Process:
    """The process, or as it will be once anybody takes a step."""
    subject = access.ref(row["id"])
    return await ctx.workflow.process(subject) or Process(
        id=row["id"],
        subject=subject,
        organisation_id=row["organisation_id"],
        state=row["state"],
        assignee_id=row["assignee_id"],
        started_at=row["received_at"],
        changed_at=row["updated_at"],
    )


async def _acts(ctx: Ctx, actor: Actor, process: Process) -> Sequence[Act]:
    """The steps that are theirs. A review that nobody has the right to ask for is no step at all."""
    found = await ctx.workflow.available(actor, process)
    return [act for act in found if not (act.refused and act.transition in asking.EVENTS)]


async def _may(ctx: Ctx, actor: Actor, matter_id: UUID) -> dict[str, bool]:
    """Which acts beside the steps the page offers; the act itself asks again."""
    wanted = {
        "handle": access.HANDLE,
        "approve": access.APPROVE,
        "supervise": access.SUPERVISE,
        "protect": access.PROTECT,
        "merge": access.MERGE,
        "decide": access.DECIDE,
        "review": access.REVIEW,
    }
    if actor.account_id is None:
        return dict.fromkeys(wanted, False)
    return {
        name: bool(await access.reaching(ctx, [actor.account_id], matter_id, permission))
        for name, permission in wanted.items()
    }


async def _may_deliver(ctx: Ctx, actor: Actor, matter_id: UUID, decision: delivering.Decision) -> bool:
    wanted = delivering.permission_for(decision)
    return actor.account_id is not None and bool(await access.reaching(ctx, [actor.account_id], matter_id, wanted))


async def _limits(ctx: Ctx, matter_id: UUID, profile: Profile) -> list[LimitLine]:
    known = {limit.id: limit for limit in profile.limits}
    sql = "SELECT * FROM petitions.deadline WHERE matter_id = $1 ORDER BY ended_on NULLS FIRST, due, limit_id"
    return [
        LimitLine(
            id=row["limit_id"],
            title=limits.said(known[row["limit_id"]].title) if row["limit_id"] in known else row["limit_id"],
            article=known[row["limit_id"]].article if row["limit_id"] in known else "",
            verified=row["limit_id"] in known and known[row["limit_id"]].verified,
            organ=row["organ"],
            state=row["state"],
            starts=row["starts"],
            due=row["due"],
            ended_on=row["ended_on"],
            mark=row["mark"] if row["duty"] or row["state"] != "running" else "",
            extendable=row["state"] in ("running", "extended")
            and row["limit_id"] in known
            and known[row["limit_id"]].extension is not None,
        )
        for row in await ctx.db.fetch(sql, matter_id)
    ]


async def _extensions(ctx: Ctx, actor: Actor, matter_id: UUID, profile: Profile) -> list[Asked]:
    rows = await ctx.db.fetch("SELECT * FROM petitions.extension WHERE matter_id = $1 ORDER BY asked_at", matter_id)
    names = await ctx.identity.accounts([row["asked_by"] for row in rows if row["asked_by"]])
    titles = {limit.id: limits.said(limit.title) for limit in profile.limits}
    return [
        Asked(
            id=row["id"],
            limit=titles.get(row["limit_id"], row["limit_id"]),
            days=row["days"],
            reason=ctx.personal.unseal("extension.reason", row["id"], row["reason"]),
            who=names[row["asked_by"]].name if row["asked_by"] in names else "",
            at=row["asked_at"],
            granted=row["granted"],
            mine=row["asked_by"] == actor.account_id,
        )
        for row in rows
    ]


async def _supervision(ctx: Ctx, matter_id: UUID) -> list[Supervised]:
    rows = await ctx.db.fetch("SELECT * FROM petitions.supervision WHERE matter_id = $1 ORDER BY at DESC", matter_id)
    names = await ctx.identity.accounts([row["by"] for row in rows if row["by"]])
    return [
        Supervised(
            id=row["id"],
            step=row["step"],
            at=row["at"],
            who=names[row["by"]].name if row["by"] in names else "",
            due=row["due"],
            note=ctx.personal.unseal("supervision.note", row["id"], row["note"] or None),
            answer=ctx.personal.unseal("supervision.answer", row["id"], row["answer"] or None),
            answered_at=row["answered_at"],
        )
        for row in rows
    ]


async def _with_notes(ctx: Ctx, matter_id: UUID, history: Sequence[Step]) -> list[tuple[Step, str]]:
    """The lines of the history, with the reason that is sealed at the event of each."""
    rows = await ctx.db.fetch("SELECT id, note FROM petitions.event WHERE matter_id = $1 AND note <> ''", matter_id)
    notes = {str(row["id"]): ctx.personal.unseal("event.note", row["id"], row["note"]) for row in rows}
    return [(step, notes.get(str(step.detail.get("event", "")), "")) for step in history]
