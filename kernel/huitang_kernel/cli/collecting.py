"""How often a process looks for garbage."""

from __future__ import annotations

import gc

OBJECTS = 10_000


def collect_seldom() -> None:
    """Look once for every 10,000 objects more instead of every 700: what a start makes stays, and what a request makes
    is freed by its counts. Nothing is frozen, so a process of any age still finds its circles.
    """
    gc.set_threshold(OBJECTS, 10, 10)
