"""Stopping in good order: ready says no at once, what has begun is finished, nothing hangs, the exit code is 0."""

from __future__ import annotations

import asyncio
import contextlib

import httpx
import pytest

from tests.kernel.processes.nodes import until

pytestmark = pytest.mark.timeout(180)


async def begun(node, path):
    """A request to `path` that has reached the handler."""
    client = node.client()
    task = asyncio.create_task(client.get(path))
    await asyncio.sleep(0.5)
    return task


@contextlib.asynccontextmanager
async def endless(node):
    """A stream that never ends of itself, with its first bytes received."""
    async with node.client() as client, client.stream("GET", "/steady/stream") as answer:
        chunks = answer.aiter_bytes()
        assert await anext(chunks)
        yield chunks


async def upload(node, size, started: asyncio.Event):
    """Send a form byte by byte, and go on sending while the node drains; returns the status."""

    async def body():
        for number in range(20):
            yield b"x" * (size // 20)
            if number == 3:
                started.set()
            await asyncio.sleep(0.1)

    async with node.client() as client:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(size)}
        return (await client.post("/identity/sign-in", content=body(), headers=headers)).status_code


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_what_has_begun_is_finished_and_ready_says_no_at_once(install, workers):
    node = await install().serve("--workers", workers)
    long, started = await begun(node, "/steady/long"), asyncio.Event()
    sending = asyncio.create_task(upload(node, 4000, started))
    await started.wait()
    async with node.client() as client:
        assert (await client.get("/health/ready")).status_code == 200
        node.terminate()

        async def says_no():
            answer = await client.get("/health/ready")
            return answer.status_code == 503 and answer.headers["connection"] == "close"

        await until(says_no, 0.9)
        assert (await client.get("/health/live")).status_code == 200

        async def listens_no_more():
            with contextlib.suppress(httpx.TransportError):
                await client.get("/health/live")
                return False
            return True

        await until(listens_no_more, 3)
    assert (await long).text == "done"
    assert await sending == 422
    assert await node.ends(8) == 0, node.tail()


async def test_what_never_ends_is_cut_in_time(install):
    node = await install(server__drain_seconds=2, server__drain_notice_seconds=0).serve()
    async with endless(node) as chunks:
        node.terminate()
        assert await node.ends(8) == 0, node.tail()
        with pytest.raises(httpx.TransportError):
            async for _ in chunks:
                pass
    assert "did not end in time" in node.tail()


async def test_a_second_signal_stops_at_once(install):
    node = await install(server__drain_seconds=60).serve()
    async with endless(node):
        node.terminate()
        await asyncio.sleep(1.5)
        assert node.process.returncode is None
        node.terminate()
        await node.ends(5)


async def test_ctrl_c_stops_in_a_moment(install):
    """A terminal signals all processes at once; nobody reads anything, so nothing is waited for."""
    node = await install(server__drain_seconds=60, server__background=True).serve()
    node.interrupt()
    assert await node.ends(8) == 0, node.tail()


async def test_a_worker_finishes_its_job_and_begins_no_other(install, watch):
    site = install()
    web, worker = await site.serve(), await site.work()
    marks = "SELECT action FROM kernel.audit_record WHERE action LIKE 'steady.work.%' ORDER BY at"

    async def has_begun():
        return await watch.fetch(marks)

    async with web.client() as client:
        await client.post("/steady/ask")
        await until(has_begun, 20, worker.tail)
        await client.post("/steady/ask")
    worker.terminate()
    assert await worker.ends(10) == 0, worker.tail()
    assert [row["action"] for row in await watch.fetch(marks)] == ["steady.work.begun", "steady.work.ended"]
    states = await watch.fetch("SELECT state FROM scheduling.run WHERE job = 'steady.work' ORDER BY state")
    assert [row["state"] for row in states] == ["done", "requested"]


async def test_a_worker_gives_up_a_job_that_takes_too_long(install, watch):
    """Its run is given back, for the next worker."""
    site = install(server__drain_seconds=0.5)
    web, worker = await site.serve(), await site.work()

    async def has_begun():
        return await watch.fetch("SELECT 1 FROM kernel.audit_record WHERE action = 'steady.work.begun'")

    async with web.client() as client:
        await client.post("/steady/ask")
    await until(has_begun, 20, worker.tail)
    worker.terminate()
    assert await worker.ends(8) == 0, worker.tail()
    assert await watch.fetchval("SELECT state FROM scheduling.run WHERE job = 'steady.work'") == "due"
