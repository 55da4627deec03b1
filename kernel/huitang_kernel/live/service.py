"""Live topics: what plugins publish and hear."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from huitang_kernel.core import Core
from huitang_kernel.live.access import Access
from huitang_kernel.live.catalogue import Catalogue
from huitang_kernel.live.clients import Clients
from huitang_kernel.live.hub import Hub, Receive, Subscription
from huitang_kernel.live.settings import LiveSettings
from huitang_kernel.live.store import CHANNEL, HINT, RECHECK, Name, Store
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Live

ACCESS_CHANNELS = ("huitang_identity", "huitang_permissions")
"""Where other services say that accounts, sessions, devices or roles have changed."""
TIDY_EVERY = 1.0
MOST_PASSING = 6000
FORGET_EVERY = 60.0
log = logging.getLogger("huitang.live")


class LiveService:
    """Implements the contract in huitang_sdk.contracts.live, one `scoped` view per plugin."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: LiveSettings) -> None:
        self.core = core
        self.settings = settings
        self.catalogue = Catalogue(core.registry)
        self.store = Store(core.database)
        self.hub = Hub(self.store, settings)
        self.access = Access(self.catalogue)
        self.clients = Clients(self.hub, self.access, settings)
        self._own: dict[str, set[Subscription]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []

    def scoped(self, plugin: str) -> Live:
        return PluginLive(self, plugin)

    def start(self, ctx: PluginContext[Any]) -> None:
        """Hear on this node; the handlers of the other channels come after those of the services that own them."""
        self.context = ctx
        self.access.permissions = ctx.permissions
        self.clients.authenticate = ctx.identity.authenticate  # type: ignore[attr-defined]
        self.core.listener.on(CHANNEL, self.hub.hear)
        for channel in ACCESS_CHANNELS:
            self.core.listener.on(channel, self.clients.access_changed)
        self.core.drain.on(lambda: self.clients.close_all("restarting"))
        self.core.background.on_leader("live-forget", self._forget)
        self._tasks = [
            asyncio.create_task(self._tidy(), name="live-tidy"),
            asyncio.create_task(self.clients.run(), name="live-clients"),
        ]

    async def stop(self) -> None:
        self.clients.close_all("restarting")
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    async def plugins_changed(self, _payload: str = "") -> None:
        """After a plugin was switched on this node: what is off neither hears nor is heard."""
        for plugin, subscriptions in self._own.items():
            if not self.core.registry.is_active(plugin):
                for subscription in subscriptions:
                    subscription.end()
                subscriptions.clear()
        self.clients.everything_changed()

    def subscribe(self, plugin: str, name: Name, receive: Receive) -> Callable[[], None]:
        """Let a plugin's own code hear a topic, until it ends that or is switched off."""
        subscription = self.hub.subscribe(name, receive)
        self._own[plugin].add(subscription)

        def end() -> None:
            subscription.end()
            self._own[plugin].discard(subscription)

        return end

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_EVERY)
            try:
                await self.hub.tidy()
            except Exception:
                log.warning("topics could not be compared with the database; again in a moment", exc_info=True)

    async def _forget(self) -> None:
        while True:
            await self.store.forget(self.settings.keep_seconds)
            await asyncio.sleep(FORGET_EVERY)


class PluginLive:
    """One plugin's view: it publishes its own topics."""

    def __init__(self, service: LiveService, plugin: str) -> None:
        self._service = service
        self._plugin = plugin

    async def publish(self, topic: str, key: str, data: Mapping[str, Any]) -> None:
        name = self._service.catalogue.check(topic, key, by=self._plugin)
        self._service.store.saying().say(*name, data)

    def subscribe(self, topic: str, key: str, receive: Receive) -> Callable[[], None]:
        return self._service.subscribe(self._plugin, self._service.catalogue.check(topic, key), receive)

    async def position(self, topic: str, key: str) -> int:
        return await self._service.store.position(self._service.catalogue.check(topic, key))

    async def passing(self, topic: str, key: str, data: Mapping[str, Any]) -> None:
        name = self._service.catalogue.check(topic, key, by=self._plugin)
        encoded = msgspec.json.encode(dict(data))
        if len(encoded) > MOST_PASSING:
            raise ValueError(f"a passing hint of {len(encoded)} bytes: publish it, or say less")
        await self._service.store.pass_on(HINT, name, encoded.decode())

    async def recheck(self, topic: str, key: str) -> None:
        await self._service.store.pass_on(RECHECK, self._service.catalogue.check(topic, key, by=self._plugin))
