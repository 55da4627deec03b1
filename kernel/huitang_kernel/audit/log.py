"""Reading audit records; they are written with the change they tell of (db/trail.py)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from huitang_kernel.db import PostgresDatabase
from huitang_sdk.contracts import AuditEntry
from huitang_sdk.db import contains

SELECT = """
SELECT id, at, action, actor_id, actor_name, subject, detail, reason, request_id, address, sequence
FROM kernel.audit_record
WHERE ($1 = '' OR action ILIKE $1 OR actor_name ILIKE $1 OR subject ILIKE $1 OR reason ILIKE $1)
AND ($2 = '' OR action LIKE $2 || '%') AND ($3 = '' OR subject = $3)
ORDER BY id DESC LIMIT $4 OFFSET $5
"""


class AuditLog:
    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def entries(
        self, *, text: str = "", action: str = "", subject: str = "", limit: int = 50, offset: int = 0
    ) -> Sequence[AuditEntry]:
        """Newest first. `action` is a prefix ("budget."), `subject` one thing ("budget.declaration:<id>")."""
        pattern = contains(text) if text else ""
        rows = await self._database.fetch(SELECT, pattern, action, subject, limit, offset)
        return [AuditEntry(**{**row, "detail": msgspec.json.decode(row["detail"])}) for row in rows]
