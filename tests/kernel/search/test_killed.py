"""A writer that is killed in the middle of a batch loses nothing."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from search_things import put, titles

WRITER = """
import asyncio, os, signal, sys
sys.path.insert(0, sys.argv[4])
import search_things
from huitang_kernel.app import Hall
from huitang_kernel.config import load_settings
from huitang_kernel.search import updating
from huitang_kernel.testing import TEST_KEY

dsn, folder, moment = sys.argv[1:4]
real = updating.apply

def killed(path, gone, documents):
    if moment == "writing":
        from whoosh import index
        writer = index.open_dir(str(path)).writer()
        for document in documents:
            writer.update_document(**document)
    else:
        real(path, gone, documents)
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    updating.apply = killed
    settings = load_settings(None, {"data_dir": folder, "key": TEST_KEY})
    hall = Hall(settings, plugins=[search_things.Things()], installed=())
    await hall.open(dsn, background=False)
    await hall.services.search.updater.apply_batch()

asyncio.run(main())
"""


@pytest.mark.parametrize("moment", ["writing", "committed"])
async def test_killed_in_the_middle_of_a_batch(hall, moment):
    search = hall.services.search
    await search.rebuild()
    things = [await put(hall, f"预算 {number}", "正文 " * 50) for number in range(60)]
    await search.refresh("things.thing", things)
    here = str(Path(__file__).parent)
    arguments = [sys.executable, "-c", WRITER, hall.dsn, str(hall.core.data_dir), moment, here]
    process = await asyncio.create_subprocess_exec(*arguments)
    assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
    waiting = await hall.core.database.fetch("SELECT count(*) AS n FROM search.pending")
    assert waiting[0]["n"] == 60
    assert len(await titles(hall, "预算", size=100)) == (0 if moment == "writing" else 60)
    while await search.updater.apply_batch():
        pass
    assert len(await titles(hall, "预算", size=100)) == 60
    assert (await hall.core.database.fetch("SELECT count(*) AS n FROM search.pending"))[0]["n"] == 0
