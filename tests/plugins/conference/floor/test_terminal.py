"""The protocol as a terminal meets it: a real server, real sockets."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from websockets.asyncio.client import connect

from huitang_conference.services.state import tell_hall
from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.testing import client_of
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from tests.plugins.conference.floor.scene import make_scene
from tests.plugins.conference.floor.seats import seat_at


async def test_a_terminal_is_welcomed_to_its_seat(address, scene):
    async with seat_at(address, scene.tokens[2]) as seat:
        welcome = await seat.type("welcome")
    assert welcome["v"] == 1
    assert welcome["meeting"] == str(scene.meeting)
    assert welcome["seat"]["label"] == scene.labels[2]
    assert welcome["attendee"]["name"] == "委员3"
    assert welcome["mine"]["presence"] == "present"
    assert welcome["state"]["meeting"]["present"] == 5
    assert seat.socket.subprotocol == "huitang.terminal.v1"


async def test_a_press_is_acknowledged_and_the_verdict_is_shown(address, scene):
    async with seat_at(address, scene.tokens[0]) as seat, seat_at(address, scene.tokens[1]) as other:
        await seat.type("welcome")
        await other.type("welcome")
        poll = str(await scene.poll())
        assert (await seat.state("poll.opened"))["poll"]["id"] == poll
        ack = await seat.ask("press", "a.1", poll=poll, number=1, choice="for")
        assert ack["type"] == "ack"
        assert ack["receipt"]
        assert (ack["repeat"], ack["counted"]) == (False, "a.1")
        await scene.close(poll)
        shown = await other.state("poll.closed")
    assert shown["poll"]["state"] == "closed"


async def test_a_press_sent_again_is_the_same_press(address, scene):
    poll = str(await scene.poll())
    press = {"poll": poll, "number": 1, "choice": "against"}
    async with seat_at(address, scene.tokens[0]) as seat:
        first = await seat.ask("press", "a.1", **press)
        assert await seat.ask("press", "a.1", **press) == first | {"repeat": True}
    async with seat_at(address, scene.tokens[0]) as seat:
        welcome = await seat.type("welcome")
        assert welcome["mine"]["press"] == {"poll": poll, "receipt": first["receipt"], "number": 1}
        assert await seat.ask("press", "a.1", **press) == first | {"repeat": True}
    assert (await scene.ctx.db.fetch("SELECT count(*) AS n FROM conference.press"))[0]["n"] == 1


@pytest.mark.parametrize(("counts", "counted", "choice"), [("first", "a.1", "for"), ("last", "b.1", "against")])
async def test_one_person_at_two_terminals_has_one_vote(address, hall, scene, counts, counted, choice):
    """The tablet at the seat and the person's own; both show what is recorded."""
    account = await hall.services.identity.create_account(SYSTEM, "zhou", "周文清", PASSWORD, scene.organisation)
    await hall.services.permissions.grant(SYSTEM, "conference.member", scene.organisation, account_id=account.id)
    await scene.ctx.db.execute(
        "UPDATE conference.attendee SET account_id = $2 WHERE id = $1", scene.attendees[0], account.id
    )
    async with client_of(hall) as client:
        cookie = {"Cookie": f"huitang_session={await sign_in(hall, client, 'zhou')}"}
    poll = str(await scene.poll(counts=counts))
    async with seat_at(address, scene.tokens[0]) as tablet, seat_at(address, **cookie) as own:
        assert (await own.type("welcome"))["attendee"] == (await tablet.type("welcome"))["attendee"]
        first = await tablet.ask("press", "a.1", poll=poll, number=1, choice="for")
        assert (await own.type("mine"))["mine"]["press"]["receipt"] == first["receipt"]
        second = await own.ask("press", "b.1", poll=poll, number=2, choice="against")
        assert second["counted"] == counted
    rows = await scene.ctx.db.fetch("SELECT choice FROM conference.press")
    assert [row["choice"] for row in rows] == [choice]


async def test_who_is_not_checked_in_cannot_vote(address, scene):
    """GB 50799-2012 §12.2.9."""
    await scene.ctx.db.execute("UPDATE conference.attendee SET presence = 'expected' WHERE id = $1", scene.attendees[4])
    poll = str(await scene.poll())
    async with seat_at(address, scene.tokens[4]) as seat:
        refused = await seat.ask("press", poll=poll, number=1, choice="for")
    assert (refused["type"], refused["code"]) == ("refused", "absent")
    assert "§12.2.9" in refused["article"]
    assert set(refused["message"]) == {"zh-CN", "en"}


