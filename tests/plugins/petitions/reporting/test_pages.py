"""The pages of reports, for each role and in both languages."""

from __future__ import annotations

import io
import re

from python_calamine import load_workbook

from huitang_kernel.testing import client_of
from tests.plugins.petitions.reporting.october import october

WORDS = {"addressee": "主任会议", "analysis": "欠薪问题集中。", "suggestions": "", "adopted": "", "other": ""}


async def issue(client, period: str = "2026-10"):
    return await client.post("/petitions/reports", data={"period": period, "act": "issue", **WORDS})


async def test_figures_lead_to_their_rows_and_a_report_is_written_issued_and_read(town):
    await october(town)
    client = await town.sign_in("analyst")
    page = await client.get("/petitions/reports?period=2026-10")
    assert page.status_code == 200
    links = set(re.findall(r'href="(/petitions/reports/rows\?[^"]+)"[^>]*>(\d+)<', page.text))
    assert len(links) > 30
    for address, value in links:
        rows = await client.get(address.replace("&amp;", "&"))
        shown = rows.text.count('<th scope="row">')
        counted = int(re.search(r"([\d,]+) ?(?:人|people)", rows.text)[1]) if "people=1" in address else shown
        assert int(value) == counted, address
    export = await client.get("/petitions/reports/rows.xlsx?period=2026-10&mark=joint")
    assert len(load_workbook(io.BytesIO(export.content)).get_sheet_by_index(0).to_python()) == 1 + 3

    kept = await client.post("/petitions/reports", data={"period": "2026-10", "act": "keep", **WORDS})
    assert kept.status_code == 303
    assert "欠薪问题集中。" in (await client.get("/petitions/reports?period=2026-10")).text
    done = await issue(client)
    assert done.status_code == 303
    issued = await client.get(done.headers["location"])
    assert "欠薪问题集中。" in issued.text
    rows = await client.get(f"{done.headers['location']}/rows?figure=1.3")
    assert rows.text.count('<th scope="row">') == 3
    word = await client.get(f"{done.headers['location']}/report.docx")
    assert word.content[:2] == b"PK"
    assert (await client.get(f"{done.headers['location']}/other.docx")).status_code == 404
    assert (await client.get(f"{done.headers['location']}/rows?figure=9.9")).status_code == 404
    assert done.headers["location"] in (await client.get("/petitions/reports?period=2026-10")).text


async def test_both_languages(town):
    await october(town)
    client = await town.sign_in("analyst")
    address = (await issue(client)).headers["location"]
    for language, words in (
        (
            "zh-CN",
            ("劳动和社会保障", "来信来访基本情况", "收到信访事项", "五人以上联名", "上年同期", "按转送、交办去向"),
        ),
        (
            "en",
            ("Labour", "Letters and visits received", "Joint matters", "What came in", "Urge"),
        ),
    ):
        await client.post("/language", data={"locale": language, "next": "/"})
        for place in ("/petitions/reports?period=2026-10", address):
            page = (await client.get(place)).text
            assert [one for one in words if one not in page] == []
            assert ("云溪区" in page, "望月县" in page) == (True, True)


async def test_what_is_wrong_is_said_where_it_is(town):
    await october(town)
    client = await town.sign_in("analyst")
    running = await issue(client, "2026-11")
    assert running.status_code == 422
    assert "2026-12-01" in running.text
    assert "欠薪问题集中。" in running.text
    long = await client.post("/petitions/reports", data={"period": "2026-10", **WORDS, "addressee": "长" * 101})
    assert long.status_code == 422
    assert 'id="addressee-error"' in long.text
    assert (await client.post("/petitions/reports", data={"period": "nonsense"})).status_code == 404
    assert (await client.get("/petitions/reports?period=nonsense")).status_code == 200
    assert (await client.get("/petitions/reports/rows?period=2026&mark=';--&span=elsewhere")).status_code == 200


async def test_an_empty_register_has_a_page_and_a_report(town):
    client = await town.sign_in("analyst")
    assert (await client.get("/petitions/reports")).status_code == 200


async def test_who_may(town):
    await october(town)
    async with client_of(town.hall) as nobody:
        assert (await nobody.get("/petitions/reports")).status_code in (303, 401)
    for name in ("analyst", "head", "supervisor", "officer", "handler", "plain"):
        allowed = name in ("analyst", "head", "supervisor")
        client = await town.sign_in(name)
        for address in ("", "/rows", "/rows.xlsx"):
            answer = await client.get(f"/petitions/reports{address}?period=2026-10")
            assert answer.status_code == (200 if allowed else 403)
        assert (await issue(client)).status_code == (303 if allowed else 403)
