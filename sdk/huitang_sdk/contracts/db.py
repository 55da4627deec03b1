"""Writing: one transaction per change, with its audit record and its events inside."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from huitang_sdk.contracts.audit import Ref
from huitang_sdk.contracts.events import Event
from huitang_sdk.contracts.identity import Actor


class Write(Protocol):
    """An open transaction. All Piccolo queries of the same task run inside it."""

    async def audit(
        self, action: str, subject: Ref, *, detail: Mapping[str, Any] | None = None, reason: str = ""
    ) -> None:
        """Put one record in the audit log. `action` is the name of the fact: "budget.finding.dismissed"."""

    async def emit(self, event: Event) -> None:
        """Put an event into the outbox; it is delivered after the commit, at least once."""

    def by(self, actor: Actor) -> Write:
        """The same transaction in somebody else's name: for what several people did and one transaction writes."""


class Database(Protocol):
    """Reading and writing the plugin's tables; `ctx.db`."""

    def write(self, actor: Actor) -> AbstractAsyncContextManager[Write]:
        """Open the transaction of one change.

        Leaving the block commits; an exception rolls everything back. A block that audits nothing is rolled back with
        `UnauditedWrite`: what changes must be on record. Inside an open block a second one joins it. Never start other
        tasks inside (no gather, no task group): they would share one connection.

            async with ctx.db.write(actor) as write:
                await Notice.insert(notice)
                await write.audit("noticeboard.notice.published", Ref("noticeboard.notice", notice.id))
                await write.emit(NoticePublished(notice_id=notice.id))
        """

    async def fetch(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of a SELECT with `$1` placeholders, as dictionaries; inside a write it sees its changes."""

    async def execute(self, sql: str, *values: Any) -> None:
        """Run one statement with `$1` placeholders; changes belong inside `write`."""
