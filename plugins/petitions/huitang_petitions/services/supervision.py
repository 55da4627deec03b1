"""Supervision (督): the ladder that is climbed by itself when a limit runs out, and the same steps by hand.

Every rung is climbed once for each limit and due date, whatever happens: the table's unique index says so, and an
extension, having another due date, begins anew. When several rungs are due at once (the platform stood still, or a
matter came in late) all are put on record, and people hear of the highest only.

Whoever handles a matter is urged about those joined to it, too. Of limits that one act meets for several of them only
the one that ends first is climbed for: nobody is urged twice to do one thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from huitang_petitions.services import access
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.tables import Supervision
from huitang_sdk.contracts import Actor, Ref, Write
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.declare import NotificationKind
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import DEFAULT_LOCALE, use_locale

MARKED, URGED, SUPERVISED, ESCALATED, INSPECT = (
    f"petitions.{name}" for name in ("marked", "urged", "supervised", "escalated", "inspect")
)
NOTICES = {"yellow": MARKED, "red": MARKED, "escalate": ESCALATED}
TODOS = {"urge": URGED, "supervise": SUPERVISED, "inspect": INSPECT}
KINDS = (
    NotificationKind(MARKED, "A limit is nearly over"),
    NotificationKind(URGED, "A late matter: say why", todo=True),
    NotificationKind(SUPERVISED, "A matter under supervision: report", todo=True),
    NotificationKind(ESCALATED, "A late matter was brought before you", urgent=True),
    NotificationKind(INSPECT, "A late matter: go and look", todo=True),
)
BY_HAND = ("urge", "supervise", "escalate", "inspect")

_DUE = """
SELECT d.matter_id, d.limit_id, d.round, d.organ, d.due, s.steps,
    m.number, h.id AS handled_in, h.organisation_id, h.handler_id, h.assignee_id, m.whistle OR h.id <> m.id
        OR EXISTS (SELECT 1 FROM petitions.accused x WHERE x.matter_id = m.id)
        OR EXISTS (SELECT 1 FROM petitions.recusal y WHERE y.matter_id = m.id) AS guarded
FROM petitions.deadline d
JOIN petitions.matter m ON m.id = d.matter_id
JOIN petitions.matter h ON h.id = coalesce(m.merged_into, m.id)
CROSS JOIN LATERAL (
    SELECT array_agg(r.step ORDER BY r.rung) AS steps FROM unnest($2::text[], $3::int[], $4::int[]) r (step, late, rung)
    WHERE CASE r.step WHEN 'yellow' THEN d.yellow_on <= $1 WHEN 'red' THEN d.red_on <= $1 ELSE d.due + r.late <= $1 END
        AND NOT EXISTS (
            SELECT 1 FROM petitions.supervision p WHERE p.matter_id = d.matter_id AND p.limit_id = d.limit_id
                AND p.round = d.round AND p.organ = d.organ AND p.due = d.due AND p.step = r.step AND p.by IS NULL)
) s
WHERE d.duty AND d.state IN ('running', 'extended', 'late') AND d.mark IN ('yellow', 'red', 'late')
    AND s.steps IS NOT NULL AND NOT EXISTS (
        SELECT FROM petitions.matter o JOIN petitions.deadline e ON e.matter_id = o.id
        WHERE (o.id = h.id OR o.merged_into = h.id) AND o.id <> m.id AND (m.whistle OR NOT o.whistle)
            AND e.duty AND e.state IN ('running', 'extended', 'late') AND e.limit_id = d.limit_id
            AND (e.organ = d.organ OR e.organ = '' OR d.organ = '')
            AND (e.due, o.id <> h.id, o.id) < (d.due, m.id <> h.id, m.id))
