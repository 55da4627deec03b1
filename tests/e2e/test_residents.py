"""A resident signs in by phone code, at desktop and phone width, in both languages, in large text, without scripts."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import SEEN, violations
from tests.e2e.test_pages import LOOKS

HOME = "/identity/residents"
NUMBERS = count(13900000001)


def kept_by(demo: Any) -> str:
    """Where the demo keeps what phones would get: it says so when it starts."""
    found = re.search(r"http://127\.0\.0\.1:\d+/simulator", (demo.folder / "demo.log").read_text(errors="replace"))
    assert found, "the demo does not say where messages are kept"
    return found.group()


def code_for(demo: Any, phone: str) -> str:
    """The code that the phone got last."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with urllib.request.urlopen(kept_by(demo), timeout=5) as answer:
            texts = [one["text"] for one in json.load(answer)["messages"] if one["to"] == phone]
        if texts:
            return re.search(r"(?<!\d)\d{6}(?!\d)", texts[-1]).group()
        time.sleep(0.2)
    pytest.fail("no code came")


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def looked_at(page: Page, look: str) -> None:
    assert violations(page, () if look == "desktop" else SEEN) == [], page.url
    assert fits(page), f"{page.url} is wider than the screen"


@pytest.mark.parametrize("look", LOOKS)
def test_a_resident_signs_in_and_leaves(visit: Callable[..., Any], look: str):
    visitor = visit(*LOOKS[look])
    page, phone = visitor.page, str(next(NUMBERS))
    page.goto("/")
    looked_at(page, look)
    page.click("header a[href='/identity/residents/sign-in']")
    looked_at(page, look)
    page.fill("input[name=phone]", "12")
    page.click("main form button[type=submit]")
    expect(page.locator(".ht-errors")).to_be_visible()
    looked_at(page, look)
    page.fill("input[name=phone]", phone)
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**{HOME}/code")
    looked_at(page, look)
    page.fill("input[name=code]", code_for(visitor.demo, phone))
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**{HOME}")
    expect(page.locator("main")).to_contain_text(f"{phone[:3]}****{phone[-4:]}")
    assert page.locator("nav#navigation, .ht-bottom, .ht-search").count() == 0
    looked_at(page, look)
    page.click(".ht-resident")
    page.click(".ht-top a[href='/identity/residents']")
    for address in (f"{HOME}/phone", f"{HOME}/delete"):
        page.goto(address)
        looked_at(page, look)
    page.click("main form button[type=submit]")
    page.wait_for_url(visitor.demo.url + "/")
    page.goto(HOME)
    expect(page).to_have_url(re.compile("/identity/residents/sign-in"))
    assert visitor.console == []


def test_all_of_it_works_without_scripts(demo: Any, browser: Browser):
    context = browser.new_context(java_script_enabled=False, base_url=demo.url, locale="zh-CN")
    page, phone = context.new_page(), str(next(NUMBERS))
    try:
        page.goto(f"{HOME}/sign-in")
        page.fill("input[name=phone]", phone)
        page.click("main form button[type=submit]")
        page.fill("input[name=code]", code_for(demo, phone))
        page.check("input[name=keep]")
        page.click("main form button[type=submit]")
        expect(page.locator("main")).to_contain_text(f"{phone[:3]}****{phone[-4:]}")
        page.click("main form[action='/identity/residents/sign-out'] button")
        page.goto(HOME)
        expect(page).to_have_url(re.compile("/identity/residents/sign-in"))
    finally:
        context.close()
