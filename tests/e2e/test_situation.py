"""The situation page as an analyst sees it, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import violations


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_situation_is_read_and_traced_to_its_matters(visit: Callable[..., Any], size: str) -> None:
    page = visit(size).sign_in("letters-head")
    for address in ("/petitions/situation?weeks=26", "/petitions/situation/rows?weeks=26"):
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".ht-loading")).to_have_count(0, timeout=60_000)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert violations(page) == []


def test_the_map_is_walked_by_keyboard_and_leads_to_its_matters(visit: Callable[..., Any]) -> None:
    page = visit("phone", "zh-CN", "size=24").sign_in("letters-head")
    page.goto("/petitions/situation?weeks=52")
    places = page.locator("#map svg a")
    expect(places).to_have_count(3)
    places.first.focus()
    page.keyboard.press("Tab")
    said = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/petitions/situation/rows?**")
    expect(page.locator("tbody tr")).to_have_count(int("".join(filter(str.isdigit, said))))
    page.goto("/petitions/data")
    assert violations(page) == []
    page.set_input_files("#file-districts", files=[{"name": "a.geojson", "mimeType": "text/plain", "buffer": b"{}"}])
    page.click("#districts form button[type=submit]")
    expect(page.locator(".ht-errors")).to_contain_text("FeatureCollection")
    assert violations(page) == []
