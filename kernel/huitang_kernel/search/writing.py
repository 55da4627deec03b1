"""Writing to an index with whoosh. Everything here blocks and belongs in a thread."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from whoosh import index

from huitang_kernel.search.sources import Fields


def apply(path: Path, gone: Iterable[str], documents: Iterable[Fields]) -> None:
    """Take out the documents with the keys `gone`, put in or replace `documents`; all at once or not at all."""
    writer = index.open_dir(str(path)).writer(timeout=30.0)
    try:
        for key in gone:
            writer.delete_by_term("key", key)
        for document in documents:
            writer.update_document(**document)
    except BaseException:
        writer.cancel()
        raise
    writer.commit()


class FreshIndex:
    """An index that is being built, one segment at the end. Nothing is in it before `finish`."""

    def __init__(self, path: Path, memory_mb: int = 128) -> None:
        self.path = path
        self._writer: Any = index.open_dir(str(path)).writer(limitmb=memory_mb)

    def add(self, documents: Iterable[Fields]) -> None:
        for document in documents:
            self._writer.add_document(**document)

    def finish(self) -> None:
        self._writer.commit(optimize=True)

    def remove(self) -> None:
        """Stop building, or undo what was built, with all files."""
        if not self._writer.is_closed:
            self._writer.cancel()
        shutil.rmtree(self.path)
