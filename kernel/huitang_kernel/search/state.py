"""What the operator is shown of the index."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import anyio.to_thread
from msgspec import Struct

from huitang_kernel.core import Core
from huitang_kernel.search.analysis import ANALYZER
from huitang_kernel.search.engine import Engine
from huitang_kernel.search.service import SearchService

WAITING = """
SELECT count(*) FILTER (WHERE attempts = 0) AS waiting, count(*) FILTER (WHERE attempts > 0) AS failed
FROM search.pending WHERE applied_at IS NULL
"""
FAILURES = """
SELECT kind, id, attempts, error, next_at FROM search.pending
WHERE applied_at IS NULL AND attempts > 0 ORDER BY position LIMIT 20
"""


class Rebuild(Struct, frozen=True):
    """The last rebuild or the one under way: `done` of `total` things of `kind`."""

    requested_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    kind: str
    done: int
    total: int
    documents: int
    error: str

    @property
    def is_running(self) -> bool:
        """Also while it waits for the leader to begin."""
        return self.requested_at is not None or (self.started_at is not None and self.finished_at is None)

    @property
    def seconds(self) -> int:
        return (
            round((self.finished_at - self.started_at).total_seconds()) if self.finished_at and self.started_at else 0
        )

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0


class IndexState(Struct, frozen=True):
    """`documents` by kind; `waiting` and `failed` are changes that are not in the index yet."""

    documents: dict[str, int]
    analyzer: str
    fits: bool
    waiting: int
    failed: int
    failures: list[dict[str, Any]]
    rebuild: Rebuild


async def rebuild_state(core: Core) -> Rebuild:
    columns = ", ".join(Rebuild.__struct_fields__)
    row = (await core.database.fetch(f"SELECT {columns} FROM search.rebuild"))[0]
    return Rebuild(**row)


async def index_state(core: Core, service: SearchService) -> IndexState:
    counts = (await core.database.fetch(WAITING))[0]
    analyzer = await anyio.to_thread.run_sync(service.folder.analyzer)
    return IndexState(
        documents=await service.in_engine(Engine.counts),
        analyzer=analyzer,
        fits=analyzer == ANALYZER,
        waiting=counts["waiting"],
        failed=counts["failed"],
        failures=await core.database.fetch(FAILURES),
        rebuild=await rebuild_state(core),
    )
