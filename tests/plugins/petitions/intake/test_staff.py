"""The desk, the register and the page of a matter, for those who may use them."""

from __future__ import annotations

import io
import re

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from huitang_petitions.services import listing
from huitang_petitions.services.listing import Wanted, list_matters
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import Person
from huitang_petitions.tables import Accused
from huitang_sdk.contracts.identity import SYSTEM
from tests.plugins.petitions.intake.letters import (
    ADDRESS,
    BODY,
    ID_NUMBER,
    NAME,
    PHONE,
    SUBJECT,
    code_in,
    intake,
    token_in,
)


async def at_the_desk(town, client, **changes):
    page = await client.get("/petitions/desk")
    values = {"token": token_in(page.text), "channel": "phone", "subject": SUBJECT, "body": BODY, "name": NAME}
    return await client.post("/petitions/desk", data=values | {"phone": PHONE} | changes)


async def test_a_call_is_entered_and_its_slip_printed(town):
    client = await town.sign_in("receptionist")
    answer = await at_the_desk(town, client)
    assert answer.status_code == 200, answer.text
    assert code_in(answer.text)
    assert "<svg" in answer.text
    (matter,) = await town.fetch("SELECT * FROM petitions.matter")
    assert matter["registered_by"] == town.actors["receptionist"].account_id


async def test_mistakes_at_the_desk_stand_at_their_fields(town):
    client = await town.sign_in("receptionist")
    others = "甲某，13800000001\n乙某，12"
    answer = await at_the_desk(town, client, subject="", phone="12", others=others, people="x1")
    assert answer.status_code == 422
    assert "people-error" in answer.text
    answer = await at_the_desk(town, client, subject="", phone="12", others=others)
    for field in ("subject", "phone", "others"):
        assert f'id="{field}-error"' in answer.text
    assert "甲某，13800000001" in answer.text
    answer = await at_the_desk(town, client, name="", phone="")
    assert 'id="persons-error"' in answer.text


async def test_a_joint_visit_is_entered_with_its_representatives(town):
    client = await town.sign_in("receptionist")
    others = "\n".join(f"居民{number}" for number in range(12))
    came = "\n".join(f"代表{number}\t1380000000{number}" for number in range(6))
    fields = {"channel": "visit", "name": "", "phone": "", "others": others}
    refused = await at_the_desk(town, client, **fields, representatives=came)
    assert refused.status_code == 422
    assert 'id="representatives-error"' in refused.text
    answer = await at_the_desk(town, client, **fields, representatives="\n".join(came.splitlines()[:5]))
    assert answer.status_code == 200, answer.text
    assert await town.one("SELECT count(*) FROM petitions.party WHERE role = 'representative'") == 5
    assert await town.one("SELECT people FROM petitions.matter") == 17


async def test_the_desk_knows_who_calls_by_phone_and_id_masked(town):
    done = await register(town.ctx, SYSTEM, intake(organisation_id=town.units["office"].id))
    client = await town.sign_in("receptionist")
    for field in ({"phone": "138 0000 1234"}, {"id_number": ID_NUMBER}):
        page = (await client.post("/petitions/desk/history", data=field)).text
        assert done.number in page
        assert "王**" in page
        for private in (NAME, PHONE, ADDRESS):
            assert private not in page
    other = await town.sign_in("county")
    assert done.number not in (await other.post("/petitions/desk/history", data={"phone": PHONE})).text
    person = await town.one("SELECT id FROM petitions.petitioner")
    answer = await at_the_desk(town, client, known=str(person))
    assert answer.status_code == 200
    assert await town.one("SELECT count(*) FROM petitions.petitioner") == 1
    foreign = await at_the_desk(town, other, known=str(person))
    assert foreign.status_code == 422


async def test_a_scan_with_a_text_layer_gives_the_letter_its_words(town):
    from reportlab.pdfgen.canvas import Canvas

    made = io.BytesIO()
    canvas = Canvas(made)
    canvas.drawString(72, 700, "The street lamps of Keyuan Road are broken.")
    canvas.save()
    client = await town.sign_in("receptionist")
    page = await client.get("/petitions/desk?channel=letter")
    values = {"token": token_in(page.text), "channel": "letter", "subject": SUBJECT, "name": NAME}
    files = {"papers": ("来信.pdf", made.getvalue())}
    answer = await client.post("/petitions/desk", data=values, files=files)
    assert answer.status_code == 200, answer.text
    (matter,) = await town.fetch("SELECT id, body FROM petitions.matter")
    assert "Keyuan Road" in town.ctx.personal.unseal("matter.body", matter["id"], matter["body"])
    assert await town.fetch("SELECT 1 FROM files.blob_text") == []
    assert await town.one("SELECT name FROM files.file_version") == "paper.pdf"


