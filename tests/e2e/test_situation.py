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
