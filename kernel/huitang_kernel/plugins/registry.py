"""What is installed, in which state, and what it declared."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from huitang_sdk import Manifest, Plugin, PluginContext
from huitang_sdk.declare import Declarations


class State(enum.StrEnum):
    """installed: found, not started yet. incompatible: wants another SDK or plugin. failed: something raised."""

    INSTALLED = "installed"
    ENABLED = "enabled"
    DISABLED = "disabled"
    INCOMPATIBLE = "incompatible"
    FAILED = "failed"


@dataclass
class Trouble:
    """Something of a plugin that failed while the rest went on."""

    where: str
    message: str
    at: datetime
    count: int = 1


@dataclass
class PluginRecord:
    """One plugin on this node. `wanted` is the operator's switch, the same on every node."""

    id: str
    manifest: Manifest
    plugin: Plugin | None = None
    builtin: bool = False
    state: State = State.INSTALLED
    cause: str = ""
    failed_phase: str = ""
    wanted: bool = True
    settings: Any = None
    declarations: Declarations = field(default_factory=Declarations)
    started_context: PluginContext[Any] | None = None
    milliseconds: dict[str, float] = field(default_factory=dict)
    troubles: dict[str, Trouble] = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        """True when its routes, jobs, menus, search results and events are open."""
        return self.state is State.ENABLED

    @property
    def is_healthy(self) -> bool:
        return self.state not in (State.FAILED, State.INCOMPATIBLE)

    @property
    def context(self) -> PluginContext[Any]:
        if self.started_context is None:
            raise RuntimeError(f"plugin {self.id} has not been started")
        return self.started_context

    def fail(self, phase: str, cause: str, *, state: State = State.FAILED) -> None:
        self.state, self.failed_phase, self.cause = state, phase, cause

    def note_trouble(self, where: str, error: BaseException) -> None:
        """Remember what failed at run time, for the console."""
        known = self.troubles.get(where)
        message = f"{type(error).__name__}: {error}"[:500]
        self.troubles[where] = Trouble(where, message, datetime.now(UTC), known.count + 1 if known else 1)


class Registry:
    """All plugins in start order. Its members are fixed after boot; only states change."""

    def __init__(self) -> None:
        self._records: dict[str, PluginRecord] = {}
        self.phase_milliseconds: dict[str, float] = {}

    def replace(self, records: dict[str, PluginRecord]) -> None:
        self._records = records

    def __iter__(self) -> Iterator[PluginRecord]:
        return iter(self._records.values())

    def __contains__(self, plugin_id: str) -> bool:
        return plugin_id in self._records

    def __getitem__(self, plugin_id: str) -> PluginRecord:
        return self._records[plugin_id]

    def get(self, plugin_id: str) -> PluginRecord | None:
        return self._records.get(plugin_id)

    def is_active(self, plugin_id: str) -> bool:
        record = self._records.get(plugin_id)
        return record is not None and record.is_active

    def active(self) -> Iterator[PluginRecord]:
        return (record for record in self if record.is_active)
