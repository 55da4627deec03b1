"""What the chair's desk shows: what the meeting is doing, what can be done now, and why the rest cannot."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_conference.services.access import CHAIR, CONFIRM, Ctx, meeting_for
from huitang_conference.services.screens import AgendaLine, Quorum, agenda_lines, next_of, quorum_of, stage_of
from huitang_conference.services.shown import Shown, shown_of
from huitang_conference.services.state import HallState, Speaker, hall_state
from huitang_conference.services.voting.electing import ROUNDS
from huitang_conference.services.voting.law import require_amendments_done, require_quorum
from huitang_conference.services.voting.manual import waiting
from huitang_conference.services.voting.progress import Progress, numbers
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict
from huitang_sdk.i18n import Translator

_ = Translator("conference")


class Act(Struct, frozen=True, kw_only=True):
    """One thing that can be done now. `url` is below the desk's address; `blocked`: why not.

    `asks`: what it asks for first: "" for nothing, "reason", "hands" (why the devices fail), "numbers" (of hands),
    "sure".
    """

    name: str
    text: str
    url: str
    icon: str
    asks: str = ""
    blocked: str = ""
    values: dict[str, str] = {}


class PollLine(Struct, frozen=True, kw_only=True):
    """One vote of the meeting. `result` is there once it is closed, announced or not."""

    id: UUID
    item_id: UUID | None
    kind: str
    title: str
    secrecy: str
    manner: str
    state: str
    attempt: int
    repeats_id: UUID | None
    reason: str
    words: str
    is_announced: bool
    is_published: bool
    blocked: str
    result: dict[str, Any] | None


class Confirmation(Struct, frozen=True, kw_only=True):
    """An act that waits for a second person."""

    id: UUID
    words: str
    asked_by: str
    url: str
    may_decide: bool


class Mover(Struct, frozen=True):
    id: UUID
    name: str


class ChairView(Struct, frozen=True, kw_only=True):
    state: HallState
    stage: str
    standing: str
    items: list[AgendaLine]
    next_item: AgendaLine | None
    polls: list[PollLine]
    poll: PollLine | None
    """The vote that is shown, with its result even before it is announced."""
    attempts: list[PollLine]
    progress: Progress | None
    shown: Shown | None
    speaker: Speaker | None
    quorum: Quorum | None
    movers: list[Mover]
    """The members who are here: who can move a motion."""
    acts: list[Act]
    confirmations: list[Confirmation]
    warn_seconds: int


async def chair_view(ctx: Ctx, actor: Actor, meeting_id: UUID) -> ChairView:
    """The chair's desk of a meeting. Raises Forbidden, NotFound."""
    from huitang_conference.services.desk_acts import acts_of

    meeting = await meeting_for(ctx, actor, meeting_id, CHAIR)
    state = await hall_state(ctx, meeting_id)
    items = await agenda_lines(ctx, meeting_id, meeting["item_id"])
    polls = await poll_lines(ctx, meeting)
    poll = next((one for one in polls if one.id == meeting["poll_id"]), None)
    stage = stage_of(state, next((item.started_at for item in items if item.is_current), None))
    view = ChairView(
        state=state,
        stage=stage if stage in ("poll", "waiting", "verdict") else "meeting",
        standing=standing_of(state),
        items=items,
        next_item=next_of(items),
        polls=[one for one in polls if one.state != "void" or one.id == meeting["poll_id"]],
        poll=poll,
        attempts=attempts_of(polls, poll),
        progress=(await numbers(ctx, poll.id))[1] if poll and poll.state == "open" else None,
        shown=shown_of(poll.result) if poll and poll.result else None,
        speaker=state.speaking.now[-1] if state.speaking.now else None,
        quorum=quorum_of(meeting, state.meeting.present),
        movers=await _movers(ctx, meeting_id),
        acts=[],
        confirmations=await confirmations(ctx, actor, meeting_id),
        warn_seconds=ctx.settings.warn_seconds,
    )
    return msgspec.structs.replace(view, acts=acts_of(view))


async def _movers(ctx: Ctx, meeting_id: UUID) -> list[Mover]:
    rows = await ctx.db.fetch(
        "SELECT id, name FROM conference.attendee WHERE meeting_id = $1 AND role = 'member' AND presence = 'present'"
        " ORDER BY position, name",
        meeting_id,
    )
    return [Mover(row["id"], row["name"]) for row in rows]


