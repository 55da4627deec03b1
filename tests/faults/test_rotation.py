"""`kill -9` in a change of keys: whoever comes next finishes it, and nothing was lost or missed meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import asyncpg
import pytest

from tests.command import Started, start
from tests.kernel.personal.conftest import QUICK
from tests.kernel.personal.contacts import add, add_many, all_open, find, keys_of, phone_of
from tests.sdk.demo_plugin import Demo

ROOT = Path(__file__).parents[2]
ROWS = 8_000
STEP = (
    "SELECT (SELECT max(id) FROM personal.key), (SELECT count(*) FROM personal.key WHERE used_from IS NULL), done FROM "
)
STEP += "personal.sealed_table WHERE name = 'demo.contact'"


def started(dsn: str, folder: Path) -> Started:
    return start([dsn, str(folder)], ROOT, os.environ, folder / "node.log", module="tests.faults.rotation_node")


async def killed_when(dsn: str, folder: Path, is_there) -> None:
    """A node that is killed as soon as the database says that it is where we want it."""
    node = started(dsn, folder)
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(60):
            while not is_there(*await connection.fetchrow(STEP)):
                assert node.returncode is None, (folder / "node.log").read_text()[-3000:]
                await asyncio.sleep(0.005)
    finally:
        node.send_signal(signal.SIGKILL)
        await node.wait()
        await connection.close()


@pytest.mark.timeout(240)
async def test_a_change_of_keys_that_is_killed_is_finished(open_hall, tmp_path):
    hall = await open_hall(Demo(), plugins=QUICK)
    ctx = hall.registry.get("demo").context
    rows = await add_many(ctx, ROWS)
    moments = (
        lambda newest, waiting, _done: (newest, waiting) == (2, 1),  # announced, not used yet
        lambda _newest, waiting, done: not waiting and done >= 1_000,
        lambda _newest, _waiting, done: done >= 4_000,
    )
    before = 0
    for moment in moments:
        await killed_when(hall.dsn, tmp_path, moment)
        assert await hall.services.personal.states.is_unfinished()
        (state,) = [s for s in await hall.services.personal.states.tables() if s.name == "demo.contact"]
        assert state.done >= before, "it goes on where it was cut off"
        before = state.done
        late = phone_of(900_000 + before)
        rows[late] = await add(ctx, late)
        for phone in (late, *list(rows)[:: ROWS // 40]):
            assert await find(ctx, phone) == [rows[phone]]
    assert {1, 2} == {value for value, _index in await keys_of(ctx)}
    node = started(hall.dsn, tmp_path)
    assert await node.wait() == 0, (tmp_path / "node.log").read_text()[-3000:]
    assert await keys_of(ctx) == {(2, 2)}
    assert await all_open(ctx) == rows
    assert not await hall.services.personal.states.is_unfinished()
    for phone in list(rows)[:: ROWS // 40]:
        assert await find(ctx, phone) == [rows[phone]]
