"""The audit log: sealed into a chain, and `verify` names the first record that is not as it was."""

from __future__ import annotations

import uuid

import asyncpg
import pytest

from huitang_kernel.audit import AuditChain
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM


async def sealed(hall, records: int = 6):
    """Records sealed so far, after writing some."""
    for number in range(records):
        async with hall.core.database.write(SYSTEM) as write:
            await write.audit(
                "audit_test.thing.done", Ref("audit_test.thing", uuid.UUID(int=number)), detail={"n": number}
            )
    while await hall.chain.seal():
        pass


async def tamper(hall, sql: str) -> None:
    """What somebody with the database's own powers can do."""
    async with hall.core.database.pool.acquire() as connection:
        await connection.execute("ALTER TABLE kernel.audit_record DISABLE TRIGGER USER")
        await connection.execute(sql)
        await connection.execute("ALTER TABLE kernel.audit_record ENABLE TRIGGER USER")


async def test_an_untouched_log_is_whole(open_hall):
    hall = await open_hall()
    await sealed(hall)
    verdict = await hall.chain.verify()
    assert verdict.ok
    assert verdict.records >= 6
    assert verdict.waiting == 0


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE kernel.audit_record SET reason = 'none' WHERE sequence = 3", "record 3 was altered"),
        ("UPDATE kernel.audit_record SET detail = '{\"n\": 99}' WHERE sequence = 3", "record 3 was altered"),
        ("DELETE FROM kernel.audit_record WHERE sequence = 3", "record 3 is missing"),
        ("UPDATE kernel.audit_record SET sequence = CASE sequence WHEN 3 THEN -3 ELSE sequence END", "missing|altered"),
    ],
)
async def test_tampering_is_named(open_hall, sql, problem):
    hall = await open_hall()
    await sealed(hall)
    await tamper(hall, sql)
    verdict = await hall.chain.verify()
    assert not verdict.ok
    import re

    assert re.search(problem, verdict.problem)


async def test_two_records_exchanged_are_noticed(open_hall):
    hall = await open_hall()
    await sealed(hall)
    await tamper(
        hall,
        """WITH a AS (SELECT id, sequence, hash FROM kernel.audit_record WHERE sequence IN (2, 3))
        UPDATE kernel.audit_record r SET sequence = -a.sequence FROM a WHERE a.id = r.id;
        UPDATE kernel.audit_record SET sequence = CASE sequence WHEN -2 THEN 3 WHEN -3 THEN 2 END WHERE sequence < 0""",
    )
    verdict = await hall.chain.verify()
    assert (verdict.ok, verdict.sequence) == (False, 2)


async def test_a_log_cut_off_at_its_end_is_noticed(open_hall):
    hall = await open_hall()
    await sealed(hall)
    last = (await hall.chain.verify()).records
    await tamper(hall, f"DELETE FROM kernel.audit_record WHERE sequence = {last}")
    verdict = await hall.chain.verify()
    assert (verdict.ok, verdict.sequence) == (False, last)


async def test_a_chain_written_anew_without_the_key_is_noticed(open_hall):
    hall = await open_hall()
    await sealed(hall)
    await tamper(hall, "UPDATE kernel.audit_record SET sequence = NULL, hash = NULL; DELETE FROM kernel.audit_head")
    forged = AuditChain(hall.core.database, b"another key")
    while await forged.seal():
        pass
    assert (await forged.verify()).ok
    assert not (await hall.chain.verify()).ok


async def test_the_program_itself_cannot_change_a_record(open_hall):
    hall = await open_hall()
    await sealed(hall)
    for sql in (
        "UPDATE kernel.audit_record SET reason = 'x'",
        "DELETE FROM kernel.audit_record",
        "TRUNCATE kernel.audit_record",
    ):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await hall.core.database.execute(sql)
