"""The marks of a workflow's deadlines as they are now: some are settings or operators' data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from huitang_sdk.workflow.declaring import Mark, Workflow

Marks = Mapping[str, Sequence[Mark]]
"""By deadline."""


async def marks_of(workflow: Workflow, ctx: Any) -> Marks:
    """Ask those that are functions."""
    found: dict[str, Sequence[Mark]] = {}
    for deadline in workflow.deadlines:
        found[deadline.id] = deadline.marks if isinstance(deadline.marks, tuple) else await deadline.marks(ctx)
    return found
