"""A monthly report from its figures to the document, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import violations


def clean(page: Any) -> None:
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert violations(page) == []


@pytest.mark.parametrize(("size", "locale"), [("desktop", "zh-CN"), ("phone", "en")])
def test_a_report_is_written_issued_and_traced(visit: Callable[..., Any], size: str, locale: str) -> None:
    page = visit(size, locale=locale).sign_in("letters-head")
    page.goto("/petitions/reports")
    clean(page)
    page.locator("#analysis").fill("样例：本期没有突出问题。")
    page.locator("button[value=issue]").click()
    expect(page.locator(".ht-facts")).to_be_visible()
    clean(page)
    with page.expect_download() as download:
        page.locator("a[href$='/report.docx']").click()
    assert download.value.suggested_filename.endswith(".docx")
    page.goto("/petitions/reports")
    page.locator(".pt-before a").first.click()
    expect(page.locator(".pt-text")).to_have_text("样例：本期没有突出问题。")
    figure = page.locator("td a[href*='figure=1.1&span=now']")
    if figure.count():
        shown = int(figure.inner_text())
        figure.click()
        clean(page)
        assert page.locator("tbody tr").count() == min(shown, 500)
