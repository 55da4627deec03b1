"""A plugin that fails in any phase is named with its cause and hurts nothing else."""

from __future__ import annotations

import asyncio
import uuid
from importlib.metadata import EntryPoint

import pytest

from huitang_kernel.boot import BootAborted
from huitang_kernel.config import ConfigError
from huitang_kernel.plugins.registry import State
from huitang_kernel.testing import client_of
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from tests.kernel.core.plugins_for_tests import (
    BellRung,
    FolderPlugin,
    ForeignPermission,
    GoodPlugin,
    LotPlugin,
    MisspeltHook,
    NeverStarts,
    RaisesAtStart,
    RaisesInDeclare,
    UnguardedPage,
    folder_with,
)

BAD = [
    (RaisesInDeclare, "", {}, "declare", "no permissions today"),
    (ForeignPermission, "", {}, "declare", "must start with 'bad.'"),
    (MisspeltHook, "", {}, "declare", "permisions"),
    (UnguardedPage, "", {}, "routes", "no guard says who may enter"),
    (FolderPlugin, "SELECT nonsense;", {}, "migrate", "0001_tables.sql failed"),
    (RaisesAtStart, "", {}, "start", "cannot start"),
    (NeverStarts, "", {}, "start", "took longer"),
    (FolderPlugin, "", {"needs": ("absent",)}, "resolve", "needs the plugin absent"),
    (FolderPlugin, "", {"sdk": ">=99"}, "resolve", "needs huitang-sdk >=99"),
]


@pytest.mark.parametrize(("kind", "sql", "manifest", "phase", "cause"), BAD, ids=[f"{b[3]}-{b[4][:20]}" for b in BAD])
async def test_a_bad_plugin_is_named_and_the_rest_works(open_hall, tmp_path, kind, sql, manifest, phase, cause):
    good = GoodPlugin(folder_with(tmp_path))
    bad = kind("bad", folder_with(tmp_path, sql), **manifest)
    hall = await open_hall(good, bad, policy={"start_timeout": 3})
    record = hall.registry.get("bad")
    assert record.state in (State.FAILED, State.INCOMPATIBLE)
    assert record.failed_phase == phase
    assert cause in record.cause
    async with client_of(hall) as client:
        assert (await client.get("/good/")).text == "ding"


@pytest.mark.parametrize(("kind", "sql", "manifest", "phase", "cause"), BAD, ids=[f"{b[3]}-{b[4][:20]}" for b in BAD])
async def test_with_abort_nothing_starts(open_hall, tmp_path, kind, sql, manifest, phase, cause):
    bad = kind("bad", folder_with(tmp_path, sql), **manifest)
    with pytest.raises(BootAborted, match="bad"):
        await open_hall(bad, policy={"on_plugin_failure": "abort", "start_timeout": 3})


async def test_a_plugin_that_cannot_be_imported_is_named(open_hall):
    hall = await open_hall(installed=[EntryPoint("ghost", "no_such_module:plugin", "huitang.plugins")])
    record = hall.registry.get("ghost")
    assert (record.state, record.failed_phase) == (State.FAILED, "discover")
    assert "no_such_module" in record.cause


async def test_plugins_start_after_what_they_need(open_hall, tmp_path):
    hall = await open_hall(
        GoodPlugin(folder_with(tmp_path), "aaa", needs=("zzz",)),
        GoodPlugin(folder_with(tmp_path), "mmm", after=("aaa",)),
        GoodPlugin(folder_with(tmp_path), "zzz"),
    )
    order = [record.id for record in hall.registry if not record.builtin]
    assert order == ["zzz", "aaa", "mmm"]


async def test_a_circle_of_needs_is_named(open_hall, tmp_path):
    hall = await open_hall(
        GoodPlugin(folder_with(tmp_path), "aaa", needs=("bbb",)),
        GoodPlugin(folder_with(tmp_path), "bbb", needs=("aaa",)),
        GoodPlugin(folder_with(tmp_path), "ccc"),
    )
    assert "circle" in hall.registry.get("aaa").cause
    assert hall.registry.is_active("ccc")


async def test_a_section_for_a_plugin_that_is_not_there_is_refused(open_hall):
    with pytest.raises(ConfigError, match=r"plugins\.ghost: no such plugin"):
        await open_hall(plugins={"ghost": {"x": 1}})


async def test_an_error_in_a_page_hurts_only_that_page(open_hall, tmp_path):
    hall = await open_hall(GoodPlugin(folder_with(tmp_path)))
    async with client_of(hall) as client:
        broken = await client.get("/good/broken")
        assert broken.status_code == 500
        assert "this page is broken" not in broken.text
        assert broken.headers["X-Request-Id"] in broken.text
        assert (await client.get("/good/")).status_code == 200
    assert hall.registry.get("good").troubles["request:/good/broken"].message == "RuntimeError: this page is broken"


