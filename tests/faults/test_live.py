"""Live topics through real processes: told on one node, heard on another; a node that goes says goodbye first."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from huitang_kernel.identity.testing import sign_in
from tests.faults.server import ServerProcess
from tests.faults.test_kill import prepare
from tests.kernel.live.talking import listening


async def cookie_of(url: str, name: str) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=url, timeout=10) as client:
        return {"Cookie": f"huitang_session={await sign_in(None, client, name)}"}


async def publish(url: str, cookie: dict[str, str], organisation: str, title: str) -> None:
    """A notice, of which readers are told in their inbox."""
    data = {"title": title, "body": "停电通知", "organisation": organisation}
    async with httpx.AsyncClient(base_url=url, timeout=10, headers=cookie) as client:
        assert (await client.post("/noticeboard/new", data=data)).status_code == 303


@pytest.mark.timeout(180)
async def test_another_node_hears_and_a_node_that_stops_lets_go(open_hall, tmp_path: Path):
    dsn, organisation = await prepare(open_hall)
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    async with ServerProcess(dsn, folders[0]) as one, ServerProcess(dsn, folders[1]) as two:
        editor, reader = await cookie_of(one.url, "editor"), await cookie_of(one.url, "reader1")
        async with httpx.AsyncClient(base_url=one.url, headers=reader) as client:
            account = (await client.get("/session", headers={"Accept": "application/json"})).json()["reader"]
        topic = f"topic=notifications.inbox:{account}"
        place = two.url.removeprefix("http://")
        async with (
            listening(place, topic, reader) as events,
            connect(f"ws://{place}/live/socket", additional_headers=reader) as socket,
        ):
            await socket.send(json.dumps({"subscribe": [{"topic": "notifications.inbox", "key": account}]}))
            assert json.loads(await socket.recv())["type"] == "ready"
            assert (await events.several(1))[0][0] == "ready"
            await publish(one.url, editor, organisation, "first")
            async with asyncio.timeout(10):
                kind, said = await events.next()
                assert json.loads(await socket.recv()) == said
            assert (kind, said["sequence"]) == ("message", 1)
            os.killpg(two._process.pid, signal.SIGTERM)
            async with asyncio.timeout(10):
                assert await events.next() == ("goodbye", {"type": "goodbye", "code": "restarting"})
                assert (await events.next())[0] == "closed"
                assert json.loads(await socket.recv())["type"] == "goodbye"
                with pytest.raises(ConnectionClosed):
                    await socket.recv()
            assert socket.close_code == 1012
            await publish(one.url, editor, organisation, "meanwhile")
        async with asyncio.timeout(15):
            await two._process.wait()
        async with listening(
            one.url.removeprefix("http://"), topic, {**reader, "Last-Event-ID": events.last_id}
        ) as again:
            assert await again.several(1) == [
                ("ready", {"type": "ready", "topic": "notifications.inbox", "key": account, "sequence": 1})
            ]
            async with asyncio.timeout(10):
                kind, said = await again.next()
            assert (kind, said["sequence"]) == ("message", 2)
