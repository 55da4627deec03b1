"""`kill -9` of the whole server in a burst of writes: what was acknowledged is there, once, with its consequences."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import asyncpg
import httpx
import pytest

from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_sdk.contracts.identity import SYSTEM
from tests.faults.server import ServerProcess

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "2"))
WRITERS = 6
PEOPLE = {"editor": "noticeboard.editor", "reader1": "noticeboard.reader", "reader2": "noticeboard.reader"}


async def prepare(open_hall) -> tuple[str, str]:
    """An editor and some readers; returns the DSN and the organisation's id."""
    hall = await open_hall(
        installed=None, serve=False, plugins={"identity": {"argon2_memory_kib": 64, "argon2_time": 1}}
    )
    identity, rights = hall.services.identity, hall.services.permissions
    root = await identity.create_organisation(SYSTEM, "云江市")
    for name, role in (
        ("editor", "noticeboard.editor"),
        ("reader1", "noticeboard.reader"),
        ("reader2", "noticeboard.reader"),
    ):
        account = await identity.create_account(SYSTEM, name, name, PASSWORD, root.id)
        await rights.grant(SYSTEM, role, root.id, "below", account_id=account.id)
    return hall.dsn, str(root.id)


async def burst(url: str, organisation: str, acknowledged: set[str], prefix: str) -> None:
    """Publish as fast as six writers can, until the server is gone."""
    async with httpx.AsyncClient(base_url=url, timeout=10) as client:
        await sign_in(None, client, "editor")
        cookies = client.cookies

    async def write(number: int) -> None:
        async with httpx.AsyncClient(base_url=url, timeout=10, cookies=cookies) as client:
            for count in range(10_000):
                title = f"{prefix}-{number}-{count}"
                data = {"title": title, "body": "停电通知", "organisation": organisation}
                answer = await client.post("/noticeboard/new", data=data)
                assert answer.status_code == 303, answer.text[:2000]
                acknowledged.add(title)

    results = await asyncio.gather(*(write(number) for number in range(WRITERS)), return_exceptions=True)
    assert all(isinstance(result, httpx.TransportError) for result in results), results


@pytest.mark.timeout(240)
async def test_nothing_acknowledged_is_lost_or_doubled(open_hall, tmp_path: Path):
    dsn, organisation = await prepare(open_hall)
    acknowledged: set[str] = set()
    for round_number in range(ROUNDS):
        async with ServerProcess(dsn, tmp_path) as server:
            work = asyncio.create_task(burst(server.url, organisation, acknowledged, f"r{round_number}"))
            before = len(acknowledged)
            while len(acknowledged) < before + 20:
                assert not work.done(), work.exception() if work.done() else ""
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.2 * round_number)
            server.kill()
            await work
    async with ServerProcess(dsn, tmp_path):
        await settled(dsn)
    await judge(dsn, acknowledged)


async def settled(dsn: str) -> None:
    """Until the outbox is empty and every record is sealed.

    What the killed server had in hand is delivered when its lease has run out: here that minute has passed already.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "UPDATE kernel.outbox_delivery SET next_at = now() WHERE done_at IS NULL AND dead_at IS NULL"
        )
        for _ in range(600):
            waiting = await connection.fetchval(
                "SELECT (SELECT count(*) FROM kernel.outbox WHERE fanned_out_at IS NULL)"
                " + (SELECT count(*) FROM kernel.outbox_delivery WHERE done_at IS NULL AND dead_at IS NULL)"
                " + (SELECT count(*) FROM kernel.audit_record WHERE sequence IS NULL)"
            )
            if waiting == 0:
                return
            await asyncio.sleep(0.2)
        pytest.fail("the outbox did not empty after the restart")
    finally:
        await connection.close()


async def judge(dsn: str, acknowledged: set[str]) -> None:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("SELECT id, title FROM noticeboard.notice")
    titles = [row["title"] for row in rows]
    assert len(acknowledged) >= 20 * ROUNDS
    assert acknowledged - set(titles) == set(), "acknowledged and lost"
    assert len(titles) == len(set(titles)), "written twice"
    audited = await connection.fetchval(
        "SELECT count(*) FROM kernel.audit_record WHERE action = 'noticeboard.notice.published'"
    )
    events = await connection.fetchval("SELECT count(*) FROM kernel.outbox WHERE name = 'noticeboard.notice.published'")
    told = await connection.fetchval("SELECT count(*) FROM notifications.notice WHERE kind = 'noticeboard.published'")
    await connection.close()
    assert audited == events == len(titles), "rows, audit and events disagree"
    assert told == 2 * len(titles), "each of two readers is told once"