async def switch(hall, plugin_id: str, enabled: bool) -> None:
    await hall.core.database.execute("UPDATE kernel.plugin SET enabled = $2 WHERE id = $1", plugin_id, enabled)
    await hall.core.database.notify("huitang_plugins")


async def test_disabling_closes_routes_and_events_wait_until_enabling(open_hall, tmp_path):
    good = GoodPlugin(folder_with(tmp_path))
    hall = await open_hall(good, background=True)
    async with client_of(hall) as client:
        await switch(hall, "good", False)
        await until(lambda: not hall.registry.is_active("good"), within=1.0)
        assert (await client.get("/good/")).status_code == 404
        await ring(hall, 1)
        await asyncio.sleep(0.3)
        assert good.heard == []
        await switch(hall, "good", True)
        await until(lambda: hall.registry.is_active("good"), within=1.0)
        assert (await client.get("/good/")).status_code == 200
        await until(lambda: good.heard == [1], within=5.0)


async def ring(hall, number: int) -> None:
    async with hall.core.database.write(SYSTEM) as write:
        await write.audit("good.bell.rung", Ref("good.bell", uuid.UUID(int=1)))
        await write.emit(BellRung(number=number))


async def until(condition, within: float) -> None:
    deadline = asyncio.get_running_loop().time() + within
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


async def test_a_lot_comes_at_once_and_one_that_fails_spoils_no_other(open_hall, tmp_path):
    lots = LotPlugin(folder_with(tmp_path), unbearable=7)
    hall = await open_hall(lots)
    for number in range(5):
        await ring(hall, number)
    assert await hall.dispatcher.deliver_due() == 5
    assert lots.lots == [[0, 1, 2, 3, 4]]
    for number in range(5, 9):
        await ring(hall, number)
    assert await hall.dispatcher.deliver_due() == 4
    assert lots.lots[1:] == [[5], [6], [8]]
    sql = "SELECT attempts, done_at IS NULL AS open, error FROM kernel.outbox_delivery ORDER BY position"
    rows = await hall.core.database.fetch(sql)
    assert [row["open"] for row in rows] == [number == 7 for number in range(9)]
    assert (rows[7]["attempts"], rows[7]["error"]) == (1, "RuntimeError: not that one")


async def test_events_reach_every_consumer_once_when_all_is_well(open_hall, tmp_path):
    first, second = GoodPlugin(folder_with(tmp_path), "first"), GoodPlugin(folder_with(tmp_path), "second")
    hall = await open_hall(first, second, background=True)
    for number in range(20):
        await ring(hall, number)
    await until(lambda: len(first.heard) == 20 and len(second.heard) == 20, within=10)
    assert first.heard == sorted(first.heard) == second.heard


async def test_a_consumer_that_fails_is_tried_again_and_holds_up_nobody(open_hall, tmp_path):
    first, second = GoodPlugin(folder_with(tmp_path), "first"), GoodPlugin(folder_with(tmp_path), "second")
    hall = await open_hall(first, second, background=True)
    first.fail_times = 1
    await ring(hall, 7)
    await until(lambda: second.heard == [7], within=5)
    await until(lambda: first.heard == [7], within=10)
    assert "event:first.hear" in hall.registry.get("first").troubles


async def test_delivered_events_are_forgotten_after_a_week_and_dead_ones_are_not(open_hall, tmp_path):
    good = GoodPlugin(folder_with(tmp_path))
    hall = await open_hall(good, background=True)
    await ring(hall, 1)
    await ring(hall, 2)
    await until(lambda: len(good.heard) == 2, within=5)
    database = hall.core.database
    await asyncio.sleep(0.2)
    await database.execute("UPDATE kernel.outbox SET fanned_out_at = now() - interval '8 days'")
    await database.execute(
        "UPDATE kernel.outbox_delivery SET done_at = NULL, dead_at = now() WHERE event_id ="
        " (SELECT id FROM kernel.outbox WHERE name = 'good.bell.rung' ORDER BY position LIMIT 1)"
    )
    task = asyncio.create_task(hall.dispatcher.forget_delivered())
    await asyncio.sleep(0.3)
    task.cancel()
    left = await database.fetch("SELECT payload FROM kernel.outbox WHERE name = 'good.bell.rung'")
    assert [row["payload"] for row in left] == ['{"event": "good.bell.rung", "number": 1}']
