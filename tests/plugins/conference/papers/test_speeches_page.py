"""Staff write down what was said, on a page of their own."""

from __future__ import annotations


async def test_a_clerk_writes_and_the_speaker_is_asked_anew(held):
    client = await held.town.sign_in("clerk")
    home = f"/conference/meetings/{held.meeting_id}/speeches"
    page = (await client.get(home)).text
    assert "建议加强绩效管理 #{} &lt;b&gt;。" in page
    assert "发言人已确认" in page
    sql = "SELECT id FROM conference.speech WHERE confirmed_at IS NOT NULL"
    speech = await held.town.one(sql)
    done = await client.post(f"{home}/{speech}", data={"record": "原则同意。"})
    assert (done.status_code, done.headers["location"]) == (303, f"{home}#speech-{speech}")
    (row,) = await held.town.fetch("SELECT record, confirmed_at FROM conference.speech WHERE id = $1", speech)
    assert (row["record"], row["confirmed_at"]) == ("原则同意。", None)


async def test_nobody_else_writes(held):
    speech = await held.town.one("SELECT id FROM conference.speech WHERE confirmed_at IS NOT NULL")
    home = f"/conference/meetings/{held.meeting_id}/speeches"
    for name, refused in (("stranger", 404), ("chair", 403), ("member2", 403), ("teller", 403)):
        client = await held.town.sign_in(name)
        assert (await client.get(home)).status_code == refused, name
        assert (await client.post(f"{home}/{speech}", data={"record": "改写"})).status_code == refused, name
    clerk = await held.town.sign_in("clerk")
    assert (await clerk.post(f"{home}/{held.item_id}", data={"record": "x"})).status_code == 404


async def test_the_speaker_reads_and_confirms_after_the_meeting(held):
    """It is on the speaker's list until it is confirmed; nobody else finds or confirms it."""
    speech, name = (
        await held.town.fetch(
            "SELECT s.id, 'member' || a.position AS name FROM conference.speech s JOIN conference.attendee a"
            " ON a.id = s.attendee_id WHERE s.confirmed_at IS NOT NULL"
        )
    )[0].values()
    ctx, speaker = held.town.ctx, held.town.actors[name]
    clerk = await held.town.sign_in("clerk")
    await clerk.post(f"/conference/meetings/{held.meeting_id}/speeches/{speech}", data={"record": "原则同意。"})
    await held.town.hall.core.database.execute("UPDATE conference.meeting SET state = 'closed'")
    assert [todo.kind for todo in await ctx.todos.mine(speaker)] == ["conference.speech_written"]
    other = "member2" if name != "member2" else "member1"
    mine = f"/conference/mine/{held.meeting_id}"
    for who, listed, status in ((other, False, 403), (name, True, 303)):
        client = await held.town.sign_in(who)
        assert ("原则同意。" in (await client.get(mine)).text) is listed, who
        assert (await client.post(f"{mine}/speeches/{speech}/confirm")).status_code == status, who
    assert await ctx.todos.mine(speaker) == []
    assert "您已确认本记录" in (await client.get(mine)).text


async def test_an_archived_meeting_keeps_its_record(held):
    execute = held.town.hall.core.database.execute
    await execute("UPDATE conference.meeting SET state = 'archived' WHERE id = $1", held.meeting_id)
    speech = await held.town.one("SELECT id FROM conference.speech WHERE confirmed_at IS NOT NULL")
    client = await held.town.sign_in("clerk")
    home = f"/conference/meetings/{held.meeting_id}/speeches"
    assert "<textarea" not in (await client.get(home)).text
    refused = await client.post(f"{home}/{speech}", data={"record": "改写"})
    assert refused.status_code == 409


async def test_the_meeting_leads_to_its_papers(held):
    page = (await (await held.town.sign_in("clerk")).get(f"/conference/meetings/{held.meeting_id}")).text
    assert f"/conference/meetings/{held.meeting_id}/papers" in page
    assert f"/conference/meetings/{held.meeting_id}/speeches" in page
    teller = (await (await held.town.sign_in("teller")).get(f"/conference/meetings/{held.meeting_id}/papers")).text
    assert f"{held.meeting_id}/speeches" not in teller
