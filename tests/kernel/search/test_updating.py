"""The index follows the data: events, deletions, failures, rebuilds, several readers."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import msgspec
import pytest
from search_things import READER, ReportFiled, ThingChanged, put, titles

from huitang_kernel.search.folder import IndexFolder
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM


async def settle(hall):
    """Deliver what is in the outbox, then write what is pending."""
    while await hall.dispatcher.deliver_due():
        pass
    while await hall.services.search.updater.apply_batch():
        pass


async def pending(hall, condition="TRUE"):
    return (await hall.core.database.fetch(f"SELECT count(*) AS n FROM search.pending WHERE {condition}"))[0]["n"]


async def test_a_declared_event_brings_the_thing_into_the_index(hall):
    await hall.services.search.rebuild()
    async with hall.core.database.write(SYSTEM) as write:
        thing = await put(hall, "预算草案")
        report = await put(hall, "审查报告", kind="report")
        await write.audit("things.thing.changed", Ref("things.thing", thing))
        await write.emit(ThingChanged(thing_id=thing))
        await write.emit(ReportFiled(report_id=report))
    assert await titles(hall, "预算") == []
    await settle(hall)
    assert await titles(hall, "预算") == ["预算草案"]
    assert await titles(hall, "审查", kinds=["things.report"]) == ["审查报告"]
    assert await pending(hall) == 0


async def test_changed_and_removed_things(hall):
    search = hall.services.search
    thing, other = await put(hall, "旧的标题"), await put(hall, "另一个标题")
    await search.rebuild()
    await put(hall, "新的名称", thing=thing)
    await hall.core.database.execute("DELETE FROM thing WHERE id = $1", other)
    await search.refresh("things.thing", [thing, other])
    await settle(hall)
    assert await titles(hall, "") == ["新的名称"]
    assert await titles(hall, "标题") == []


async def test_a_refresh_in_a_write_that_fails_never_happened(hall):
    await hall.services.search.rebuild()

    async def refresh_and_fail():
        async with hall.core.database.write(SYSTEM):
            await hall.services.search.refresh("things.thing", [uuid4()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await refresh_and_fail()
    assert await pending(hall) == 0


async def test_a_thing_that_cannot_be_read_waits_and_hurts_no_other(hall):
    search = hall.services.search
    await search.rebuild()
    broken, good = await put(hall, "broken"), await put(hall, "好的")
    await search.refresh("things.thing", [broken, good])
    assert await search.updater.apply_batch() == 2
    assert await titles(hall, "") == ["好的"]
    rows = await hall.core.database.fetch("SELECT id, attempts, error, next_at > now() AS later FROM search.pending")
    assert [(row["id"], row["attempts"], row["later"]) for row in rows] == [(broken, 1, True)]
    assert "this thing cannot be read" in rows[0]["error"]
    assert "search:things.thing" in hall.registry.get("things").troubles
    await put(hall, "修好了", thing=broken)
    await hall.core.database.execute("UPDATE search.pending SET next_at = now()")
    await settle(hall)
    assert sorted(await titles(hall, "")) == ["修好了", "好的"]
    assert await pending(hall) == 0


async def test_rebuild_equals_incremental(hall):
    search = hall.services.search
    await search.rebuild()
    for number in range(40):
        thing = await put(hall, f"第{number}号 预算", f"正文 {number % 7} 审查", year=str(2020 + number % 3))
        await search.refresh("things.thing", [thing])
        if number % 9 == 0:
            await settle(hall)
        if number % 10 == 5:
            await hall.core.database.execute("DELETE FROM thing WHERE id = $1", thing)
            await search.refresh("things.thing", [thing])
    await settle(hall)
    questions = ["", "预算", "审查", "ys", "第7号", "3"]
    before = [await search.query(SYSTEM, text, size=100) for text in questions]
    assert before[0].total == 36
    assert await search.rebuild() == 36
    after = [await search.query(SYSTEM, text, size=100) for text in questions]
    for old, new in zip(before, after, strict=True):
        assert {hit.id: hit for hit in old.hits} == {hit.id: hit for hit in new.hits}
        assert (old.total, old.facets) == (new.total, new.facets)


async def test_progress_is_told_and_the_state_kept(hall):
    for number in range(5):
        await put(hall, f"事物 {number}")
    told = []
    assert await hall.services.search.rebuild(lambda *step: told.append(step)) == 5
    assert told == [("things.thing", 5, 5)]
    state = (await hall.core.database.fetch("SELECT * FROM search.rebuild"))[0]
    assert (state["documents"], state["error"]) == (5, "")
    assert state["finished_at"] >= state["started_at"]


async def test_changes_during_a_rebuild_are_in_the_new_index(hall, monkeypatch):
    """A thing that the rebuild has read already changes, and the writer applies that to the old index meanwhile."""
    search = hall.services.search
    thing = await put(hall, "最初")
    await search.rebuild()
    real = search.rebuilder._swap

    async def change_then_swap(*values):
        await put(hall, "后来", thing=thing)
        await search.refresh("things.thing", [thing])
        await search.updater.apply_batch()
        assert await titles(hall, "") == ["后来"]
        await real(*values)

    monkeypatch.setattr(search.rebuilder, "_swap", change_then_swap)
    await search.rebuild()
    assert await titles(hall, "") == ["最初"]
    await settle(hall)
    assert await titles(hall, "") == ["后来"]
    assert await pending(hall) == 0


async def test_a_rebuild_that_fails_leaves_the_old_index(hall, monkeypatch):
    search = hall.services.search
    await put(hall, "原有的")
    await search.rebuild()
    index = search.folder.current()

    async def fail(*_values):
        raise OSError("the disk is full")

    monkeypatch.setattr(search.rebuilder, "_swap", fail)
    with pytest.raises(OSError, match="disk is full"):
        await search.rebuild()
    assert search.folder.current() == index
    assert [path for path in search.folder.root.glob("index-*") if path != index] == []
    assert await titles(hall, "") == ["原有的"]
    assert "the disk is full" in (await hall.core.database.fetch("SELECT error FROM search.rebuild"))[0]["error"]


async def test_an_index_of_another_analyzer_is_not_read(hall):
    await put(hall, "原有的")
    await hall.services.search.rebuild()
    meta = hall.services.search.folder.current() / "huitang.json"
    meta.write_text(meta.read_text().replace("pinyin/", "pinyin/0"))
    assert hall.services.search.folder.current() is None
    assert await titles(hall, "") == []
    await hall.services.search.rebuild()
    assert await titles(hall, "") == ["原有的"]


async def test_old_indexes_are_removed_after_a_while(hall, monkeypatch):
    folder: IndexFolder = hall.services.search.folder
    await hall.services.search.rebuild()
    await hall.services.search.rebuild()
    folder.clean()
    assert len(list(folder.root.glob("index-*"))) == 2
    monkeypatch.setattr("huitang_kernel.search.folder.KEEP_SECONDS", -5)
    folder.clean()
    assert list(folder.root.glob("index-*")) == [folder.current()]


async def test_the_leader_builds_a_missing_index_and_follows(open_things):
    """A new hall has no index: its leader makes one, then everything that changes gets in by itself."""
    hall = await open_things(background=True)
    thing = await put(hall, "自动进入索引")
    await eventually(lambda: hall.services.search.folder.current() is not None)
    async with hall.core.database.write(SYSTEM) as write:
        await write.audit("things.thing.changed", Ref("things.thing", thing))
        await write.emit(ThingChanged(thing_id=thing))
    for _ in range(100):
        if await titles(hall, "自动") == ["自动进入索引"]:
            return
        await asyncio.sleep(0.1)
    pytest.fail("the thing never came into the index")


async def test_a_kind_that_is_new_is_indexed_whole(hall):
    await put(hall, "先有的", kind="report")
    await hall.services.search.rebuild()
    await hall.core.database.execute("DELETE FROM search.indexed_kind WHERE kind = 'things.report'")
    await put(hall, "后有的", kind="report")
    await hall.services.search.updater.enqueue_new_kinds()
    assert await pending(hall) == 2
    await settle(hall)
    assert sorted(await titles(hall, "")) == ["先有的", "后有的"]


async def test_asking_for_a_rebuild(open_things):
    hall = await open_things(background=True)
    await eventually(lambda: hall.services.search.folder.current() is not None)
    first = hall.services.search.folder.current()
    await hall.services.search.rebuilder.ask()
    await eventually(lambda: hall.services.search.folder.current() != first)


async def eventually(check, seconds=40.0):
    for _ in range(int(seconds * 20)):
        if check():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it did not happen in time")


async def test_a_plugin_that_cannot_list_its_things_hurts_no_other(hall, monkeypatch):
    """Its kind is left out of the new index, and read whole as soon as the plugin is well again."""
    thing, report = await put(hall, "事物"), await put(hall, "报告", kind="report")
    record = hall.registry.get("things")

    async def fail(_ctx):
        raise OSError("the table is gone")
        yield

    well = record.declarations
    broken = [msgspec.structs.replace(s, ids=fail) if s.kind == "things.thing" else s for s in well.search_sources]
    record.declarations = msgspec.structs.replace(well, search_sources=broken)
    assert await hall.services.search.rebuild() == 1
    assert await titles(hall, "") == ["报告"]
    assert "the table is gone" in record.troubles["search:things.thing"].message
    await hall.services.search.updater.enqueue_new_kinds()
    record.declarations = well
    await hall.services.search.updater.enqueue_new_kinds()
    await settle(hall)
    assert {hit.id for hit in (await hall.services.search.query(READER, "")).hits} == {thing, report}


async def test_a_kind_nobody_declares_is_refused(hall):
    with pytest.raises(ValueError, match=r"'things\.thong'"):
        await hall.services.search.refresh("things.thong", [uuid4()])


async def test_five_thousand_documents(hall):
    await hall.core.database.execute(
        "INSERT INTO thing SELECT gen_random_uuid(), 'thing', '第' || n || '号文件 预算',"
        " '关于' || n % 50 || '街道的审查意见', NULL, NULL,"
        " (2000 + n % 25)::text, now() - n * interval '1 minute' FROM generate_series(1, 5000) n"
    )
    assert await hall.services.search.rebuild() == 5000
    page = await hall.services.search.query(READER, "审查意见", size=50)
    assert (page.total, len(page.hits)) == (5000, 50)
    assert len(page.facets["year"]) == 25
    assert set(page.facets["year"].values()) == {200}
    assert (await hall.services.search.query(READER, "7街道 审查")).total > 0
    assert await titles(hall, "第4321号") == ["第4321号文件 预算"]
    dates = [hit.updated_at for hit in (await hall.services.search.query(READER, "", size=100)).hits]
    assert dates == sorted(dates, reverse=True)