def standing_of(state: HallState) -> str:
    """What the meeting is doing when there is nothing else to say."""
    return {
        "draft": _("The meeting is being prepared"),
        "convened": _("Members are checking in"),
        "open": _("The meeting is in session"),
        "adjourned": _("The meeting is adjourned"),
    }.get(state.meeting.state, _("The meeting is closed"))


POLLS = """
SELECT id, item_id, kind, title, secrecy, manner, state, attempt, repeats_id, amends_id, repeat_reason, announced_at,
  published_at, result
FROM conference.poll WHERE meeting_id = $1 AND state <> 'withdrawn' ORDER BY position
"""


async def poll_lines(ctx: Ctx, meeting: dict[str, Any]) -> list[PollLine]:
    """The votes of a meeting in their order; the caller has asked for the permission."""
    lines = []
    for row in await ctx.db.fetch(POLLS, meeting["id"]):
        lines.append(
            PollLine(
                id=row["id"],
                item_id=row["item_id"],
                kind=row["kind"],
                title=row["title"],
                secrecy=row["secrecy"],
                manner=row["manner"],
                state=row["state"],
                attempt=row["attempt"],
                repeats_id=row["repeats_id"],
                reason=row["repeat_reason"],
                words=_words(row),
                is_announced=row["announced_at"] is not None,
                is_published=row["published_at"] is not None,
                blocked=await _why_not(ctx, meeting, row) if row["state"] == "prepared" else "",
                result=msgspec.json.decode(row["result"]) if row["result"] else None,
            )
        )
    return lines


async def _why_not(ctx: Ctx, meeting: dict[str, Any], poll: dict[str, Any]) -> str:
    """Why the law does not let this vote be opened now, "" when it does: the refusal that opening would answer."""
    rows = await ctx.db.fetch(
        "SELECT count(*) AS n FROM conference.attendee"
        " WHERE meeting_id = $1 AND role = 'member' AND presence = 'present'",
        meeting["id"],
    )
    try:
        require_quorum(meeting, rows[0]["n"])
        await require_amendments_done(ctx, meeting, poll)
    except Conflict as refusal:
        return refusal.message
    return ""


def _words(row: dict[str, Any]) -> str:
    """How and how far, in a few words."""
    how = _("show of hands") if row["manner"] == "hands" else _("secret") if row["secrecy"] == "secret" else _("open")
    state = {
        "prepared": _("prepared"),
        "open": _("voting now"),
        "closed": _("announced") if row["announced_at"] else _("closed, not announced"),
        "void": _("broken off"),
    }[row["state"]]
    return f"{how} · {state}"


def attempts_of(polls: list[PollLine], poll: PollLine | None) -> list[PollLine]:
    """All attempts of the vote that is shown, oldest first; empty when there was one only."""
    by_id = {one.id: one for one in polls}
    chain: list[PollLine] = []
    while poll is not None:
        chain.insert(0, poll)
        poll = by_id.get(poll.repeats_id) if poll.repeats_id else None
    return chain if len(chain) > 1 else []


async def confirmations(ctx: Ctx, actor: Actor, meeting_id: UUID) -> list[Confirmation]:
    """What waits for a second person, with whether the actor may be that person."""
    rows = await waiting(ctx, actor, meeting_id)
    people = await ctx.identity.accounts([row["asked_by"] for row in rows])
    return [
        Confirmation(
            id=row["id"],
            words=act_words(row["act"], row["detail"]),
            asked_by=people[row["asked_by"]].name if row["asked_by"] in people else "",
            url=f"/acts/{row['id']}",
            may_decide=ctx.permissions.may(actor, CONFIRM) and actor.account_id not in (None, row["asked_by"]),
        )
        for row in rows
    ]


def act_words(act: str, detail: dict[str, Any]) -> str:
    """What a second person is asked to confirm."""
    if act in ("poll.hands", "poll.remote-hands"):
        whose = _("Show of hands") if act == "poll.hands" else _("Hands of those who attend remotely")
        figures = {name: detail.get(name, 0) for name in ("for", "against", "abstain")}
        counted = _("for {yes}, against {no}, abstentions {abstain}",
                    yes=figures["for"], no=figures["against"], abstain=figures["abstain"])  # fmt: skip
        return f"{whose}: {counted}"
    return _("Manual act {name}", name=act)


def next_round(poll: PollLine | None) -> str:
    """What an election asks for next: a kind of `ROUNDS`, or "" for nothing."""
    if poll is None or not poll.result or "election" not in poll.result:
        return ""
    kind = str(poll.result["election"]["next"]["kind"])
    return kind if kind in ROUNDS else ""
