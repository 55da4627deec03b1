"""Every page that can be reached by links: WCAG 2.2 AA by axe-core, no sideways scrolling, no error in the console.

The pages are found by following links from the workbench as four people: whoever reviews, operates, prepares meetings
and sits in them. One page of each kind is looked at: links that differ only in an id, a dotted name or a query count as
one, and what an earlier person has shown is not looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Page, Response

from tests.e2e.axe import violations

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[a-z_]+\.[a-z_.]+$")
DOWNLOADS = re.compile(r"\.(docx|xlsx|pdf|txt)$|/file$|/original$|/opinion$|/export")
PEOPLE = ("director", "operator", "hall", "member")
LOOKS = {
    "desktop": ("desktop", "zh-CN", ""),
    "phone-large": ("phone", "zh-CN", "size=24;contrast=high"),
    "phone-dark-en": ("phone", "en", "theme=dark"),
}
LIMIT = 100
"""Pages per person; more would mean that links are not recognised as one kind."""


def links(page: Page) -> list[str]:
    """Addresses of this site that the page links to."""
    found: list[str] = page.eval_on_selector_all("a[href]:not([download])", "links => links.map(link => link.href)")
    origin = urlsplit(page.url).netloc
    return [url for url in found if urlsplit(url).netloc == origin and not DOWNLOADS.search(urlsplit(url).path)]


def kind_of(url: str) -> str:
    return ID.sub("<id>", urlsplit(url).path)


def opened(page: Page, url: str) -> Response | None:
    """The answer to an address; None where it is a download, which no page has to look like."""
    try:
        return page.goto(url)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return None


def walk(page: Page) -> list[str]:
    """One address of every kind of page, breadth first from where the page is."""
    seen: dict[str, str] = {}
    waiting = [page.url]
    while waiting:
        url = waiting.pop(0)
        if kind_of(url) in seen or kind_of(url).startswith(("/static/", "/health/")):
            continue
        answer = opened(page, url)
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
    shown: set[str] = set()
    for person in PEOPLE:
        visitor = Visitor(demo, browser, "desktop", "zh-CN")
        found[person] = [url for url in walk(visitor.sign_in(person)) if kind_of(url) not in shown]
        shown |= {kind_of(url) for url in found[person]}
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
    assert addresses[person]
    problems = [problem for url in addresses[person] for problem in problems_of(page, url)]
    assert problems == []
    assert visitor.console == []


@pytest.mark.parametrize("look", LOOKS)
def test_pages_before_signing_in_are_accessible(visit: Callable[..., Any], look: str):
    visitor = visit(*LOOKS[look])
    pages = [visitor.demo.url + "/", visitor.demo.url + "/identity/sign-in"]
    assert [problem for url in pages for problem in problems_of(visitor.page, url)] == []
    assert visitor.console == []
