"""A hall of seats: presses at one instant, the verdict on every screen, pushed pages, cost by seats, memory.

Ours with everything on: permission, once only, a secret vote, the log, audit, the law. Beside it, in the same run and
with the same load generator, a bare WebSocket server that gathers presses into one INSERT per flush. The chair is in
this process, as if at another node, and the load generator too: they share two cores with the servers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec

from huitang_conference.services.pushing import push_page
from huitang_kernel.app import Hall
from huitang_sdk.contracts.identity import SYSTEM
from tests.bench.pages import free_port
from tests.bench.table import Row
from tests.bench.terminals import Spread, Terminal, Waiting, allow_files, connect, frame, press_all
from tests.plugins.conference.floor.scene import Scene, make_scene

SIZES, QUICK_SIZES = (100, 164, 500, 1000, 3500, 10_000), (20, 40)
ROUNDS = 5
STATE = b'{"type":"state"'
CALM = 0.7
"""Seconds between measurements, so that one does not wait for what another left to do."""


class Measured:
    """What one number of seats cost: the medians of some rounds, after one that warms up."""

    def __init__(self) -> None:
        self.presses: list[Spread] = []
        self.verdicts: list[Spread] = []
        self.pushes: list[Spread] = []
        self.connected = 0.0
        self.kilobytes = 0.0

    @property
    def press(self) -> Spread:
        return middle(self.presses[1:])

    @property
    def verdict(self) -> Spread:
        return middle(self.verdicts[1:])

    @property
    def push(self) -> Spread:
        return middle(self.pushes[1:])


def middle(spreads: list[Spread]) -> Spread:
    return sorted(spreads, key=lambda spread: spread.last)[len(spreads) // 2]


@contextmanager
def serving(factory: str, dsn: str, folder: Path) -> Iterator[tuple[int, int]]:
    """(port, process) of a Granian with one worker on loopback, with WebSockets."""
    port = free_port()
    environment = {**os.environ, "BENCH_DSN": dsn, "BENCH_DATA": str(folder)}
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--ws", "--backlog", "4096"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--log-level", "warning", factory]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        for _ in range(300):
            try:
                with socket.create_connection(("127.0.0.1", port), 0.2):
                    break
            except OSError:
                time.sleep(0.1)
        time.sleep(1)
        yield port, process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


def resident(process: int) -> int:
    """Kilobytes of a process and of those it started."""
    lines = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in lines.splitlines()]
    family = {process}
    for _ in range(4):
        family |= {pid for pid, parent, _ in rows if parent in family}
    return sum(size for pid, _, size in rows if pid in family)


@asynccontextmanager
async def terminals(port: int, path: str, headers: list[str]) -> AsyncIterator[list[Terminal]]:
    found = await connect(port, path, headers)
    try:
        yield found
    finally:
        for terminal in found:
            terminal.transport.abort()
        await asyncio.sleep(CALM)


def vote(number: int, poll: str) -> bytes:
    """One terminal's press, the same for both servers but for the fields each needs."""
    choice = ("for", "against", "abstain")[number % 3]
    message = {"type": "press", "id": f"{poll}.{number}", "poll": poll, "number": 1, "choice": choice}
    return frame(msgspec.json.encode({**message, "seat": str(number)}))


async def bare(port: int, process: int, seats: int, rounds: int) -> Measured:
    measured, before = Measured(), resident(process)
    async with terminals(port, "/terminal", [""] * seats) as hall, httpx.AsyncClient(timeout=60) as chair:
        measured.kilobytes = (resident(process) - before) / seats
        for number in range(rounds + 1):
            poll = f"{seats}.{number}.{time.monotonic()}"
            measured.presses.append(await press_all(hall, [vote(seat, poll) for seat in range(seats)]))
            await asyncio.sleep(CALM)
            shown = Waiting(hall, STATE)
            closing = asyncio.create_task(chair.post(f"http://127.0.0.1:{port}/close", json={"poll": poll}))
            measured.verdicts.append(await shown.all())
            await closing
            await asyncio.sleep(CALM)
    return measured


async def ours(port: int, process: int, scene: Scene, rounds: int) -> Measured:
    measured, before, started = Measured(), resident(process), time.perf_counter()
    headers = [f"Authorization: Bearer {token}\r\n" for token in scene.tokens]
    async with terminals(port, "/conference/terminal", headers) as hall:
        measured.connected = time.perf_counter() - started
        await asyncio.sleep(2)
        measured.kilobytes = (resident(process) - before) / len(hall)
        for _ in range(rounds + 1):
            opened = Waiting(hall, STATE, b'"state":"open"')
            poll = await scene.poll(secrecy="secret", show="live")
            await opened.all()
            await asyncio.sleep(CALM)
            frames = [vote(seat, str(poll)) for seat in range(len(hall))]
            measured.presses.append(await press_all(hall, frames))
            await asyncio.sleep(CALM)
            measured.verdicts.append(await _close(scene, hall, poll))
            await asyncio.sleep(CALM)
            pushed = Waiting(hall, STATE, b'"what":"page.pushed"')
            await push_page(scene.ctx, SYSTEM, scene.meeting, "text", title="通知", text="会议休息十五分钟。" * 20)
            measured.pushes.append(await pushed.all())
            await asyncio.sleep(CALM)
    return measured


