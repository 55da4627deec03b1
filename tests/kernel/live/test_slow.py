"""A client that does not read costs little, holds nobody up, and is told what it missed."""

from __future__ import annotations

import json
import socket

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.kernel.live.talking import Events, person, say, until
from tests.kernel.live.test_socket import ask

SMALL = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 262144)]
WORDS = ("talk.words", "")
STUCK = 100
"""So many words in a row that only lengthen the gap: the buffers between are full."""
TEXT = "x" * 30_000
QUEUE = 10


@pytest.fixture
async def quiet(talk, served_hall):
    hall, place = await served_hall(talk, live={"queue": QUEUE, "heartbeat": 0.1})
    _, cookie = await person(hall, "lin", "talk.word.hear")
    return hall, place, cookie


async def overflow(hall) -> int:
    """Say more than all buffers between hold, while somebody else hears every word; how many words that took."""
    clients = hall.services.live.clients
    await until(lambda: len(clients) == 1)
    (client,) = clients._all
    await until(lambda: client.heard and all(client.heard.values()))
    others = []
    hall.registry["talk"].context.live.subscribe(*WORDS, others.append)
    said = stuck = 0
    while stuck < STUCK:
        await say(hall, word=TEXT)
        said += 1
        await until(lambda said=said: len(others) == said)
        assert len(client._waiting) <= QUEUE
        stuck = stuck + 1 if client._gaps.get(WORDS) == said else 0
    return said


def check(kinds, said):
    """A beginning without a hole, gaps that say up to where there is one, the last of them to the newest, and what
    comes after it. A socket's buffer may let some more through in between."""
    expected = 1
    for kind, sequence in kinds:
        assert sequence == expected if kind == "message" else sequence >= expected, kinds
        expected = sequence + 1
    assert kinds[0] == ("message", 1)
    assert kinds[-2:] == [("gap", said), ("message", said + 1)]
    assert sum(kind == "message" for kind, _sequence in kinds) < said


async def test_over_server_sent_events(quiet):
    hall, place, cookie = quiet
    transport = httpx.AsyncHTTPTransport(socket_options=SMALL)
    async with (
        httpx.AsyncClient(transport=transport, timeout=10) as client,
        client.stream("GET", f"http://{place}/live/events?topic=talk.words", headers=cookie) as answer,
    ):
        said = await overflow(hall)
        events, kinds = Events(answer), []
        while ("gap", said) not in kinds:
            kind, data = await events.next()
            kinds.append((kind, data["sequence"]))
        await say(hall, word="after")
        kind, data = await events.next()
        check([*kinds[1:], (kind, data["sequence"])], said)


async def test_over_a_websocket(quiet):
    hall, place, cookie = quiet
    host, port = place.split(":")
    with socket.socket() as small:
        for option in SMALL:
            small.setsockopt(*option)
        small.connect((host, int(port)))
        small.setblocking(False)
        options = {"additional_headers": cookie, "max_queue": 1, "ping_interval": None, "sock": small}
        async with connect(f"ws://{place}/live/socket", **options) as client:
            await ask(client, subscribe=[{"topic": "talk.words"}])
            words = await overflow(hall)
            kinds = []
            async for text in client:
                said = json.loads(text)
                if said["type"] in ("message", "gap"):
                    kinds.append((said["type"], said["sequence"]))
                if (said["type"], said.get("sequence")) == ("gap", words):
                    await say(hall, word="after")
                elif said.get("sequence") == words + 1:
                    break
        check(kinds, words)


async def test_a_client_that_is_told_nothing_gets_a_sign_of_life(quiet):
    _hall, place, cookie = quiet
    async with connect(f"ws://{place}/live/socket", additional_headers=cookie) as client:
        assert json.loads(await client.recv()) == {"type": "heartbeat"}
    async with (
        httpx.AsyncClient(timeout=10) as client,
        client.stream("GET", f"http://{place}/live/events?topic=talk.words", headers=cookie) as answer,
    ):
        async for line in answer.aiter_lines():
            if line.startswith(":"):
                break
