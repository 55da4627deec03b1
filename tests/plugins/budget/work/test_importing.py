"""Files become declarations: whole or not at all, once, and with a message for what cannot be read."""

from __future__ import annotations

import asyncio
import io
import zipfile

import pytest
from town import DRINKING, SIGNALS, SLUICES, TRAINING, form, upload

from huitang_budget.services.importing import import_files
from huitang_budget.services.listing import Filter, list_declarations
from huitang_budget.services.storing import Upload
from huitang_sdk.errors import Invalid


async def tables_are_empty(town) -> bool:
    counts = [
        await town.one(f"SELECT count(*) FROM {name}")
        for name in ("budget.declaration", "budget.finding", "workflow.process")
    ]
    return counts == [0, 0, 0]


async def test_a_form_is_imported_reviewed_and_on_record(town):
    outcomes = await import_files(town.ctx, town.actors["clerk"], [upload(form(TRAINING))])
    assert [(o.error, o.new) for o in outcomes] == [("", 1)]
    imported = outcomes[0].forms[0]
    assert imported.findings > 10
    row = (await town.fetch("SELECT * FROM budget.declaration"))[0]
    assert (row["unit"], row["year"], row["current_year_fen"]) == ("云江市教育局", 2026, 180_000_000)
    assert row["organisation_id"] == town.units["education"].id
    assert row["imported_by"] == town.actors["clerk"].account_id
    stored = await town.ctx.files.get(row["file_id"])
    assert await town.ctx.files.read(stored) == upload(form(TRAINING)).data
    audit = await town.hall.audit.entries(action="budget.declaration.imported")
    assert [entry.subject for entry in audit] == [f"budget.declaration:{imported.id}"]
    assert audit[0].detail["after"]["project"] == row["project"]
    assert audit[0].detail["before"] is None
    events = await town.fetch("SELECT name FROM kernel.outbox WHERE name LIKE 'budget.%'")
    assert [event["name"] for event in events] == ["budget.declaration.imported"]


async def test_the_same_again_changes_nothing_and_says_so(town):
    clerk = town.actors["clerk"]
    first = await import_files(town.ctx, clerk, [upload(form())])
    before = await town.fetch("SELECT * FROM budget.declaration")
    audited = await town.one("SELECT count(*) FROM kernel.audit_record")
    again = await import_files(town.ctx, clerk, [upload(form()), upload(form(), name="另一个名字.txt")])
    assert [[(f.id, f.new) for f in o.forms] for o in again] == [[(first[0].forms[0].id, False)]] * 2
    assert await town.fetch("SELECT * FROM budget.declaration") == before
    assert await town.one("SELECT count(*) FROM kernel.audit_record") == audited
    assert await town.one("SELECT count(*) FROM files.file") == 1


async def test_two_imports_of_one_form_at_once_make_one_declaration(town):
    clerk = town.actors["clerk"]
    both = await asyncio.gather(*(import_files(town.ctx, clerk, [upload(form())]) for _ in range(2)))
    assert sorted(o.new for outcomes in both for o in outcomes) == [0, 1]
    assert await town.one("SELECT count(*) FROM budget.declaration") == 1


async def test_two_forms_in_one_file_are_two_declarations(town):
    outcomes = await import_files(town.ctx, town.actors["clerk"], [upload(form(SIGNALS), form(SLUICES))])
    assert [f.form for f in outcomes[0].forms] == [1, 2]
    findings = await town.fetch(
        "SELECT d.project, f.related_ids FROM budget.finding f JOIN budget.declaration d ON d.id = f.declaration_id"
        " WHERE rule = 'comparison.same-dates' ORDER BY d.form"
    )
    ids = [f.id for f in outcomes[0].forms]
    assert [row["related_ids"] for row in findings] == [[ids[1]], [ids[0]]]
    assert await town.one("SELECT count(*) FROM files.file") == 1


