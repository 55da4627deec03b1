"""Health: every declared check asked with a time limit, and the platform's own questions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from huitang_kernel.plugins.registry import PluginRecord, Registry, State
from huitang_sdk import PluginContext
from huitang_sdk.declare import HealthCheck, HealthStatus
from huitang_sdk.i18n import Translator, translate

_ = Translator("portal")
UNSEALED_LIMIT = 10_000
AT_ONCE = 8


class Finding(Struct, frozen=True):
    """One check and its answer. `milliseconds` is how long it took."""

    id: str
    plugin: str
    title: str
    critical: bool
    status: HealthStatus
    milliseconds: int


async def ask_all(registry: Registry, timeout: float, *, only_critical: bool = False) -> Sequence[Finding]:
    """Ask every active plugin's checks, a few at once; failing ones first, critical ones before others."""
    room = asyncio.Semaphore(AT_ONCE)
    asked = [
        _ask(room, record, check, timeout)
        for record in registry.active()
        for check in record.declarations.health_checks
        if check.critical or not only_critical
    ]
    found = await asyncio.gather(*asked)
    return sorted(found, key=lambda finding: (finding.status.ok, not finding.critical))


async def _ask(room: asyncio.Semaphore, record: PluginRecord, check: HealthCheck, timeout: float) -> Finding:
    async with room:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(timeout):
                status = await check.check(record.context)
        except TimeoutError as error:
            record.note_trouble(f"health:{check.id}", error)
            status = _broken(_("No answer within {seconds} seconds.", seconds=f"{timeout:g}"))
        except Exception as error:
            record.note_trouble(f"health:{check.id}", error)
            status = _broken(_("The check itself failed: {error}", error=f"{type(error).__name__}: {error}"[:300]))
        taken = round((time.perf_counter() - started) * 1000)
    return Finding(check.id, record.id, translate(record.id, check.title), check.critical, status, taken)


def _broken(message: str) -> HealthStatus:
    return HealthStatus(False, message, _("Look at the plugin's page in the console and at the log of this node."))


class OwnChecks:
    """What the kernel asks about itself."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def declared(self) -> list[HealthCheck]:
        return [
            HealthCheck("portal.database", "The database answers", self.database, critical=True),
            HealthCheck("portal.plugins", "Every wanted plugin runs", self.plugins),
            HealthCheck("portal.leader", "One node leads", self.leader),
            HealthCheck("portal.deliveries", "Events reach their consumers", self.deliveries),
            HealthCheck("portal.audit", "The audit log is being sealed", self.audit),
        ]

    async def database(self, ctx: PluginContext[Any]) -> HealthStatus:
        await ctx.db.fetch("SELECT 1")
        return HealthStatus(True)

    async def plugins(self, _ctx: PluginContext[Any]) -> HealthStatus:
        broken = [r.id for r in self._registry if r.state in (State.FAILED, State.INCOMPATIBLE)]
        if not broken:
            return HealthStatus(True)
        message = _("These plugins do not run: {names}", names=", ".join(broken))
        return HealthStatus(False, message, _("Their pages in the console name the cause and what to do."))

    async def leader(self, ctx: PluginContext[Any]) -> HealthStatus:
        if await leaders(ctx):
            return HealthStatus(True)
        remedy = _("Start a node with background work switched on (server.background, or huitang worker).")
        return HealthStatus(False, _("No node runs jobs, seals the audit log or indexes."), remedy)

    async def deliveries(self, ctx: PluginContext[Any]) -> HealthStatus:
        rows = await ctx.db.fetch("SELECT count(*) AS dead FROM kernel.outbox_delivery WHERE dead_at IS NOT NULL")
        dead = rows[0]["dead"]
        if not dead:
            return HealthStatus(True)
        remedy = _("Open the event deliveries, mend the cause that is shown there, and deliver them again.")
        return HealthStatus(False, _("{count} deliveries were given up.", count=dead), remedy)

    async def audit(self, ctx: PluginContext[Any]) -> HealthStatus:
        rows = await ctx.db.fetch("SELECT count(*) AS waiting FROM kernel.audit_record WHERE sequence IS NULL")
        waiting = rows[0]["waiting"]
        if waiting < UNSEALED_LIMIT:
            return HealthStatus(True)
        remedy = _("Check that one node leads; sealing is the leader's work.")
        return HealthStatus(False, _("{count} records wait to be sealed.", count=waiting), remedy)


LEADERS = """
SELECT a.client_addr::text AS address, a.pid, a.backend_start AS since
FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
WHERE a.application_name = 'huitang-leader' AND l.locktype = 'advisory' AND l.granted
AND a.datname = current_database()
"""


async def leaders(ctx: PluginContext[Any]) -> Sequence[dict[str, Any]]:
    """The connections that hold the leader's lock: none or one. `address` is None for a local socket."""
    return await ctx.db.fetch(LEADERS)


class Readiness:
    """The answer of /health/ready, asked again at most every few seconds however often it is called."""

    def __init__(self, registry: Registry, timeout: float, keep: float) -> None:
        self._registry = registry
        self._timeout = timeout
        self._keep = keep
        self._asked_at = float("-inf")
        self._last: Sequence[Finding] = ()
        self._lock = asyncio.Lock()

    async def findings(self) -> Sequence[Finding]:
        """The critical checks; the last answer while it is fresh."""
        async with self._lock:
            if time.monotonic() - self._asked_at > self._keep:
                self._last = await ask_all(self._registry, self._timeout, only_critical=True)
                self._asked_at = time.monotonic()
            return self._last
