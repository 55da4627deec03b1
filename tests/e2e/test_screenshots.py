"""Pictures of every page type in every look, kept in var/screenshots for a person to look at: `make pictures`.

The suite takes those of one look, so that taking them goes on working; whether pages are sound in every look is what
test_pages asks. With UPDATE_IMAGES=1 the pictures of the README are made anew as well.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import ROOT, VIEWPORTS

OUT = ROOT / "var" / "screenshots"
IMAGES = ROOT / "docs" / "images"
EVERY = {
    "desktop-zh": ("desktop", "zh-CN", ""),
    "desktop-en": ("desktop", "en", ""),
    "phone-zh": ("phone", "zh-CN", ""),
    "phone-en": ("phone", "en", ""),
    "desktop-large": ("desktop", "zh-CN", "size=24;contrast=high"),
    "phone-large": ("phone", "zh-CN", "size=24;contrast=high"),
}
LOOKS = EVERY if os.environ.get("EVERY_PICTURE") else {"desktop-zh": EVERY["desktop-zh"]}
PAGES = {
    "director": {
        "workbench": "/",
        "list": "/budget/declarations",
        "form": "/budget/declarations/import",
        "charts": "/budget/",
        "search": "/search/?q=预算",
        "todos": "/notifications/todos",
        "profile": "/identity/profile",
    },
    "operator": {
        "console": "/console",
        "plugins": "/console/plugins",
        "audit": "/console/audit",
        "templates": "/documents/",
    },
}
README = {("desktop-zh", "workbench"): "workbench.png", ("desktop-zh", "detail"): "review.png"}


def size_of(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def picture(page: Page, look: str, name: str) -> None:
    """Take it when everything that loads by itself has loaded; a page of one colour would compress to almost
    nothing.
    """
    page.wait_for_load_state("networkidle")
    page.wait_for_selector(".htmx-request", state="detached")
    png = page.screenshot()
    assert size_of(png) == tuple(VIEWPORTS[LOOKS[look][0]].values())
    assert len(png) > 8_000, f"{name} looks empty"
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}-{look}.png").write_bytes(png)
    wanted = README.get((look, name))
    if wanted and os.environ.get("UPDATE_IMAGES"):
        IMAGES.mkdir(parents=True, exist_ok=True)
        (IMAGES / wanted).write_bytes(png)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("person", PAGES)
def test_page_types(visit: Callable[..., Any], person: str, look: str):
    page = visit(*LOOKS[look]).sign_in(person)
    for name, address in PAGES[person].items():
        page.goto(address)
        picture(page, look, name)
    if person == "director":
        page.goto("/budget/declarations?sort=-amount")
        page.locator("tbody th a").first.click()
        page.wait_for_selector("#form-title")
        picture(page, look, "detail")


PUBLIC = {"landing": "/", "sign-in": "/identity/sign-in", "resident-sign-in": "/identity/residents/sign-in"}


@pytest.mark.parametrize("look", LOOKS)
def test_public_pages(visit: Callable[..., Any], look: str):
    page = visit(*LOOKS[look]).page
    for name, address in PUBLIC.items():
        page.goto(address)
        picture(page, look, name)
