"""Limits on several nodes: what they know of one another, what is counted when the database does not answer, and what
it costs.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import pytest_asyncio

from huitang_kernel import limits as limits_module
from huitang_kernel.limits import LimitBook
from huitang_sdk.contracts import Rate, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import TooManyRequests
from huitang_sdk.http import sender_of
from huitang_sdk.testing import FixedClock

RATE = Rate(5, 60)


class Nodes:
    """Some nodes on one database; `tell` does at once what each does once a second."""

    def __init__(self, database: Any, count: int = 2) -> None:
        self.database = database
        self.clock = FixedClock()
        self.books = [LimitBook(database, self.clock, b"key") for _ in range(count)]

    async def tell(self) -> None:
        for book in self.books:
            await book.share()

    async def through(self, node: int, tries: int, *, who: str = "10.0.0.1", strict: bool = False) -> int:
        """How many of so many tries at once are let through."""
        limits = self.books[node].scoped("demo")
        took = (limits.take("look-up", who, RATE, strict=strict) for _ in range(tries))
        answers = await asyncio.gather(*took, return_exceptions=True)
        assert {type(answer) for answer in answers} <= {type(None), TooManyRequests}
        return sum(answer is None for answer in answers)

    async def rows(self) -> list[dict[str, Any]]:
        return await self.database.fetch("SELECT who, count, ends FROM kernel.tries ORDER BY ends")


@pytest_asyncio.fixture
async def nodes(open_hall, monkeypatch):
    monkeypatch.setattr(limits_module, "SHARE_EVERY", 3600.0)  # the tests say when
    made = Nodes((await open_hall(serve=False)).core.database)
    for book in made.books:
        book._shared_at = asyncio.get_running_loop().time()
    yield made
    for book in made.books:
        await book.stop()


async def test_nodes_hear_what_the_others_counted(nodes):
    assert await nodes.through(0, 3) == 3
    assert await nodes.through(1, 1) == 1
    await nodes.tell()
    await nodes.tell()
    assert await nodes.through(1, 10) == 1
    await nodes.tell()
    assert [row["count"] for row in await nodes.rows()] == [5]
    assert await nodes.through(1, 1) == 0


async def test_a_node_that_comes_later_knows_after_its_first_try(nodes):
    assert await nodes.through(0, 10) == 5
    await nodes.tell()
    assert await nodes.through(1, 1) == 1
    await nodes.tell()
    assert await nodes.through(1, 10) == 0


async def test_a_strict_limit_is_never_exceeded_by_all_nodes_together(nodes):
    passed = await asyncio.gather(nodes.through(0, 20, strict=True), nodes.through(1, 20, strict=True))
    assert sum(passed) == RATE.count


async def test_when_the_time_is_over_it_begins_anew_for_all(nodes):
    assert await nodes.through(0, 10) == 5
    await nodes.tell()
    nodes.clock.forward(seconds=59)
    limits = nodes.books[0].scoped("demo")
    with pytest.raises(TooManyRequests) as refused:
        await limits.take("look-up", "10.0.0.1", RATE)
    assert refused.value.retry_after == await limits.wait("look-up", "10.0.0.1", RATE) == 1
    nodes.clock.forward(seconds=1)
    assert await limits.wait("look-up", "10.0.0.1", RATE) == 0
    assert await nodes.through(0, 2) == 2
    assert await nodes.through(1, 2) == 2
    await nodes.tell()
    assert [row["count"] for row in await nodes.rows()] == [4]


async def test_what_is_rolled_back_was_tried_all_the_same(nodes):
    limits = nodes.books[0].scoped("demo")

    async def fail() -> None:
        async with nodes.database.write(SYSTEM) as write:
            await write.audit("demo.tried", Ref("demo.thing", new_id()))
            await limits.take("look-up", "10.0.0.1", RATE, strict=True)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert [row["count"] for row in await nodes.rows()] == [1]


async def test_the_table_says_nothing_about_people(nodes):
    await nodes.through(0, 1, who="13800001234")
    await nodes.tell()
    (row,) = await nodes.rows()
    assert len(row["who"]) == 16
    assert row["who"] != LimitBook(nodes.database, nodes.clock, b"another").digest("demo", "look-up", "13800001234")


async def test_without_the_database_a_node_counts_by_itself(nodes, monkeypatch):
    async def broken(*_: Any) -> None:
        raise OSError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(nodes.database, "fetch", broken)
        assert await nodes.through(0, 3) == 3
        with pytest.raises(OSError, match="gone"):
            await nodes.tell()
        assert await nodes.through(0, 10) == 2
    await nodes.tell()
    assert [row["count"] for row in await nodes.rows()] == [5]


async def test_a_thousand_people_are_told_by_one_statement(nodes, monkeypatch):
    asked, fetch = [], nodes.database.fetch

    async def counted(sql: str, *values: Any) -> Any:
        asked.append(sql)
        return await fetch(sql, *values)

    monkeypatch.setattr(nodes.database, "fetch", counted)
    limits = nodes.books[0].scoped("demo")
    for number in range(1_000):
        await limits.take("look-up", f"10.0.{number // 250}.{number % 250}", RATE)
        await limits.take("look-up-all", "", Rate(2_000, 1))
    assert asked == []
    await nodes.tell()
    assert len(asked) == 1
    assert len(await fetch("SELECT 1 FROM kernel.tries")) == 1_001


async def test_what_is_over_is_forgotten(nodes):
    book = nodes.books[0]
    book._tidy_at = 100
    for number in range(100):
        await nodes.through(0, 1, who=str(number))
    await nodes.tell()
    nodes.clock.forward(minutes=10)
    await nodes.through(0, 1, who="another")
    assert len(book._tries) == 1
    await book._sweep()
    assert await nodes.rows() == []


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("nonsense:", "nonsense:"),
    ],
)
def test_who_changes_addresses_within_a_network_stays_one(address, counted):
    class Connection:
        scope = {"huitang_address": address}

    assert sender_of(Connection()) == counted