ORDER BY d.due, d.id LIMIT $5
"""
BATCH = 200


def ref(act_id: UUID) -> Ref:
    return Ref("petitions.supervision", act_id)


async def climb(ctx: Ctx, today: date) -> int:
    """Climb every rung that is due by this day; returns how many. Stopped at any point, it goes on from there."""
    rungs = ctx.settings.ladder
    steps, late = [rung.step for rung in rungs], [rung.late or 0 for rung in rungs]
    climbed = 0
    while rows := await ctx.db.fetch(_DUE, today, steps, late, list(range(len(rungs))), BATCH):
        async with ctx.db.write(SYSTEM) as write:
            for row in rows:
                climbed += await _climb(ctx, write, row)
    await _stand_down(ctx)
    return climbed


async def _climb(ctx: Ctx, write: Write, row: Mapping[str, Any]) -> int:
    """Put the rungs of one limit on record, and tell people of the highest."""
    where = {name: row[name] for name in ("limit_id", "round", "organ", "due")}
    for step in row["steps"]:
        told = await concerned(ctx, row, step) if step == row["steps"][-1] else []
        act = Supervision(id=new_id(), matter_id=row["matter_id"], step=step, at=ctx.clock.now(), told=told, **where)
        await Supervision.insert(act)
        detail = {"step": step, **where, "due": str(row["due"])}
        await write.audit("petitions.matter.supervised", access.ref(row["matter_id"]), detail=detail)
        await _tell(ctx, act, row["number"], told)
    return len(row["steps"])


async def concerned(ctx: Ctx, row: Mapping[str, Any], step: str) -> list[UUID]:
    """Whom a step concerns: who handles the matter, their heads, or the supervisors; never whoever must stay away.

    For a matter that is joined to another, `row` has who handles that one, and its id as `handled_in`.
    """
    office, handler = row["organisation_id"], row["handler_id"] or row["organisation_id"]
    if step == "escalate":
        people = await _holders(ctx, access.APPROVE, office)
    elif step == "inspect":
        people = await _holders(ctx, access.SUPERVISE, office)
    else:
        people = [row["assignee_id"]] if row["assignee_id"] else await _holders(ctx, access.HANDLE, handler)
        people += await _holders(ctx, access.APPROVE, handler) if step == "supervise" else []
    people = list(dict.fromkeys(people))
    if not row["guarded"]:
        return people
    handled_in = row.get("handled_in") or row["matter_id"]
    for matter_id in dict.fromkeys((handled_in, row["matter_id"])):
        people = await access.reaching(ctx, people, matter_id)
    if people or handled_in == row["matter_id"]:
        return people
    # A report in confidence, say, joined to a matter whose people may not see it.
    return await access.reaching(ctx, await ctx.permissions.holders(access.DECIDE, office), row["matter_id"])


async def in_hand(ctx: Ctx, matter: Mapping[str, Any]) -> dict[str, Any]:
    """A matter's row as `concerned` takes it, for those only who reach it."""
    hands = "SELECT id AS handled_in, organisation_id, handler_id, assignee_id FROM petitions.matter WHERE id = $1"
    (row,) = await ctx.db.fetch(hands, matter["merged_into"] or matter["id"])
    return {**row, "matter_id": matter["id"], "guarded": True}


async def _holders(ctx: Ctx, permission: str, organisation_id: UUID) -> list[UUID]:
    """Who holds the permission there: the organisation's own people, or else whoever reaches it from above."""
    accounts = await ctx.identity.accounts(await ctx.permissions.holders(permission, organisation_id))
    own = [account_id for account_id, account in accounts.items() if account.organisation_id == organisation_id]
    return own or list(accounts)


async def _tell(ctx: Ctx, act: Supervision, number: str, people: Iterable[UUID], *, late: bool = True) -> None:
    url = f"/petitions/matters/{act.matter_id}"
    wanted = list(people) if act.step in TODOS else []
    accounts = await ctx.identity.accounts(wanted)
    for account_id in wanted:
        with use_locale(accounts[account_id].locale if account_id in accounts else DEFAULT_LOCALE):
            title = _title(act.step, number, late=late)
        about, kind = ref(act.id), TODOS[act.step]
        await ctx.todos.open(kind, subject=about, assignee=account_id, title=title, url=url, due=act.due)
    if act.step in NOTICES:
        data = {"number": number, "due": str(act.due or ""), "mark": act.step}
        await ctx.notifications.send(
            NOTICES[act.step], people, key=str(act.id), url=url, data=data, subject=access.ref(act.matter_id)
        )


