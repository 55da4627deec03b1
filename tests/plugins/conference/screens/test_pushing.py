"""Pushed pages, the hall screen's choice, and calls for service: what is told to whom."""

from __future__ import annotations

import pytest

from huitang_conference.services.calling import answer_call, call_for_service, open_calls
from huitang_conference.services.pushing import push_page, show_on_screen, take_page_back
from huitang_conference.services.state import DESK, HALL, hall_state
from huitang_conference.services.voting.running import announce, close_poll
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound


async def document(town, **values):
    row = {"title": "预算调整方案（草案）", "audience": "members", "is_withdrawn": False} | values
    identifier = new_id()
    async with town.ctx.db.write(SYSTEM) as write:
        stored = await town.ctx.files.save("草案.txt", "第一条 总则".encode(), actor=SYSTEM)
        await write.audit("conference.document.saved", Ref("conference.document", identifier))
    await town.ctx.db.execute(
        "INSERT INTO conference.document (id, meeting_id, item_id, file_id, title, audience, is_withdrawn)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(identifier, town.meeting, town.items[0], stored.id, row["title"], row["audience"], row["is_withdrawn"]),
    )
    return identifier


async def test_a_pushed_page_is_part_of_the_state_until_it_is_taken_back(town):
    operator = town.actors["operator"]
    await push_page(town.ctx, operator, town.meeting, "text", title="休会", text="十五分钟后继续开会。")
    state = await hall_state(town.ctx, town.meeting)
    assert (state.push["kind"], state.push["title"]) == ("text", "休会")
    first = state.push["id"]
    await push_page(town.ctx, operator, town.meeting, "agenda")
    assert (await hall_state(town.ctx, town.meeting)).push["id"] != first
    await take_page_back(town.ctx, operator, town.meeting)
    assert (await hall_state(town.ctx, town.meeting)).push is None
    with pytest.raises(Conflict):
        await take_page_back(town.ctx, operator, town.meeting)


async def test_only_documents_and_results_that_may_be_read_are_pushed(town):
    operator = town.actors["operator"]
    await push_page(town.ctx, operator, town.meeting, "document", subject=await document(town))
    withdrawn = await document(town, is_withdrawn=True)
    with pytest.raises(Conflict):
        await push_page(town.ctx, operator, town.meeting, "document", subject=withdrawn)
    poll = await town.open()
    await town.press(poll, "for", "for")
    await close_poll(town.ctx, SYSTEM, poll)
    with pytest.raises(Conflict):
        await push_page(town.ctx, operator, town.meeting, "result", subject=poll)
    await announce(town.ctx, SYSTEM, poll)
    await push_page(town.ctx, operator, town.meeting, "result", subject=poll)
    assert (await hall_state(town.ctx, town.meeting)).push["result"]["counts"]["for"] == 2
    for kind, subject in (("document", poll), ("result", new_id()), ("document", None)):
        with pytest.raises(NotFound):
            await push_page(town.ctx, operator, town.meeting, kind, subject=subject)


async def test_nothing_empty_or_endless_is_shown(town):
    operator = town.actors["operator"]
    for words in ({"title": " "}, {"title": "长" * 61}, {"text": "长" * 2001}):
        with pytest.raises(Invalid):
            await push_page(town.ctx, operator, town.meeting, "text", **words)
        with pytest.raises(Invalid):
            await show_on_screen(town.ctx, operator, town.meeting, "message", **words)
    with pytest.raises(Invalid):
        await show_on_screen(town.ctx, operator, town.meeting, "fireworks")
    with pytest.raises(Invalid):
        await push_page(town.ctx, operator, town.meeting, "video")


async def test_only_the_operator_chooses_and_everybody_is_told(town):
    heard = []
    town.ctx.live.subscribe(HALL, str(town.meeting), lambda message: heard.append(message.data["what"]))
    with pytest.raises(Forbidden):
        await show_on_screen(town.ctx, town.actors["member"], town.meeting, "blank")
    with pytest.raises(NotFound):
        await show_on_screen(town.ctx, town.actors["clerk"], new_id(), "blank")
    await show_on_screen(town.ctx, town.actors["operator"], town.meeting, "attendance")
    assert (await hall_state(town.ctx, town.meeting)).screen == {"mode": "attendance"}
    entries = await town.hall.audit.entries(action="conference.screen.")
    assert [entry.action for entry in entries] == ["conference.screen.chosen"]


async def test_a_seat_calls_once_and_the_operator_answers_once(town):
    heard = []
    town.ctx.live.subscribe(DESK, str(town.meeting), heard.append)
    member = town.actors["member"]
    first = await call_for_service(town.ctx, member, town.meeting, "water")
    assert await call_for_service(town.ctx, member, town.meeting, "water") == first
    await call_for_service(town.ctx, member, town.meeting, "paper")
    calls = await open_calls(town.ctx, town.meeting)
    assert [(call.what, call.name, call.seat_label) for call in calls] == [
        ("water", "陈立新", "1-2"),
        ("paper", "陈立新", "1-2"),
    ]
    operator = town.actors["operator"]
    assert await answer_call(town.ctx, operator, first) == town.meeting
    with pytest.raises(Conflict):
        await answer_call(town.ctx, operator, first)
    assert [call.what for call in await open_calls(town.ctx, town.meeting)] == ["paper"]
    # What was answered may be called for again.
    assert await call_for_service(town.ctx, member, town.meeting, "water") != first


async def test_who_may_call_and_answer(town):
    with pytest.raises(NotFound):
        await call_for_service(town.ctx, town.actors["chair"], new_id(), "water")
    with pytest.raises(Forbidden):
        await call_for_service(town.ctx, town.actors["plain"], town.meeting, "water")
    with pytest.raises(Invalid):
        await call_for_service(town.ctx, town.actors["member"], town.meeting, "champagne")
    call = await call_for_service(town.ctx, town.actors["member"], town.meeting, "staff")
    with pytest.raises(Forbidden):
        await answer_call(town.ctx, town.actors["chair"], call)
    with pytest.raises(NotFound):
        await answer_call(town.ctx, town.actors["operator"], new_id())
