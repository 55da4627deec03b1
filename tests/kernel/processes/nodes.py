"""Nodes of one installation as real processes: `huitang serve` and `huitang worker` on one database."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from huitang_kernel.testing import TEST_KEY
from tests.command import Started, call, start

HERE = Path(__file__).parent


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Installation:
    """What its nodes share: the database, the master key, the settings. `steady` is a plugin of long work."""

    def __init__(self, dsn: str, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.nodes: list[Node] = []
        plugin = folder / "installed"
        (plugin / "steady-1.0.dist-info").mkdir(parents=True)
        (plugin / "steady-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: steady\nVersion: 1.0\n")
        entry = "[huitang.plugins]\nsteady = steady_plugin:plugin\n"
        (plugin / "steady-1.0.dist-info" / "entry_points.txt").write_text(entry)
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(plugin), str(HERE)]),
            "HUITANG_DATABASE__DSN": dsn,
            "HUITANG_KEY": TEST_KEY,
            "HUITANG_DATA_DIR": str(folder / "data"),
            "HUITANG_SERVER__BACKGROUND": "false",
            "HUITANG_PLUGINS__IDENTITY__ARGON2_MEMORY_KIB": "64",
            "HUITANG_PLUGINS__IDENTITY__ARGON2_TIME": "1",
            "HUITANG_PLUGINS__IDENTITY__CACHE_SECONDS": "600",  # so that only notifications can tell
            **{f"HUITANG_{name.upper()}": str(value) for name, value in settings.items()},
        }

    async def serve(self, *options: str) -> Node:
        """A web node that answers."""
        port = free_port()
        node = await self._start("serve", "--port", str(port), *options, url=f"http://127.0.0.1:{port}")
        async with node.client() as client:

            async def answers() -> bool:
                with contextlib.suppress(httpx.TransportError):
                    return (await client.get("/health/ready", timeout=3)).status_code == 200
                return False

            await until(answers, 60, node.tail)
        return node

    async def work(self) -> Node:
        """A worker that works."""
        node = await self._start("worker", url="")

        async def works() -> bool:
            return "Ctrl-C" in node.tail()

        await until(works, 60, node.tail)
        return node

    async def _start(self, *command: str, url: str) -> Node:
        log = self.folder / f"{command[0]}-{len(self.nodes)}.log"
        process = start(command, self.folder, {**self.environment, "LANG": "C.UTF-8"}, log)
        self.nodes.append(Node(process, log, url))
        return self.nodes[-1]

    async def command(self, *words: str) -> str:
        """What `huitang <words>` says, run to its end."""
        done = await asyncio.to_thread(call, words, self.folder, self.environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    async def stop(self) -> None:
        for node in self.nodes:
            await node.kill()


class Node:
    def __init__(self, process: Started, log: Path, url: str) -> None:
        self.process, self.log, self.url = process, log, url

    @property
    def pid(self) -> int:
        return self.process.pid

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]

    def client(self, **options: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, timeout=30, **options)

    def terminate(self) -> None:
        """SIGTERM to the main process, as a service manager with KillMode=mixed does."""
        self.process.send_signal(signal.SIGTERM)

    def interrupt(self) -> None:
        """SIGINT to all its processes, as a terminal does at Ctrl-C."""
        os.killpg(self.pid, signal.SIGINT)

    async def ends(self, within: float) -> int:
        """Its exit code; fails if it is not over within so many seconds."""
        try:
            return await asyncio.wait_for(self.process.wait(), within)
        except TimeoutError:
            raise AssertionError(f"still running after {within} s:\n{self.tail()}") from None

    async def kill(self) -> None:
        """SIGKILL to it and every process it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        await self.process.wait()


async def until(condition: Callable[[], Awaitable[Any]], within: float, tail: Callable[[], str] = str) -> Any:
    """What the coroutine function says as soon as it is true; fails after `within` seconds."""
    ends = time.monotonic() + within
    while True:
        found = await condition()
        if found:
            return found
        assert time.monotonic() < ends, f"not within {within} s:\n{tail()}"
        await asyncio.sleep(0.02)
