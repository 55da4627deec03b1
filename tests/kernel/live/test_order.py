"""In order, once, and never a silent gap: with several nodes, lost connections, and messages that are too large."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from huitang_kernel.testing import TEST_KEY
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from tests.kernel.live.talking import ChangedMind, say, say_many, talk_of, until

ROOT = Path(__file__).parents[3]
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'huitang-listener' AND datname = current_database()
"""


def hear(hall, topic="talk.words", key=""):
    messages = []
    talk_of(hall).live.subscribe(topic, key, messages.append)
    return messages


def told(messages):
    return [(message.sequence, message.data) for message in messages]


async def test_two_nodes_hear_one_order_whoever_speaks(hall):
    """Publishers on both nodes at once, in tasks at once, each write in two topics, some taken back: no deadlock, no
    hole, and both nodes hear the same.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.kernel.live.live_node", hall.dsn, TEST_KEY),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    messages = hear(hall)
    async with asyncio.timeout(60):
        assert await process.stdout.readline() == b"open\n"
        process.stdin.write(b"200\n")
        await say_many(hall, "here", 200)
        there = [json.loads(await process.stdout.readline()) for _ in range(320)]
        await until(lambda: len(messages) >= 320)
        process.stdin.close()
        assert await process.wait() == 0
    assert [[sequence, data] for sequence, data in told(messages)] == there
    assert [sequence for sequence, _ in there] == list(range(1, 321))
    for who in ("here", "other"):
        said = sorted(data["number"] for _, data in there if data["who"] == who)
        assert said == [number for number in range(200) if number % 5]


async def test_a_write_that_is_taken_back_tells_nothing(hall):
    messages = hear(hall)

    async def change_mind():
        ctx = talk_of(hall)
        async with ctx.db.write(SYSTEM) as write:
            await ctx.live.publish("talk.words", "", {"word": "never"})
            await write.audit("talk.word.said", Ref("talk.word", UUID(int=1)))
            raise ChangedMind

    with pytest.raises(ChangedMind):
        await change_mind()
    await say(hall, word="said")
    await until(lambda: messages)
    assert told(messages) == [(1, {"word": "said"})]


async def test_a_large_message_travels_by_reference(hall):
    messages, elsewhere = hear(hall), hear(hall, key="elsewhere")
    long = "会" * 50_000
    await say(hall, word="short")
    await say(hall, word=long)
    await say(hall, word="short again")
    await until(lambda: len(messages) == 3)
    assert told(messages) == [(1, {"word": "short"}), (2, {"word": long}), (3, {"word": "short again"})]
    assert elsewhere == []


async def test_the_first_message_heard_may_be_a_large_one(hall):
    await say(hall, word="before")
    later = hear(hall, key="later")
    await say(hall, key="later")
    await until(lambda: later)
    messages = hear(hall)
    await say(hall, word="会" * 50_000)
    await until(lambda: messages)
    assert [(m.sequence, m.is_gap, len(m.data["word"])) for m in messages] == [(2, False, 50_000)]


class Cut:
    """The listening connection is cut, and stays away until `mend`."""

    def __init__(self, hall) -> None:
        self._listener, self._dsn = hall.core.listener, hall.dsn
        self._mended = asyncio.Event()
        listen = self._listener._listen

        async def later(dsn):
            await self._mended.wait()
            await listen(dsn)

        self._listener._listen = later

    async def make(self):
        connection = await asyncpg.connect(self._dsn)
        assert await connection.fetch(CUT)
        await connection.close()
        await until(self._listener._lost.is_set)

    def mend(self):
        self._mended.set()


@pytest.fixture
async def cut(hall):
    found = Cut(hall)
    yield found
    found.mend()


async def test_what_was_said_while_the_connection_was_lost_is_heard_afterwards(hall, cut):
    messages = hear(hall)
    await say(hall, word="before")
    await until(lambda: messages)
    ctx = hall.registry.get("live").context
    (check,) = hall.registry.get("live").declarations.health_checks
    assert (await check.check(ctx)).ok
    await cut.make()
    assert not (await check.check(ctx)).ok
    await say(hall, word="meanwhile")
    await say(hall, word="会" * 5000)
    cut.mend()
    await until(lambda: len(messages) == 3)
    await say(hall, word="after")
    await until(lambda: len(messages) == 4)
    assert [(m.sequence, m.data["word"][:9]) for m in messages] == [
        (1, "before"),
        (2, "meanwhile"),
        (3, "会" * 9),
        (4, "after"),
    ]


async def test_what_is_no_longer_kept_is_told_as_a_gap(hall, cut):
    messages, quiet = hear(hall), hear(hall, key="quiet")
    await say(hall, word="before")
    await say(hall, key="quiet", word="before")
    await until(lambda: messages and quiet)
    await cut.make()
    await say(hall, word="meanwhile")
    await say(hall, word="meanwhile")
    await hall.services.live.store.forget(0)
    cut.mend()
    await until(lambda: len(messages) == 2)
    await say(hall, word="after")
    await until(lambda: len(messages) == 3)
    assert [(m.sequence, m.is_gap, m.data) for m in messages[1:]] == [(3, True, None), (4, False, {"word": "after"})]
    assert len(quiet) == 1


async def test_who_knows_no_position_yet_is_told_to_read_again(hall, cut):
    """A hearer that has heard nothing cannot know what it missed."""
    await say(hall, word="before")
    later = hear(hall, key="later")
    await say(hall, key="later")
    await until(lambda: later)
    messages = hear(hall)
    await cut.make()
    await say(hall, word="meanwhile")
    cut.mend()
    await until(lambda: messages)
    assert [(m.sequence, m.is_gap) for m in messages] == [(2, True)]


async def test_a_hearer_that_fails_hurts_nobody_else(hall):
    def fail(_message):
        raise RuntimeError("not listening")

    talk_of(hall).live.subscribe("talk.words", "", fail)
    messages = hear(hall)
    await say(hall, word="one")
    await say(hall, word="two")
    await until(lambda: len(messages) == 2)


async def test_topics_that_nobody_hears_are_let_go(hall):
    end = talk_of(hall).live.subscribe("talk.words", "7", print)
    end()
    hub = hall.services.live.hub
    for stream in hub._streams.values():
        stream.left_at -= 100
    await hub.tidy()
    assert hub._streams == {}
