"""The index as one process sees it at one moment: its segments, opened again when the index has changed."""

from __future__ import annotations

from typing import Any

from whoosh import index

from huitang_kernel.search.folder import IndexFolder
from huitang_kernel.search.segment import Memory, Segment


class Snapshot:
    """Used by one thread at a time; call `refresh` first."""

    def __init__(self, folder: IndexFolder, cache_bytes: int) -> None:
        self.segments: list[Segment] = []
        self._folder = folder
        self._cache_bytes = cache_bytes
        self._stamp = ("", 0)
        self._reader: Any = None

    @property
    def is_there(self) -> bool:
        """False until an index has been built."""
        return bool(self._stamp[0])

    @property
    def documents(self) -> int:
        return sum(segment.live.bit_count() for segment in self.segments)

    def refresh(self) -> None:
        """Follow the writer. Costs a look into a folder when nothing has changed."""
        stamp = self._folder.stamp()
        if stamp == self._stamp:
            return
        if stamp[0] == self._stamp[0]:
            kept = {str(segment.reader.segment().segment_id()): segment.memory for segment in self.segments}
        else:
            kept = {}
        self.close()
        if stamp[0]:
            self._open(stamp[0], kept)
        self._stamp = stamp

    def _open(self, name: str, kept: dict[str, Memory]) -> None:
        self._reader = index.open_dir(str(self._folder.root / name)).reader()
        leaves = [leaf for leaf, _ in self._reader.leaf_readers() if leaf.doc_count_all()]
        total = sum(leaf.doc_count_all() for leaf in leaves) or 1
        for leaf in leaves:
            memory = kept.get(str(leaf.segment().segment_id())) or Memory()
            self.segments.append(Segment(leaf, memory, self._cache_bytes * leaf.doc_count_all() // total))

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = None
        self.segments = []
        self._stamp = ("", 0)