@pytest.mark.parametrize("broken", [b"%PDF-", b"%PDF-1.7\n" + b"\0" * 300])
async def test_a_scan_that_cannot_be_read_is_filed_all_the_same(town, broken):
    client = await town.sign_in("receptionist")
    page = await client.get("/petitions/desk?channel=letter")
    values = {"token": token_in(page.text), "channel": "letter", "subject": SUBJECT, "name": NAME}
    answer = await client.post("/petitions/desk", data=values, files={"papers": ("来信.pdf", broken)})
    assert answer.status_code == 200, answer.text
    assert await town.one("SELECT count(*) FROM petitions.paper WHERE kind = 'scan'") == 1


async def test_people_are_masked_until_somebody_says_why(town):
    done = await register(town.ctx, SYSTEM, intake(organisation_id=town.units["office"].id))
    client = await town.sign_in("officer")
    address = f"/petitions/matters/{done.id}"
    page = (await client.get(address)).text
    assert "王**" in page
    assert BODY in page
    for private in (NAME, PHONE, ID_NUMBER, ADDRESS):
        assert private not in page
    refused = await client.post(f"{address}/reveal", data={"reason": " "})
    assert refused.status_code == 422
    assert NAME not in refused.text
    for reason in (f"{NAME}要求回电", f"回电 {PHONE}"):
        quoting = await client.post(f"{address}/reveal", data={"reason": reason})
        assert quoting.status_code == 422
        assert "不要写入姓名或号码" in quoting.text.partition('id="reason-error"')[2][:200]
        assert ADDRESS not in quoting.text
    shown = await client.post(f"{address}/reveal", data={"reason": "需要电话核实"})
    for private in (NAME, PHONE, ID_NUMBER, ADDRESS):
        assert private in shown.text
    (record,) = await town.fetch("SELECT * FROM kernel.audit_record WHERE action = 'personal.revealed'")
    assert record["reason"] == "需要电话核实"
    assert NAME not in str(record)
    receptionist = await town.sign_in("receptionist")
    assert (await receptionist.post(f"{address}/reveal", data={"reason": "x"})).status_code == 403
    assert PHONE not in (await client.get(address)).text


async def test_a_person_is_found_by_phone_name_and_id_and_a_number_leads_to_its_matter(town):
    done = await register(town.ctx, SYSTEM, intake(organisation_id=town.units["office"].id))
    client, stranger = await town.sign_in("officer"), await town.sign_in("county")
    for who in ("+86 138-0000-1234", NAME, ID_NUMBER.lower()):
        assert done.number in (await client.post("/petitions/find", data={"who": who})).text
        assert done.number not in (await stranger.post("/petitions/find", data={"who": who})).text
    assert done.number not in (await client.post("/petitions/find", data={"who": "王样"})).text
    answer = await client.post("/petitions/find", data={"who": done.number})
    assert answer.headers["location"] == f"/petitions/matters/{done.id}"


async def test_pages_of_the_register_follow_one_another_without_gap_or_repeat(town):
    made = [await register(town.ctx, SYSTEM, intake(subject=f"第{number}件")) for number in range(7)]
    for order in ("-received", "received", "due"):
        found, after = [], ""
        for _page in range(5):
            shown = await list_matters(town.ctx, SYSTEM, Wanted(order=order, size=3, after=after))
            found += [line.id for line in shown.lines]
            after = shown.after
            if not after:
                break
        assert sorted(found) == sorted(one.id for one in made), order
    shown = await list_matters(town.ctx, SYSTEM, Wanted(after="nonsense", size=3))
    assert len(shown.lines) == 3


async def test_filters_narrow_the_register_and_its_count(town):
    await register(town.ctx, SYSTEM, intake(channel="letter", kind="appeal"))
    await register(town.ctx, SYSTEM, intake(channel="phone", kind="suggestion"))
    for wanted, count in (
        (Wanted(channel="letter"), 1),
        (Wanted(kind="suggestion"), 1),
        (Wanted(channel="letter", kind="suggestion"), 0),
        (Wanted(state="registered"), 2),
        (Wanted(mine=True), 0),
        (Wanted(since=town.ctx.clock.today(), until=town.ctx.clock.today()), 2),
        (Wanted(mark="late"), 0),
    ):
        shown = await list_matters(town.ctx, SYSTEM, wanted)
        assert (shown.total, len(shown.lines)) == (count, count), wanted
    assert listing.COUNTED


def workbook(*rows: tuple) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return made.getvalue()


HEAD = ("登记日期", "信访形式", "信访人", "联系电话", "事由", "信访内容", "联名人数")


