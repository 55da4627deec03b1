"""Requests that come at a fixed rate, whether or not the ones before were answered."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from msgspec import Struct

TICK = 0.005
PATIENCE = 30.0


class Flow(Struct):
    """What one kind of request met. `late` are milliseconds from when it should have been sent to its answer."""

    asked: int
    answered: int
    failed: int
    p50: float
    p99: float
    per_second: float


class _Line(asyncio.Protocol):
    """One kept connection: takes the next request that waits, reads its answer, and takes another."""

    def __init__(self, waiting: deque[tuple[float, bytes]], good: bytes, idle: set[_Line], times: list[float]) -> None:
        self._waiting, self._good, self._idle, self._times = waiting, good, idle, times
        self.failed = 0
        self._buffer = b""
        self._due = 0.0
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._idle.add(self)

    def send(self) -> None:
        if self._waiting:
            self._idle.discard(self)
            self._due, request = self._waiting.popleft()
            self.transport.write(request)
        else:
            self._idle.add(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        lower = head.lower()
        start = lower.find(b"content-length:")
        length = int(lower[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
        if len(body) < length:
            return
        self._times.append(time.perf_counter() - self._due)
        self.failed += not head.startswith(self._good)
        self._buffer = b""
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


async def pour(
    port: int, rate: float, total: int, request: Callable[[int], bytes], good: bytes, lines: int = 64
) -> Flow:
    """Send `total` requests, `rate` of them a second, each once, and wait for the last answers.

    `request(n)` is the n-th; `good` is how an answer begins that counts: b"HTTP/1.1 200".
    """
    waiting: deque[tuple[float, bytes]] = deque()
    idle: set[_Line] = set()
    times: list[float] = []
    loop = asyncio.get_running_loop()
    pairs = [
        await loop.create_connection(lambda: _Line(waiting, good, idle, times), "127.0.0.1", port)
        for _line in range(lines)
    ]
    began = time.perf_counter()
    sent = 0
    while sent < total:
        for number in range(sent, min(total, int((time.perf_counter() - began) * rate) + 1)):
            waiting.append((began + number / rate, request(number)))
            sent = number + 1
            if idle:
                idle.pop().send()
        await asyncio.sleep(TICK)
    ends = time.perf_counter() + PATIENCE
    while len(times) < total and time.perf_counter() < ends:  # noqa: ASYNC110 - the lines count, they do not tell
        await asyncio.sleep(0.05)
    took = time.perf_counter() - began
    for transport, _protocol in pairs:
        transport.abort()
    times.sort()
    answered = len(times)
    failed = sum(protocol.failed for _transport, protocol in pairs)
    p50, p99 = (times[answered * share // 100] * 1000 if answered else float("inf") for share in (50, 99))
    return Flow(total, answered, failed, p50, p99, answered / took)
