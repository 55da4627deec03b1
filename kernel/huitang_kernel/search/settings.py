"""Settings of search: section [plugins.search]."""

from __future__ import annotations

from msgspec import Struct


class SearchSettings(Struct, frozen=True):
    """Nothing to set yet."""