async def test_a_seat_without_anybody_and_a_seat_of_no_meeting(address, scene):
    await scene.ctx.db.execute("UPDATE conference.seat SET attendee_id = NULL WHERE label = $1", scene.labels[1])
    await scene.ctx.db.execute("DELETE FROM conference.seat WHERE label = $1", scene.labels[2])
    poll = str(await scene.poll())
    async with seat_at(address, scene.tokens[1]) as empty, seat_at(address, scene.tokens[2]) as nowhere:
        assert (await empty.type("welcome"))["attendee"] is None
        assert (await empty.ask("press", poll=poll, number=1, choice="for"))["code"] == "no-attendee"
        welcome = await nowhere.type("welcome")
        assert (welcome["meeting"], welcome["state"]) == (None, None)
        assert (await nowhere.ask("press", poll=poll, number=1, choice="for"))["code"] == "no-meeting"


async def test_people_change_seats_in_the_middle_of_a_meeting(address, scene):
    async with seat_at(address, scene.tokens[0]) as seat:
        await seat.type("welcome")
        async with scene.ctx.db.write(SYSTEM) as write:
            await scene.ctx.db.execute("UPDATE conference.seat SET attendee_id = NULL")
            await scene.ctx.db.execute(
                "UPDATE conference.seat SET attendee_id = $2 WHERE label = $1", scene.labels[0], scene.attendees[3]
            )
            await write.audit("conference.seat.swapped", Ref("conference.meeting", scene.meeting))
            await tell_hall(scene.ctx, scene.meeting, "seat.swapped")
        again = await seat.until(lambda m: m["type"] == "welcome" and m["attendee"]["name"] == "委员4")
        assert again["meeting"] == str(scene.meeting)


async def test_a_meeting_that_opens_takes_the_seat(address, ctx, organisation):
    later = await make_scene(ctx, organisation, 2, state="draft")
    async with seat_at(address, later.tokens[0]) as seat:
        assert (await seat.type("welcome"))["meeting"] is None
        await ctx.db.execute("UPDATE conference.meeting SET state = 'open'")
        assert (await seat.until(lambda m: m.get("meeting") is not None))["attendee"]["name"] == "委员1"


async def test_of_two_open_meetings_that_claim_a_seat_none_is_guessed(address, ctx, scene, organisation):
    await make_scene(ctx, organisation, 2)
    async with seat_at(address, scene.tokens[0]) as seat:
        assert (await seat.type("welcome"))["meeting"] is None


async def test_a_revoked_device_is_sent_away(address, ctx, scene):
    async with seat_at(address, scene.tokens[0]) as seat, seat_at(address, scene.tokens[1]) as stays:
        await seat.type("welcome")
        device = (await ctx.devices.devices(place=scene.labels[0]))[0]
        await ctx.devices.revoke(device.id, actor=SYSTEM, reason="lost")
        bye = await seat.type("bye")
        assert (bye["reason"], bye["retry_ms"]) == ("revoked", None)
        assert await seat.gone() == 4403
        assert (await stays.ask("ping", t=1.5))["t"] == 1.5
    async with connect(
        f"ws://{address}/conference/terminal", additional_headers={"Authorization": f"Bearer {scene.tokens[0]}"}
    ) as socket:
        await socket.wait_closed()
        assert socket.close_code == 4401


async def test_a_moved_device_finds_its_new_seat(address, ctx, scene):
    device = (await ctx.devices.devices(place=scene.labels[0]))[0]
    async with seat_at(address, scene.tokens[0]) as seat:
        await seat.type("welcome")
        await ctx.devices.move(device.id, scene.labels[4], actor=SYSTEM)
        assert (await seat.type("bye"))["reason"] == "moved"
    async with seat_at(address, scene.tokens[0]) as seat:
        assert (await seat.type("welcome"))["seat"]["label"] == scene.labels[4]


async def test_versions_are_negotiated(address, scene):
    headers = {"Authorization": f"Bearer {scene.tokens[0]}"}
    async with connect(f"ws://{address}/conference/terminal?v=1", additional_headers=headers) as socket:
        assert '"welcome"' in str(await socket.recv())
    async with connect(f"ws://{address}/conference/terminal?v=7", additional_headers=headers) as socket:
        assert '"versions":[1]' in str(await socket.recv())
        await socket.wait_closed()
        assert socket.close_code == 4406


async def test_what_is_no_message_is_refused_and_three_in_a_row_end_it(address, scene):
    async with seat_at(address, scene.tokens[0]) as seat:
        await seat.type("welcome")
        for text in ("{", '{"type":"press","id":"x"}'):
            await seat.socket.send(text)
        await seat.until(lambda m: m["type"] == "refused" and m["id"] == "x")
        assert (await seat.ask("dance"))["code"] == "unknown-type"
        assert (await seat.ask("ping"))["type"] == "pong"
        for _ in range(3):
            await seat.socket.send(b"\x00")
        assert (await seat.type("bye"))["reason"] == "hostile"
        assert await seat.gone() == 4400


async def test_a_flood_is_refused_and_the_terminal_lives(address, scene):
    async with seat_at(address, scene.tokens[0]) as seat:
        await seat.type("welcome")
        answers = await asyncio.gather(*(seat.ask("ping", f"f{number}") for number in range(60)))
        codes = [answer.get("code") for answer in answers]
        assert 0 < codes.count("too-many") <= 30
        await asyncio.sleep(0.3)
        assert (await seat.ask("ping", "after"))["type"] == "pong"


