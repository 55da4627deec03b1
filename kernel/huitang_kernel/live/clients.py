"""All clients of this process: how they join topics, and how they are asked again whether they still may."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from huitang_kernel.background import woken
from huitang_kernel.live.access import Access
from huitang_kernel.live.client import Client, note
from huitang_kernel.live.hub import Hub
from huitang_kernel.live.settings import LiveSettings
from huitang_kernel.live.store import Name
from huitang_sdk.contracts import Actor

LOOK_EVERY = 1.0
PAUSE = 0.05
"""Between two rounds, so that many changes at once cost one round."""
AT_ONCE = 4
"""Clients that are asked about at the same time: each may read the database."""
log = logging.getLogger("huitang.live")


class Clients:
    """`authenticate` is set when the service starts: who is behind a connection now."""

    authenticate: Callable[[Any], Awaitable[Actor]]

    def __init__(self, hub: Hub, access: Access, settings: LiveSettings) -> None:
        self._hub = hub
        self._access = access
        self._settings = settings
        self._all: dict[Client, None] = {}
        self._woken = asyncio.Event()
        self._changes = 0
        self._closing = ""
        hub.on_recheck = self.topic_changed

    def __len__(self) -> int:
        return len(self._all)

    @contextmanager
    def opened(self, connection: Any, actor: Actor) -> Iterator[Client]:
        """A client for as long as its connection lasts."""
        client = Client(connection, actor, self._settings.queue)
        client.checked_at -= random.uniform(0, self._settings.recheck)  # noqa: S311 - spreads work, hides nothing
        self._all[client] = None
        if self._closing:
            client.close(self._closing)
        try:
            yield client
        finally:
            del self._all[client]
            client.close("gone")

    async def join(self, client: Client, name: Name, since: int | None) -> None:
        """Let a client hear a topic, or tell it why not."""
        if name in client.heard or client.closed:
            return
        if len(client.heard) >= self._settings.topics:
            client.tell(note("refused", name, code="too-many"))
            return
        changes = self._changes
        refusal = await self._access.refusal(client.actor, name)
        if refusal:
            client.tell(note("refused", name, code=refusal))
            return
        client.heard[name] = None
        try:
            started = _starter(client, name)
            subscription = await self._hub.join(name, client.receive, since, started)
        except Exception:
            log.exception("a client could not join %s", name)
            client.heard.pop(name, None)
            client.tell(note("refused", name, code="unavailable"))
            return
        if client.closed or name not in client.heard:
            subscription.end()
            return
        client.heard[name] = subscription
        if changes != self._changes:
            client.is_due = True
            self._woken.set()

    # What has changed

    async def access_changed(self, payload: str) -> None:
        """A channel of identity or permissions spoke: "account …" and "device …" are about one, others about all."""
        kind, _, identifier = payload.partition(" ")
        if kind in ("account", "device"):
            self._ask(client for client in self._all if identifier == str(client.actor.id))
        else:
            self.everything_changed()

    def everything_changed(self) -> None:
        """Ask about all. What memory can answer, it answers at once."""
        for client in list(self._all):
            for name in list(client.heard):
                refusal = self._access.at_once(client.actor, name)
                if refusal:
                    client.drop(name, refusal)
        self._ask(self._all)

    def topic_changed(self, name: Name) -> None:
        self._ask(client for client in self._all if name in client.heard)

    def _ask(self, clients: Iterable[Client]) -> None:
        self._changes += 1
        for client in list(clients):
            client.is_due = True
        self._woken.set()

    def close_all(self, why: str) -> None:
        """Let everybody go, and whoever still comes."""
        self._closing = why
        for client in list(self._all):
            client.close(why)

    async def run(self) -> None:
        """Ask whoever is due, for ever."""
        while True:
            await woken(self._woken, LOOK_EVERY)
            self._woken.clear()
            long_ago = time.monotonic() - self._settings.recheck
            due = [client for client in self._all if client.is_due or client.checked_at < long_ago]
            if due:
                waiting = iter(due)
                await asyncio.gather(*(self._work(waiting) for _ in range(AT_ONCE)))
            await asyncio.sleep(PAUSE)

    async def _work(self, waiting: Iterator[Client]) -> None:
        for client in waiting:
            if client in self._all:
                await self._recheck(client)

    async def _recheck(self, client: Client) -> None:
        client.is_due, client.checked_at = False, time.monotonic()
        try:
            client.actor = await self.authenticate(client.connection)
        except Exception:
            log.warning("it could not be found out whether a client may stay; again in a moment", exc_info=True)
            client.checked_at = 0.0
            return
        if not client.actor.is_known:
            client.close("not-signed-in")
            return
        for name in list(client.heard):
            refusal = await self._access.refusal(client.actor, name)
            if refusal:
                client.drop(name, refusal)


def _starter(client: Client, name: Name) -> Callable[[int], None]:
    return lambda position: client.tell(note("ready", name, sequence=position))
