"""Writing and reading audit records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from huitang_kernel.clock import SystemClock
from huitang_kernel.db import PostgresDatabase
from huitang_sdk.contracts import Actor, AuditEntry, Ref
from huitang_sdk.db import contains, new_id

INSERT = """
INSERT INTO kernel.audit_record (id, at, action, actor_id, actor_name, subject, detail, reason, request_id, address)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
SELECT = """
SELECT id, at, action, actor_id, actor_name, subject, detail, reason, request_id, address, sequence
FROM kernel.audit_record
WHERE ($1 = '' OR action ILIKE $1 OR actor_name ILIKE $1 OR subject ILIKE $1 OR reason ILIKE $1)
AND ($2 = '' OR action LIKE $2 || '%') AND ($3 = '' OR subject = $3)
ORDER BY id DESC LIMIT $4 OFFSET $5
"""


class AuditLog:
    def __init__(self, database: PostgresDatabase, clock: SystemClock) -> None:
        self._database = database
        self._clock = clock

    async def write(self, actor: Actor, action: str, subject: Ref, detail: Mapping[str, Any], reason: str) -> None:
        """Add one record to the open transaction."""
        await self._database.execute(
            INSERT,
            new_id(),
            self._clock.now(),
            action,
            actor.account_id,
            actor.name,
            str(subject),
            msgspec.json.encode(detail, order="sorted").decode(),
            reason,
            actor.request_id,
            actor.address,
        )

    async def entries(
        self, *, text: str = "", action: str = "", subject: str = "", limit: int = 50, offset: int = 0
    ) -> Sequence[AuditEntry]:
        """Newest first. `action` is a prefix ("budget."), `subject` one thing ("budget.declaration:<id>")."""
        pattern = contains(text) if text else ""
        rows = await self._database.fetch(SELECT, pattern, action, subject, limit, offset)
        return [AuditEntry(**{**row, "detail": msgspec.json.decode(row["detail"])}) for row in rows]
