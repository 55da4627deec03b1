"""The audit log: who did what to which thing, when, from where, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct


class Ref(Struct, frozen=True):
    """A soft reference to a thing of any plugin: kind "budget.declaration" and its id. Plugins share no foreign
    keys.
    """

    kind: str
    id: UUID

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class AuditEntry(Struct, frozen=True):
    """One record as it is shown. `actor_id` is an account or a device ("设备 12排8座"), or None for the platform.
    `sequence` is None until the record is sealed into the chain (within a second or two).
    """

    id: UUID
    at: datetime
    action: str
    actor_id: UUID | None
    actor_name: str
    subject: str
    detail: dict[str, Any]
    reason: str
    request_id: str
    address: str
    sequence: int | None = None
