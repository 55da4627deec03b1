"""A hall of this process behind a real server and socket, for what a client without a socket cannot do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server


@asynccontextmanager
async def served(hall: Any) -> AsyncIterator[str]:
    """The address of a Granian server, "127.0.0.1:port", that runs until the block ends."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = Server(
        hall.app,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGINL,
        websockets=True,
        log_level=LogLevels.error,
    )
    serving = asyncio.create_task(server.serve())
    async with httpx.AsyncClient() as client:
        for _ in range(100):
            try:
                await client.get(f"http://127.0.0.1:{port}/health/live")
                break
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop()
        await asyncio.wait_for(serving, 20)
