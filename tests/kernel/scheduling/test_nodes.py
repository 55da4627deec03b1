"""Several nodes on one database: every due time once, a dead leader replaced, its run taken up again.

The halls here are other processes; this one only plans and watches.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import scheduling_node

pytestmark = pytest.mark.xdist_group("nodes")  # one after another, while a minute passes for the last
PLAN = "INSERT INTO scheduling.dated_task VALUES (gen_random_uuid(), 'clockwork', $1, $2, $3, $4)"


class Cluster:
    """Halls started as processes, each killed at the end by its own id."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.dsn, self.folder = dsn, folder
        self.nodes: dict[int, Process] = {}

    async def add(self, cron: str = "") -> Process:
        script = str(Path(scheduling_node.__file__))
        folder = self.folder / str(len(self.nodes))
        process = await asyncio.create_subprocess_exec(
            sys.executable, script, self.dsn, str(folder), cron, stdin=PIPE, stdout=PIPE
        )
        self.nodes[process.pid] = process
        assert process.stdout is not None
        async with asyncio.timeout(30):
            assert await process.stdout.readline() == b"ready\n"
        return process

    async def stop(self) -> None:
        for process in self.nodes.values():
            if process.returncode is None:
                process.kill()
                await process.wait()


@pytest.fixture
async def cluster(fresh_dsn, tmp_path):
    """An empty cluster on a database of its own."""
    found = Cluster(fresh_dsn, tmp_path)
    yield found
    await found.stop()


@pytest.fixture(scope="module", autouse=True)
async def ticking(databases, tmp_path_factory):
    """Two nodes with a crontab line of every minute, whose leader is killed: the last test looks what came of it."""
    name = f"ticking_{uuid4().hex}"
    await databases.copy(name)
    found = Cluster(databases.dsn(name), tmp_path_factory.mktemp("ticking"))
    await found.add("* * * * *")
    await found.add("* * * * *")
    watch = await asyncpg.connect(found.dsn)
    found.nodes[await leader_pid(watch)].kill()
    yield watch
    await watch.close()
    await found.stop()
    await databases.drop(name)


@pytest.fixture
async def watch(fresh_dsn):
    """A connection of one's own."""
    connection = await asyncpg.connect(fresh_dsn)
    yield connection
    await connection.close()


async def until(watch, sql: str, seconds: float):
    async with asyncio.timeout(seconds):
        while not (found := await watch.fetchrow(sql)):  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.05)
    return found


async def leader_pid(watch) -> int:
    row = await until(watch, "SELECT node FROM scheduling.leader WHERE heartbeat_at > now() - interval '2 seconds'", 30)
    return int(row["node"].split(":")[1])


async def plan(watch, job: str, when: datetime, numbers: range) -> None:
    tasks = [(job, f"{when.timestamp()}-{n}", when, msgspec.json.encode({"n": n}).decode()) for n in numbers]
    await watch.executemany(PLAN, tasks)
    await watch.execute("SELECT pg_notify('huitang_scheduling', '')")


async def test_every_due_time_runs_once_even_when_the_leader_is_killed(cluster, watch):
    """Twenty dated tasks, the leader killed half-way: each runs, and none twice."""
    await cluster.add()
    await cluster.add()
    first = await leader_pid(watch)
    now = datetime.now(UTC)
    for second in range(1, 11):
        await plan(watch, "clockwork.mark", now + timedelta(seconds=second / 2), range(2))
    await asyncio.sleep(2.2)
    killed = asyncio.get_running_loop().time()
    cluster.nodes[first].kill()
    await until(watch, f"SELECT 1 FROM scheduling.leader WHERE split_part(node, ':', 2) <> '{first}'", 10)
    assert asyncio.get_running_loop().time() - killed < 10
    await until(watch, "SELECT 1 FROM scheduling.run WHERE cause = 'dated' AND state = 'done' HAVING count(*) = 20", 40)
    ran = await watch.fetch(
        "SELECT due, payload, count(*) AS times FROM clockwork.ran WHERE job = 'clockwork.mark' GROUP BY due, payload"
    )
    assert [row["times"] for row in ran] == [1] * 20
    pids = {row["pid"] for row in await watch.fetch("SELECT DISTINCT pid FROM clockwork.ran")}
    assert first in pids
    assert len(pids) == 2


async def test_a_run_whose_process_dies_is_taken_up_by_the_next_leader(cluster, watch):
    await cluster.add()
    await cluster.add()
    first = await leader_pid(watch)
    await plan(watch, "clockwork.slow", datetime.now(UTC), range(1))
    await until(watch, "SELECT 1 FROM clockwork.ran WHERE job = 'clockwork.slow'", 20)
    cluster.nodes[first].kill()
    again = await until(watch, "SELECT * FROM scheduling.run WHERE state = 'running' AND attempts = 2", 30)
    assert again["error"].startswith("process-died: ")
    await until(watch, "SELECT 1 FROM clockwork.ran WHERE job = 'clockwork.slow' HAVING count(*) = 2", 20)
    runs = await watch.fetch("SELECT run, due, pid FROM clockwork.ran WHERE job = 'clockwork.slow'")
    assert {row["run"] for row in runs} == {again["id"]}
    assert {row["due"] for row in runs} == {again["due"]}
    assert {row["pid"] for row in runs} == set(cluster.nodes)


async def test_a_leader_that_stops_gives_its_run_back(cluster, watch):
    await cluster.add()
    await cluster.add()
    first = await leader_pid(watch)
    await plan(watch, "clockwork.slow", datetime.now(UTC), range(1))
    await until(watch, "SELECT 1 FROM clockwork.ran", 20)
    process = cluster.nodes[first]
    assert process.stdin is not None
    process.stdin.close()
    async with asyncio.timeout(10):
        assert await process.wait() == 0
    await until(watch, "SELECT 1 FROM clockwork.ran HAVING count(DISTINCT pid) = 2", 20)
    run = await watch.fetchrow("SELECT state, attempts, error FROM scheduling.run")
    assert dict(run) == {"state": "running", "attempts": 1, "error": ""}


async def test_a_minute_of_a_crontab_line_runs_once(ticking):
    tick = await until(ticking, "SELECT * FROM clockwork.ran WHERE job = 'clockwork.tick'", 75)
    assert tick["due"].second == tick["due"].microsecond == 0
    assert tick["at"] - tick["due"] < timedelta(seconds=10)
    await asyncio.sleep(1)
    ticks = await ticking.fetch("SELECT 1 FROM clockwork.ran WHERE due = $1 AND job = 'clockwork.tick'", tick["due"])
    assert len(ticks) == 1