async def _close(scene: Scene, hall: list[Terminal], poll: UUID) -> Spread:
    """From the chair's order until the verdict is on every screen."""
    shown = Waiting(hall, STATE, b'"verdict"')
    await scene.close(poll)
    return await shown.all()


async def measure(hall: Hall, dsn: str, folder: Path, quick: bool) -> list[Row]:
    sizes, rounds = (QUICK_SIZES, 1) if quick else (SIZES, ROUNDS)
    allow_files(4 * max(sizes) + 1000)
    ctx: Any = hall.registry.get("conference").context  # type: ignore[union-attr]
    found: dict[int, Measured] = {}
    beside: dict[int, Measured] = {}
    compared = 3500 if 3500 in sizes else sizes[-1]
    for size in sizes:
        # A server of its own for each size: what one left behind is not another's memory.
        unit = (await hall.services.identity.create_organisation(SYSTEM, f"会场{size}")).id
        scene = await make_scene(ctx, unit, size)
        with serving("tests.bench.servers:ours", dsn, folder) as (port, process):
            found[size] = await ours(port, process, scene, rounds)
        if size in (compared, sizes[-1]):
            with serving("tests.bench.bare_hall:bare_hall", dsn, folder) as (port, process):
                beside[size] = await bare(port, process, size, rounds)
        await ctx.db.execute("UPDATE conference.meeting SET state = 'archived' WHERE id = $1", scene.meeting)
    return rows_of(found, beside, compared)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def rows_of(found: dict[int, Measured], beside: dict[int, Measured], compared: int) -> list[Row]:
    mine, other = found[compared], beside[compared]
    ratio = mine.press.per_second / other.press.per_second
    small = 500 if 500 in found else min(found)
    room = 164 if 164 in found else min(found)
    # Per seat: what a hall of any size costs before the first seat is taken off.
    low, high = sorted(found)[-3:][0], max(found)
    growth = (found[high].press.last / high) / (found[low].press.last / low)
    costs = ", ".join(f"{size}: {milliseconds(measured.press.last)}" for size, measured in sorted(found.items()))
    against = "bare WebSocket server, one INSERT per flush"
    return [
        Row(
            work=f"{compared:,} seats press at one instant, durable; a secret vote, with everything on",
            against=against,
            ours=f"{mine.press.per_second:.0f}/s, p99 {milliseconds(mine.press.p99)}",
            bare=f"{other.press.per_second:.0f}/s, p99 {milliseconds(other.press.p99)}",
            ratio=f"{ratio:.2f} ×",
            goal="≥ 0.4 × its rate, p99 < 600 ms",
            met=ratio >= 0.4 and mine.press.p99 < 0.6,
            note="one Granian worker; median of the rounds",
        ),
        Row(
            work=f"close → verdict on all {compared:,} screens",
            against=against + ", counted by GROUP BY",
            ours=f"p99 {milliseconds(mine.verdict.p99)}",
            bare=f"p99 {milliseconds(other.verdict.p99)}",
            ratio=f"{other.verdict.p99 / mine.verdict.p99:.2f} ×",
            goal="p99 < 300 ms",
            met=mine.verdict.p99 < 0.3,
            note="every ballot opened, mixed, stored and counted by the rules before anything is shown",
        ),
        Row(
            work=f"a pushed page on all {small} terminals",
            against="",
            ours=milliseconds(found[small].push.last),
            bare="",
            ratio="",
            goal="< 1 s",
            met=found[small].push.last < 1,
        ),
        Row(
            work=f"{room} seats press at one instant",
            against="a hall of 164 seats in 1990, as reported",
            ours=milliseconds(found[room].press.last),
            bare="580 ms",
            ratio="",
            goal="< 100 ms",
            met=found[room].press.last < 0.1,
        ),
        Row(
            work="cost against seats",
            against=f"a seat of {low:,}",
            ours=costs,
            bare=", ".join(f"{size}: {milliseconds(m.press.last)}" for size, m in sorted(beside.items())),
            ratio=f"{growth:.2f} × a seat",
            goal="linear: ≤ 1.5 × a seat",
            met=growth <= 1.5,
        ),
        Row(
            work=f"memory of a terminal, {compared:,} connected",
            against=against,
            ours=f"{mine.kilobytes:.0f} kB",
            bare=f"{other.kilobytes:.0f} kB",
            ratio=f"{mine.kilobytes / max(1.0, other.kilobytes):.2f} ×",
            goal="≤ 200 kB",
            met=mine.kilobytes <= 200,
            note=f"all connected within {mine.connected:.1f} s",
        ),
    ]
