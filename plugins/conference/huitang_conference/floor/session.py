"""One terminal's connection: what it is sent, how fast it may speak, how it ends.

Nothing queues up here: of state, own affairs and welcome only the newest is kept until the socket takes it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from huitang_conference.floor import protocol
from huitang_conference.floor.messages import MESSAGE_BYTES, Bye, FromServer, Hello, Limits
from huitang_conference.floor.roster import Place
from huitang_sdk.http import Connection, actor_of

if TYPE_CHECKING:
    from huitang_conference.floor.room import Room

BURST, PER_SECOND = 30, 10.0
LIMITS = Limits(message_bytes=MESSAGE_BYTES, per_second=PER_SECOND, burst=BURST)
STRIKES = 3
CODES = {"restart": 1012, "moved": 1012, "revoked": 4403, "version": 4406, "hostile": 4400, "slow": 4408}
Send = Callable[[Any], Awaitable[None]]


def text_event(message: bytes) -> dict[str, Any]:
    """What a socket is given to send; the same one may be given to all."""
    return {"type": "websocket.send", "bytes": None, "text": message.decode()}


class Session:
    __slots__ = (
        "_bye", "_end_reading", "_send", "_tokens", "_tokens_at", "_writer", "actor", "connection", "hello", "id",
        "place", "room", "state_event", "strikes", "wanted", "wants_mine", "wants_welcome", "writing_since",
    )  # fmt: skip

    def __init__(self, identifier: str, connection: Connection, send: Send, end_reading: Callable[[], object]) -> None:
        self.id = identifier
        self.connection = connection
        self.actor = actor_of(connection)
        self.place = Place()
        self.room: Room | None = None
        self.wanted: UUID | None = None
        self.hello: Hello | None = None
        self.strikes = 0
        self.state_event: dict[str, Any] | None = None
        self.wants_mine = False
        self.wants_welcome = False
        self.writing_since = 0.0
        self._send = send
        self._end_reading = end_reading
        self._writer: asyncio.Task[None] | None = None
        self._bye: Bye | None = None
        self._tokens, self._tokens_at = float(BURST), time.monotonic()

    @property
    def farewell(self) -> Bye | None:
        """The last message, once that is decided."""
        return self._bye

    @property
    def is_writing(self) -> bool:
        return self._writer is not None

    def may_speak(self) -> bool:
        """Take one message from what this terminal may send; False when it has sent too many."""
        now = time.monotonic()
        self._tokens = min(BURST, self._tokens + (now - self._tokens_at) * PER_SECOND)
        self._tokens_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    async def answer(self, message: FromServer) -> None:
        await self._send(text_event(protocol.write(message)))

    def show(self, event: dict[str, Any]) -> None:
        """Show the newest state, which takes the place of one that the socket has not taken yet."""
        self.state_event = event
        self.wake()

    def greet(self) -> None:
        self.wants_welcome = True
        self.wake()

    def tell_mine(self) -> None:
        self.wants_mine = True
        self.wake()

    def bye(self, reason: str, retry_ms: int | None) -> None:
        """The last message, and the end of the connection."""
        if self._bye is None:
            self._bye = Bye(reason=reason, retry_ms=retry_ms)
            self.wake()

    def cut(self) -> None:
        """Stop waiting for a socket that takes nothing: no word would reach it."""
        self._bye = Bye(reason="slow", retry_ms=1000)
        if self._writer is not None:
            self._writer.cancel()
        self._end_reading()

    def wake(self) -> None:
        if self._writer is None:
            self.writing_since = time.monotonic()
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        try:
            while (event := self._next()) is not None:
                await self._send(event)
                self.writing_since = time.monotonic()
            if self._bye is not None:
                await self._send(text_event(protocol.write(self._bye)))
                self._end_reading()
        except Exception:
            # The other end has gone; the reading side finds out and ends the session.
            self.state_event, self.wants_mine, self.wants_welcome = None, False, False
        finally:
            self._writer = None

    def _next(self) -> dict[str, Any] | None:
        if self._bye is not None or self.room is None:
            return None
        if self.wants_welcome:
            self.wants_welcome, self.wants_mine, self.state_event = False, False, None
            return text_event(protocol.write(self.room.welcome(self)))
        if self.wants_mine:
            self.wants_mine = False
            mine = self.room.mine(self)
            if mine is not None:
                return text_event(protocol.write(mine))
        event, self.state_event = self.state_event, None
        return event
