"""A meeting that has been held: votes by key and by hands, an election, speeches, people who came late and left."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest_asyncio
from msgspec import Struct

from huitang_conference.services import attendance, meetings, roster
from huitang_conference.services.voting.choices import Ballot
from huitang_conference.services.voting.hands import Hands, record_hands
from huitang_conference.services.voting.manual import confirm
from huitang_conference.services.voting.presses import Press, Recorder
from huitang_conference.services.voting.running import (
    NewPoll,
    close_poll,
    fall_back_to_hands,
    mark_fault,
    open_poll,
    prepare_poll,
)
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.plugins.conference.town import Town, open_town, present

MEMBERS = 9


class Held(Struct):
    """The town of a meeting that was held, and the ids of what happened in it."""

    town: Town
    item_id: UUID
    polls: dict[str, UUID]

    @property
    def ctx(self) -> Any:
        return self.town.ctx

    @property
    def meeting_id(self) -> UUID:
        return self.town.meeting_id


async def vote(town: Town, recorder: Recorder, choices: list[str], *, close: bool = True, **values: Any) -> UUID:
    """A vote in which the first members press these."""
    poll = await prepare_poll(town.ctx, SYSTEM, town.meeting_id, NewPoll(**values))
    await open_poll(town.ctx, SYSTEM, poll)
    presses = [
        Press(
            poll_id=poll,
            attendee_id=town.attendees[f"member{number}"],
            choice=choice,
            press_id=f"{poll}-{number}",
            number=1,
        )
        for number, choice in enumerate(choices, 1)
    ]
    await recorder.press_many(presses)
    if close:
        await close_poll(town.ctx, SYSTEM, poll)
    return poll


async def item(town: Town, position: int, number: str, title: str, **values: Any) -> UUID:
    item_id = new_id()
    more = {"presenter": "", "state": "done"} | values
    await town.hall.core.database.execute(
        "INSERT INTO conference.item (id, meeting_id, position, number, title, presenter, state)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(item_id, town.meeting_id, position, number, title, more["presenter"], more["state"]),
    )
    return item_id


@pytest_asyncio.fixture
async def held(open_hall) -> Held:
    """Nine members, seven there; every vote below needs five."""
    return await hold(await open_town(open_hall, members=MEMBERS, profile="city-congress", kind="congress"))


async def hold(town: Town) -> Held:
    ctx, clerk, chair = town.ctx, town.actors["clerk"], town.actors["chair"]
    await roster.preside(ctx, clerk, town.meeting_id, town.attendees["member1"])
    await present(town, 7)
    await town.hall.core.database.execute(
        "INSERT INTO conference.leave_request (id, meeting_id, attendee_id, reason, state)"
        " VALUES ($1, $2, $3, '因公出差', 'granted')",
        *(new_id(), town.meeting_id, town.attendees["member8"]),
    )
    await meetings.open_meeting(ctx, chair, town.meeting_id)
    budget = await item(town, 1, "一", "审议市级预算调整方案", presenter="市财政局")
    await item(town, 2, "二", "人事任免", state="deferred")
    recorder, polls = Recorder(ctx), {}
    yes, no, abstain = "for", "against", "abstain"
    amendment = {"kind": "amendment", "title": "关于增加教育支出的修正案", "item_id": budget}
    motion = await prepare_poll(
        ctx, SYSTEM, town.meeting_id, NewPoll(kind="motion", title="关于批准预算调整方案的决议（草案）", item_id=budget)
    )
    polls["amendment"] = await vote(town, recorder, [yes, no, no, no], amends_id=motion, **amendment)
    await open_poll(ctx, SYSTEM, motion)
    await mark_fault(ctx, SYSTEM, motion, town.attendees["member3"], reason="按键失灵")
    polls["failed"] = motion
    polls["hands"] = await fall_back_to_hands(ctx, SYSTEM, motion, "表决器故障")
    act = await record_hands(ctx, clerk, polls["hands"], Hands(for_=5, against=1))
    await confirm(ctx, town.actors["teller"], act)
    secret = {"kind": "motion", "title": "关于议事规则的决定", "secrecy": "secret", "item_id": budget}
    polls["secret"] = await vote(town, recorder, [yes] * 4 + [no, abstain], **secret)
    named = {"kind": "motion", "title": "会议议程", "secrecy": "open"}
    polls["named"] = await vote(town, recorder, [yes] * 5 + [no], **named)
    polls["open"] = await vote(town, recorder, [yes], kind="motion", title="还在表决的事项", close=False)
    polls["election"] = await elect(town, recorder)
    await speak(town, budget)
    await attendance.leave(ctx, clerk, town.meeting_id, town.attendees["member7"], reason="接待来访")
    await recorder.stop()
    return Held(town, budget, polls)


async def elect(town: Town, recorder: Recorder) -> UUID:
    """Two seats, three candidates: one has five votes of nine, one ballot is void, one writes somebody in."""
    await close_poll(
        town.ctx, SYSTEM, (await town.fetch("SELECT id FROM conference.poll WHERE state = 'open'"))[0]["id"]
    )
    ballots = [Ballot({"1": "for", "2": "for"})] * 2 + [Ballot({"1": "for", "2": "against"})] * 2
    ballots += [Ballot({"1": "for"}, ["李四"]), Ballot({"1": "for", "2": "for", "3": "for"})]
    texts = [msgspec.json.encode(ballot).decode() for ballot in ballots]
    names = ["陈建国", "欧阳文静", "王海"]
    title = "选举市人大常委会副主任"
    return await vote(town, recorder, texts, kind="election", title=title, names=names, seats=2, secrecy="secret")


SPEECH = """
INSERT INTO conference.speech (id, meeting_id, item_id, attendee_id, kind, ordinal, state, allowed_seconds,
  extended_seconds, asked_at, started_at, ended_at, record, confirmed_at)
VALUES ($1, $2, $3, $4, $5, $6, 'done', $7, $8, $9::timestamptz, $9, $9 + make_interval(secs => $10), $11, $12)
"""


async def speak(town: Town, item_id: UUID) -> None:
    now = town.ctx.clock.now()
    for person, kind, ordinal, allowed, extended, seconds, record, confirmed in (
        ("member2", "speech", 1, 600, 60, 680.0, "同意调整方案。\n建议加强绩效管理 #{} <b>。", now),
        ("member3", "speech", 1, None, 0, 90.0, "", None),
        ("member2", "interposition", 1, 60, 0, 20.0, "补充一句。", None),
    ):
        await town.hall.core.database.execute(
            SPEECH, new_id(), town.meeting_id, item_id, town.attendees[person], kind, ordinal, allowed, extended, now,
            seconds, record, confirmed,
        )  # fmt: skip
