"""`kill -9` in a burst of letters: a receipt that was shown stands for a letter in the register, once."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import asyncpg
import httpx
import pytest

from huitang_sdk.contracts.identity import SYSTEM
from tests.faults.server import ServerProcess
from tests.faults.test_kill import settled
from tests.plugins.petitions.intake.letters import code_in, form

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))
WRITERS = 4
LIMITS = {
    "HUITANG_PLUGINS__PETITIONS__LETTERS_PER_HOUR": "1000000",
    "HUITANG_PLUGINS__PETITIONS__LOOK_UPS_PER_MINUTE": "1000000",
}


class Sent:
    """What one burst sent: the forms, and the codes of those whose receipt was shown."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.receipts: dict[str, str] = {}


async def burst(url: str, sent: Sent, prefix: str) -> None:
    """Write letters as fast as a few writers can, until the server is gone."""

    async def write(number: int) -> None:
        async with httpx.AsyncClient(base_url=url, timeout=10) as client:
            for count in range(10_000):
                values = await form(client, subject=f"{prefix}-{number}-{count}")
                sent.forms.append(values)
                answer = await client.post("/petitions/write", data=values)
                assert answer.status_code == 200, answer.text[:2000]
                sent.receipts[values["token"]] = code_in(answer.text)

    results = await asyncio.gather(*(write(number) for number in range(WRITERS)), return_exceptions=True)
    assert all(isinstance(result, httpx.TransportError) for result in results), results


@pytest.mark.timeout(300)
async def test_a_letter_with_a_receipt_is_never_lost_and_none_is_doubled(open_hall, tmp_path: Path, monkeypatch):
    for name, value in LIMITS.items():
        monkeypatch.setenv(name, value)
    hall = await open_hall(installed=None, serve=False)
    await hall.services.identity.create_organisation(SYSTEM, "云江市")
    sent = Sent()
    for round_number in range(ROUNDS):
        async with ServerProcess(hall.dsn, tmp_path) as server:
            work = asyncio.create_task(burst(server.url, sent, f"r{round_number}"))
            before = len(sent.receipts)
            while len(sent.receipts) < before + 15:
                assert not work.done(), work.exception() if work.done() else ""
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.1 * round_number)
            server.kill()
            await work
    async with ServerProcess(hall.dsn, tmp_path) as server:
        await send_again(server.url, sent)
        await settled(hall.dsn)
    await judge(hall.dsn, sent)


async def send_again(url: str, sent: Sent) -> None:
    """Everybody sends the form again, as one does when no page came: the same code comes back, and opens it."""
    async with httpx.AsyncClient(base_url=url, timeout=10) as client:
        for values in sent.forms:
            answer = await client.post("/petitions/write", data=values)
            code = code_in(answer.text)
            assert sent.receipts.get(values["token"], code) == code
        page = await client.post("/petitions/look-up", data={"code": code}, follow_redirects=True)
        assert page.status_code == 200


async def judge(dsn: str, sent: Sent) -> None:
    connection = await asyncpg.connect(dsn)
    count = {
        table: await connection.fetchval(f"SELECT count(*) FROM petitions.{table}")
        for table in ("matter", "petitioner", "party", "event")
    }
    audited = await connection.fetchval(
        "SELECT count(*) FROM kernel.audit_record WHERE action = 'petitions.matter.registered'"
    )
    told = await connection.fetchval("SELECT count(*) FROM messages.message WHERE kind = 'petitions.registered'")
    await connection.close()
    forms = len({values["token"] for values in sent.forms})
    assert len(sent.receipts) >= 15 * ROUNDS
    assert count == {"matter": forms, "petitioner": forms, "party": forms, "event": 2 * forms}
    assert audited == told == forms, "letters, audit and messages disagree"
