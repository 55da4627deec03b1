"""The WebSocket: `/live/socket`, for programs and for pages that change what they hear.

{"subscribe": [{"topic": "conference.hall", "key": "…", "since": 12}], "unsubscribe": [{"topic": …, "key": …}]}
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import msgspec
from litestar import WebSocket, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect

from huitang_kernel.live.addresses import read_name
from huitang_kernel.live.client import Client, note
from huitang_kernel.live.events import service_of
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Invalid, NotSignedIn
from huitang_sdk.http import public

CLOSE_CODES = {"not-signed-in": 4401, "restarting": 1012, "too-slow": 1013}
LARGEST = 65536
"""Bytes of one request."""
HEARTBEAT = '{"type":"heartbeat"}'


class Wanted(msgspec.Struct, frozen=True):
    topic: str
    key: str = ""
    since: int | None = None


class Wish(msgspec.Struct, frozen=True):
    """What a client sends."""

    subscribe: tuple[Wanted, ...] = ()
    unsubscribe: tuple[Wanted, ...] = ()


@websocket("/socket", guards=[public])
async def socket_of_topics(
    socket: WebSocket[Any, Any, Any], ctx: NamedDependency[PluginContext[Any]], actor: NamedDependency[Actor]
) -> None:
    """Hear topics until one leaves; who may hear what, each topic says."""
    if not actor.is_known:
        raise NotSignedIn
    await socket.accept()
    service = service_of(socket)
    with service.clients.opened(socket, actor) as client:
        telling = asyncio.create_task(_tell(socket, client, service.settings.heartbeat))
        reading = asyncio.create_task(_read(socket, client))
        try:
            await asyncio.wait((telling, reading), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (telling, reading):
                task.cancel()
            await asyncio.gather(telling, reading, return_exceptions=True)
        if client.closed and socket.connection_state != "disconnect":
            # Not before the reader has ended: Granian waits for it, and it for the client.
            await socket.close(CLOSE_CODES.get(client.closed, 1000), client.closed)


async def _tell(socket: WebSocket[Any, Any, Any], client: Client, heartbeat: float) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            entries = await client.take(heartbeat)
            for entry in entries:
                await socket.send_text(entry.encoded.decode())
            if client.closed:
                await socket.send_text(note("goodbye", code=client.closed).encoded.decode())
                return
            if not entries:
                await socket.send_text(HEARTBEAT)


async def _read(socket: WebSocket[Any, Any, Any], client: Client) -> None:
    clients, most = service_of(socket).clients, service_of(socket).settings.topics
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            text = await socket.receive_text()
            try:
                wish = msgspec.json.decode(text[:LARGEST], type=Wish)
                leaving = [read_name(wanted.topic, wanted.key) for wanted in wish.unsubscribe]
                joining = [(read_name(wanted.topic, wanted.key), wanted.since) for wanted in wish.subscribe[: most + 1]]
            except (msgspec.MsgspecError, Invalid):
                client.tell(note("error", code="invalid"))
                continue
            for name in leaving:
                client.leave(name)
            for name, since in joining:
                await clients.join(client, name, since)
