"""The frame of every page."""

from __future__ import annotations

from huitang_kernel.testing import client_of


async def test_the_start_page_invites_whoever_is_not_signed_in(open_hall, readers):
    hall = await open_hall()
    async with client_of(hall) as client:
        answer = await client.get("/")
    assert answer.status_code == 200
    assert 'href="/identity/sign-in"' in answer.text
    assert 'class="ht-bottom"' not in answer.text


async def test_the_workbench_greets_a_clerk(open_hall, readers, clerk):
    hall = await open_hall()
    async with client_of(hall, headers=clerk) as client:
        answer = await client.get("/")
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert 'class="ht-bottom"' in answer.text


async def test_errors_are_pages_with_the_request_id(open_hall, readers, clerk):
    hall = await open_hall()
    async with client_of(hall, headers=clerk) as client:
        page = await client.get("/nowhere")
        part = await client.get("/nowhere", headers={"hx-request": "true"})
    assert page.status_code == part.status_code == 404
    assert page.headers["X-Request-Id"] in page.text
    assert "<html" in page.text
    assert "<html" not in part.text
