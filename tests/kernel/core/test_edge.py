"""The edge: requests of other sites are refused, large ones too, and every answer carries safe headers."""

from __future__ import annotations

import pytest

from huitang_kernel.testing import client_of


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 404),
        ({"Origin": "http://hall.test"}, 404),
        ({}, 404),
    ],
)
async def test_changing_requests_must_come_from_our_own_pages(open_hall, headers, status):
    hall = await open_hall()
    async with client_of(hall) as client:
        assert (await client.post("/api/nowhere", headers=headers)).status_code == status


async def test_reading_from_another_site_is_allowed(open_hall):
    hall = await open_hall()
    async with client_of(hall) as client:
        assert (await client.get("/nowhere", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 404


async def test_a_body_over_the_limit_is_refused_before_it_is_read(open_hall):
    hall = await open_hall(server={"max_body_mb": 1})
    async with client_of(hall) as client:
        answer = await client.post("/api/nowhere", content=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413


async def test_every_answer_has_safe_headers(open_hall):
    hall = await open_hall()
    async with client_of(hall) as client:
        answer = await client.get("/nowhere")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


async def test_errors_speak_the_readers_language(open_hall):
    hall = await open_hall()
    async with client_of(hall) as client:
        english = await client.get("/nowhere", headers={"Accept-Language": "en-GB"})
    assert "does not exist" in english.text


async def test_a_body_without_a_length_is_limited_while_it_comes(open_hall):
    hall = await open_hall(server={"max_body_mb": 1})

    async def endless():
        for _ in range(40):
            yield b"x" * 65536

    async with client_of(hall) as client:
        answer = await client.post(
            "/identity/sign-in", content=endless(), headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
    assert answer.status_code == 413
