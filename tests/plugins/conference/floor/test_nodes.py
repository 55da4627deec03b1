"""One meeting on two nodes, and a socket that takes nothing."""

from __future__ import annotations

import asyncio
import socket

import pytest

from huitang_conference.floor import hub
from huitang_conference.floor.session import text_event
from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.testing import client_of
from huitang_sdk.contracts.identity import SYSTEM
from tests.faults.server import ServerProcess
from tests.plugins.conference.floor.seats import seat_at, until


@pytest.fixture
async def own(hall, scene):
    """The headers of the first member, who signs in on a phone."""
    account = await hall.services.identity.create_account(SYSTEM, "zhou", "周文清", PASSWORD, scene.organisation)
    await hall.services.permissions.grant(SYSTEM, "conference.member", scene.organisation, account_id=account.id)
    await scene.ctx.db.execute(
        "UPDATE conference.attendee SET account_id = $2 WHERE id = $1", scene.attendees[0], account.id
    )
    async with client_of(hall) as client:
        return {"Cookie": f"huitang_session={await sign_in(hall, client, 'zhou')}"}


async def test_a_press_at_one_node_is_shown_to_the_same_person_at_another(address, scene, own, fresh_dsn, tmp_path):
    """Where the last press counts, the other terminal goes on counting from it: a second thought is not lost."""
    poll = str(await scene.poll(counts="last"))
    async with ServerProcess(fresh_dsn, tmp_path) as node:
        async with (
            seat_at(address, scene.tokens[0]) as tablet,
            seat_at(address, scene.tokens[1]) as neighbour,
            seat_at(f"127.0.0.1:{node.port}", **own) as phone,
        ):
            assert (await phone.type("welcome"))["attendee"] == (await tablet.type("welcome"))["attendee"]
            await neighbour.type("welcome")
            first = await phone.ask("press", "a.1", poll=poll, number=1, choice="for")
            shown = (await tablet.type("mine"))["mine"]["press"]
            assert shown == {"poll": poll, "receipt": first["receipt"], "number": 1}
            second = await tablet.ask("press", "b.1", poll=poll, number=2, choice="against")
            assert second["counted"] == "b.1"
            await phone.until(lambda m: m["type"] == "mine" and m["mine"]["press"]["receipt"] == second["receipt"])
            assert not [message for message in neighbour.heard if message["type"] == "mine"]


async def test_a_terminal_that_takes_nothing_is_cut_off_and_the_others_live(address, scene, monkeypatch):
    """Nothing is kept for it meanwhile but the newest state; its seat counts as not connected."""
    monkeypatch.setattr(hub, "SLOW_SECONDS", 1.0)
    floor = hub.floor()
    host, port = address.split(":")
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.setblocking(False)
    await asyncio.get_running_loop().sock_connect(deaf, (host, int(port)))
    lines = (
        "GET /conference/terminal?v=1 HTTP/1.1",
        f"Host: {address}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Authorization: Bearer {scene.tokens[0]}",
    )
    await asyncio.get_running_loop().sock_sendall(deaf, "\r\n".join((*lines, "", "")).encode())
    try:
        async with seat_at(address, scene.tokens[1]) as seat:
            await seat.type("welcome")
            await until(lambda: len(floor.sessions) == 2)
            (slow,) = [session for session in floor.sessions if session.place.seat.label == scene.labels[0]]
            # More than the buffers of any system hold, which nobody on the other side takes.
            news = text_event(b'"' + b" " * 1_000_000 + b'"')
            for _ in range(40):
                slow.show(news)
                await asyncio.sleep(0.01)
            assert slow.is_writing
            assert (await seat.ask("ping"))["type"] == "pong"
            await until(lambda: slow not in floor.sessions, 15)
            assert (await seat.ask("ping"))["type"] == "pong"
        async with asyncio.timeout(20):  # what was on its way, and then the end
            while await asyncio.get_running_loop().sock_recv(deaf, 1 << 20):
                pass
    finally:
        deaf.close()
