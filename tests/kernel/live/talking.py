"""A plugin that tells things live, and what its tests do with it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.testing import client_of
from huitang_sdk import Manifest, Plugin, hookimpl
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import LiveTopic, Permission, Role

CHEAP = {"identity": {"argon2_memory_kib": 64, "argon2_time": 1}}


class Talk(Plugin):
    """`rooms` says who may hear which room."""

    manifest = Manifest(id="talk", title={"en": "Talk", "zh-CN": "交谈"}, version="1", sdk=">=0.1,<1")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.rooms: dict[str, set[UUID]] = {}

    @property
    def folder(self) -> Path:
        return self._folder

    @hookimpl
    def permissions(self):
        return [Permission("talk.word.hear", "Hear"), Permission("talk.secret.hear", "Hear secrets")]

    @hookimpl
    def roles(self):
        return [Role("talk.terminal", "Terminal", ("talk.word.hear",))]

    @hookimpl
    def live_topics(self):
        return [
            LiveTopic("talk.words", "Words", "talk.word.hear"),
            LiveTopic("talk.secrets", "Secrets", "talk.secret.hear"),
            LiveTopic("talk.room", "A room", None, self._may),
            LiveTopic("talk.broken", "Cannot say", None, self._broken),
            LiveTopic("talk.all", "Everybody"),
        ]

    async def _may(self, ctx, actor, key):
        await ctx.db.fetch("SELECT 1")
        return actor.id in self.rooms.get(key, ())

    async def _broken(self, ctx, actor, key):
        raise RuntimeError("this answer is broken")


def talk_of(hall: Any) -> Any:
    return hall.registry.get("talk").context


async def say(hall: Any, topic: str = "talk.words", key: str = "", **data: Any) -> None:
    ctx = talk_of(hall)
    async with ctx.db.write(SYSTEM) as write:
        await ctx.live.publish(topic, key, data)
        await write.audit("talk.word.said", Ref("talk.word", UUID(int=1)))


async def until(condition: Any, seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition tells nobody
            await asyncio.sleep(0.01)


async def person(hall: Any, name: str, *permissions: str) -> tuple[Any, dict[str, str]]:
    """An account with these permissions, and the cookie header of a session of it."""
    identity, rights = hall.services.identity, hall.services.permissions
    root = await identity.organisation_named("云江市") or await identity.create_organisation(SYSTEM, "云江市")
    account = await identity.create_account(SYSTEM, name, name, PASSWORD, root.id)
    if permissions:
        role = await rights.create_role(SYSTEM, name, name, allows=permissions)
        await rights.grant(SYSTEM, role, root.id, "all", account_id=account.id)
    async with client_of(hall) as client:
        return account, {"Cookie": f"huitang_session={await sign_in(hall, client, name)}"}


class Events:
    """What an EventSource gets, as (kind, data) pairs; `ids` has the last id."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.last_id = ""
        self._lines = answer.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        """The next event; ("closed", None) when there is no more. Comments are heartbeats and left out."""
        fields: dict[str, str] = {}
        async for line in self._lines:
            if not line:
                if "data" in fields:
                    self.last_id = fields.get("id", self.last_id)
                    return fields["event"], json.loads(fields["data"])
                fields = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
        return "closed", None

    async def several(self, count: int) -> list[tuple[str, Any]]:
        async with asyncio.timeout(5):
            return [await self.next() for _ in range(count)]


@asynccontextmanager
async def listening(address: str, query: str, headers: dict[str, str]) -> AsyncIterator[Events]:
    async with (
        httpx.AsyncClient(timeout=10) as client,
        client.stream("GET", f"http://{address}/live/events?{query}", headers=headers) as answer,
    ):
        yield Events(answer)


class ChangedMind(Exception):
    """Rolls a write back."""


async def say_many(hall: Any, who: str, count: int) -> None:
    """Publish from several tasks at once, two topics a write in changing order; every fifth write is taken back."""

    async def speak(start: int) -> None:
        ctx = talk_of(hall)
        for number in range(start, count, 8):
            topics = [("talk.words", ""), ("talk.all", "")]
            with contextlib.suppress(ChangedMind):
                async with ctx.db.write(SYSTEM) as write:
                    for topic, key in topics[:: 1 if number % 2 else -1]:
                        await ctx.live.publish(topic, key, {"who": who, "number": number})
                    await write.audit("talk.word.said", Ref("talk.word", UUID(int=1)))
                    if number % 5 == 0:
                        raise ChangedMind

    await asyncio.gather(*(speak(start) for start in range(8)))
