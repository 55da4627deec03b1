"""A plugin whose work takes time: a job, a page, a stream without end. Installed by an entry point, for processes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from litestar import WebSocket, get, post, websocket
from litestar.di import NamedDependency
from litestar.response import Stream

from huitang_sdk import Manifest, Plugin, PluginContext, hookimpl
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.declare import Job, Permission, Role
from huitang_sdk.http import public, requires

SECONDS = 3.0
WATCH = "steady.hall.watch"


@get("/long", guards=[public])
async def long() -> str:
    await asyncio.sleep(SECONDS)
    return "done"


@get("/stream", guards=[public])
async def stream() -> Stream:
    async def ticks():
        while True:
            yield b"tick\n"
            await asyncio.sleep(0.1)

    return Stream(ticks())


@get("/watch", guards=[requires(WATCH)])
async def watch(actor: NamedDependency[Actor]) -> dict[str, str]:
    return {"place": actor.place}


@websocket("/socket", guards=[requires(WATCH)])
async def socket(socket: WebSocket, actor: NamedDependency[Actor]) -> None:
    await socket.accept()
    await socket.send_text(actor.place)
    await socket.close()


@post("/ask", guards=[public])
async def ask(ctx: NamedDependency[PluginContext]) -> None:
    await ctx.scheduling.run_now("steady.work", actor=SYSTEM)


async def work(ctx, run):
    """Leaves a mark when it begins and when it ends."""
    for action in ("steady.work.begun", "steady.work.ended"):
        async with ctx.db.write(SYSTEM) as write:
            await write.audit(action, Ref("steady.run", run.id or new_id()))
        if action.endswith("begun"):
            await asyncio.sleep(SECONDS)
    return "worked"


class SteadyPlugin(Plugin):
    manifest = Manifest(id="steady", title={"en": "Steady", "zh-CN": "稳"}, version="1", sdk=">=0.1,<1")

    @property
    def folder(self) -> Path:
        return Path(__file__).parent / "nothing"

    @hookimpl
    def permissions(self):
        return [Permission(WATCH, "Watch the hall")]

    @hookimpl
    def roles(self):
        return [Role("steady.screen", "Screen", (WATCH,))]

    @hookimpl
    def jobs(self):
        return [Job("steady.work", "Work", work)]

    @hookimpl
    def pages(self):
        return [long, stream, watch, socket, ask]


plugin = SteadyPlugin()
