"""Pages under /conference/."""

from __future__ import annotations

from typing import Any

PAGES: tuple[Any, ...] = ()
