"""The listening connection: each channel in its order, none waits for another, all re-read after a cut."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from huitang_kernel.db import Listener


@pytest.fixture
async def speak(fresh_dsn):
    connection = await asyncpg.connect(fresh_dsn)

    async def speak(channel, payload):
        await connection.execute("SELECT pg_notify($1, $2)", channel, payload)

    speak.connection = connection
    yield speak
    await connection.close()


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the condition tells nobody
            await asyncio.sleep(0.01)


async def test_a_slow_handler_holds_no_other_channel_up(fresh_dsn, speak):
    listener, release, heard = Listener(), asyncio.Event(), []

    async def slow(payload):
        await release.wait()
        heard.append(("slow", payload))

    async def quick(payload):
        heard.append(("quick", payload))

    async def broken(_payload):
        raise RuntimeError("not listening")

    listener.on("slow", slow)
    listener.on("quick", broken)
    listener.on("quick", quick)
    await listener.start(fresh_dsn)
    try:
        for number in "123":
            await speak("slow", number)
            await speak("quick", number)
        await until(lambda: len(heard) == 3)
        assert heard == [("quick", "1"), ("quick", "2"), ("quick", "3")]
        release.set()
        await until(lambda: len(heard) == 6)
        assert heard[3:] == [("slow", "1"), ("slow", "2"), ("slow", "3")]
    finally:
        await listener.stop()


async def test_after_a_cut_every_handler_is_told_to_read_again(fresh_dsn, speak):
    listener, heard = Listener(), []

    async def hear(payload):
        heard.append(payload)

    listener.on("news", hear)
    await listener.start(fresh_dsn)
    try:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'huitang-listener'"
        await speak.connection.execute(f"{cut} AND datname = current_database()")
        await until(lambda: heard == [""])
        await speak("news", "again")
        await until(lambda: heard == ["", "again"])
    finally:
        await listener.stop()


async def test_everything_is_read_again_when_asked_for(fresh_dsn):
    """What changed between a service's first look and the start of listening; a failing handler stops nobody."""
    listener, heard = Listener(), []

    async def broken(_payload):
        raise RuntimeError("cannot read")

    async def quick(payload):
        heard.append(payload)

    listener.on("first", broken)
    listener.on("second", quick)
    await listener.start(fresh_dsn)
    try:
        await listener.reread()
        assert heard == [""]
    finally:
        await listener.stop()
