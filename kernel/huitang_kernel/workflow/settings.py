"""Settings of workflows: section [plugins.workflow]."""

from __future__ import annotations

from msgspec import Struct


class WorkflowSettings(Struct, frozen=True):
    """Deadlines of all plugins."""

    calendar_file: str = ""
