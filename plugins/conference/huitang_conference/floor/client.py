"""A client of the terminal protocol, for the simulator and the gateway: connects, keeps what is not answered, sends it
again after a lost connection, notes times.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

SUBPROTOCOL = "huitang.terminal.v1"
LONGEST_WAIT = 15.0


class Pending(Struct):
    """A message that is not answered yet."""

    text: str
    sent_at: float
    answered: asyncio.Future[dict[str, Any]]


class Counts(Struct):
    """What all terminals together saw. Times in seconds."""

    press_times: list[float] = []
    other_times: list[float] = []
    connect_times: list[float] = []
    shown_times: list[float] = []
    """Of each result: how much later than at the first terminal it was shown."""
    acks: int = 0
    repeats: int = 0
    refused: dict[str, int] = {}
    doubled: int = 0
    """The same press acknowledged with two receipts."""
    lost: int = 0
    """Messages that were never answered."""
    reconnects: int = 0
    byes: int = 0


class TerminalClient:
    def __init__(
        self, urls: Sequence[str], token: str, counts: Counts, on_state: Callable[[TerminalClient], None]
    ) -> None:
        self._urls = list(urls)
        self._token = token
        self._counts = counts
        self._on_state = on_state
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._pending: dict[str, Pending] = {}
        self._receipts: dict[str, str] = {}
        self._sequence = -1
        self._wanted = False
        self._was_here = False
        self.welcomed = asyncio.Event()
        self.welcome: dict[str, Any] = {}
        self.state: dict[str, Any] = {}
        self.name = secrets.token_hex(4)

    def start(self) -> None:
        """Stay connected from now on, with the first of the servers that answers."""
        self._wanted = True
        if self._task is None:
            self._task = asyncio.create_task(self._stay())

    async def cut(self) -> None:
        """Pull the plug: no goodbye, and no new connection until `start`."""
        self._wanted = False
        if self._socket is not None:
            self._socket.transport.abort()
        await self._ended()

    async def stop(self) -> None:
        """Leave in good order; what was never answered is counted as lost."""
        self._wanted = False
        if self._socket is not None:
            await self._socket.close()
        await self._ended()
        self._counts.lost += len(self._pending)

    async def _ended(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self.welcomed.clear()

    async def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a message, again after every lost connection, until it is answered."""
        identifier = f"{self.name}.{secrets.token_hex(4)}"
        text = msgspec.json.encode({"type": kind, "id": identifier, **fields}).decode()
        pending = Pending(text, time.perf_counter(), asyncio.get_running_loop().create_future())
        self._pending[identifier] = pending
        await self._send(pending)
        answer = await pending.answered
        taken = time.perf_counter() - pending.sent_at
        (self._counts.press_times if kind == "press" else self._counts.other_times).append(taken)
        return answer

    async def _send(self, pending: Pending) -> None:
        if self._socket is not None and self.welcomed.is_set():
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(pending.text)

    async def _stay(self) -> None:
        wait = 1.0
        while self._wanted:
            started = time.perf_counter()
            try:
                async with connect(
                    self._urls[0],
                    additional_headers={"Authorization": f"Bearer {self._token}"},
                    subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
                    compression=None,
                    open_timeout=LONGEST_WAIT,
                    ping_interval=None,
                ) as socket:
                    self._socket = socket
                    self._counts.reconnects += self._was_here
                    self._was_here = True
                    wait = await self._read(socket, started) or wait
            except (OSError, ConnectionClosed, InvalidStatus, TimeoutError):
                wait = min(wait * 2, LONGEST_WAIT)
            self._urls.append(self._urls.pop(0))
            self._socket = None
            self.welcomed.clear()
            if self._wanted:
                await asyncio.sleep(wait * (0.5 + secrets.randbelow(500) / 1000))

    async def _read(self, socket: ClientConnection, started: float) -> float | None:
        """Read until the connection ends; how long the server said to wait."""
        wait = None
        with contextlib.suppress(ConnectionClosed):
            async for frame in socket:
                message = msgspec.json.decode(frame)
                match message["type"]:
                    case "welcome":
                        self._counts.connect_times.append(time.perf_counter() - started)
                        wait = message["retry_ms"] / 1000
                        await self._welcomed(message)
                    case "state" if message["sequence"] > self._sequence:
                        self._sequence, self.state = message["sequence"], message["state"]
                        self._on_state(self)
                    case "ack" | "refused" | "pong":
                        self._answered(message)
                    case "bye":
                        self._counts.byes += 1
                        if message["retry_ms"] is None:
                            self._wanted = False
                        else:
                            wait = message["retry_ms"] / 1000
        return wait

    async def _welcomed(self, message: dict[str, Any]) -> None:
        self.welcome = message
        self._sequence, self.state = message["sequence"], message["state"] or {}
        self.welcomed.set()
        self._on_state(self)
        for pending in list(self._pending.values()):
            await self._send(pending)

    def _answered(self, message: dict[str, Any]) -> None:
        identifier = message["id"] or ""
        pending = self._pending.pop(identifier, None)
        if message["type"] == "ack":
            self._counts.acks += 1
            self._counts.repeats += message["repeat"]
            if message["receipt"]:
                known = self._receipts.setdefault(identifier, message["receipt"])
                self._counts.doubled += known != message["receipt"]
        elif message["type"] == "refused":
            code = message["code"]
            self._counts.refused[code] = self._counts.refused.get(code, 0) + 1
        if pending is not None and not pending.answered.done():
            pending.answered.set_result(message)
