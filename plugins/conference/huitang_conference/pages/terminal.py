"""The WebSocket at /conference/terminal: one coroutine a terminal, from its handshake to its end."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from uuid import UUID

from litestar import WebSocket, websocket

from huitang_conference.floor import hub, protocol
from huitang_conference.floor.answers import refused
from huitang_conference.floor.hub import Floor
from huitang_conference.floor.messages import Bye
from huitang_conference.floor.session import CODES, STRIKES, Session
from huitang_conference.services.access import SEAT
from huitang_sdk.http import requires

CLOSING_SECONDS = 2.0


@websocket("/terminal", guards=[requires(SEAT)])
async def terminal(socket: WebSocket[Any, Any, Any]) -> None:
    """Speaks the terminal protocol: docs/conference/terminal-protocol.md."""
    offered = [name.strip() for name in socket.headers.get("sec-websocket-protocol", "").split(",") if name.strip()]
    version, subprotocol = protocol.negotiate(offered, socket.query_params.get("v", ""))
    await socket.accept(subprotocols=subprotocol)
    if version is None:
        bye = Bye(reason="version", retry_ms=None)
        await socket.send_data(protocol.write(bye).decode())
        await socket.close(CODES[bye.reason], bye.reason)
        return
    floor = hub.floor()
    session = await floor.enter(socket, socket.send, _wanted(socket))
    try:
        await _listen(floor, session, socket)
    except asyncio.CancelledError:
        # The server closes a socket only when nobody reads from it: whoever says goodbye ends the reading.
        if session.farewell is None:
            raise
        floor.leave(session)
        # Whoever takes no message takes no farewell: what is left of the connection ends with this coroutine.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await socket.close(CODES[session.farewell.reason], session.farewell.reason)
    finally:
        floor.leave(session)


def _wanted(socket: WebSocket[Any, Any, Any]) -> UUID | None:
    """The meeting a person has named, or None."""
    try:
        return UUID(socket.query_params.get("meeting", ""))
    except ValueError:
        return None


async def _listen(floor: Floor, session: Session, socket: WebSocket[Any, Any, Any]) -> None:
    """Answer message by message, in order, until either side has had enough."""
    receive = socket.receive
    while True:
        event = await receive()
        if event["type"] == "websocket.disconnect":
            return
        text: str | bytes = event.get("text") or event.get("bytes") or b""  # type: ignore[assignment]
        if session.farewell is not None:
            continue
        try:
            message = protocol.read(text)
        except protocol.BadMessage as error:
            session.strikes += error.code == "bad-message"
            await session.answer(refused(error.id, error.code))
            if session.strikes >= STRIKES:
                session.bye("hostile", 30_000)
            continue
        session.strikes = 0
        if not session.may_speak():
            await session.answer(refused(message.id, "too-many"))
            continue
        await session.answer(await floor.acts.do(session, message))
