"""Settings of search: section [plugins.search]."""

from __future__ import annotations

from msgspec import Struct


class SearchSettings(Struct, frozen=True):
    """`batch` things are read and written per commit of the index; `cache_mb` is what one process may keep in memory.

    Of each document `indexed_characters` are found and `kept_characters` are kept for excerpts. `document_seconds` is
    how long a plugin may take to read one thing for the index.
    """

    batch: int = 200
    cache_mb: int = 128
    indexed_characters: int = 200_000
    kept_characters: int = 20_000
    document_seconds: float = 30.0
    page_size: int = 20
