"""A seat as tests see it: a WebSocket that keeps everything it was sent."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from huitang_conference.floor.messages import SUBPROTOCOL

PATIENCE = 10.0


class Seat:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[str] = []
        self.heard: list[dict[str, Any]] = []
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())
        self._count = 0

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for frame in self.socket:
                self.frames.append(str(frame))
                self.heard.append(msgspec.json.decode(frame))
                async with self._news:
                    self._news.notify_all()
        async with self._news:
            self._news.notify_all()

    @property
    def is_closed(self) -> bool:
        return self._reader.done()

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message, heard already or to come, that is wanted."""

        def found() -> dict[str, Any] | None:
            return next((message for message in self.heard if wanted(message)), None)

        async with asyncio.timeout(PATIENCE), self._news:
            while found() is None:
                assert not self.is_closed, f"the server closed: {self.heard[-1:]}"
                await self._news.wait()
        message = found()
        assert message is not None
        return message

    async def type(self, kind: str) -> dict[str, Any]:
        return await self.until(lambda message: message["type"] == kind)

    async def state(self, what: str) -> dict[str, Any]:
        """The state in which `what` happened last."""
        return (await self.until(lambda m: m["type"] == "state" and m["state"]["what"] == what))["state"]  # type: ignore[no-any-return]

    async def ask(self, kind: str, identifier: str = "", **fields: Any) -> dict[str, Any]:
        """Send a message; its answer."""
        self._count += 1
        identifier = identifier or f"m{self._count}"
        before = sum(message.get("id") == identifier for message in self.heard)
        await self.socket.send(msgspec.json.encode({"type": kind, "id": identifier, **fields}).decode())

        def answers() -> list[dict[str, Any]]:
            return [message for message in self.heard if message.get("id") == identifier]

        async with asyncio.timeout(PATIENCE), self._news:
            while len(answers()) <= before:
                assert not self.is_closed, "the server closed"
                await self._news.wait()
        return answers()[before]

    async def gone(self) -> int | None:
        """Wait until the server has closed; the code."""
        await asyncio.wait_for(asyncio.shield(self._reader), PATIENCE)
        return self.socket.close_code

    async def close(self) -> None:
        await self.socket.close()
        await asyncio.wait([self._reader])


@asynccontextmanager
async def seat_at(address: str, token: str = "", **headers: str) -> AsyncIterator[Seat]:
    """A terminal with this token, connected to "host:port", welcomed or sent away."""
    if token:
        headers["Authorization"] = f"Bearer {token}"
    async with connect(
        f"ws://{address}/conference/terminal", additional_headers=headers, subprotocols=[SUBPROTOCOL]
    ) as socket:  # type: ignore[list-item]
        seat = Seat(socket)
        yield seat
        await seat.close()


async def until(holds: Callable[[], Any], seconds: float = 30.0) -> float:
    """Wait until a condition (it may be a coroutine's) holds; how long that took."""
    started = time.monotonic()
    for _ in range(round(seconds / 0.02)):
        answer = holds()
        if await answer if inspect.isawaitable(answer) else answer:
            return time.monotonic() - started
        await asyncio.sleep(0.02)
    raise TimeoutError
