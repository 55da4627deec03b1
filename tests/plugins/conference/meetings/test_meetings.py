"""From the plan to the archive: convening, notices, agenda, documents, leave, rehearsal, copies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from huitang_conference.services import (
    agenda,
    attendance,
    copying,
    documents,
    leave,
    meetings,
    notices,
    rehearsal,
    reminding,
    roster,
    seating,
)
from huitang_conference.services.agenda import ItemValues
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict, Forbidden, HuitangError, Invalid, NotFound
from huitang_sdk.i18n import TIMEZONE
from tests.plugins.conference.town import new_meeting, open_town, present


async def fill(town, meeting_id=None, titles=("听取报告", "审议决定草案", "人事任免")):
    for title in titles:
        await agenda.add(town.ctx, town.actors["clerk"], meeting_id or town.meeting_id, ItemValues(title=title))
    return await agenda.items(town.ctx, meeting_id or town.meeting_id)


async def rows_of(town, meeting_id):
    """Every table of the plugin with rows of this meeting, and how many."""
    tables = await town.fetch(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'conference'"
        " AND column_name = 'meeting_id'"
    )
    names = {row["table_name"]: "meeting_id" for row in tables} | {"meeting": "id"}
    counts = {
        name: await town.one(f"SELECT count(*) FROM conference.{name} WHERE {key} = $1", meeting_id)
        for name, key in names.items()
    }
    return {name: count for name, count in counts.items() if count}


async def test_a_late_notice_needs_a_reason_and_cites_the_article(open_hall):
    town = await open_town(open_hall, convened=False, in_days=3)
    ctx, clerk = town.ctx, town.actors["clerk"]
    with pytest.raises(Invalid) as refused:
        await meetings.convene(ctx, clerk, town.meeting_id)
    assert "第九条" in refused.value.fields["reason"]
    assert "7" in refused.value.fields["reason"]
    await meetings.convene(ctx, clerk, town.meeting_id, reason="汛情紧急")
    assert await town.one("SELECT notice_reason FROM conference.meeting WHERE id = $1", town.meeting_id) == "汛情紧急"
    told = await town.fetch("SELECT recipient_id FROM notifications.notice WHERE kind = 'conference.called'")
    called = {town.actors[name].account_id for name in ("observer", *(f"member{n}" for n in range(1, 6)))}
    assert {row["recipient_id"] for row in told} == called
    with pytest.raises(Conflict):
        await meetings.convene(ctx, clerk, town.meeting_id, reason="再次召集")


async def test_an_early_notice_needs_none(town):
    later = await new_meeting(town, in_days=9, convened=False)
    await meetings.convene(town.ctx, town.actors["clerk"], later)
    assert await town.one("SELECT notice_reason FROM conference.meeting WHERE id = $1", later) == ""
    assert await town.one("SELECT members_total FROM conference.meeting WHERE id = $1", later) == 5


async def test_everybody_is_reminded_once_the_day_before(town):
    begins = await town.one("SELECT starts_at FROM conference.meeting WHERE id = $1", town.meeting_id)
    eve = (begins + timedelta(hours=8)).date() - timedelta(days=1)
    assert [await notices.remind(town.ctx, day) for day in (eve - timedelta(days=1), eve, eve)] == [0, 1, 1]
    assert await town.one("SELECT count(*) FROM notifications.notice WHERE kind = 'conference.reminder'") == 6


async def test_the_agenda_keeps_its_order_and_counts_anew(town):
    ctx, clerk = town.ctx, town.actors["clerk"]
    first, second, third = (item.id for item in await fill(town))
    await agenda.step(ctx, clerk, town.meeting_id, third, -1)
    await agenda.step(ctx, clerk, town.meeting_id, first, -1)
    assert [(item.id, item.number) for item in await agenda.items(ctx, town.meeting_id)] == [
        (first, "1"),
        (third, "2"),
        (second, "3"),
    ]
    await agenda.reorder(ctx, clerk, town.meeting_id, [second])
    await agenda.remove(ctx, clerk, town.meeting_id, first)
    assert [(item.id, item.number) for item in await agenda.items(ctx, town.meeting_id)] == [
        (second, "1"),
        (third, "2"),
    ]
    with pytest.raises(Forbidden):
        await agenda.add(ctx, town.actors["member1"], town.meeting_id, ItemValues(title="我的议题"))


async def test_an_item_is_in_hand_until_the_next_one(town):
    ctx, chair = town.ctx, town.actors["chair"]
    first, second, _third = (item.id for item in await fill(town))
    with pytest.raises(Conflict):
        await agenda.begin(ctx, chair, town.meeting_id, first)
    await meetings.open_meeting(ctx, chair, town.meeting_id)
    await agenda.begin(ctx, chair, town.meeting_id, first)
    await agenda.begin(ctx, chair, town.meeting_id, second)
    assert [item.state for item in await agenda.items(ctx, town.meeting_id)] == ["done", "current", "pending"]
    await agenda.finish(ctx, chair, town.meeting_id, second, deferred=True)
    assert await town.one("SELECT item_id FROM conference.meeting WHERE id = $1", town.meeting_id) is None


async def test_an_ad_hoc_motion_needs_movers_and_the_chairs_consent(open_hall):
    town = await open_town(open_hall, members=9)
    ctx, clerk, chair = town.ctx, town.actors["clerk"], town.actors["chair"]
    ids = await present(town, 6)
    values = ItemValues(title="关于防汛的临时动议", kind="motion")
    with pytest.raises(Conflict):
        await agenda.propose(ctx, clerk, town.meeting_id, values, ids[:5])
    await meetings.open_meeting(ctx, chair, town.meeting_id)
    with pytest.raises(Conflict) as refused:
        await agenda.propose(ctx, clerk, town.meeting_id, values, [ids[0]] * 9)
    assert "第五十二条" in refused.value.message
    with pytest.raises(Conflict):
        await agenda.propose(ctx, clerk, town.meeting_id, values, [*ids[:4], town.attendees["member9"]])
    with pytest.raises(Conflict):
        await agenda.add(ctx, clerk, town.meeting_id, values)
    item_id = await agenda.propose(ctx, clerk, town.meeting_id, values, ids[:5])
    with pytest.raises(Conflict):
        await agenda.begin(ctx, chair, town.meeting_id, item_id)
    with pytest.raises(Forbidden):
        await agenda.consent(ctx, clerk, town.meeting_id, item_id, granted=True)
    await agenda.consent(ctx, chair, town.meeting_id, item_id, granted=True)
    await agenda.begin(ctx, chair, town.meeting_id, item_id)
    other = await agenda.propose(ctx, clerk, town.meeting_id, values, ids[:6])
    with pytest.raises(Invalid):
        await agenda.consent(ctx, chair, town.meeting_id, other, granted=False)
    await agenda.consent(ctx, chair, town.meeting_id, other, granted=False, reason="内容重复")
    shown = await agenda.items(ctx, town.meeting_id, with_refused=False)
    assert [(item.id, item.proposers) for item in shown] == [(item_id, 5)]


async def test_documents_are_for_their_audience_and_are_taken_back(town):
    ctx, clerk = town.ctx, town.actors["clerk"]
    ids = {}
    for audience in ("members", "attendees", "staff"):
        name = f"{audience}.txt"
        ids[audience] = await documents.attach(
            ctx, clerk, town.meeting_id, name, audience.encode(), audience=audience, withdraw_after=audience != "staff"
        )

    async def seen():
        found = {}
        for name in ("member1", "observer", "clerk", "chair", "operator", "teller", "stranger", "plain"):
            found[name] = [d.audience for d in await documents.documents(ctx, town.actors[name], town.meeting_id)]
            for audience, document_id in ids.items():
                try:
                    await documents.read_document(ctx, town.actors[name], document_id)
                    assert audience in found[name], (name, audience)
                except NotFound:
                    assert audience not in found[name], (name, audience)
        return found

    everything = ["members", "attendees", "staff"]
    staff = {"clerk": everything, "chair": everything, "operator": everything}
    nobody = {"teller": [], "stranger": [], "plain": []}
    assert await seen() == {"member1": everything[:2], "observer": ["attendees"], **staff, **nobody}
    await meetings.open_meeting(ctx, clerk, town.meeting_id)
    await meetings.close(ctx, clerk, town.meeting_id)
    assert await seen() == {"member1": [], "observer": [], **staff, **nobody}


async def test_a_draft_and_its_documents_are_seen_by_staff_only(open_hall):
    town = await open_town(open_hall, convened=False)
    ctx = town.ctx
    one = await documents.attach(ctx, town.actors["clerk"], town.meeting_id, "稿.txt", b"x", audience="attendees")
    with pytest.raises(NotFound):
        await documents.read_document(ctx, town.actors["member1"], one)
    await documents.read_document(ctx, town.actors["clerk"], one)


async def test_leave_is_asked_for_decided_and_taken_back(town):
    ctx, member, clerk = town.ctx, town.actors["member2"], town.actors["clerk"]
    request = await leave.ask(ctx, member, town.meeting_id, "因公出差")
    assert [todo.kind for todo in await ctx.todos.mine(clerk)] == ["conference.leave_asked"]
    with pytest.raises(Conflict):
        await leave.ask(ctx, member, town.meeting_id, "再请一次")
    for name in ("member1", "operator"):
        with pytest.raises(Forbidden):
            await leave.decide(ctx, town.actors[name], request, granted=True)
    with pytest.raises(NotFound):
        await leave.decide(ctx, town.actors["stranger"], request, granted=True)
    with pytest.raises(Invalid):
        await leave.decide(ctx, clerk, request, granted=False)
    await leave.decide(ctx, town.actors["chair"], request, granted=True)
    assert await ctx.todos.mine(clerk) == []
    counted = await attendance.attendance(ctx, town.meeting_id)
    assert (counted.excused, counted.members_total) == (1, 5)
    told = await town.fetch(
        "SELECT recipient_id, title FROM notifications.notice WHERE kind = 'conference.leave_decided'"
    )
    assert [(row["recipient_id"], row["title"][:5]) for row in told] == [(member.account_id, "请假已批准")]
    with pytest.raises(NotFound):
        await leave.withdraw(ctx, town.actors["member1"], request)
    await leave.withdraw(ctx, member, request)
    assert (await attendance.attendance(ctx, town.meeting_id)).excused == 0
    with pytest.raises(NotFound):
        await leave.ask(ctx, clerk, town.meeting_id, "并不与会")


async def test_whoever_decides_is_reminded_of_leave_that_waits(town):
    """After two days, again after two more, and every day from the eve of the meeting; each time once."""
    ctx, clerk = town.ctx, town.actors["clerk"]
    request = await leave.ask(ctx, town.actors["member2"], town.meeting_id, "因公出差")
    asked = datetime.now(TIMEZONE).date()

    async def reminded_after(days):
        return await reminding.remind_of_leave(ctx, asked + timedelta(days=days))

    # The meeting is ten days away.
    counts = {days: [await reminded_after(days), await reminded_after(days)] for days in (0, 1, 2, 3, 4, 9, 10)}
    assert counts == {0: [0, 0], 1: [0, 0], 2: [1, 0], 3: [0, 0], 4: [1, 0], 9: [1, 0], 10: [1, 0]}
    told = await town.fetch(
        "SELECT recipient_id, title FROM notifications.notice WHERE kind = 'conference.leave_waits'"
    )
    assert [row["recipient_id"] for row in told] == [clerk.account_id] * 4
    assert told[0]["title"].startswith("成员2的请假尚待批复")
    assert [todo.urged for todo in await ctx.todos.mine(clerk)] == [4]
    await leave.decide(ctx, clerk, request, granted=True)
    assert await reminded_after(11) == 0


async def test_leave_from_a_part_excuses_nobody(town):
    ctx, clerk = town.ctx, town.actors["clerk"]
    begins = datetime.now(UTC) + timedelta(days=10)
    who = town.attendees["member3"]
    request = await leave.ask(ctx, clerk, town.meeting_id, "门诊", attendee_id=who, starts_at=begins)
    await leave.decide(ctx, clerk, request, granted=True, answer="同意")
    assert (await attendance.attendance(ctx, town.meeting_id)).excused == 0


async def test_a_rehearsal_leaves_nothing_behind(town):
    ctx, clerk, operator = town.ctx, town.actors["clerk"], town.actors["operator"]
    await fill(town)
    await documents.attach(ctx, clerk, town.meeting_id, "议案.txt", b"text")
    before = await rows_of(town, town.meeting_id)
    copy_id = await rehearsal.start(ctx, operator, town.meeting_id)
    with pytest.raises(Conflict):
        await rehearsal.start(ctx, clerk, town.meeting_id)
    people = await roster.attendees(ctx, copy_id)
    assert len(people) == 6
    assert all(person.seat for person in people)
    await attendance.check_in_many(ctx, SYSTEM, copy_id, [person.id for person in people], "card")
    await meetings.open_meeting(ctx, operator, copy_id)
    item = (await agenda.items(ctx, copy_id))[0]
    await agenda.begin(ctx, operator, copy_id, item.id)
    member = town.actors["member1"]
    await leave.ask(ctx, member, copy_id, "演练请假")
    assert [document.title for document in await documents.documents(ctx, member, copy_id)] == ["议案"]
    extra = await documents.attach(ctx, clerk, copy_id, "演练.txt", b"rehearsed")
    file_id = await town.one("SELECT file_id FROM conference.document WHERE id = $1", extra)
    with pytest.raises(Conflict):
        await meetings.archive(ctx, clerk, copy_id)
    assert await rehearsal.end(ctx, operator, copy_id) == town.meeting_id
    assert await rows_of(town, copy_id) == {}
    assert await rows_of(town, town.meeting_id) == before
    with pytest.raises(NotFound):
        await ctx.files.get(file_id)
    actions = {entry.action for entry in await town.hall.audit.entries(action="conference.rehearsal")}
    assert {"conference.rehearsal.started", "conference.rehearsal.ended"} <= actions
    with pytest.raises(Conflict):
        await rehearsal.end(ctx, clerk, town.meeting_id)


async def test_the_next_meeting_starts_from_the_last(town):
    ctx, clerk = town.ctx, town.actors["clerk"]
    await fill(town)
    await documents.attach(ctx, clerk, town.meeting_id, "议案.txt", b"text")
    await roster.preside(ctx, clerk, town.meeting_id, town.attendees["member2"])
    values = meetings.MeetingValues(title="第四次会议", starts_at=datetime.now(UTC) + timedelta(days=60))
    new_id = await copying.from_last(ctx, clerk, town.meeting_id, values)
    people = await roster.attendees(ctx, new_id)
    old = {person.name: person.seat for person in await roster.attendees(ctx, town.meeting_id)}
    assert {person.name: person.seat for person in people} == old
    assert [person.name for person in people if person.is_chair] == ["成员2"]
    assert [item.title for item in await agenda.items(ctx, new_id)] == ["听取报告", "审议决定草案", "人事任免"]
    assert await documents.documents(ctx, clerk, new_id) == []
    with pytest.raises(NotFound):
        await copying.from_last(ctx, town.actors["stranger"], town.meeting_id, values)


async def test_an_archived_meeting_cannot_be_changed(town):
    ctx, clerk, chair = town.ctx, town.actors["clerk"], town.actors["chair"]
    item = (await fill(town))[0].id
    document = await documents.attach(ctx, clerk, town.meeting_id, "议案.txt", b"text")
    await present(town, 3)
    with pytest.raises(Conflict):
        await meetings.archive(ctx, clerk, town.meeting_id)
    await meetings.open_meeting(ctx, chair, town.meeting_id)
    await meetings.close(ctx, chair, town.meeting_id)
    await meetings.archive(ctx, clerk, town.meeting_id)
    before = await rows_of(town, town.meeting_id)
    seat, who = town.seats["member1"], town.attendees["member1"]
    values = meetings.MeetingValues(title="改名", starts_at=datetime.now(UTC))
    acts = [
        lambda: meetings.change(ctx, clerk, town.meeting_id, values),
        lambda: meetings.open_meeting(ctx, clerk, town.meeting_id),
        lambda: agenda.add(ctx, clerk, town.meeting_id, ItemValues(title="x")),
        lambda: agenda.change(ctx, clerk, town.meeting_id, item, ItemValues(title="x")),
        lambda: agenda.remove(ctx, clerk, town.meeting_id, item),
        lambda: agenda.reorder(ctx, clerk, town.meeting_id, []),
        lambda: agenda.begin(ctx, chair, town.meeting_id, item),
        lambda: documents.attach(ctx, clerk, town.meeting_id, "x.txt", b"x"),
        lambda: documents.withdraw(ctx, clerk, document),
        lambda: documents.remove(ctx, clerk, document),
        lambda: documents.change(ctx, clerk, document, title="x", audience="staff", withdraw_after=False),
        lambda: roster.invite(ctx, clerk, town.meeting_id, name="x"),
        lambda: roster.remove(ctx, clerk, town.meeting_id, town.attendees["observer"]),
        lambda: seating.swap(ctx, clerk, town.meeting_id, seat, town.seats["member2"]),
        lambda: seating.move(ctx, clerk, town.meeting_id, seat, 9, 9),
        lambda: seating.lay_out(ctx, clerk, town.meeting_id, seating.grid(2, 2)),
        lambda: attendance.check_in(ctx, SYSTEM, town.meeting_id, who, "staff"),
        lambda: attendance.leave(ctx, SYSTEM, town.meeting_id, who),
        lambda: leave.ask(ctx, town.actors["member1"], town.meeting_id, "迟了"),
        lambda: rehearsal.start(ctx, clerk, town.meeting_id),
        lambda: notices.send_again(ctx, clerk, town.meeting_id),
    ]
    for act in acts:
        with pytest.raises(HuitangError):
            await act()
    assert await rows_of(town, town.meeting_id) == before
    assert [entry.title for entry in await agenda.items(ctx, town.meeting_id)] == [
        "听取报告",
        "审议决定草案",
        "人事任免",
    ]
