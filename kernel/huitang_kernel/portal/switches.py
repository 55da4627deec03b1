"""Enable and disable plugins: what it will do, said before it is done; and trying again to start a failed one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from litestar import Litestar
from msgspec import Struct

from huitang_kernel.core import Core
from huitang_kernel.plugins.registry import PluginRecord, State
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.errors import Conflict, NotFound
from huitang_sdk.i18n import Translator, translate

PLUGINS_CHANNEL = "huitang_plugins"
RETRY_CHANNEL = "huitang_plugin_retry"
SEEN_EVERY = 60.0
POLL_EVERY = 0.02
_ = Translator("portal")

SWITCH = "UPDATE kernel.plugin SET enabled = $2, changed_at = now(), changed_by = $3 WHERE id = $1"
SEEN = """
INSERT INTO portal.plugin_seen (plugin, version, good_at)
SELECT plugin, version, now() FROM unnest($1::text[], $2::text[]) AS s (plugin, version)
ON CONFLICT (plugin) DO UPDATE SET version = excluded.version, good_at = excluded.good_at
"""


class Consequences(Struct, frozen=True):
    """What opens or closes with a plugin, in the reader's words."""

    routes: int
    menu: tuple[str, ...]
    jobs: tuple[str, ...]
    searches: tuple[str, ...]
    widgets: tuple[str, ...]
    events: tuple[str, ...]
    needed_by: tuple[str, ...]


class LastChange(Struct, frozen=True):
    """The row of the switch, and when the plugin was last seen running (None: never, or not yet noted)."""

    enabled: bool
    changed_at: datetime | None
    changed_by: UUID | None
    good_at: datetime | None
    good_version: str


def ref_of(plugin_id: str) -> Ref:
    """How the audit log names a plugin."""
    return Ref("kernel.plugin", uuid5(NAMESPACE_URL, plugin_id))


class Switches:
    """Works on the core; `hall` (set by the portal's service) starts plugins."""

    hall: Any

    def __init__(self, core: Core) -> None:
        self._core = core

    def record(self, plugin_id: str) -> PluginRecord:
        record = self._core.registry.get(plugin_id)
        if record is None:
            raise NotFound(_("There is no plugin {plugin} on this node.", plugin=plugin_id))
        return record

    def consequences(self, record: PluginRecord, app: Litestar) -> Consequences:
        """Count and name what the switch touches."""
        declared = record.declarations
        prefixes = (f"/{record.id}/", f"/api/{record.id}/")
        routes = [route for route in app.routes if f"{route.path}/".startswith(prefixes)]
        return Consequences(
            routes=len(routes),
            menu=tuple(translate(record.id, item.title) for item in declared.menu),
            jobs=tuple(translate(record.id, job.title) for job in declared.jobs),
            searches=tuple(translate(record.id, source.title) for source in declared.search_sources),
            widgets=tuple(translate(record.id, widget.title) for widget in declared.widgets),
            events=tuple(sorted({s.event.event_name() for s in declared.subscriptions})),
            needed_by=tuple(other.id for other in self._core.registry if record.id in other.manifest.needs),
        )

    async def last_change(self, plugin_id: str) -> LastChange:
        rows = await self._core.database.fetch(
            "SELECT p.enabled, p.changed_at, p.changed_by, s.good_at, coalesce(s.version, '') AS good_version"
            " FROM (SELECT $1::text AS id) i LEFT JOIN kernel.plugin p USING (id)"
            " LEFT JOIN portal.plugin_seen s ON s.plugin = i.id",
            plugin_id,
        )
        row = rows[0]
        return LastChange(**{**row, "enabled": row["enabled"] is not False})

    async def switch(self, actor: Actor, plugin_id: str, *, enabled: bool) -> PluginRecord:
        """Set the operator's switch for the whole cluster, on the record, and wait until this node has followed.

        Raises NotFound, or Conflict for a part of the platform that is always on.
        """
        record = self.record(plugin_id)
        if record.builtin:
            raise Conflict(_("{plugin} is part of the platform and always on.", plugin=plugin_id))
        fact = "kernel.plugin.enabled" if enabled else "kernel.plugin.disabled"
        async with self._core.database.write(actor) as write:
            await self._core.database.execute(SWITCH, plugin_id, enabled, actor.account_id)
            await write.audit(fact, ref_of(plugin_id), detail={"plugin": plugin_id, "enabled": enabled})
            await self._core.database.notify(PLUGINS_CHANNEL, plugin_id)
        await _until(lambda: not record.is_healthy or record.is_active == enabled)
        return record

    async def retry(self, actor: Actor, plugin_id: str) -> PluginRecord:
        """Let every node on which the plugin failed to start try once more. Raises Conflict if it did not."""
        record = self.record(plugin_id)
        if not can_retry(record):
            raise Conflict(
                _("{plugin} did not fail while starting; a restart of the node is needed.", plugin=plugin_id)
            )
        async with self._core.database.write(actor) as write:
            await write.audit("kernel.plugin.retried", ref_of(plugin_id), detail={"cause": record.cause})
            await self._core.database.notify(RETRY_CHANNEL, plugin_id)
        before = record.milliseconds.get("start")
        await _until(lambda: record.is_active or record.milliseconds.get("start") != before)
        return record

    async def retry_here(self, plugin_id: str) -> None:
        """What each node does when it is told to try again."""
        record = self._core.registry.get(plugin_id)
        if record is not None and can_retry(record):
            record.state, record.cause, record.failed_phase = State.INSTALLED, "", ""
            await self.hall.boot.start_one(record, self.hall.context_for)

    async def note_seen(self) -> None:
        """Note now and then which plugins run, for ever (on every node)."""
        while True:
            active: Sequence[PluginRecord] = list(self._core.registry.active())
            await self._core.database.execute(SEEN, [r.id for r in active], [r.manifest.version for r in active])
            await asyncio.sleep(SEEN_EVERY)


def can_retry(record: PluginRecord) -> bool:
    return record.state is State.FAILED and record.failed_phase == "start" and not record.builtin


async def _until(done: Callable[[], bool], seconds: float = 1.0) -> None:
    """Wait until this node has followed, so that the next page shows it; give up quietly."""
    for _try in range(int(seconds / POLL_EVERY)):
        if done():
            return
        await asyncio.sleep(POLL_EVERY)
