"""Every page that can be reached by links: WCAG 2.2 AA by axe-core, no sideways scrolling, no error in the console.

The pages are found by following links from the workbench as two people: whoever reviews and whoever operates. One page
of each kind is looked at: links that differ only in an id or a query count as one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.e2e.axe import violations

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
DOWNLOADS = re.compile(r"\.(docx|xlsx|pdf|txt)$|/file$|/original$|/opinion$|/export")
PEOPLE = ("director", "operator")
LOOKS = {
    "desktop": ("desktop", "zh-CN", ""),
    "phone-large": ("phone", "zh-CN", "size=24;contrast=high"),
    "phone-dark-en": ("phone", "en", "theme=dark"),
}
LIMIT = 60
"""Pages per person; more would mean that links are not recognised as one kind."""


def links(page: Page) -> list[str]:
    """Addresses of this site that the page links to."""
    found: list[str] = page.eval_on_selector_all("a[href]:not([download])", "links => links.map(link => link.href)")
    origin = urlsplit(page.url).netloc
    return [url for url in found if urlsplit(url).netloc == origin and not DOWNLOADS.search(urlsplit(url).path)]


def kind_of(url: str) -> str:
    return ID.sub("<id>", urlsplit(url).path)


def walk(page: Page) -> list[str]:
    """One address of every kind of page, breadth first from where the page is."""
    seen: dict[str, str] = {}
    waiting = [page.url]
    while waiting:
        url = waiting.pop(0)
        if kind_of(url) in seen or kind_of(url).startswith(("/static/", "/health/")):
            continue
        answer = page.goto(url)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        seen[kind_of(url)] = url
        waiting += links(page)
        assert len(seen) <= LIMIT, sorted(seen)
    return list(seen.values())


@pytest.fixture(scope="session")
def addresses(demo: Any, browser: Any) -> dict[str, list[str]]:
    """For each person the pages they can reach."""
    from tests.e2e.conftest import Visitor

    found: dict[str, list[str]] = {}
    for person in PEOPLE:
        visitor = Visitor(demo, browser, "desktop", "zh-CN")
        found[person] = walk(visitor.sign_in(person))
        visitor.context.close()
    return found


def problems_of(page: Page, url: str) -> list[str]:
    answer = page.goto(url)
    page.wait_for_selector(".htmx-request", state="detached")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    problems = violations(page)
    if answer is None or answer.status >= 400:
        problems.append(f"answered {answer and answer.status}")
    if wide > 1:
        problems.append(f"scrolls sideways by {wide} px")
    if page.locator("h1").count() != 1:
        problems.append(f"{page.locator('h1').count()} h1")
    return [f"{kind_of(url)}: {problem}" for problem in problems]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_is_accessible(visit: Callable[..., Any], addresses: dict[str, list[str]], person: str, look: str):
    visitor = visit(*LOOKS[look])
    page = visitor.sign_in(person)
    assert len(addresses[person]) > 8
    problems = [problem for url in addresses[person] for problem in problems_of(page, url)]
    assert problems == []
    assert visitor.console == []


@pytest.mark.parametrize("look", LOOKS)
def test_pages_before_signing_in_are_accessible(visit: Callable[..., Any], look: str):
    visitor = visit(*LOOKS[look])
    pages = [visitor.demo.url + "/", visitor.demo.url + "/identity/sign-in"]
    assert [problem for url in pages for problem in problems_of(visitor.page, url)] == []
    assert visitor.console == []
