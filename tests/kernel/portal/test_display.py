"""Display modes and language: chosen by anybody, kept in cookies, without JavaScript."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitang_kernel.identity.visits import display_value
from huitang_kernel.portal.display import CONTRASTS, SIZES, THEMES, Display, format_display, parse_display
from huitang_kernel.portal.pages.home import own_address
from huitang_kernel.testing import client_of

DISPLAYS = st.builds(
    Display, size=st.sampled_from(SIZES), contrast=st.sampled_from(CONTRASTS), theme=st.sampled_from(THEMES)
)


@given(DISPLAYS)
def test_what_is_written_is_read_again(display):
    text = format_display(display)
    assert re.fullmatch(r"[A-Za-z0-9%._-]*", text)
    assert parse_display(text) == display


@given(DISPLAYS)
def test_the_profile_writes_what_the_shell_reads(display):
    assert parse_display(display_value(display.size, display.contrast == "high", display.theme)) == display


@given(st.text(max_size=400))
def test_nonsense_is_the_default_or_something_valid(text):
    display = parse_display(text)
    assert display.size in SIZES
    assert display.contrast in CONTRASTS
    assert display.theme in THEMES


async def test_large_text_is_switched_on_and_off_without_a_sign_in(open_hall, readers):
    hall = await open_hall()
    async with client_of(hall) as client:
        on = await client.post("/display", data={"size": "24", "contrast": "high", "next": "/identity/sign-in?next=/"})
        page = await client.get("/")
        off = await client.post("/display", data={"size": "16", "next": "/"})
        normal = await client.get("/")
    assert (on.status_code, on.headers["location"]) == (303, "/identity/sign-in?next=/")
    assert 'data-size="24" data-contrast="high"' in page.text
    assert off.status_code == 303
    assert 'data-size="16" data-contrast="normal"' in normal.text


async def test_a_choice_that_does_not_exist_changes_nothing(open_hall, readers):
    hall = await open_hall()
    async with client_of(hall) as client:
        await client.post("/display", data={"theme": "dark"})
        await client.post("/display", data={"theme": "purple", "size": "1000"})
        page = await client.get("/")
    assert 'data-bs-theme="dark" data-size="16"' in page.text


async def test_the_language_is_switched_and_stays(open_hall, readers):
    hall = await open_hall()
    async with client_of(hall) as client:
        await client.post("/language", data={"locale": "en", "next": "/"})
        english = await client.get("/")
        await client.post("/language", data={"locale": "tlh", "next": "/"})
        still = await client.get("/")
    assert '<html lang="en"' in english.text
    assert '<html lang="en"' in still.text


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "", "javascript:alert(1)", "/a\nb"]
)
def test_nobody_is_sent_to_another_site(target):
    assert own_address(target) == "/"