async def test_a_later_import_is_compared_with_what_is_on_record(town):
    clerk = town.actors["clerk"]
    first = (await import_files(town.ctx, clerk, [upload(form(SIGNALS))]))[0].forms[0]
    second = (await import_files(town.ctx, clerk, [upload(form(SLUICES))]))[0].forms[0]
    rows = await town.fetch(
        "SELECT related_ids, message FROM budget.finding WHERE declaration_id = $1 AND rule = 'comparison.same-dates'",
        second.id,
    )
    assert [row["related_ids"] for row in rows] == [[first.id]]
    assert "智慧信号灯联网控制平台建设" in rows[0]["message"]


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", b"0" * (300 * 1024 * 1024))
    return out.getvalue()


BAD = {
    "空.txt": b"",
    "图片.pdf": b"\x89PNG\r\n\x1a\n" + b"\0" * 200,
    "别的文件.txt": "这是一份会议通知，没有申报表。".encode(),
    "炸弹.docx": zip_bomb(),
}


@pytest.mark.parametrize("name", sorted(BAD))
async def test_a_bad_file_gets_its_message_and_the_others_go_on(town, name):
    files = [Upload(name, BAD[name]), upload(form(DRINKING))]
    outcomes = await import_files(town.ctx, town.actors["clerk"], files)
    assert name in outcomes[0].error
    assert outcomes[0].forms == ()
    assert outcomes[1].new == 1


async def test_nothing_is_half_imported(town, monkeypatch):
    """The second form of a file fails at the very end: the first is not there either."""
    real = type(town.ctx.workflow).start
    calls = []

    async def fail_second(*arguments, **options):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the disk is full")
        await real(*arguments, **options)

    monkeypatch.setattr(type(town.ctx.workflow), "start", fail_second)
    outcomes = await import_files(town.ctx, town.actors["clerk"], [upload(form(SIGNALS), form(SLUICES))])
    assert outcomes[0].error
    assert await tables_are_empty(town)
    assert await town.one("SELECT count(*) FROM files.file") == 0


async def test_a_file_that_is_too_large_is_not_read(town):
    outcomes = await import_files(town.ctx, town.actors["clerk"], [Upload("大.txt", b"", 200 * 1024 * 1024)])
    assert "大.txt" in outcomes[0].error
    assert "50 MB" in outcomes[0].error


async def test_gbk_text_is_read(town):
    data = upload(form()).data.decode().encode("gb18030")
    outcomes = await import_files(town.ctx, town.actors["clerk"], [Upload("国标码.txt", data)])
    assert outcomes[0].forms[0].project == "中小学校园直饮水设备更新项目"


async def test_an_unknown_unit_belongs_to_the_importer_and_a_chosen_one_must_be_within_reach(town):
    clerk = town.actors["clerk"]
    await import_files(town.ctx, clerk, [upload(form(unit="云江市没有的局"))])
    assert await town.one("SELECT organisation_id FROM budget.declaration") == town.units["office"].id
    await import_files(town.ctx, clerk, [upload(form(TRAINING))], organisation_id=town.units["water"].id)
    listing = await list_declarations(town.ctx, clerk, Filter(sort="imported"))
    assert listing.rows[0].organisation_id == town.units["water"].id
    with pytest.raises(Invalid):
        await import_files(town.ctx, clerk, [upload(form(SLUICES))], organisation_id=town.units["east"].id)


async def test_who_hands_out_reviews_is_told(town):
    await import_files(town.ctx, town.actors["system"], [upload(form())], organisation_id=town.units["water"].id)
    rows = await town.fetch("SELECT recipient_id FROM notifications.notice WHERE kind = 'budget.imported'")
    assert [row["recipient_id"] for row in rows] == [town.actors["clerk"].account_id]


async def test_too_many_declarations_to_compare_with_are_said(open_hall):
    from town import open_town

    small = await open_town(open_hall, plugins={"budget": {"compare_limit": 1}})
    clerk = small.actors["clerk"]
    await import_files(small.ctx, clerk, [upload(form()), upload(form(SIGNALS)), upload(form(SLUICES))])
    rows = await small.fetch("SELECT reason FROM budget.not_computed WHERE rule = 'comparison.limit'")
    assert len(rows) == 1
    assert "另有 1 份没有比较" in rows[0]["reason"]
