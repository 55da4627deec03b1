"""A signed-in, permission-checked JSON list, against a bare Litestar handler with the same SQL."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.load import Measured, press
from tests.bench.table import Row

ROWS = 2000
START_WITHIN = 90.0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(factory: str, dsn: str, data_dir: Path, workers: int = 1) -> Iterator[int]:
    """A Granian on loopback; stopped by its own process."""
    port = free_port()
    environment = {**os.environ, "BENCH_DSN": dsn, "BENCH_DATA": str(data_dir)}
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--log-level", "warning"]
    process = subprocess.Popen([*command, f"tests.bench.servers:{factory}"], env=environment)
    try:
        ends = time.monotonic() + START_WITHIN
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"{factory} did not start")
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.2):
            return True
    except OSError:
        return False


def measure(dsn: str, data_dir: Path, token: str, seconds: float) -> list[Row]:
    """Alternate between the two servers, three rounds, and compare the medians."""
    cookie = f"Cookie: huitang_session={token}\r\n"
    with serving("bare", dsn, data_dir) as bare_port, serving("ours", dsn, data_dir) as our_port:
        pairs: list[tuple[Measured, Measured]] = []
        for _ in range(3):
            bare = asyncio.run(press(bare_port, "/things", seconds=seconds))
            ours = asyncio.run(press(our_port, "/api/bench/things", seconds=seconds, headers=cookie))
            pairs.append((bare, ours))
    bare, ours = sorted(pairs, key=lambda pair: pair[1].per_second / pair[0].per_second)[1]
    if any(measured.failed for pair in pairs for measured in pair):
        raise RuntimeError("a server answered with something else than 200")
    ratio = ours.per_second / bare.per_second
    return [
        Row(
            work="signed-in, permission-checked, scoped JSON list (20 of 2,000 rows)",
            against="bare Litestar handler, same SQL, same pool size",
            ours=f"{ours.per_second:.0f}/s, p99 {ours.p99_ms:.0f} ms",
            bare=f"{bare.per_second:.0f}/s, p99 {bare.p99_ms:.0f} ms",
            ratio=f"{ratio:.2f} ×",
            goal="≥ 0.6 × its requests/s",
            met=ratio >= 0.6,
            note="16 connections, one Granian worker each",
        )
    ]
