"""The way of a matter: registered, accepted or refused, transferred or assigned, handled, answered, reviewed, closed.

Each move puts the events of the statute clock on record that it stands for (条例 arts. 22–36), so that the limits
follow. The limits themselves are the register's (`services.limits`); the process carries the one that ends next, which
is the due date of its to-dos.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from uuid import UUID

from huitang_petitions.services import access, asking, joined
from huitang_petitions.services.access import Ctx, _
from huitang_sdk.contracts import Actor, Move, Process, Ref, TimeLimit
from huitang_sdk.db import Sql
from huitang_sdk.declare import NotificationKind
from huitang_sdk.workflow import Assigning, Deadline, Facts, Mirror, State, Task, Tell, Transition, Workflow
from huitang_sdk.workflow.telling import settle

TO_DECIDE, TO_HANDLE, TO_REVIEW = "petitions.to_decide", "petitions.to_handle", "petitions.to_review"
TO_APPROVE = "petitions.to_approve"
ASSIGNED = "petitions.assigned"
KINDS = (
    NotificationKind(TO_DECIDE, "A matter to decide on", todo=True),
    NotificationKind(TO_HANDLE, "A matter to handle", todo=True),
    NotificationKind(TO_REVIEW, "A review to decide", todo=True),
    NotificationKind(TO_APPROVE, "More time to be decided on", todo=True),
    NotificationKind(ASSIGNED, "A matter was given to you"),
)
FINAL = ("refused", "closed", "withdrawn", "rechecked")
ANSWERED = ("answered", "reviewed")
OPEN = (
    "registered",
    "transferred",
    "assigned",
    "objected",
    "handling",
    "answered",
    "reviewing",
    "reviewed",
    "rechecking",
)


def puts(*kinds: str, shown: bool = True) -> Callable[[Ctx, Move], Awaitable[None]]:
    """Put the events on record that a move stands for; organ, article and delivery come with the move's data.

    The first is what the petitioners see and are told, here and in the matters that are joined. It has the id that the
    move's data names, so that whoever makes the move can seal a note to it.
    """

    async def then(ctx: Ctx, move: Move) -> None:
        (row,) = await ctx.db.fetch("SELECT * FROM petitions.matter WHERE id = $1 FOR UPDATE", move.after.subject.id)
        detail = {key: value for key, value in move.data.items() if key != "event"}
        event_id = UUID(move.data["event"]) if "event" in move.data else None
        if event_id and await ctx.db.fetch("SELECT FROM petitions.event WHERE id = $1", event_id):
            return  # it was accepted together with another matter
        if "withdrawn" in kinds:
            for one in await joined.take_out(ctx, row["id"]):  # their petitioners have withdrawn nothing
                await put_on_lists(ctx, one)
        await joined.happens(
            ctx,
            move.write,
            move.actor,
            row,
            *kinds,
            detail=detail,
            shown=shown,
            event_id=event_id,
            audit=False,
            at=asking.moment_of(ctx, detail),
        )

    return then


async def put_on_lists(ctx: Ctx, matter_id: UUID) -> None:
    """Open the to-dos of a matter that was taken off everybody's list while it was joined to another."""
    process = await ctx.workflow.process(access.ref(matter_id))
    if process is not None:
        await settle(ctx, MATTER, None, process)


def while_asked_for(transition: str) -> Callable[[Ctx, Actor, Process], Awaitable[str]]:
    """Closing does not end the petitioner's right to ask: a closed matter goes on while there is one."""

    async def refuse(ctx: Ctx, actor: Actor, process: Process) -> str:
        if process.state != "closed" or not await asking.closed_for_good(ctx, process.subject.id, transition):
            return ""
        return _("This matter is closed, and there is no right to ask for that.")

    return refuse


