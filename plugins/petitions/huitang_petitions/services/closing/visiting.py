"""Follow-up visits (回访): drawn and by rule, given to people who may reach the matter, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import access, codes, correspondence, happening, joined, steps
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.closing.ending import END_EVENTS, ROUND, matter_to_ask_about, who_may_ask
from huitang_petitions.services.closing.sampling import cause_of
from huitang_petitions.services.listing import COUNTED
from huitang_petitions.services.past import TAKEN_OVER
from huitang_petitions.tables import Visit
from huitang_sdk.contracts import Actor, Ref, Write
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import Sql, new_id
from huitang_sdk.declare import NotificationKind
from huitang_sdk.errors import Conflict, Invalid

TO_VISIT, UNSATISFIED = "petitions.to_visit", "petitions.unsatisfied"
KINDS = (
    NotificationKind(TO_VISIT, "A follow-up visit to make", todo=True),
    NotificationKind(UNSATISFIED, "A petitioner is not satisfied"),
)
CAUSES = ("urgent", "late", "bad", "joint", "sample")
VISITED = ("answered", "reviewed", "rechecked", "closed")
BACK_DAYS = 60
"""How far the job looks back for what ended: a platform that stood still for weeks forgets nobody."""
BATCH = 200
_ENDS = ", ".join(f"'{kind}'" for kind in END_EVENTS)
_ENDED = f"""
SELECT DISTINCT e.matter_id AS id FROM petitions.event e
WHERE e.kind IN ({_ENDS}) AND e.at >= $1 AND NOT e.detail ? '{TAKEN_OVER}' ORDER BY 1
"""
_CANDIDATES = f"""
SELECT m.*, {ROUND} AS round,
    EXISTS (SELECT 1 FROM petitions.deadline d WHERE d.matter_id = m.id AND d.duty
        AND d.state IN ('late', 'met_late')) AS late,
    EXISTS (SELECT 1 FROM petitions.rating g WHERE g.matter_id = m.id AND g.round = {ROUND} AND g.invalid_at IS NULL
        AND g.grade = ANY($2)) AS bad
FROM petitions.matter m LEFT JOIN petitions.matter h ON h.id = m.merged_into AND m.state <> '{joined.GONE}'
WHERE m.id = ANY($3) AND coalesce(h.state, m.state) = ANY($1) AND NOT m.whistle
    AND NOT EXISTS (SELECT 1 FROM petitions.visit v WHERE v.matter_id = m.id AND v.round = {ROUND})
ORDER BY m.id
"""


class VisitLine(Struct, frozen=True, kw_only=True):
    """One visit in lists and on its page."""

    id: UUID
    matter_id: UUID
    number: str
    cause: str
    round: int
    opened_at: datetime
    due: date
    overdue: bool
    tries: int
    done_at: datetime | None
    who: str
    reached: bool | None
    satisfied: bool | None
    reopened: bool
    note: str


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of a visit."""

    reached: bool
    satisfied: bool | None = None
    note: str = ""
    reopen: bool = False


def ref(visit_id: UUID) -> Ref:
    return Ref("petitions.visit", visit_id)


async def draw(ctx: Ctx) -> int:
    """Open the visits that the rules and the sample want of what ended lately; returns how many. Drawn once only."""
    key = codes.sample_key(ctx)
    bad = [grade.id for grade in ctx.settings.rating_scale if grade.bad]
    ended = [row["id"] for row in await ctx.db.fetch(_ENDED, ctx.clock.now() - timedelta(days=BACK_DAYS))]
    opened = 0
    for start in range(0, len(ended), BATCH):
        rows = await ctx.db.fetch(_CANDIDATES, list(VISITED), bad, ended[start : start + BATCH])
        chosen = [(row, cause) for row in rows if (cause := cause_of(ctx.settings, key, row))]
        wanted = [(row, cause) for row, cause in chosen if await _can_be_visited(ctx, row)]
        if wanted:
            async with ctx.db.write(SYSTEM) as write:
                for row, cause in wanted:
                    going_on = await joined.going_on(ctx, row)
                    opened += await open_visit(ctx, write, going_on, row["round"], cause)
                await write.audit("petitions.visit.drawn", access.ref(rows[-1]["id"]), detail={"count": len(wanted)})
    return opened


