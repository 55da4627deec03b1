"""Taking notices back from people who may no longer know of their subject."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from huitang_kernel.core import Core
from huitang_kernel.notifications.inbox import Inbox
from huitang_sdk.contracts import Ref

ABOUT = "plugin = $1 AND subject_kind = $2 AND subject_id = $3 AND withdrawn_at IS NULL"
RECIPIENTS = f"SELECT DISTINCT recipient_id FROM notifications.notice WHERE {ABOUT}"
WITHDRAW = f"""
UPDATE notifications.notice SET withdrawn_at = $5 WHERE {ABOUT} AND ($4::uuid IS NULL OR recipient_id = $4)
RETURNING id, recipient_id
"""
STOP = """
UPDATE notifications.delivery SET state = 'skipped', error = 'withdrawn', finished_at = $2
WHERE notice_id = ANY($1::uuid[]) AND state IN ('queued', 'failed', 'dead')
"""


class Withdrawing:
    """Which plugin asks is an argument."""

    def __init__(self, core: Core, inbox: Inbox) -> None:
        self._core = core
        self._inbox = inbox

    async def recipients(self, plugin: str, subject: Ref) -> Sequence[UUID]:
        """Who has a notice about a subject on their list."""
        rows = await self._core.database.fetch(RECIPIENTS, plugin, subject.kind, subject.id)
        return [row["recipient_id"] for row in rows]

    async def withdraw(self, plugin: str, subject: Ref, recipient: UUID | None) -> int:
        """Off the lists, and no e-mail that waits or was given up goes out."""
        now = self._core.clock.now()
        rows = await self._core.database.fetch(WITHDRAW, plugin, subject.kind, subject.id, recipient, now)
        if rows:
            await self._core.database.execute(STOP, [row["id"] for row in rows], now)
            await self._inbox.changed(row["recipient_id"] for row in rows)
        return len(rows)
