"""The steps of processes: what the kernel's service and the fake have in common. Not for plugins."""

from __future__ import annotations

from huitang_sdk.workflow.pausing import Pausing
from huitang_sdk.workflow.reading import Reading
from huitang_sdk.workflow.stepping import Stepping
from huitang_sdk.workflow.watching import Watching


class Engine(Reading, Stepping, Pausing, Watching):
    """Implements `huitang_sdk.contracts.Workflows` over a `Store`."""