async def test_a_node_that_stops_says_so(address, hall, scene):
    async with seat_at(address, scene.tokens[0]) as seat:
        await seat.type("welcome")
        record = hall.registry.get("conference")
        await record.plugin.stop()
        bye = await seat.type("bye")
        assert bye["reason"] == "restart"
        assert bye["retry_ms"] > 0
        assert await seat.gone() == 1012
        await record.plugin.start(record.context)


async def test_coming_going_and_coming_back(address, ctx, organisation):
    scene = await make_scene(ctx, organisation, 3, presence="expected")
    async with seat_at(address, scene.tokens[0]) as seat, seat_at(address, scene.tokens[1]) as other:
        await seat.type("welcome")
        assert (await seat.ask("return"))["code"] == "absent"
        came = await seat.ask("checkin", "c1")
        assert (came["type"], came["repeat"], came["mine"]["presence"]) == ("ack", False, "present")
        assert (await seat.ask("checkin", "c1"))["repeat"] is True
        assert (await other.until(lambda m: m["type"] == "state" and m["state"]["meeting"]["present"] == 1))["sequence"]
        left = await seat.ask("leave", reason="接听电话")
        assert (left["repeat"], left["mine"]["presence"]) == (False, "away")
        assert (await seat.ask("leave"))["repeat"] is True
        poll = str(await ctx_poll(scene))
        assert (await seat.ask("press", poll=poll, number=1, choice="for"))["code"] == "absent"
        assert (await seat.ask("return"))["mine"]["presence"] == "present"
        assert (await seat.ask("press", poll=poll, number=1, choice="for"))["type"] == "ack"


async def ctx_poll(scene):
    """A vote with a quorum: the other two are checked in by the staff."""
    await scene.ctx.db.execute(
        "UPDATE conference.attendee SET presence = 'present' WHERE id = ANY($1::uuid[])", scene.attendees[1:]
    )
    return await scene.poll()


async def test_a_hall_that_comes_in_at_once_shares_its_writes(address, ctx, organisation):
    scene = await make_scene(ctx, organisation, 40, presence="expected")
    async with contextlib.AsyncExitStack() as stack:
        seats = [await stack.enter_async_context(seat_at(address, token)) for token in scene.tokens]
        answers = await asyncio.gather(*(seat.ask("checkin") for seat in seats))
        assert [answer["type"] for answer in answers] == ["ack"] * 40
        await seats[0].until(lambda m: m["type"] == "state" and m["state"]["meeting"]["present"] == 40)
    rows = await ctx.db.fetch(
        "SELECT count(*) AS n, count(DISTINCT attendee_id) AS people FROM conference.presence_event"
    )
    assert dict(rows[0]) == {"n": 40, "people": 40}


async def test_whoever_signs_out_is_sent_away(address, hall, scene):
    account = await hall.services.identity.create_account(SYSTEM, "zhou", "周文清", PASSWORD, scene.organisation)
    await hall.services.permissions.grant(SYSTEM, "conference.member", scene.organisation, account_id=account.id)
    await scene.ctx.db.execute(
        "UPDATE conference.attendee SET account_id = $2 WHERE id = $1", scene.attendees[0], account.id
    )
    async with client_of(hall) as client:
        cookie = {"Cookie": f"huitang_session={await sign_in(hall, client, 'zhou')}"}
        async with seat_at(address, **cookie) as own:
            assert (await own.type("welcome"))["attendee"]["name"] == "委员1"
            await hall.services.identity.sessions.end(SYSTEM, account.id)
            assert (await own.type("bye"))["reason"] == "revoked"


async def test_the_floor_is_asked_for_and_given_back(address, scene):
    await scene.ctx.db.execute("UPDATE conference.meeting SET speaking_open = true")
    async with seat_at(address, scene.tokens[0]) as seat:
        welcome = await seat.type("welcome")
        asked = await seat.ask("speak")
        assert asked["speech"]
        assert (await seat.ask("speak"))["speech"] == asked["speech"]
        queue = (await seat.state("speech.asked"))["speaking"]["queue"]
        assert [speaker["attendee_id"] for speaker in queue] == [welcome["attendee"]["id"]]
        assert (await seat.ask("unspeak"))["type"] == "ack"
        refused = await seat.ask("unspeak")
        assert (refused["code"], bool(refused["message"])) == ("conflict", True)


async def test_a_call_for_service_is_one_call(address, scene):
    async with seat_at(address, scene.tokens[0]) as seat:
        assert [(await seat.ask("call", what="water"))["type"] for _ in range(2)] == ["ack", "ack"]
        assert (await seat.ask("call", what="wine"))["code"] == "conflict"
    rows = await scene.ctx.db.fetch("SELECT what, seat_label FROM conference.service_call")
    assert [dict(row) for row in rows] == [{"what": "water", "seat_label": scene.labels[0]}]
