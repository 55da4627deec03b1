"""The bare counterpart of the hall: a WebSocket server that gathers presses into one INSERT per flush, and no more."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import msgspec
from litestar import Litestar, WebSocket, post, websocket
from litestar.exceptions import WebSocketDisconnect

TABLE = """
CREATE TABLE IF NOT EXISTS bare_press (poll text, seat text, choice text, PRIMARY KEY (poll, seat))
"""
INSERT = """
INSERT INTO bare_press SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT (poll, seat) DO NOTHING
"""


class Gathered:
    """Presses that wait for the next flush."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._waiting: list[tuple[tuple[str, str, str], asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    def put(self, row: tuple[str, str, str]) -> asyncio.Future[None]:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((row, future))
        if self._task is None:
            self._task = asyncio.create_task(self._flush())
        return future

    async def _flush(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            columns = list(zip(*(row for row, _ in taken), strict=True))
            async with self._pool.acquire() as connection:
                await connection.execute(INSERT, *columns)
            for _, future in taken:
                future.set_result(None)
            await asyncio.sleep(0)
        self._task = None


def bare_hall() -> Litestar:
    sockets: dict[WebSocket, None] = {}

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with asyncpg.create_pool(os.environ["BENCH_DSN"], min_size=2, max_size=10) as pool:
            await pool.execute(TABLE)
            app.state.gathered = Gathered(pool)
            yield

    @websocket("/terminal")
    async def terminal(socket: WebSocket) -> None:
        await socket.accept()
        sockets[socket] = None
        gathered: Gathered = app.state.gathered
        with suppress(WebSocketDisconnect):
            while True:
                message = msgspec.json.decode(await socket.receive_text())
                await gathered.put((message["poll"], message["seat"], message["choice"]))
                await socket.send_data(msgspec.json.encode({"type": "ack", "id": message["id"]}).decode())
        del sockets[socket]

    @post("/close")
    async def close(data: dict[str, str]) -> None:
        rows = await app.state.gathered._pool.fetch(
            "SELECT choice, count(*) FROM bare_press WHERE poll = $1 GROUP BY 1", data["poll"]
        )
        text = msgspec.json.encode({"type": "state", "result": {row["choice"]: row["count"] for row in rows}}).decode()
        await asyncio.gather(*(socket.send_data(text) for socket in list(sockets)), return_exceptions=True)

    app = Litestar([terminal, close], lifespan=[lifespan], openapi_config=None)
    return app
