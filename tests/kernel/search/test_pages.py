"""The results page, suggestions and the console page, as a browser gets them."""

from __future__ import annotations

import pytest
from search_things import EVERYTHING, READER, give, put

from huitang_kernel.identity.service import IdentityService
from huitang_kernel.testing import client_of
from huitang_sdk.contracts.identity import ANONYMOUS


@pytest.fixture
def signed(monkeypatch):
    """Who asks is decided by a header; whether they may is decided by the test."""

    async def authenticate(_self, connection):
        return READER if connection.headers.get("x-reader") else ANONYMOUS

    monkeypatch.setattr(IdentityService, "authenticate", authenticate)
    return {"x-reader": "1"}


@pytest.fixture
async def hall(signed, open_things):
    return await open_things()


@pytest.fixture
async def browser(signed, hall):
    async with client_of(hall, headers=signed) as client:
        yield client


async def test_results_are_escaped_marked_and_paged(hall, browser):
    for number in range(25):
        await put(hall, f"<b>预算</b> {number}", "正文里的<script>审查</script>", year=str(2024 + number % 2))
    await put(hall, "会议 <i>", kind="report")
    await hall.services.search.rebuild()
    page = await browser.get("/search/", params={"q": "预算 审查"})
    assert page.status_code == 200
    assert "&lt;b&gt;<mark>预算</mark>&lt;/b&gt;" in page.text
    assert "&lt;script&gt;<mark>审查</mark>" in page.text
    assert "<script>审查" not in page.text
    assert "共找到 25 项" in page.text
    assert "f.year=2024" in page.text
    second = await browser.get("/search/", params={"q": "预算", "page": 2, "f.year": "2024", "kind": "things.thing"})
    assert "共找到 13 项" in second.text


async def test_nothing_found_says_what_to_do(hall, browser):
    await hall.services.search.rebuild()
    assert "还没有可检索的内容" in (await browser.get("/search/")).text
    await put(hall, "预算")
    await hall.services.search.rebuild()
    assert "拼音首字母" in (await browser.get("/search/", params={"q": "完全没有"})).text
    assert "相近结果" in (await browser.get("/search/", params={"q": "预蒜"})).text
    assert (await browser.get("/search/", params={"q": "x" * 5000, "page": "-7", "f.": "1"})).status_code == 200


async def test_before_the_first_build(hall, browser):
    assert "正在首次建立" in (await browser.get("/search/", params={"q": "预算"})).text


async def test_suggestions_for_what_has_been_typed(hall, browser):
    await put(hall, "预算审查报告")
    await put(hall, "会议纪要", "预算")
    await hall.services.search.rebuild()
    for typed in ("预算", "预", "yusuansh", "yss", "YUSUAN"):
        fragment = (await browser.get("/search/suggest", params={"q": typed})).text
        assert "报告" in fragment, typed
        assert "会议" not in fragment, typed
        assert "<html" not in fragment
    assert "<a" not in (await browser.get("/search/suggest", params={"q": ""})).text
    give(hall)
    assert "报告" not in (await browser.get("/search/suggest", params={"q": "预算"})).text


async def test_only_who_is_signed_in_searches(hall, signed):
    async with client_of(hall) as client:
        for path in ("/search/", "/search/suggest", "/search/index"):
            assert (await client.get(path)).status_code in (303, 401)


async def test_the_console_page_needs_its_permission(hall, browser):
    for path in ("/search/index", "/search/index/progress"):
        assert (await browser.get(path)).status_code == 403
    assert (await browser.post("/search/index/rebuild", headers={"sec-fetch-site": "same-origin"})).status_code == 403


async def test_state_and_rebuild_in_the_console(hall, browser, monkeypatch):
    permissions = hall.services.permissions
    monkeypatch.setattr(permissions, "require", lambda *_: None)
    await put(hall, "预算")
    broken = await put(hall, "broken")
    assert "没有适用于当前版本的索引" in (await browser.get("/search/index")).text
    await hall.services.search.rebuild()
    await hall.services.search.updater.apply_batch()
    page = (await browser.get("/search/index")).text
    assert "things.thing" in page
    assert "rjieba-words" in page
    assert str(broken) in page
    assert "this thing cannot be read" in page
    asked = await browser.post("/search/index/rebuild", headers={"sec-fetch-site": "same-origin"})
    assert asked.status_code == 303
    progress = (await browser.get("/search/index/progress")).text
    assert "every 1s" in progress
    assert "已申请重建" in progress
    await hall.services.search.rebuild()
    assert "every 1s" not in (await browser.get("/search/index/progress")).text
    audited = await hall.core.database.fetch("SELECT 1 FROM kernel.audit_record WHERE action LIKE 'search.index.%'")
    assert len(audited) == 1


async def test_everything_is_translated(hall):
    give(hall, thing=EVERYTHING)
    record = hall.registry.get("search")
    titles = [item.title for item in record.declarations.menu]
    titles += [permission.title for permission in record.declarations.permissions]
    titles += [check.title for check in record.declarations.health_checks]
    for title in titles:
        assert hall.catalogues.lookup("search", "zh-CN", title) != title
