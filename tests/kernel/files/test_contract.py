"""The contract of Files, on the real store and database."""

from __future__ import annotations

import uuid

import pytest
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Invalid, NotFound, TooLarge


async def save(hall, name, content, *, plugin="budget", replaces=None):
    files = hall.services.files.scoped(plugin)
    async with hall.core.database.write(SYSTEM) as write:
        stored = await files.save(name, content, actor=SYSTEM, replaces=replaces)
        await write.audit(f"{plugin}.file.saved", Ref(f"{plugin}.file", stored.id))
    return stored


async def pieces(*parts):
    for part in parts:
        yield part


def blobs_on_disk(hall):
    return sorted(path.name for path in (hall.core.data_dir / "files").glob("??/??/*"))


def unfinished(hall):
    return list((hall.core.data_dir / "files" / "incoming").glob("*"))


async def test_what_is_saved_is_read_back(open_hall):
    hall = await open_hall()
    stored = await save(hall, "报告.txt", pieces("预算".encode(), "审查".encode()))
    files = hall.services.files.scoped("budget")
    assert await files.read(stored) == "预算审查".encode()
    assert (stored.name, stored.media_type, stored.size, stored.version) == ("报告.txt", "text/plain", 12, 1)
    assert await files.get(stored.id) == stored
    assert b"".join([chunk async for chunk in files.stream(stored, start=3, end=9)]) == "预算审查".encode()[3:9]
    assert await files.text(stored) == "预算审查"