def _title(step: str, number: str, *, late: bool) -> str:
    """What stands on the list of whoever has to answer, in the language that is in use."""
    if step == "supervise":
        return _("{number} is under supervision: report on it", number=number)
    if step == "inspect":
        words = _("Go and look why {number} is late", number=number)
        return words if late else _("Go and look how {number} stands", number=number)
    words = _("Say why {number} is late, and go on with it", number=number)
    return words if late else _("You are urged: say how {number} stands, and go on with it", number=number)


_DONE = """
SELECT p.id FROM petitions.supervision p WHERE p.answered_at IS NULL AND p.by IS NULL AND NOT EXISTS (
    SELECT 1 FROM petitions.deadline d WHERE d.matter_id = p.matter_id AND d.limit_id = p.limit_id AND d.round = p.round
        AND d.organ = p.organ AND d.due = p.due AND d.state IN ('running', 'extended', 'late', 'paused'))
ORDER BY p.at LIMIT $1
"""


async def _stand_down(ctx: Ctx) -> None:
    """Nobody need answer any more for a limit that was met in the meantime, or has another due date."""
    while rows := await ctx.db.fetch(_DONE, BATCH):
        async with ctx.db.write(SYSTEM) as write:
            done = [row["id"] for row in rows]
            await Supervision.update({Supervision.answered_at: ctx.clock.now()}).where(Supervision.id.is_in(done))
            for act_id in done:
                await ctx.todos.close(ref(act_id))
            await write.audit("petitions.supervision.ended", ref(done[0]), detail={"count": len(done)})


async def act(ctx: Ctx, actor: Actor, matter_id: UUID, step: str, note: str, *, until: date | None = None) -> UUID:
    """Urge, supervise, escalate or send an inspection by hand, with what there is to say. Returns the act's id.

    It is to be answered `until` that day; without one, by the last day of the limit that ends next, and today when none
    runs: whoever is urged finds it among what is pressing, never at the end of the list.
    """
    if step not in BY_HAND:
        raise Invalid(_("Choose what is to be done."), fields={"step": _("Choose what is to be done.")})
    if not note.strip():
        raise Invalid(_("Say what it is about."), fields={"said": _("Say what it is about.")})
    today = ctx.clock.today()
    if until and until < today:
        over = _("This day is over. Name today or a later one.")
        raise Invalid(over, fields={"until": over})
    async with ctx.db.write(actor) as write:
        row = await access.matter_for(ctx, actor, matter_id, access.SUPERVISE, lock=True)
        act_id = new_id()
        told = await concerned(ctx, await in_hand(ctx, row), step)
        done = Supervision(
            id=act_id,
            matter_id=matter_id,
            step=step,
            due=until or row["due"] or today,
            at=ctx.clock.now(),
            by=actor.account_id,
            note=ctx.personal.seal("supervision.note", act_id, note.strip()),
            told=told,
        )
        await Supervision.insert(done)
        await write.audit("petitions.matter.supervised", access.ref(matter_id), detail={"step": step, "by_hand": True})
        await _tell(ctx, done, row["number"], told, late=row["mark"] == "late")
    return act_id


async def answer(ctx: Ctx, actor: Actor, act_id: UUID, text: str) -> None:
    """What whoever handles the matter says to a step: it takes the to-dos off every list. A later answer adds to it."""
    if not text.strip():
        missing = _("Say what was done, or what hinders it.")
        raise Invalid(missing, fields={"answer": missing})
    async with ctx.db.write(actor) as write:
        row = await Supervision.objects().where(Supervision.id == act_id).first()
        if row is None:
            raise access.nothing()
        permission = access.SUPERVISE if row.step == "inspect" else access.HANDLE
        await access.matter_for(ctx, actor, row.matter_id, permission, lock=True)
        before = ctx.personal.unseal("supervision.answer", act_id, row.answer or None)
        said = f"{before}\n{text.strip()}" if before else text.strip()
        row.answer = ctx.personal.seal("supervision.answer", act_id, said)
        row.answered_at, row.answered_by = row.answered_at or ctx.clock.now(), row.answered_by or actor.account_id
        await row.save()
        await ctx.todos.close(ref(act_id))
        await write.audit("petitions.supervision.answered", access.ref(row.matter_id), detail={"step": row.step})
