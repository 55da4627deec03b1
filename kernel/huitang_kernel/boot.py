"""Starting: discover → resolve → configure → declare → migrate → start → serve, each phase logged and timed.

A plugin that fails in a phase is named and left out; with `on_plugin_failure = "abort"` the start ends there instead.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huitang_kernel.config import ConfigError, Settings, read_struct
from huitang_kernel.core import Core
from huitang_kernel.db import Migrator
from huitang_kernel.plugins.declaring import HookCaller
from huitang_kernel.plugins.discovery import require_needs
from huitang_kernel.plugins.registry import PluginRecord, Registry, State
from huitang_sdk import PluginContext

log = logging.getLogger("huitang.boot")
KERNEL_FOLDER = Path(__file__).parent
MakeContext = Callable[[PluginRecord], PluginContext[Any]]


class BootAborted(Exception):
    """A plugin failed and the settings say that nothing may start then."""


@contextmanager
def timed(record: PluginRecord, phase: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        record.milliseconds[phase] = round((time.perf_counter() - started) * 1000, 1)


class Boot:
    """Walks the phases over one registry."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._settings = settings
        self._registry = registry

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        taken = round((time.perf_counter() - started) * 1000, 1)
        self._registry.phase_milliseconds[name] = taken
        log.info("%s: %.0f ms", name, taken)

    def failed(self, record: PluginRecord, phase: str, error: BaseException) -> None:
        """Name the plugin, or abort when a built-in part or the policy says so."""
        record.fail(phase, f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
        log.error("plugin %s failed in phase %s", record.id, phase, exc_info=error)
        self.enforce_policy()

    def enforce_policy(self) -> None:
        for record in self._registry:
            broken = record.state in (State.FAILED, State.INCOMPATIBLE)
            if broken and (record.builtin or self._settings.policy.on_plugin_failure == "abort"):
                raise BootAborted(f"{record.id} {record.state} in phase {record.failed_phase}: {record.cause}")

    def configure(self) -> None:
        """Check every plugin's section against its schema; all mistakes are said at once."""
        with self.phase("configure"):
            errors: list[str] = []
            for section in sorted(self._settings.plugins.keys() - {record.id for record in self._registry}):
                errors.append(f"plugins.{section}: no such plugin is installed")
            for record in self._registry:
                if record.plugin is not None and record.is_healthy:
                    values = self._settings.plugins.get(record.id, {})
                    record.settings = read_struct(record.plugin.settings_type, values, f"plugins.{record.id}.", errors)
            if errors:
                raise ConfigError(errors)

    def declare(self) -> None:
        with self.phase("declare"):
            caller = HookCaller()
            for record in self._healthy():
                with timed(record, "declare"):
                    try:
                        record.declarations = caller.declarations(record)
                    except Exception as error:
                        self.failed(record, "declare", error)

    async def migrate(self, core: Core) -> dict[str, list[str]]:
        """Run what is missing: the kernel first, then every plugin in start order; returns what ran."""
        ran: dict[str, list[str]] = {}
        migrator = Migrator(core.database.dsn)
        with self.phase("migrate"):
            async with migrator.locked():
                ran["kernel"] = await migrator.run("kernel", KERNEL_FOLDER)
                for record in self._healthy():
                    assert record.plugin is not None
                    with timed(record, "migrate"):
                        try:
                            ran[record.id] = await migrator.run(record.id, record.plugin.folder)
                        except Exception as error:
                            self.failed(record, "migrate", error)
        return ran

    async def start(self, core: Core, make_context: MakeContext) -> None:
        """Read the operator's switches, then start every wanted plugin within the time limit."""
        with self.phase("start"):
            await read_switches(core)
            for record in self._healthy():
                await self.start_one(record, make_context)

    async def start_one(self, record: PluginRecord, make_context: MakeContext) -> None:
        """Start one plugin if it is wanted; afterwards it is enabled, disabled or failed."""
        records = {other.id: other for other in self._registry}
        require_needs(record, records, "start")
        if not record.is_healthy or record.plugin is None:
            self.enforce_policy()
            return
        record.started_context = make_context(record)
        if not record.wanted:
            record.state = State.DISABLED
            return
        with timed(record, "start"):
            try:
                async with asyncio.timeout(self._settings.policy.start_timeout):
                    await record.plugin.start(record.started_context)
                record.state = State.ENABLED
            except TimeoutError:
                limit = self._settings.policy.start_timeout
                self.failed(record, "start", TimeoutError(f"start took longer than {limit:.0f} s"))
            except Exception as error:
                self.failed(record, "start", error)

    async def stop(self) -> None:
        for record in reversed(list(self._registry)):
            if record.state is State.ENABLED and record.plugin is not None:
                try:
                    await record.plugin.stop()
                except Exception:
                    log.exception("plugin %s failed to stop", record.id)

    def _healthy(self) -> Iterator[PluginRecord]:
        return (record for record in self._registry if record.is_healthy and record.plugin is not None)


UPSERT = """
INSERT INTO kernel.plugin (id, version, enabled) SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[])
ON CONFLICT (id) DO UPDATE SET version = excluded.version
"""


async def read_switches(core: Core) -> None:
    """Take over which plugins the operator wants; a plugin seen for the first time gets its row."""
    seen = [record for record in core.registry if not record.builtin]
    ids, versions = [record.id for record in seen], [record.manifest.version for record in seen]
    await core.database.execute(UPSERT, ids, versions, [id_ not in core.settings.policy.disabled for id_ in ids])
    rows = await core.database.fetch("SELECT id, enabled FROM kernel.plugin")
    switches: dict[str, bool] = {row["id"]: row["enabled"] for row in rows}
    for record in core.registry:
        record.wanted = record.builtin or switches.get(record.id, True)
