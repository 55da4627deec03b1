"""Work at a time: declared jobs run by themselves; dated tasks are created here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts.identity import Actor


def never() -> bool:
    """The `is_stopping` of a node that stays."""
    return False


class Run(Struct, frozen=True):
    """What a job knows of the run at hand. `due` is the time it was due, the same on a retry: use it for
    idempotence. `is_stopping` says whether the node is about to stop: a job that goes on for minutes asks between two
    steps and leaves the rest to the next time; else it is cut after `server.drain_seconds` and run again elsewhere.
    """

    id: UUID
    job: str
    due: datetime
    payload: Mapping[str, Any] = {}
    is_stopping: Callable[[], bool] = never


class Scheduling(Protocol):
    """Dated tasks and runs; `ctx.scheduling`. Raises ValueError for a job the plugin has not declared."""

    async def at(self, job: str, when: datetime, *, key: str, payload: Mapping[str, Any] | None = None) -> None:
        """Run a declared job of this plugin once at `when` (aware), inside `ctx.db.write`. The same `key` replaces."""

    async def cancel(self, job: str, *, key: str) -> bool:
        """Forget a dated task that has not run; False if there was none."""

    async def run_now(self, job: str, *, actor: Actor) -> UUID:
        """Ask the leader to run a declared job now; returns the run's id."""
