"""A small HTTP load generator: keep-alive connections that send the same request again as soon as it is answered."""

from __future__ import annotations

import asyncio
import time

from msgspec import Struct


class Measured(Struct):
    """Answers per second, and how long the slowest hundredth took, in milliseconds."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


class _Connection(asyncio.Protocol):
    """Sends `request`, reads one answer with a content-length, notes the time, and starts again until told to stop."""

    def __init__(self, request: bytes, times: list[float]) -> None:
        self.request = request
        self.times = times
        self.failed = 0
        self.running = True
        self.done = asyncio.get_running_loop().create_future()
        self._buffer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        lower = head.lower()
        start = lower.index(b"content-length:") + len(b"content-length:")
        length = int(lower[start:].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        self.times.append(time.perf_counter() - self._sent_at)
        self.failed += not head.startswith(b"HTTP/1.1 200")
        self._buffer = b""
        if self.running:
            self._send()
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def press(port: int, path: str, *, seconds: float, connections: int = 16, headers: str = "") -> Measured:
    """Ask for `path` on loopback from `connections` connections for `seconds`, after a quarter of that to warm up."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n{headers}\r\n".encode()
    await _run(port, request, seconds / 4, connections)
    times, failed, taken = await _run(port, request, seconds, connections)
    times.sort()
    return Measured(len(times) / taken, times[len(times) // 2] * 1000, times[len(times) * 99 // 100] * 1000, failed)


async def _run(port: int, request: bytes, seconds: float, connections: int) -> tuple[list[float], int, float]:
    times: list[float] = []
    loop = asyncio.get_running_loop()
    pairs = [
        await loop.create_connection(lambda: _Connection(request, times), "127.0.0.1", port) for _ in range(connections)
    ]
    started = time.perf_counter()
    await asyncio.sleep(seconds)
    for _, protocol in pairs:
        protocol.running = False
    await asyncio.gather(*(protocol.done for _, protocol in pairs))
    return times, sum(protocol.failed for _, protocol in pairs), time.perf_counter() - started
