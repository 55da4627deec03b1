"""The index on disk: one folder per built index and a file `current` that names the one in use.

`current` is replaced by renaming, so a reader sees the old index or the new one, never half of each.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from uuid import uuid4

from whoosh import columns, fields, index

from huitang_kernel.search.analysis import ANALYZER

SCHEMA_VERSION = 2
META = "huitang.json"
KEEP_SECONDS = 600
"""An index no longer in use stays so long for readers that have not noticed yet."""


def make_schema() -> fields.Schema:
    """Terms come ready-made (see analysis.py); what a hit shows is one stored value."""
    return fields.Schema(
        key=fields.ID(unique=True),
        kind=fields.ID(),
        organisation=fields.ID(),
        owner=fields.ID(),
        reader=fields.ID(),
        title=fields.TEXT(phrase=False),
        body=fields.TEXT(phrase=False),
        pinyin=fields.TEXT(phrase=False),
        facet=fields.TEXT(phrase=False),
        updated=fields.COLUMN(columns.NumericColumn("q")),
        shown=fields.STORED(),
    )


class IndexFolder:
    """All methods block; they touch a handful of small files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pointer = root / "current"

    def current(self) -> Path | None:
        """The index in use; None if there is none or it was made by other rules."""
        try:
            path = self.root / self._pointer.read_text(encoding="ascii").strip()
            made_by = json.loads((path / META).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return path if made_by == {"analyzer": ANALYZER, "schema": SCHEMA_VERSION} else None

    def analyzer(self) -> str:
        """The analyzer of whatever index is there, "" for none: for the console."""
        try:
            path = self.root / self._pointer.read_text(encoding="ascii").strip()
            return str(json.loads((path / META).read_text(encoding="utf-8"))["analyzer"])
        except (OSError, ValueError, KeyError):
            return ""

    def create(self) -> Path:
        """A new, empty index that is not in use yet."""
        path = self.root / f"index-{uuid4().hex}"
        path.mkdir(parents=True)
        index.create_in(str(path), make_schema())
        meta = {"analyzer": ANALYZER, "schema": SCHEMA_VERSION}
        (path / META).write_text(json.dumps(meta), encoding="utf-8")
        return path

    def use(self, path: Path) -> None:
        """Make it the index in use."""
        beside = self.root / f"current.{uuid4().hex}"
        with beside.open("w", encoding="ascii") as file:
            file.write(path.name)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._pointer)

    def clean(self) -> None:
        """Remove indexes that have not been in use for a while, and what a dead rebuild left."""
        current = self.current()
        before = time.time() - KEEP_SECONDS
        for path in self.root.glob("index-*"):
            if path != current and path.stat().st_mtime < before and self._pointer_is_older_than(before):
                shutil.rmtree(path, ignore_errors=True)

    def _pointer_is_older_than(self, moment: float) -> bool:
        try:
            return self._pointer.stat().st_mtime < moment
        except FileNotFoundError:
            return False

    def stamp(self) -> tuple[str, int]:
        """Changes whenever a reader should open the index again."""
        current = self.current()
        if current is None:
            return "", 0
        tocs = [name for name in os.listdir(current) if name.startswith("_MAIN_") and name.endswith(".toc")]
        return current.name, max((int(name[6:-4]) for name in tocs), default=0)
