"""Settings of files: section [plugins.files]."""

from __future__ import annotations

from msgspec import Struct


class FilesSettings(Struct, frozen=True):
    """Nothing to set yet."""
