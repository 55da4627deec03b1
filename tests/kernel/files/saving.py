"""Saving and counting files the way a plugin does."""

from __future__ import annotations

from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM


async def save(hall, name, content, *, plugin="budget", replaces=None):
    files = hall.services.files.scoped(plugin)
    async with hall.core.database.write(SYSTEM) as write:
        stored = await files.save(name, content, actor=SYSTEM, replaces=replaces)
        await write.audit(f"{plugin}.file.saved", Ref(f"{plugin}.file", stored.id))
    return stored


async def delete(hall, stored, *, plugin="budget"):
    async with hall.core.database.write(SYSTEM) as write:
        await hall.services.files.scoped(plugin).delete(stored.id, actor=SYSTEM)
        await write.audit(f"{plugin}.file.deleted", Ref(f"{plugin}.file", stored.id))


async def pieces(*parts):
    for part in parts:
        yield part


def blobs_on_disk(hall):
    return sorted(path.name for path in (hall.core.data_dir / "files").glob("??/??/*"))


def unfinished(hall):
    return list((hall.core.data_dir / "files" / "incoming").glob("*"))


async def rows(hall, table):
    return (await hall.core.database.fetch(f"SELECT count(*) AS n FROM files.{table}"))[0]["n"]