async def open_visit(ctx: Ctx, write: Write, matter: Mapping[str, Any], round_: int, cause: str) -> bool:
    """Open a visit and put it on people's lists; False when one is open, or one for this cause was made, or nobody can
    be visited: then those who may decide hear of a bad rating, so that it does not lead to nothing.

    `matter` has the state and the people of the one it is joined to.
    """
    if not await _can_be_visited(ctx, matter):
        if cause == "bad":
            await _tell(ctx, matter, f"{matter['id']}:{round_}")
        return False
    visit_id = new_id()
    due = ctx.clock.today() + timedelta(days=ctx.settings.visit_days)
    told = await _visitors(ctx, matter)
    rows = await ctx.db.fetch(
        "INSERT INTO petitions.visit (id, matter_id, round, cause, opened_at, due, told, tries, reopened, note)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 0, FALSE, '') ON CONFLICT DO NOTHING RETURNING id",
        *(visit_id, matter["id"], round_, cause, ctx.clock.now(), due, told),
    )
    if not rows:
        return False
    title = _("Ask the petitioner of {number} how satisfied they are", number=matter["number"])
    for account_id in told:
        url = f"/petitions/visits/{visit_id}"
        await ctx.todos.open(TO_VISIT, subject=ref(visit_id), assignee=account_id, title=title, url=url, due=due)
    await write.audit("petitions.visit.opened", access.ref(matter["id"]), detail={"cause": cause, "round": round_})
    return True


async def _can_be_visited(ctx: Ctx, matter: Mapping[str, Any]) -> bool:
    """Not whoever reports in confidence, nor who stays anonymous and left neither a telephone nor a WeChat account."""
    if matter["whistle"] or not matter["anonymous"]:
        return not matter["whistle"]
    return await correspondence.recipient_of(ctx, matter["id"]) is not None


async def _visitors(ctx: Ctx, matter: Mapping[str, Any]) -> list[UUID]:
    """Whoever of the office collects ratings, or else handles; never whoever must stay away, and whoever handled the
    matter only when there is nobody else."""
    for permission in (access.SATISFACTION, access.HANDLE):
        office = matter["organisation_id"]
        accounts = await ctx.identity.accounts(await ctx.permissions.holders(permission, office))
        own = [account_id for account_id, account in accounts.items() if account.organisation_id == office]
        found = await who_may_ask(ctx, own or list(accounts), matter["id"], permission)
        others = [account_id for account_id in found if account_id != matter["assignee_id"]]
        if found:
            return others or found
    return []


async def visits(ctx: Ctx, actor: Actor, *, done: bool = False, limit: int = 200) -> tuple[list[VisitLine], int]:
    """The visits that are open (or done) of matters the actor may reach, the most urgent first, and how many, counted
    up to `COUNTED`."""
    sql = Sql()
    readable = await access.visible(ctx, actor, access.READ, sql)
    condition = f"{readable} AND {await access.visible(ctx, actor, access.SATISFACTION, sql)}"
    state, order = ("NOT NULL", "v.done_at DESC, v.id DESC") if done else ("NULL", "v.due, v.id")
    found = (
        f"FROM petitions.visit v JOIN petitions.matter m ON m.id = v.matter_id WHERE v.done_at IS {state}"
        f" AND {condition}"
    )
    rows = await ctx.db.fetch(f"SELECT v.*, m.number {found} ORDER BY {order} LIMIT {limit}", *sql.values)
    some = f"SELECT count(*) AS total FROM (SELECT {found} LIMIT {COUNTED + 1}) c"
    return await _lines(ctx, rows), (await ctx.db.fetch(some, *sql.values))[0]["total"]


async def visits_of(ctx: Ctx, matter_id: UUID, number: str) -> list[VisitLine]:
    """The visits of a matter that was read with the actor's own reach."""
    rows = await ctx.db.fetch("SELECT * FROM petitions.visit WHERE matter_id = $1 ORDER BY opened_at DESC", matter_id)
    return await _lines(ctx, [{**row, "number": number} for row in rows])


