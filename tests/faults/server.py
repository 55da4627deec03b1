"""A server in a process group of its own, to be killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path
from types import TracebackType

import httpx

from huitang_kernel.testing import TEST_KEY
from tests.command import start


class ServerProcess:
    """`huitang serve` on a free port of loopback; left standing until killed or the block ends."""

    def __init__(self, dsn: str, folder: Path) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = int(found.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            "HUITANG_DATABASE__DSN": dsn,
            "HUITANG_KEY": TEST_KEY,
            "HUITANG_DATA_DIR": str(folder),
            "HUITANG_SERVER__PORT": str(self.port),
            "HUITANG_PLUGINS__IDENTITY__ARGON2_MEMORY_KIB": "64",
            "HUITANG_PLUGINS__IDENTITY__ARGON2_TIME": "1",
        }
        self._log = folder / "server.log"

    async def __aenter__(self) -> ServerProcess:
        self._process = start(["serve"], self._log.parent, self._environment, self._log)
        async with httpx.AsyncClient() as client:
            for _ in range(300):
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{self.url}/health/live")).status_code == 200:
                        return self
                await asyncio.sleep(0.1)
        self.kill()
        raise AssertionError(f"the server did not start:\n{self._log.read_text()[-3000:]}")

    def kill(self) -> None:
        """SIGKILL to the server and every process it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), 30)
        finally:
            self.kill()
