"""Pictures of the pages on which a meeting is prepared and kept, in every look: var/screenshots, for a person to look
at.

The meetings are those of the sample city: an archived one with results, one that is called for today, a draft, and the
congress that elects.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.test_screenshots import LOOKS, picture

pytestmark = pytest.mark.skipif(not os.environ.get("EVERY_PICTURE"), reason="pictures are taken by make pictures")
STAFF = {
    "meetings": "/conference/",
    "mine": "/conference/mine",
    "meeting-new": "/conference/meetings/new",
    "bodies": "/conference/bodies",
    "body-new": "/conference/bodies/new",
    "profiles": "/conference/profiles",
    "profile": "/conference/profiles/city-standing-committee",
    "profile-edit": "/conference/profiles/city-standing-committee/edit",
    "doors": "/conference/door",
}
TODAY = (
    "",
    "agenda",
    "roster",
    "badges",
    "seats",
    "votes",
    "attendance",
    "speeches",
    "papers",
    "edit",
    "door",
    "operator",
)
PAST = ("", "votes", "attendance", "papers")


def address_of(page: Page, title: str) -> str:
    """Where the meeting with this in its title is kept."""
    page.goto("/conference/")
    address = page.locator("main a", has_text=title).first.get_attribute("href")
    assert address is not None
    return address


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_those_who_prepare_meetings(visit: Callable[..., Any], look: str):
    page = visit(*LOOKS[look]).sign_in("hall")
    today, past = address_of(page, "第二十二次会议"), address_of(page, "第二十一次会议")
    addresses = {f"conference-{name}": address for name, address in STAFF.items()}
    addresses |= {f"conference-today-{name or 'overview'}": f"{today}/{name}".rstrip("/") for name in TODAY}
    addresses |= {f"conference-past-{name or 'overview'}": f"{past}/{name}".rstrip("/") for name in PAST}
    page.goto("/conference/bodies")
    bodies = page.locator("main a[href*='/conference/bodies/']:not([href$=new])")
    addresses["conference-body"] = bodies.first.get_attribute("href") or ""
    addresses["conference-results"] = "/conference/results/" + past.rsplit("/", 1)[1]
    for name, address in addresses.items():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        picture(page, look, name)


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_a_member(visit: Callable[..., Any], look: str):
    page = visit(*LOOKS[look]).sign_in("member")
    page.goto("/conference/mine")
    picture(page, look, "conference-member")
    page.locator("main a[href*='/conference/mine/']").first.click()
    page.wait_for_selector("h1")
    picture(page, look, "conference-member-meeting")