async def visit_for(ctx: Ctx, actor: Actor, visit_id: UUID, *, lock: bool = False) -> tuple[VisitLine, dict[str, Any]]:
    """A visit with its matter's row. Raises NotFound for one whose matter the actor may not reach."""
    rows = await ctx.db.fetch("SELECT * FROM petitions.visit WHERE id = $1", visit_id)
    if not rows:
        raise access.nothing()
    holds = ctx.permissions.may(actor, access.SATISFACTION)
    permission = access.SATISFACTION if holds else access.HANDLE
    matter = await matter_to_ask_about(ctx, actor, rows[0]["matter_id"], permission, lock=lock)
    if lock:
        rows = await ctx.db.fetch("SELECT * FROM petitions.visit WHERE id = $1", visit_id)
    (line,) = await _lines(ctx, [{**rows[0], "number": matter["number"]}])
    return line, matter


async def record(ctx: Ctx, actor: Actor, visit_id: UUID, outcome: Outcome) -> bool:
    """Put the result on record; True when the visit is over, False when it will be tried again.

    Whoever may decide on the matter can open it again with the same act: the one it is joined to, if it is. When
    somebody else finds a petitioner who is not satisfied, those who may decide are told. Raises Invalid at the field,
    Conflict when it was recorded already, and what `steps.take` raises: then nothing is saved.
    """
    if outcome.reached and outcome.satisfied is None:
        missing = _("Say whether the petitioner is satisfied.")
        raise Invalid(missing, fields={"satisfied": missing})
    if outcome.reopen and not (outcome.reached and outcome.note.strip()):
        missing = _("Say why it is opened again.")
        raise Invalid(missing, fields={"note": missing})
    async with ctx.db.write(actor) as write:
        line, matter = await visit_for(ctx, actor, visit_id, lock=True)
        if line.done_at:
            raise Conflict(_("The result of this visit is on record already."))
        tries = line.tries + 1
        over = outcome.reached or tries >= ctx.settings.visit_tries
        note = "\n".join(part for part in (line.note, outcome.note.strip()) if part)
        row: dict[Any, Any] = {Visit.tries: tries}
        row[Visit.note] = ctx.personal.seal("visit.note", visit_id, note) if note else b""
        if over:
            row |= {Visit.done_at: ctx.clock.now(), Visit.done_by: actor.account_id, Visit.reopened: outcome.reopen}
            row |= {Visit.reached: outcome.reached, Visit.satisfied: outcome.satisfied if outcome.reached else None}
        await Visit.update(row).where(Visit.id == visit_id)
        if over:
            await ctx.todos.close(ref(visit_id))
            detail = {"round": line.round, "reached": outcome.reached}
            await happening.record(ctx, write, actor, matter, "visited", detail=detail, shown=outcome.reached)
        else:
            await write.audit("petitions.visit.tried", access.ref(line.matter_id), detail={"tries": tries})
        if outcome.reopen:
            going_on = matter["merged_into"] or line.matter_id
            await steps.take(ctx, actor, going_on, "reopen", steps.Wanted(note=outcome.note.strip()))
        elif outcome.reached and not outcome.satisfied:
            await _tell(ctx, matter, str(line.id))
    return over


async def _tell(ctx: Ctx, matter: Mapping[str, Any], key: str) -> None:
    """Those who may open the matter again hear that somebody is not satisfied."""
    holders = await ctx.permissions.holders(access.DECIDE, matter["organisation_id"])
    people = await access.reaching(ctx, holders, matter["id"], access.DECIDE)
    url, data = f"/petitions/matters/{matter['id']}/way", {"number": matter["number"]}
    await ctx.notifications.send(UNSATISFIED, people, key=key, url=url, data=data, subject=access.ref(matter["id"]))


async def _lines(ctx: Ctx, rows: list[dict[str, Any]]) -> list[VisitLine]:
    names = await ctx.identity.accounts([row["done_by"] for row in rows if row["done_by"]])
    today = ctx.clock.today()
    return [
        VisitLine(
            id=row["id"],
            matter_id=row["matter_id"],
            number=row["number"],
            cause=row["cause"],
            round=row["round"],
            opened_at=row["opened_at"],
            due=row["due"],
            overdue=row["done_at"] is None and row["due"] < today,
            tries=row["tries"],
            done_at=row["done_at"],
            who=names[row["done_by"]].name if row["done_by"] in names else "",
            reached=row["reached"],
            satisfied=row["satisfied"],
            reopened=row["reopened"],
            note=ctx.personal.unseal("visit.note", row["id"], row["note"] or None),
        )
        for row in rows
    ]
