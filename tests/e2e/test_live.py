"""What happens elsewhere shows on a page that is only looked at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.test_job import assign, files, import_files, open_declaration

PROJECT = "中小学校舍安全监测"


def count_of(page: Page, badge: str) -> int:
    """What a badge of the top bar says, once it has been read."""
    page.wait_for_selector(f"#{badge}", state="attached")
    return int(page.locator(f"#{badge}").inner_text() or 0) if page.locator(f"#{badge}").is_visible() else 0


def test_the_badge_counts_while_one_looks_at_it(visit: Callable[..., Any], tmp_path: Path):
    """The to-do comes without a reload, also on a second page, and goes on both when the notice is read on one."""
    reviewer = visit()
    desk = reviewer.sign_in("reviewer")
    other = reviewer.context.new_page()
    other.goto("/notifications/")
    for page in (desk, other):
        expect(page.locator("html")).to_have_attribute("data-live-state", "connected")
    todos, notices = count_of(desk, "todos-count"), count_of(desk, "notices-count")

    director = visit()
    page = director.sign_in("director")
    import_files(page, files(tmp_path, PROJECT, 61)[:1])
    expect(page.locator("[data-outcome]")).to_have_count(1, timeout=30_000)
    open_declaration(page, PROJECT)
    assign(page)
    for window in (desk, other):
        expect(window.locator("#todos-count")).to_have_text(str(todos + 1))
    if count_of(desk, "notices-count") == notices:
        expect(desk.locator("#notices-count")).to_have_text(str(notices + 1))
    other.reload()
    other.locator("form[action$='/read-all'] button").click()
    expect(desk.locator("#notices-count")).to_be_hidden()
    assert reviewer.console == []


def test_a_page_that_is_signed_out_elsewhere_stops_listening(visit: Callable[..., Any]):
    visitor = visit()
    page = visitor.sign_in("education")
    expect(page.locator("html")).to_have_attribute("data-live-state", "connected")
    other = visitor.context.new_page()
    other.goto("/")
    with other.expect_navigation():
        other.evaluate("document.querySelector('form[action=\"/identity/sign-out\"]').submit()")
    expect(page.locator("html")).to_have_attribute("data-live-state", "lost")
