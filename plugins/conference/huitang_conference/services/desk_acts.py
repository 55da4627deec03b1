"""The chair's autopilot: of all that could be done, what is done next, first; and why it cannot be done yet."""

from __future__ import annotations

from collections.abc import Iterator

from huitang_conference.services.desks import Act, ChairView, PollLine, next_round
from huitang_sdk.i18n import Translator

_ = Translator("conference")


def acts_of(view: ChairView) -> list[Act]:
    """What the chair can do now, the next step of the meeting first."""
    return list(_acts(view))


def _acts(view: ChairView) -> Iterator[Act]:
    state = view.state.meeting.state
    if state == "open":
        yield from _vote(view)
        yield from _floor(view)
        yield from _agenda(view)
    elif state in ("convened", "adjourned"):
        text = _("Open the meeting") if state == "convened" else _("Go on with the meeting")
        yield _meeting("open" if state == "convened" else "resume", text, "player-play")


def _vote(view: ChairView) -> Iterator[Act]:
    poll = view.poll
    if poll is None:
        return
    if poll.state == "open":
        yield from _running(poll)
    elif poll.state == "closed" and not poll.is_announced:
        yield _poll(poll, "announce", _("Announce the result"), "broadcast")
        yield from _again(poll)
    elif poll.state == "void" and view.state.item and poll.item_id == view.state.item.id:
        yield _poll(poll, "repeat", _("Vote again"), "repeat", asks="reason")
    elif view.stage == "verdict":
        if next_round(poll):
            yield _poll(poll, "next-round", _("Prepare the next round"), "repeat")
        yield from _prepared(view)
        yield from _again(poll)


def _running(poll: PollLine) -> Iterator[Act]:
    if poll.manner == "hands":
        yield _poll(poll, "hands", _("Record the hands"), "hand-stop", asks="numbers")
    else:
        yield _poll(poll, "close", _("Close the vote"), "player-stop")
    yield from _again(poll)
    yield _poll(poll, "break-off", _("Break off the vote"), "ban", asks="reason")


def _again(poll: PollLine) -> Iterator[Act]:
    """Vote once more: the attempt before stays on record."""
    yield _poll(poll, "repeat", _("Vote again"), "repeat", asks="reason")
    if poll.kind != "election" and poll.manner != "hands":
        yield _poll(poll, "fall-back", _("Vote by show of hands"), "hand-stop", asks="hands")


def _floor(view: ChairView) -> Iterator[Act]:
    if view.poll is not None and view.poll.state == "open":
        return
    if view.speaker is not None:
        url = f"/speeches/{view.speaker.speech_id}/finish"
        yield Act(name="finish", text=_("Finish the speech"), url=url, icon="player-stop")
    elif view.state.speaking.queue:
        first = view.state.speaking.queue[0]
        text = _("Give the floor to {name}", name=first.name)
        yield Act(name="grant", text=text, url=f"/speeches/{first.speech_id}/grant", icon="microphone")


def _agenda(view: ChairView) -> Iterator[Act]:
    if view.poll is not None and (
        view.poll.state == "open" or (view.poll.state == "closed" and not view.poll.is_announced)
    ):
        return
    if view.stage != "verdict":
        yield from _prepared(view)
    if view.next_item is not None:
        url = f"/items/{view.next_item.id}/begin"
        text = _("Next item: {title}", title=view.next_item.title)
        yield Act(name="next-item", text=text, url=url, icon="player-skip-forward")
    yield _meeting("adjourn", _("Adjourn the meeting"), "player-pause")
    yield _meeting("close", _("Close the meeting"), "flag", asks="sure")


def _prepared(view: ChairView) -> Iterator[Act]:
    """The votes of the item in hand that were not held yet; the ones that cannot be opened say why."""
    current = view.state.item.id if view.state.item else None
    for poll in view.polls:
        if poll.state == "prepared" and poll.item_id in (current, None):
            text = _("Open the vote: {title}", title=poll.title)
            yield Act(
                name=f"open-{poll.id}",
                text=text,
                url=f"/polls/{poll.id}/open",
                icon="player-play",
                blocked=poll.blocked,
            )
    item = view.state.item
    if item is not None and item.kind == "motion" and all(poll.item_id != item.id for poll in view.polls):
        yield Act(name="item-vote", text=_("Put it to the vote"), url=f"/items/{item.id}/vote", icon="player-play")


def _poll(poll: PollLine, act: str, text: str, icon: str, asks: str = "") -> Act:
    return Act(name=act, text=text, url=f"/polls/{poll.id}/{act}", icon=icon, asks=asks)


def _meeting(act: str, text: str, icon: str, asks: str = "") -> Act:
    return Act(name=act, text=text, url=f"/meeting/{act}", icon=icon, asks=asks)
