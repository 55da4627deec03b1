"""Settings of documents: section [plugins.documents]."""

from __future__ import annotations

from msgspec import Struct


class DocumentsSettings(Struct, frozen=True):
    """Templates of documents and what is made from them."""

    fonts_folder: str = ""
    max_template_mb: int = 5
    processes: int = 2