def step(
    identifier: str,
    title: str,
    from_: str | Sequence[str],
    to: str,
    permission: str,
    *events: str,
    icon: str,
    shown: bool = True,
    refuse: Callable[[Ctx, Actor, Process], Awaitable[str]] | None = None,
) -> Transition:
    """A move that stands for events of the clock; on record it is called like the first of them.

    Hidden, since each is taken by `services.steps`: what it needs is checked there, and its reason is sealed.
    """
    return Transition(
        id=identifier,
        title=title,
        from_=(from_,) if isinstance(from_, str) else tuple(from_),
        to=to,
        permission=permission,
        fact=events[0],
        then=puts(*events, shown=shown),
        refuse=refuse,
        hidden=True,
        icon=icon,
    )


async def facts(ctx: Ctx, subjects: Sequence[Ref]) -> dict[Ref, Facts]:
    """What to-dos and notices say of matters: their numbers, never what they are about."""
    sql = "SELECT id, number FROM petitions.matter WHERE id = ANY($1::uuid[])"
    rows = await ctx.db.fetch(sql, [subject.id for subject in subjects])
    return {access.ref(row["id"]): _facts(row["id"], row["number"]) for row in rows}


def _facts(matter_id: UUID, number: str) -> Facts:
    return Facts(number, f"/petitions/matters/{matter_id}", {"number": number})


async def reachable(ctx: Ctx, actor: Actor, processes: Sequence[Process]) -> set[Ref]:
    """Nobody complained of, nobody recused; for whoever is only named, with all they hold."""
    whole = actor
    if actor.account_id and not actor.grants:
        whole = await ctx.permissions.as_actor(actor.account_id) or actor
    sql = Sql([process.subject.id for process in processes])
    condition = await access.unhindered(ctx, whole, sql)
    reached = f"SELECT m.id FROM petitions.matter m WHERE m.id = ANY($1::uuid[]) AND {condition}"
    return {access.ref(row["id"]) for row in await ctx.db.fetch(reached, *sql.values)}


async def clock(ctx: Ctx, processes: Sequence[Process], today: date) -> dict[Ref, Sequence[TimeLimit]]:
    """The statutory limit that ends next, as the register has it; once answered, the petitioner's time to disagree."""
    going = [process.subject.id for process in processes if process.state not in FINAL]
    answered = [process.subject.id for process in processes if process.state in ANSWERED]
    rows = await ctx.db.fetch(
        "SELECT DISTINCT ON (d.matter_id) d.matter_id, d.starts, d.due FROM petitions.deadline d"
        " LEFT JOIN petitions.matter m ON m.id = d.matter_id AND m.due_limit = d.limit_id AND m.due = d.due"
        " WHERE d.matter_id = ANY($1::uuid[])"
        " AND (m.id IS NOT NULL OR (d.matter_id = ANY($2::uuid[]) AND NOT d.duty AND d.state = 'running'))"
        " ORDER BY d.matter_id, d.duty DESC, d.due",
        *(going, answered),
    )
    return {access.ref(row["matter_id"]): (_limit(row["starts"], row["due"]),) for row in rows}


def _limit(starts: date, due: date) -> TimeLimit:
    return TimeLimit(name="statute", starts=starts, first_due=due, due=due)