async def test_a_list_is_looked_at_and_taken_over_once(town):
    client = await town.sign_in("receptionist")
    good = workbook(
        ("2025年来信来访登记表",), HEAD,
        ("2025-03-02", "来信", NAME, PHONE, SUBJECT, BODY, ""),
        ("2025/4/1", "来访", "李示范", "", "公交改线", "", 12),
    )  # fmt: skip
    page = await client.post("/petitions/import", files={"file": ("登记表.xlsx", good)})
    assert page.status_code == 200
    token = {"token": token_in(page.text)}
    assert await town.one("SELECT count(*) FROM petitions.matter") == 0
    assert (await (await town.sign_in("officer")).post("/petitions/import/take-over", data=token)).status_code == 404
    assert (await client.post("/petitions/import/take-over", data=token)).status_code == 200
    assert (await client.post("/petitions/import/take-over", data=token)).status_code == 404
    rows = await town.fetch("SELECT channel, people, number FROM petitions.matter ORDER BY received_at")
    assert [(row["channel"], row["people"]) for row in rows] == [("letter", 1), ("visit", 12)]
    assert all(row["number"].startswith("2025-") for row in rows)
    assert await town.one("SELECT count(*) FROM petitions.draft") == 0


async def test_mistakes_of_a_list_are_told_row_by_row_and_nothing_is_taken_over(town):
    client = await town.sign_in("receptionist")
    bad = workbook(
        HEAD,
        ("昨天", "来信", NAME, "12", SUBJECT, BODY, ""),
        ("2025-03-02", "飞鸽", NAME, "", "", "", "很多"),
        ("2025-03-02", "来信", NAME, "", SUBJECT, BODY, ""),
    )
    page = await client.post("/petitions/import", files={"file": ("登记表.xlsx", bad)})
    assert page.status_code == 200
    assert 'name="token"' not in page.text
    wrong = re.findall(r'<th scope="row">(\d+)</th><td><div>', page.text)
    assert wrong == ["2", "3"]
    nonsense = await client.post("/petitions/import", files={"file": ("x.xlsx", b"PK nonsense")})
    assert nonsense.status_code == 422
    assert await town.one("SELECT count(*) FROM petitions.draft") == 0


async def test_the_office_writes_and_the_petitioner_reads(town):
    done = await register(town.ctx, SYSTEM, intake(organisation_id=town.units["office"].id))
    client = await town.sign_in("officer")
    address = f"/petitions/matters/{done.id}/messages"
    assert (await client.post(address, data={"text": ""})).status_code == 422
    assert (await client.post(address, data={"text": "请补充路灯编号"})).status_code == 303
    resident = await town.sign_in("")
    page = await resident.post("/petitions/look-up", data={"code": done.code}, follow_redirects=True)
    assert "请补充路灯编号" in page.text
    assert (await (await town.sign_in("receptionist")).post(address, data={"text": "x"})).status_code == 403


async def test_two_people_who_bring_a_matter_are_both_listed(town):
    persons = (Person(name="王样例"), Person(name="李示范", role="agent"))
    done = await register(town.ctx, SYSTEM, intake(persons=persons, organisation_id=town.units["office"].id))
    page = (await (await town.sign_in("officer")).get(f"/petitions/matters/{done.id}")).text
    assert "王**" in page
    assert "李**" in page


async def test_the_register_is_taken_out_as_it_is_filtered_masked_and_on_record(town):
    for number, channel in enumerate(("phone", "letter", "visit")):
        await register(town.ctx, town.actors["officer"], intake(channel=channel, subject=f"事由{number}"))
    officer, head = await town.sign_in("officer"), await town.sign_in("head")
    assert (await officer.get("/petitions/export.xlsx")).status_code == 403
    assert "/petitions/export.xlsx" not in (await officer.get("/petitions/")).text
    assert "/petitions/export.xlsx?channel=letter" in (await head.get("/petitions/?channel=letter")).text
    answer = await head.get("/petitions/export.xlsx?channel=letter")
    heads, *rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    (row,) = [dict(zip(heads, cells, strict=True)) for cells in rows]
    assert (row["事由"], row["信访人"], row["渠道"]) == ("事由1", "王**", "来信")
    assert PHONE not in str(row)
    (matter,) = await town.fetch("SELECT id FROM petitions.matter WHERE channel = 'letter'")
    await Accused(
        matter_id=matter["id"], account_id=town.actors["head"].account_id, marked_at=town.ctx.clock.now()
    ).save()
    again = await head.get("/petitions/export.xlsx")
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(again.content)).get_sheet_by_index(0).to_python()) == 3
    kept = await town.fetch(
        "SELECT detail::text AS detail FROM kernel.audit_record WHERE action = 'petitions.register.exported'"
    )
    assert len(kept) == 2
    assert any('"channel": "letter"' in record["detail"] for record in kept)
