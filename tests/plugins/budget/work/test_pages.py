"""The pages answer for whom they are meant, and say what was refused where it was typed."""

from __future__ import annotations

import io
import re

import pytest
from docx import Document
from town import SIGNALS, SLUICES, TRAINING, form, open_town, upload

from huitang_budget.samples import form_text
from huitang_budget.services.detail import get_declaration
from huitang_budget.services.importing import import_files
from huitang_kernel.testing import app_of

LIST, IMPORT, TEMPLATE = "/budget/declarations", "/budget/declarations/import", "/documents/templates/budget.opinion"


@pytest.fixture
async def poor(town):
    return (await import_files(town.ctx, town.actors["clerk"], [upload(form(TRAINING))]))[0].forms[0].id


def routes(declaration_id, finding_id):
    """Every route: method, address, form, and who may (True: in scope too, so the answer is not an error of access)."""
    one = f"{LIST}/{declaration_id}"
    clerk, reviewer, reader = "clerk", "reviewer", "reader"
    return [
        ("GET", "/budget/", {clerk, reviewer, reader, "stranger"}),
        ("GET", "/budget/rules", {clerk, reviewer, reader, "stranger"}),
        ("GET", "/budget/widgets/severity", {clerk, reviewer, reader, "stranger"}),
        ("GET", "/budget/widgets/mine", {reviewer, "stranger"}),
        ("GET", LIST, {clerk, reviewer, reader, "stranger"}),
        ("GET", f"{LIST}/export.xlsx", {clerk, reviewer, "stranger"}),
        ("POST", f"{LIST}/export", {clerk, reviewer, "stranger"}),
        ("POST", f"{LIST}/assign", {clerk}),
        ("GET", IMPORT, {clerk}),
        ("POST", IMPORT, {clerk}),
        ("GET", one, {clerk, reviewer, reader}),
        ("GET", f"{one}/file", {clerk, reviewer, reader}),
        ("GET", f"{one}/opinion.docx", {clerk, reviewer, reader}),
        ("POST", f"{one}/findings/{finding_id}", {reviewer}),
        ("POST", f"{one}/assign", {clerk}),
        ("POST", f"{one}/opinion", {reviewer}),
        ("POST", f"{one}/finish", {reviewer}),
        ("POST", f"{one}/reopen", {reviewer}),
        ("POST", f"{one}/check", {reviewer}),
        ("GET", "/api/budget/declarations", {clerk, reviewer, reader, "stranger"}),
        ("GET", f"/api/budget/declarations/{declaration_id}", {clerk, reviewer, reader}),
    ]


async def test_every_route_for_everybody(town, poor):
    finding = (await get_declaration(town.ctx, town.actors["reviewer"], poor)).findings[0]
    for name in ("", "plain", "reader", "stranger", "clerk", "reviewer"):
        client = await town.sign_in(name)
        for method, address, allowed in routes(poor, finding.id):
            answer = await client.request(method, address)
            says = (name, method, address, answer.status_code)
            if name in allowed:
                # A POST without its form is refused as input, never for lack of a permission.
                assert answer.status_code in (200, 303, 409, 422), says
            elif name == "":
                assert answer.status_code in (302, 303, 401), says
            else:
                assert answer.status_code in (403, 404), says
        await client.aclose()


async def test_every_route_is_in_the_matrix(town, poor):
    known = {(method, re.sub(r"[0-9a-f-]{36}", "*", address)) for method, address, _ in routes(poor, poor)}
    found = set()
    for route in app_of(town.hall).app.routes:
        if route.path.startswith(("/budget", "/api/budget")):
            path = re.sub(r"\{[^}]*\}", "*", route.path) + ("/" if route.path == "/budget" else "")
            found |= {(method, path) for method in route.methods if method in ("GET", "POST")}
    assert found - known == set()


