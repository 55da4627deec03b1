"""A load generator of thousands of WebSocket terminals in one process, as light as Python allows.

It shares two cores with the server it measures, so it parses no JSON: frames are told apart by how they begin.
"""

from __future__ import annotations

import asyncio
import base64
import os
import resource
import time
from collections.abc import Callable, Sequence

from msgspec import Struct

AT_ONCE = 64
"""How many connect at the same time."""


def allow_files(count: int) -> None:
    """Raise the limit of open files of this process and of those it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def frame(text: bytes) -> bytes:
    """A client's text frame. The mask is zero: allowed, and nothing has to be masked."""
    size = len(text)
    head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
    return head + b"\0\0\0\0" + text


class Terminal(asyncio.Protocol):
    """One connection. `hear` is called with each message and the moment it came."""

    __slots__ = ("_buffer", "_upgraded", "closed", "hear", "opened", "transport")

    def __init__(self) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = False
        self.hear: Callable[[bytes], None] = lambda _message: None
        self._buffer = b""
        self._upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        if not self._upgraded:
            head, separator, rest = buffer.partition(b"\r\n\r\n")
            if not separator:
                self._buffer = buffer
                return
            if b" 101 " not in head[:20]:
                self.opened.set_exception(ConnectionError(head.split(b"\r\n", 1)[0].decode()))
                return
            self._upgraded = True
            self.opened.set_result(None)
            buffer = rest
        start, end = 0, len(buffer)
        while end - start >= 2:
            size, body = buffer[start + 1], start + 2
            if size > 125:
                width = 2 if size == 126 else 8
                body += width
                if body > end:
                    break
                size = int.from_bytes(buffer[body - width : body], "big")
            if body + size > end:
                break
            kind = buffer[start] & 15
            if kind in (1, 2):
                self.hear(buffer[body : body + size])
            elif kind == 9:
                self.transport.write(bytes((0x8A, 0x80 | size)) + b"\0\0\0\0" + buffer[body : body + size])
            start = body + size
        self._buffer = buffer[start:]

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if not self.opened.done():
            self.opened.set_exception(error or ConnectionError("closed"))


async def connect(port: int, path: str, headers: Sequence[str]) -> list[Terminal]:
    """One terminal for each of `headers` (whole lines), all open."""
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)

    async def one(extra: str) -> Terminal:
        async with gate:
            _, terminal = await loop.create_connection(Terminal, "127.0.0.1", port)
            key = base64.b64encode(os.urandom(16)).decode()
            terminal.transport.write(
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{extra}\r\n".encode()
            )
            await asyncio.wait_for(terminal.opened, 60)
            return terminal

    return list(await asyncio.gather(*(one(extra) for extra in headers)))


class Spread(Struct):
    """How long it took, in seconds, of all the terminals: the last one and the slowest hundredth."""

    count: int
    last: float
    p50: float
    p99: float

    @property
    def per_second(self) -> float:
        return self.count / self.last


def spread(times: list[float]) -> Spread:
    times = sorted(times)
    return Spread(len(times), times[-1], times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)])


class Waiting:
    """Counts the first message of each terminal that begins with `mark` and holds `holding`, after `started`."""

    def __init__(self, terminals: Sequence[Terminal], mark: bytes, holding: bytes = b"") -> None:
        self.started = time.perf_counter()
        self.times: list[float] = []
        self._done = asyncio.get_running_loop().create_future()
        self._count = len(terminals)
        for terminal in terminals:
            terminal.hear = self._hearing(terminal, mark, holding)

    def _hearing(self, terminal: Terminal, mark: bytes, holding: bytes) -> Callable[[bytes], None]:
        def hear(message: bytes) -> None:
            if message.startswith(mark) and (not holding or holding in message):
                self.times.append(time.perf_counter() - self.started)
                terminal.hear = lambda _message: None
                if len(self.times) == self._count and not self._done.done():
                    self._done.set_result(None)

        return hear

    async def all(self, seconds: float = 60.0) -> Spread:
        """Raises TimeoutError with how many are missing."""
        try:
            await asyncio.wait_for(self._done, seconds)
        except TimeoutError as error:
            raise TimeoutError(f"{self._count - len(self.times)} of {self._count} terminals heard nothing") from error
        return spread(self.times)


async def press_all(terminals: Sequence[Terminal], frames: Sequence[bytes]) -> Spread:
    """Every terminal sends its frame at the same instant; how long until each had its `ack`."""
    waiting = Waiting(terminals, b'{"type":"ack"')
    for terminal, text in zip(terminals, frames, strict=True):
        terminal.transport.write(text)
    return await waiting.all()
