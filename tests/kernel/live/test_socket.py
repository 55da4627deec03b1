"""Live topics over a WebSocket: the same, and one may change what one hears."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.kernel.live.talking import person, say, talk_of, until


@asynccontextmanager
async def open_socket(place, headers, **options):
    async with connect(f"ws://{place}/live/socket", additional_headers=headers, **options) as socket:
        yield socket


async def heard(socket, count=1):
    return [json.loads(await socket.recv()) for _ in range(count)]


async def ask(socket, **wish):
    await socket.send(json.dumps(wish))


async def test_subscribe_hear_and_leave(hall, place):
    _, lin = await person(hall, "lin", "talk.word.hear")
    await say(hall, word="before")
    async with open_socket(place, lin) as socket:
        await ask(socket, subscribe=[{"topic": "talk.words", "since": 0}, {"topic": "talk.all", "key": "7"}])
        assert await heard(socket, 3) == [
            {"type": "ready", "topic": "talk.words", "key": "", "sequence": 0},
            {"type": "message", "topic": "talk.words", "key": "", "sequence": 1, "data": {"word": "before"}},
            {"type": "ready", "topic": "talk.all", "key": "7", "sequence": 0},
        ]
        await say(hall, word="now")
        assert (await heard(socket))[0]["data"] == {"word": "now"}
        await talk_of(hall).live.passing("talk.words", "", {"pressed": 7})
        assert await heard(socket) == [
            {"type": "hint", "topic": "talk.words", "key": "", "sequence": 0, "data": {"pressed": 7}}
        ]
        await ask(socket, unsubscribe=[{"topic": "talk.words"}])
        await ask(socket, subscribe=[{"topic": "talk.all", "key": "8"}])
        assert (await heard(socket))[0]["key"] == "8"
        await say(hall, word="unheard")
        await say(hall, "talk.all", "7", word="heard")
        assert (await heard(socket))[0]["data"] == {"word": "heard"}
    await until(lambda: len(hall.services.live.clients) == 0)


async def test_refusals_have_a_code_and_leave_the_rest_alone(hall, place, talk):
    account, lin = await person(hall, "lin", "talk.word.hear")
    talk.rooms["mine"] = {account.id}
    wanted = [
        {"topic": "talk.secrets"},
        {"topic": "talk.nothing"},
        {"topic": "talk.room", "key": "theirs"},
        {"topic": "talk.broken"},
        {"topic": "talk.room", "key": "mine"},
    ]
    async with open_socket(place, lin) as socket:
        await ask(socket, subscribe=wanted)
        said = await heard(socket, 5)
    assert [(one["type"], one.get("code")) for one in said] == [
        ("refused", "forbidden"),
        ("refused", "not-found"),
        ("refused", "not-found"),
        ("refused", "not-found"),
        ("ready", None),
    ]
    assert "live:talk.broken" in hall.registry.get("talk").troubles


@pytest.mark.parametrize("text", ["", "{", "[]", '{"subscribe": [{"topic": 7}]}', '{"subscribe": [{"topic": "a b"}]}'])
async def test_what_cannot_be_read_is_said(hall, place, text):
    _, lin = await person(hall, "lin")
    async with open_socket(place, lin) as socket:
        await socket.send(text)
        assert await heard(socket) == [{"type": "error", "code": "invalid"}]


async def test_too_many_topics_are_refused(hall, place):
    _, lin = await person(hall, "lin")
    async with open_socket(place, lin) as socket:
        await ask(socket, subscribe=[{"topic": "talk.all", "key": str(n)} for n in range(51)])
        said = await heard(socket, 51)
    assert [one["type"] for one in said] == ["ready"] * 50 + ["refused"]
    assert said[-1]["code"] == "too-many"


async def test_nobody_gets_in_without_a_name_or_from_another_site(hall, place):
    _, lin = await person(hall, "lin")
    async with open_socket(place, {}) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4401
    with pytest.raises(InvalidStatus):
        async with open_socket(place, lin, origin="https://evil.example"):
            pass


async def test_a_node_that_stops_says_goodbye(hall, place):
    _, lin = await person(hall, "lin")
    async with open_socket(place, lin) as socket:
        await ask(socket, subscribe=[{"topic": "talk.all"}])
        await heard(socket)
        hall.services.live.clients.close_all("restarting")
        assert await heard(socket) == [{"type": "goodbye", "code": "restarting"}]
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1012