async def test_import_by_page_with_and_without_the_script(town):
    client = await town.sign_in("clerk")
    files = [("files", ("一.txt", form_text(form(SIGNALS)).encode())), ("files", ("空.txt", b""))]
    page = await client.post(IMPORT, files=files, data={"organisation_id": ""})
    assert page.status_code == 200
    assert "智慧信号灯联网控制平台建设" in page.text
    assert "该文件的内容都没有导入" in page.text
    assert "<html" in page.text
    part = await client.post(IMPORT, files=files[:1], headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "已有相同申报表" in part.text
    nothing = await client.post(IMPORT, data={"organisation_id": ""})
    assert nothing.status_code == 422
    assert "请先选择要导入的文件" in nothing.text


async def test_a_file_past_the_limit_is_refused_by_name_and_the_next_one_goes_on(open_hall):
    town = await open_town(open_hall, plugins={"budget": {"max_file_mb": 1}})
    client = await town.sign_in("clerk")
    files = [("files", ("大.txt", b"0" * 1_100_000)), ("files", ("小.txt", form_text(form(SIGNALS)).encode()))]
    page = await client.post(IMPORT, files=files)
    assert "大.txt：文件超过 1 MB，没有读取" in page.text
    assert "智慧信号灯联网控制平台建设" in page.text


async def test_the_page_shows_the_form_with_its_quotes_marked(town, poor):
    client = await town.sign_in("reviewer")
    page = (await client.get(f"{LIST}/{poor}")).text
    detail = await get_declaration(town.ctx, town.actors["reviewer"], poor)
    for finding in detail.findings:
        assert f'id="finding-{finding.id}"' in page
        assert page.count(f'id="quote-{finding.id}"') == 1, finding.field
    assert "共" not in re.findall(r"<title>(.*?)</title>", page)[0]
    assert "采纳" in page
    assert page.count("<h1") == 1


async def test_deciding_by_fragment_and_by_page(town, poor):
    client = await town.sign_in("reviewer")
    detail = await get_declaration(town.ctx, town.actors["reviewer"], poor)
    first, second, *_ = detail.findings
    address = f"{LIST}/{poor}/findings/{first.id}"
    fragment = await client.post(
        address, data={"state": "accepted", "version": first.version}, headers={"HX-Request": "true"}
    )
    assert fragment.status_code == 200
    assert "<html" not in fragment.text
    assert 'data-state="accepted"' in fragment.text
    assert 'hx-swap-oob="true"' in fragment.text
    stale = await client.post(
        address, data={"state": "dismissed", "reason": "不对", "version": first.version}, headers={"HX-Request": "true"}
    )
    assert stale.status_code == 422
    assert "其他人刚刚改动过" in stale.text
    refused = await client.post(f"{LIST}/{poor}/findings/{second.id}", data={"state": "dismissed", "reason": ""})
    assert refused.status_code == 422
    assert "请写明不采纳的理由" in refused.text
    done = await client.post(
        f"{LIST}/{poor}/findings/{second.id}",
        data={"state": "dismissed", "reason": "已核实", "version": second.version},
    )
    assert done.status_code == 303
    assert done.headers["location"].endswith(f"#finding-{second.id}")


async def test_what_was_typed_stays_when_a_form_is_refused(town, poor):
    client = await town.sign_in("reviewer")
    answer = await client.post(f"{LIST}/{poor}/opinion", data={"opinion": "写了很久的意见", "version": "99"})
    assert answer.status_code == 409
    assert "写了很久的意见" in answer.text
    clerk = await town.sign_in("clerk")
    answer = await clerk.post(f"{LIST}/{poor}/assign", data={"assignee": "", "due": "2099-01-01", "note": "留言"})
    assert answer.status_code == 422
    assert "请选择审查员" in answer.text
    assert 'value="2099-01-01"' in answer.text
    assert 'value="留言"' in answer.text
    answer = await clerk.post(f"{LIST}/{poor}/assign", data={"assignee": str(poor), "due": "2026-02-30"})
    assert "“2026-02-30”不是日期" in answer.text


async def test_the_opinion_has_what_was_decided(town, poor):
    reviewer = await town.sign_in("reviewer")
    findings = (await get_declaration(town.ctx, town.actors["reviewer"], poor)).findings
    await reviewer.post(f"{LIST}/{poor}/findings/{findings[0].id}", data={"state": "dismissed", "reason": "已核实"})
    for finding in findings[1:]:
        await reviewer.post(f"{LIST}/{poor}/findings/{finding.id}", data={"state": "accepted"})
    await reviewer.post(f"{LIST}/{poor}/opinion", data={"opinion": "建议补充 <成本> & 指标。"})
    done = await reviewer.post(f"{LIST}/{poor}/finish", data={"conclusion": "revise"})
    assert done.status_code == 303
    answer = await reviewer.get(f"{LIST}/{poor}/opinion.docx")
    assert "attachment" in answer.headers["content-disposition"]
    document = Document(io.BytesIO(answer.content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    cells = [cell.text for row in document.tables[0].rows for cell in row.cells]
    assert "修改后通过。" in text
    assert "建议补充 <成本> & 指标。" in text
    assert findings[1].message in text
    assert findings[0].message not in text
    assert "审查人：reviewer员" in text
    assert "云江市教育局" in cells
    assert "1,800,000.00" in cells
    assert "{{" not in text


async def test_the_original_comes_back_byte_for_byte(town, poor):
    client = await town.sign_in("reader")
    answer = await client.get(f"{LIST}/{poor}/file")
    assert answer.content == upload(form(TRAINING)).data


def word(*lines: str) -> bytes:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


async def test_an_operator_replaces_the_template_and_goes_back(town, poor):
    client = await town.sign_in("clerk")
    for bad, why in ((word("{{ projekt }}"), "projekt"), (b"no word file", "Word"), (b"", "文件")):
        refused = await client.post(TEMPLATE, files={"template": ("坏.docx", bad)})
        assert refused.status_code == 422
        assert why in refused.text
    assert await town.one("SELECT count(*) FROM documents.version") == 0
    ours = word("市人大关于{{ project }}的意见", "{%p for f in findings %}", "{{ f.message }}", "{%p endfor %}")
    assert (await client.post(TEMPLATE, files={"template": ("新模板.docx", ours)})).status_code == 303
    answer = await client.get(f"{LIST}/{poor}/opinion.docx")
    lines = [paragraph.text for paragraph in Document(io.BytesIO(answer.content)).paragraphs]
    assert lines[0] == "市人大关于中小学教师数字素养研修项目的意见"
    assert len(lines) > 10
    assert (await client.get(f"{TEMPLATE}/versions/1")).content == ours
    await client.post(f"{TEMPLATE}/use/0")
    answer = await client.get(f"{LIST}/{poor}/opinion.docx")
    assert "绩效目标审查意见书" in Document(io.BytesIO(answer.content)).paragraphs[0].text
    audited = await town.hall.audit.entries(action="documents.template.")
    assert [entry.action for entry in audited] == ["documents.template.reset", "documents.template.replaced"]


async def test_the_list_filters_in_the_address_and_assigns_in_bulk(town, poor):
    await import_files(town.ctx, town.actors["clerk"], [upload(form(SLUICES))])
    client = await town.sign_in("clerk")
    page = (await client.get(LIST, params={"unit": "云江市水务局", "sort": "-amount"})).text
    assert "城市内河闸站自动监测系统建设" in page
    assert "中小学教师数字素养研修项目" not in page
    empty = (await client.get(LIST, params={"q": "查无此表"})).text
    assert "没有符合条件的申报表" in empty
    part = await client.get(LIST, headers={"HX-Request": "true"})
    assert part.text.strip().startswith('<div id="list"')
    reviewer = town.actors["reviewer"].account_id
    nothing = await client.post(f"{LIST}/assign", data={"assignee": str(reviewer)})
    assert nothing.status_code == 422
    chosen = {"ids": [str(poor)], "assignee": str(reviewer)}
    done = await client.post(f"{LIST}/assign", params={"year": "2026"}, data=chosen)
    assert (done.status_code, done.headers["location"]) == (303, f"{LIST}?year=2026&assigned=1")
    assert "已分派 1 份申报表" in (await client.get(done.headers["location"])).text
    assert (await get_declaration(town.ctx, town.actors["clerk"], poor)).assignee_id == reviewer


async def test_english_readers_get_english(town, poor):
    client = await town.sign_in("reviewer")
    client.cookies.set("huitang_locale", "en")
    page = (await client.get(f"{LIST}/{poor}")).text
    assert "Finish the review" in page
    assert "完成审查" not in page


async def test_the_api_gives_the_same_rows(town, poor):
    client = await town.sign_in("reader")
    answer = await client.get("/api/budget/declarations", params={"size": 5})
    body = answer.json()
    assert (body["total"], body["size"]) == (1, 5)
    assert body["rows"][0]["id"] == str(poor)
    assert body["rows"][0]["current_year_fen"] == 180_000_000
    one = (await client.get(f"/api/budget/declarations/{poor}")).json()
    assert one["form"]["project_name"]["value"] == "中小学教师数字素养研修项目"
    assert len(one["findings"]) == sum(body["rows"][0][name] for name in ("high", "medium", "low", "info"))
    stranger = await town.sign_in("stranger")
    missing = await stranger.get(f"/api/budget/declarations/{poor}")
    assert missing.status_code == 404
    assert missing.headers["content-type"].startswith("application/problem+json")
    assert (await stranger.get("/api/budget/declarations")).json()["total"] == 0
    assert (await stranger.get("/api/budget/declarations", params={"page": "x"})).status_code == 400
