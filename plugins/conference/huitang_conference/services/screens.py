"""What the hall screen shows: the stage that fits the state of the meeting, and the little it needs beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.rules.quorum import quorum
from huitang_conference.services.access import SCREEN, Ctx, meeting_for
from huitang_conference.services.rulebook import profile_of
from huitang_conference.services.shown import Shown, shown_of
from huitang_conference.services.state import HallState, Speaker, hall_state
from huitang_sdk.contracts import Actor
from huitang_sdk.i18n import Translator

_ = Translator("conference")


class AgendaLine(Struct, frozen=True, kw_only=True):
    """One item of the agenda, as screens list it."""

    id: UUID
    position: int
    number: str
    title: str
    kind: str
    state: str
    presenter: str
    started_at: datetime | None
    is_current: bool


class Quorum(Struct, frozen=True, kw_only=True):
    """Whether enough members are checked in, and what says how many are enough."""

    is_met: bool
    needed: int
    present: int
    words: str


class HallView(Struct, frozen=True, kw_only=True):
    """One stage of the hall screen with what it shows."""

    stage: str
    state: HallState
    items: list[AgendaLine]
    next_item: AgendaLine | None
    speaker: Speaker | None
    shown: Shown | None
    quorum: Quorum | None
    warn_seconds: int


async def hall_view(ctx: Ctx, actor: Actor, meeting_id: UUID) -> HallView:
    """The hall screen of a meeting, for whoever may show it. Raises Forbidden, NotFound."""
    meeting = await meeting_for(ctx, actor, meeting_id, SCREEN)
    state = await hall_state(ctx, meeting_id)
    items = on_agenda(await agenda_lines(ctx, meeting_id, meeting["item_id"]))
    stage = stage_of(state, next((item.started_at for item in items if item.is_current), None))
    return HallView(
        stage=stage,
        state=state,
        items=_window(items),
        next_item=next_of(items),
        speaker=state.speaking.now[-1] if state.speaking.now else None,
        shown=shown_of(state.poll.result) if state.poll and state.poll.result else None,
        quorum=quorum_of(meeting, state.meeting.present),
        warn_seconds=ctx.settings.warn_seconds,
    )


def stage_of(state: HallState, item_began: datetime | None) -> str:
    """Which stage the hall screen is on: the operator's choice, or what the meeting is doing.

    A vote comes before everything else while it runs. A verdict stays until something newer happens: somebody is given
    the floor, or another item begins.
    """
    mode = state.screen.get("mode", "auto")
    if mode in ("message", "blank", "agenda", "attendance"):
        return str(mode)
    if mode == "speaker" and state.speaking.now:
        return "speaker"
    poll_stage = _poll_stage(state)
    if mode == "poll" and poll_stage:
        return poll_stage
    return _following(state, poll_stage, item_began)


def _following(state: HallState, poll_stage: str, item_began: datetime | None) -> str:
    if poll_stage in ("poll", "waiting"):
        return poll_stage
    if state.meeting.state in ("adjourned", "closed", "archived"):
        return "adjourned"
    if state.meeting.state != "open":
        return "welcome"
    told = state.poll.announced_at if state.poll and poll_stage == "verdict" else None
    speaker = state.speaking.now[-1] if state.speaking.now else None
    if told and not any(later and later > told for later in (item_began, speaker and speaker.started_at)):
        return "verdict"
    if speaker:
        return "speaker"
    return "item" if state.item else "agenda"


def _poll_stage(state: HallState) -> str:
    """The stage of the poll that is shown; "" when there is none to show."""
    poll = state.poll
    if poll is None:
        return ""
    if poll.state == "open":
        return "poll"
    if poll.state != "closed":
        return ""
    return "verdict" if poll.announced_at else "waiting"


def quorum_of(meeting: dict[str, Any], present: int) -> Quorum | None:
    """The quorum of a meeting by its own rules; None for a body without members."""
    total = meeting["members_total"]
    if total < 1:
        return None
    result = quorum(profile_of(meeting), total, min(present, total))
    article = result.article.text if result.article else _("the rules of this body")
    words = _(
        "{present} of {total} members are checked in; {needed} are needed ({article}).",
        present=present,
        total=total,
        needed=result.needed,
        article=article,
    )
    return Quorum(is_met=result.met, needed=result.needed, present=present, words=words)


async def agenda_lines(ctx: Ctx, meeting_id: UUID, current: UUID | None) -> list[AgendaLine]:
    """The agenda of a meeting in its order; the caller has asked for the permission."""
    rows = await ctx.db.fetch(
        "SELECT id, position, number, title, kind, state, presenter, started_at FROM conference.item"
        " WHERE meeting_id = $1 ORDER BY position",
        meeting_id,
    )
    return [AgendaLine(**row, is_current=row["id"] == current) for row in rows]


def on_agenda(items: list[AgendaLine]) -> list[AgendaLine]:
    """Without the motions from the floor that the chair has not consented to."""
    return [item for item in items if item.state not in ("proposed", "refused")]


def next_of(items: list[AgendaLine]) -> AgendaLine | None:
    """The item after the current one that is still to come; the first one before any has begun."""
    place = next((number for number, item in enumerate(items) if item.is_current), -1)
    return next((item for item in items[place + 1 :] if item.state == "pending"), None)


def _window(items: list[AgendaLine], size: int = 8) -> list[AgendaLine]:
    """As many items as a screen can show in large type, the current one among them."""
    place = next((number for number, item in enumerate(items) if item.is_current), 0)
    start = max(0, min(place - 2, len(items) - size))
    return items[start : start + size]
