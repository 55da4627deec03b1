"""Plugins that misbehave, one phase each, and one that counts what it hears. Real plugins, with folders of their
own.
"""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any

from litestar import get

from huitang_sdk import Manifest, Plugin, hookimpl
from huitang_sdk.contracts import Event
from huitang_sdk.declare import Permission, Subscription
from huitang_sdk.http import public


class BellRung(Event, tag="good.bell.rung"):
    number: int


class FolderPlugin(Plugin):
    """A plugin whose folder is given, not found by its package."""

    def __init__(self, plugin_id: str, folder: Path, **manifest: Any) -> None:
        self.manifest = Manifest(
            **{
                "id": plugin_id,
                "title": {"en": plugin_id, "zh-CN": plugin_id},
                "version": "1",
                "sdk": ">=0.1,<1",
                **manifest,
            }
        )
        self._folder = folder

    @property
    def folder(self) -> Path:
        return self._folder


class GoodPlugin(FolderPlugin):
    """Hears bells and answers pages."""

    def __init__(self, folder: Path, plugin_id: str = "good", **manifest: Any) -> None:
        super().__init__(plugin_id, folder, **manifest)
        self.heard: list[int] = []
        self.fail_times = 0

    async def hear(self, _ctx: Any, event: BellRung, _delivery: Any) -> None:
        if self.fail_times > 0:
            self.fail_times -= 1
            raise RuntimeError("not listening")
        self.heard.append(event.number)

    @hookimpl
    def subscriptions(self) -> list[Subscription]:
        return [Subscription(BellRung, f"{self.manifest.id}.hear", self.hear)]

    @hookimpl
    def pages(self) -> list[Any]:
        @get("/", guards=[public])
        async def answer() -> str:
            return "ding"

        @get("/broken", guards=[public])
        async def broken() -> str:
            raise RuntimeError("this page is broken")

        return [answer, broken]


class LotPlugin(FolderPlugin):
    """Hears many bells at once, and cannot bear one of them."""

    def __init__(self, folder: Path, unbearable: int) -> None:
        super().__init__("lots", folder)
        self.lots: list[list[int]] = []
        self.unbearable = unbearable

    async def hear(self, _ctx: Any, lot: list[tuple[BellRung, Any]]) -> None:
        numbers = [event.number for event, _delivery in lot]
        if self.unbearable in numbers:
            raise RuntimeError("not that one")
        self.lots.append(numbers)

    @hookimpl
    def subscriptions(self) -> list[Subscription]:
        return [Subscription(BellRung, "lots.hear", self.hear, many=True)]


class RaisesInDeclare(FolderPlugin):
    @hookimpl
    def permissions(self) -> list[Permission]:
        raise RuntimeError("no permissions today")


class ForeignPermission(FolderPlugin):
    @hookimpl
    def permissions(self) -> list[Permission]:
        return [Permission("other.thing.do", "Do things")]


class MisspeltHook(FolderPlugin):
    @hookimpl
    def permisions(self) -> list[Permission]:
        return []


class UnguardedPage(FolderPlugin):
    @hookimpl
    def pages(self) -> list[Any]:
        @get("/")
        async def open_door() -> str:
            return "anybody"

        return [open_door]


class RaisesAtStart(FolderPlugin):
    async def start(self, ctx: Any) -> None:
        raise RuntimeError("cannot start")


class NeverStarts(FolderPlugin):
    async def start(self, ctx: Any) -> None:
        await asyncio.sleep(3600)


def folder_with(tmp_path: Path, sql: str = "") -> Path:
    folder = tmp_path / uuid.uuid4().hex
    folder.mkdir()
    if sql:
        (folder / "migrations").mkdir()
        (folder / "migrations" / "0001_tables.sql").write_text(sql)
    return folder
