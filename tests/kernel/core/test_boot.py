"""The hall starts, in phases, and answers."""

from __future__ import annotations

from huitang_kernel.testing import client_of


async def test_a_hall_without_plugins_starts_and_answers(open_hall):
    hall = await open_hall()
    assert [record.id for record in hall.registry if record.is_active] == [
        "personal",
        "identity",
        "permissions",
        "files",
        "documents",
        "search",
        "live",
        "notifications",
        "messages",
        "scheduling",
        "workflow",
        "portal",
    ]
    assert {
        "discover",
        "resolve",
        "configure",
        "declare",
        "migrate",
        "start",
    } <= hall.registry.phase_milliseconds.keys()
    async with client_of(hall) as client:
        missing = await client.get("/nowhere")
        problem = await client.get("/api/nowhere")
    assert missing.status_code == 404
    assert "X-Request-Id" in missing.headers
    assert problem.headers["content-type"].startswith("application/problem+json")
