"""Every page that can be reached by links: WCAG 2.2 AA by axe-core, no sideways scrolling, no error in the console.

The pages are found by following links from the workbench as five people: whoever reviews, operates, prepares meetings,
sits in them, and answers letters. One page of each kind is looked at: links that differ only in an id, a dotted name or
a query count as one, and what an earlier person has shown is not looked at again.

A page is loaded twice: in Chinese, where it is looked at as on a desktop, and then on a telephone with the marks of
large text and high contrast that the server would write into it; and in English, on a telephone and in dark colours.
What stands around every page is asked about on a person's first.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import pytest
from playwright.sync_api import APIResponse, Browser, Page

from tests.e2e.axe import OF_STYLES, SEEN, violations
from tests.e2e.conftest import VIEWPORTS, Demo, Visitor

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[a-z_]+\.[a-z_.]+$")
DOWNLOADS = re.compile(r"\.(docx|xlsx|pdf|txt)$|/file$|/original$|/opinion$|/export")
PEOPLE = ("director", "operator", "hall", "member", "letters-head")
LOOKS = {
    "desktop": ("desktop", "zh-CN", ""),
    "phone-large": ("phone", "zh-CN", "size=24;contrast=high"),
    "phone-dark-en": ("phone", "en", "theme=dark"),
}
ENLARGE = """async () => {
    Object.assign(document.documentElement.dataset, { size: "24", contrast: "high" });
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
}"""
LIMIT = 100
"""Pages per person; more would mean that links are not recognised as one kind."""


def links(url: str, text: str) -> list[str]:
    """Addresses of this site that the page at `url` links to."""
    document = lxml.html.document_fromstring(text, base_url=url)
    document.make_links_absolute()
    found = [
        link.get("href").partition("#")[0] for link in document.iterfind(".//a[@href]") if "download" not in link.attrib
    ]
    here = urlsplit(url).netloc
    return [there for there in found if urlsplit(there).netloc == here and not DOWNLOADS.search(urlsplit(there).path)]


def kind_of(url: str) -> str:
    return ID.sub("<id>", urlsplit(url).path)


def is_page(answer: APIResponse) -> bool:
    """Whether it is a whole page: not a download, and not a part that a page fetches later."""
    html = answer.headers.get("content-type", "").startswith("text/html")
    return html and answer.text().lstrip()[:15].lower() == "<!doctype html>"


def walk(page: Page) -> list[str]:
    """One address of every kind of page, breadth first from where the page is.

    The addresses are asked for without being drawn: pages are whole without JavaScript, so their links are too.
    """
    seen: dict[str, str] = {}
    waiting = deque([page.url])
    while waiting:
        url = waiting.popleft()
        if kind_of(url) in seen or kind_of(url).startswith(("/static/", "/health/")):
            continue
        answer = page.context.request.get(url)
        if not is_page(answer):
            continue
        seen[kind_of(url)] = url
        waiting += links(url, answer.text())
        assert len(seen) <= LIMIT, sorted(seen)
    return list(seen.values())


@pytest.fixture(scope="session")
def addresses(demo: Demo, browser: Browser) -> dict[str, list[str]]:
    """For each person the pages they can reach."""
    found: dict[str, list[str]] = {}
    shown: set[str] = set()
    for person in PEOPLE:
        visitor = Visitor(demo, browser, "desktop", "zh-CN")
        found[person] = [url for url in walk(visitor.sign_in(person)) if kind_of(url) not in shown]
        shown |= {kind_of(url) for url in found[person]}
        visitor.context.close()
    return found


def problems_of(page: Page, url: str, rules: Sequence[str] = (), *, shell: bool = True) -> list[str]:
    answer = page.goto(url)
    page.wait_for_selector(".htmx-request", state="detached")
    problems = problems_here(page, rules, shell=shell)
    if answer is None or answer.status >= 400:
        problems.append(f"{kind_of(url)}: answered {answer and answer.status}")
    if page.locator("h1").count() != 1:
        problems.append(f"{kind_of(url)}: {page.locator('h1').count()} h1")
    return problems


def problems_here(page: Page, rules: Sequence[str], *, shell: bool) -> list[str]:
    """What is wrong with the page as it is drawn now."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    problems = violations(page, rules, shell=shell)
    if wide > 1:
        problems.append(f"scrolls sideways by {wide} px")
    return [f"{kind_of(page.url)}: {problem}" for problem in problems]


def problems_enlarged(page: Page, *, shell: bool) -> list[str]:
    """The same page on a telephone, with large text and high contrast."""
    page.set_viewport_size(VIEWPORTS["phone"])
    page.evaluate(ENLARGE)
    problems = problems_here(page, SEEN, shell=shell)
    page.set_viewport_size(VIEWPORTS["desktop"])
    return [f"large, {problem}" for problem in problems]


@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_is_accessible(visit: Callable[..., Any], addresses: dict[str, list[str]], person: str):
    visitor = visit(*LOOKS["desktop"])
    page = visitor.sign_in(person)
    assert addresses[person]
    problems = []
    for place, url in enumerate(addresses[person]):
        problems += problems_of(page, url, shell=place == 0)
        problems += problems_enlarged(page, shell=place == 0)
    assert problems == []
    assert visitor.console == []


@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_is_accessible_in_the_dark_and_in_english(
    visit: Callable[..., Any], addresses: dict[str, list[str]], person: str
):
    visitor = visit(*LOOKS["phone-dark-en"])
    page = visitor.sign_in(person)
    problems = []
    for place, url in enumerate(addresses[person]):
        problems += problems_of(page, url, SEEN, shell=place == 0)
    assert problems == []
    assert visitor.console == []


@pytest.mark.parametrize("look", LOOKS)
def test_pages_before_signing_in_are_accessible(visit: Callable[..., Any], look: str):
    visitor = visit(*LOOKS[look])
    pages = [visitor.demo.url + "/", visitor.demo.url + "/identity/sign-in"]
    assert [problem for url in pages for problem in problems_of(visitor.page, url)] == []
    assert violations(visitor.page, [OF_STYLES]) == []
    assert visitor.console == []


BUTTONS = ("", "btn-primary", "btn-danger", "btn-outline-primary", "btn-outline-danger", "btn-link")


@pytest.mark.parametrize("display", ["", "theme=dark", "contrast=high"])
def test_buttons_can_be_read_under_the_mouse(visit: Callable[..., Any], display: str):
    page = visit("desktop", "zh-CN", display).page
    page.goto("/identity/sign-in")
    drawn = "".join(f'<p><button type="button" class="btn {kind}">办理</button></p>' for kind in BUTTONS)
    page.locator("main form").evaluate("(form, drawn) => form.insertAdjacentHTML('beforebegin', drawn)", drawn)
    for button in page.locator("main p > button.btn").all():
        button.hover()
        page.wait_for_function("button => button.getAnimations().length === 0", arg=button.element_handle())
        assert violations(page, ["color-contrast"]) == []