MATTER = Workflow(
    id="petitions.matter",
    title="The way of a matter",
    read=access.READ,
    states=(
        State("registered", "Registered", task=Task(TO_DECIDE, "Decide on {number}", permission=access.DECIDE)),
        State("transferred", "Transferred", task=Task(TO_HANDLE, "Look at {number}", permission=access.HANDLE)),
        State("assigned", "Assigned", task=Task(TO_HANDLE, "Look at {number}", permission=access.HANDLE)),
        State(
            "objected",
            "Objected",
            task=Task(TO_DECIDE, "Decide on the objection to {number}", permission=access.DECIDE),
        ),
        State("handling", "Being handled", task=Task(TO_HANDLE, "Handle {number}", permission=access.HANDLE)),
        State(
            "answered",
            "Answered",
            task=Task(TO_DECIDE, "Close {number}, or take up a review", permission=access.DECIDE),
        ),
        State(
            "reviewing", "Under review", task=Task(TO_REVIEW, "Decide the review of {number}", permission=access.REVIEW)
        ),
        State(
            "reviewed",
            "Reviewed",
            task=Task(TO_DECIDE, "Close {number}, or take up a re-review", permission=access.DECIDE),
        ),
        State(
            "rechecking",
            "Under re-review",
            task=Task(TO_REVIEW, "Decide the re-review: {number}", permission=access.REVIEW),
        ),
        State("rechecked", "Re-reviewed", final=True),
        State("refused", "Not accepted", final=True),
        State("withdrawn", "Withdrawn", final=True),
        State("closed", "Closed", final=True),
    ),
    transitions=(
        step("accept", "Accept", "registered", "handling", access.DECIDE, "accepted", icon="check"),
        step("refuse", "Do not accept", "registered", "refused", access.DECIDE, "refused", icon="ban"),
        step(
            "transfer",
            "Transfer",
            "registered",
            "transferred",
            access.DECIDE,
            "transferred_out",
            "transferred_in",
            icon="send",
        ),
        step(
            "send_away",
            "Transfer to another organ",
            "registered",
            "transferred",
            access.DECIDE,
            "transferred_out",
            icon="external-link",
        ),
        step(
            "assign",
            "Assign",
            "registered",
            "assigned",
            access.DECIDE,
            "assigned_out",
            "assigned_in",
            icon="corner-down-right",
        ),
        step(
            "object",
            "Object: not our remit",
            ("transferred", "assigned"),
            "objected",
            access.HANDLE,
            "objected",
            icon="arrow-back-up",
            shown=False,
        ),
        step(
            "take_back",
            "Agree to the objection",
            "objected",
            "registered",
            access.DECIDE,
            "handed_back",
            icon="arrow-back-up",
            shown=False,
        ),
        step(
            "insist",
            "Insist on the transfer",
            "objected",
            "assigned",
            access.DECIDE,
            "assigned_out",
            icon="corner-down-right",
            shown=False,
        ),
        step("take_up", "Accept", ("transferred", "assigned"), "handling", access.HANDLE, "accepted", icon="check"),
        step("answer", "Answer in writing", "handling", "answered", access.HANDLE, "answered", icon="file-check"),
        step("settle", "Put a settlement on record", "handling", "answered", access.HANDLE, "settled", icon="users"),
        step(
            "review",
            "Take up a review",
            ("answered", "closed"),
            "reviewing",
            access.REVIEW,
            "review_requested",
            icon="zoom-check",
            refuse=while_asked_for("review"),
        ),
        step(
            "decide_review",
            "Decide the review",
            "reviewing",
            "reviewed",
            access.REVIEW,
            "review_answered",
            icon="file-check",
        ),
        step(
            "recheck",
            "Take up a re-review",
            ("reviewed", "closed"),
            "rechecking",
            access.REVIEW,
            "recheck_requested",
            icon="zoom-check",
            refuse=while_asked_for("recheck"),
        ),
        step(
            "decide_recheck",
            "Decide the re-review",
            "rechecking",
            "rechecked",
            access.REVIEW,
            "recheck_answered",
            icon="file-check",
        ),
        step(
            "close",
            "Close",
            ("answered", "reviewed", "handling", "transferred"),
            "closed",
            access.DECIDE,
            "closed",
            icon="archive",
        ),
        step("withdraw", "Withdrawn by the petitioner", OPEN, "withdrawn", access.DECIDE, "withdrawn", icon="x"),
        step(
            "reopen",
            "Open again",
            ("answered", "reviewed", *FINAL),
            "handling",
            access.DECIDE,
            "reopened",
            icon="refresh",
        ),
    ),
    deadlines=(Deadline(id="statute", title="Statutory limit"),),
    assigning=Assigning(permission=access.DECIDE, to=access.HANDLE, tell=(Tell(ASSIGNED),)),
    facts=facts,
    clock=clock,
    reachable=reachable,
    mirror=Mirror(table="matter", state="state", assignee="assignee_id", changed="updated_at"),
)
