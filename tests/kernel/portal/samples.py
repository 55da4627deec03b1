"""Plugins for the portal's tests: one that works in every place of the portal, one that fails in every place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import get

from huitang_sdk import Manifest, Plugin, hookimpl
from huitang_sdk.contracts import Event
from huitang_sdk.declare import HealthCheck, HealthStatus, MenuItem, Permission, Slot, Subscription, Widget
from huitang_sdk.http import requires, signed_in


class LampLit(Event, frozen=True):
    """Something the lamps plugin reacts to."""

    lamp: str


@get("/", guards=[signed_in], sync_to_thread=False)
def lamps() -> str:
    return "lamps"


@get("/widget", guards=[signed_in], sync_to_thread=False)
def broken_widget() -> str:
    raise RuntimeError("the card fell over")


@get("/secret", guards=[requires("lamps.lamp.manage")], sync_to_thread=False)
def secret() -> str:
    return "secret"


class Folder(Plugin):
    """A plugin without a package: its folder is given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        return self._folder


class Lamps(Folder):
    manifest = Manifest(id="lamps", title={"en": "Lamps", "zh-CN": "路灯"}, version="1.2", sdk=">=0.1,<1", icon="bulb")
    package = "lamps"
    fails_to_start = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.told: list[str] = []
        self.refuses = False

    async def start(self, ctx: Any) -> None:
        if self.fails_to_start:
            raise RuntimeError("no power")

    @hookimpl
    def permissions(self):
        return [Permission("lamps.lamp.manage", "Manage lamps")]

    @hookimpl
    def menu(self):
        return [
            MenuItem("All lamps", "/lamps/", order=1),
            MenuItem("Lamp keeper", "/lamps/secret", "lamps.lamp.manage", order=2),
            MenuItem("Lamp console", "/lamps/console", "lamps.lamp.manage", section="console"),
        ]

    @hookimpl
    def widgets(self):
        return [
            Widget("lamps.broken", "Broken lamps", "/lamps/widget"),
            Widget("lamps.keeper", "Keeper's card", "/lamps/secret", "lamps.lamp.manage"),
        ]

    @hookimpl
    def slots(self):
        async def bright(_ctx, _request, values):
            return f"<p>bright {len(values)}</p>"

        async def dark(_ctx, _request, _values):
            raise ValueError("the lamp is out")

        return [
            Slot("portal.home.top", dark, order=1),
            Slot("portal.home.top", bright, order=2),
            Slot("portal.public.top", bright),
        ]

    @hookimpl
    def health_checks(self):
        async def burnt(_ctx):
            return HealthStatus(False, "two lamps are out", "change them")

        async def broken(_ctx):
            raise OSError("no ladder")

        return [HealthCheck("lamps.burnt", "No lamp is out", burnt), HealthCheck("lamps.ladder", "A ladder", broken)]

    @hookimpl
    def subscriptions(self):
        async def tell(_ctx, event, _delivery):
            if self.refuses:
                raise RuntimeError("nobody listens")
            self.told.append(event.lamp)

        return [Subscription(LampLit, "lamps.tell", tell)]

    @hookimpl
    def pages(self):
        return [lamps, broken_widget, secret]


class Dead(Folder):
    """Fails to start until it is mended."""

    manifest = Manifest(id="dead", title={"en": "Dead", "zh-CN": "坏件"}, version="0.3", sdk=">=0.1,<1")
    package = "dead"
    mended = False

    async def start(self, ctx: Any) -> None:
        if not self.mended:
            raise RuntimeError("cannot reach the meter")
