"""`kill -9` of a web node, of the node that closes and of PostgreSQL in the middle of votes; a full disk; a clock that
jumps.

Of what was acknowledged nothing is lost and nothing counts twice. Each round is a vote; FAULT_ROUNDS says how
many.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import psutil
import pytest
import pytest_asyncio

from huitang_conference.verifier import verify_log
from huitang_kernel.db.embedded import EmbeddedPostgres

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "3"))
pytestmark = pytest.mark.xdist_group("votes")
MEMBERS = 40
ROOT = Path(__file__).parents[2]


class Postgres:
    """A server of our own, to be killed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._embedded = EmbeddedPostgres(folder / "pg")
        self.dsn = self._embedded.start()

    @property
    def processes(self) -> list[psutil.Process]:
        postmaster = psutil.Process(self._embedded._server.get_pid())
        return [postmaster, *postmaster.children(recursive=True)]

    def kill(self) -> None:
        """SIGKILL to the server and each of its processes."""
        processes = self.processes
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, 10)

    def start(self) -> None:
        self._embedded._server.ensure_postgres_running()

    def limit(self, size: str) -> None:
        """No file may grow beyond `size` bytes: to PostgreSQL that is a full disk."""
        for process in self.processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                # As the server's own user: where tests run as root they may lack the right to do it for others.
                command = ["prlimit", f"--pid={process.pid}", f"--fsize={size}:"]
                subprocess.run(command, user=process.uids().real, check=False, capture_output=True)

    def make_room(self) -> None:
        """There is room again. A server that found none for its log has stopped, and is started by its keeper."""
        if self.is_running:
            self.limit("unlimited")
        time.sleep(1)
        if not self.is_running:
            self.start()

    @property
    def is_running(self) -> bool:
        return psutil.pid_exists(self._embedded._server.get_pid())

    def stop(self) -> None:
        self._embedded.stop()


class Node:
    """A node's process and the lines that go to it and come from it."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self._command = (sys.executable, "-m", "tests.faults.votes_node", dsn, str(folder))
        self._log = folder / "node.log"
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._count = 0

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, cwd=ROOT, limit=2**24,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        ready = asyncio.get_running_loop().create_future()
        self._waiting = {0: ready}
        self._reader = asyncio.create_task(self._read())
        try:
            await asyncio.wait_for(ready, 120)
        except (TimeoutError, ConnectionError):
            pytest.fail(f"the node did not start:\n{self._log.read_text()[-3000:]}")

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            answer = json.loads(line)
            future = self._waiting.pop(answer["id"], None)
            if future is not None and not future.done():
                future.set_result(answer)
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("the node is gone"))

    async def ask(self, do: str, **values: Any) -> dict[str, Any]:
        """The node's answer. Raises ConnectionError if it dies before."""
        self._count += 1
        number, future = self._count, asyncio.get_running_loop().create_future()
        if self._reader.done():
            raise ConnectionError("the node is gone")
        self._waiting[number] = future
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"id": number, "do": do} | values).encode() + b"\n")
        return await future

    async def kill(self) -> None:
        """SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        await self._process.wait()
        await self._reader


class Vote:
    """One vote on two nodes: what each member pressed, and what was acknowledged."""

    def __init__(self, poll: str, members: list[str]) -> None:
        self.poll = poll
        self.presses = {
            member: {"poll": poll, "member": member, "press_id": uuid4().hex, "number": 1,
                     "choice": random.choice(["for", "against", "abstain"])}
            for member in members
        }  # fmt: skip
        self.receipts: dict[str, str] = {}

    async def press(self, node: Node, member: str, delay: float = 0.0) -> None:
        """Press; an answer is an acknowledgement, and it never differs from an earlier one."""
        await asyncio.sleep(delay)
        with contextlib.suppress(ConnectionError):
            answer = await node.ask("press", **self.presses[member])
            if "receipt" in answer:
                assert self.receipts.setdefault(member, answer["receipt"]) == answer["receipt"], "acknowledged twice"
            else:
                assert answer.get("code") == "unavailable", answer

    async def all_press(self, nodes: list[Node], seconds: float = 0.0) -> None:
        pressing = (
            self.press(nodes[number % len(nodes)], member, random.uniform(0, seconds))
            for number, member in enumerate(self.presses)
        )
        await asyncio.gather(*pressing)

    async def until_all_are_recorded(self, nodes: list[Node]) -> None:
        """As terminals do: send again what was not acknowledged. What was acknowledged is sent again, too."""
        await self.all_press(nodes)
        for _ in range(60):
            if len(self.receipts) == len(self.presses):
                return
            await asyncio.sleep(0.2)
            await self.all_press(nodes)
        pytest.fail("not every press was recorded after the fault")

    async def close(self, node: Node) -> None:
        for _ in range(60):
            answer = await node.ask("close", poll=self.poll)
            if "error" not in answer or answer["error"] == "conflict":
                return
            await asyncio.sleep(0.2)
        pytest.fail(f"the vote was not closed: {answer}")

    async def judge(self, dsn: str, node: Node, folder: Path) -> None:
        """Every press is there once, counted once, and on the log with the receipt that was acknowledged."""
        connection = await asyncpg.connect(dsn)
        sql = "SELECT state, result FROM conference.poll WHERE id = $1::text::uuid"
        row = await connection.fetchrow(sql, self.poll)
        ballots = await connection.fetch(
            "SELECT choice FROM conference.ballot WHERE poll_id = $1::text::uuid", self.poll
        )
        pressed = await connection.fetch(
            "SELECT attendee_id::text, receipt FROM conference.press WHERE poll_id = $1::text::uuid", self.poll
        )
        await connection.close()
        truth = Counter(press["choice"] for press in self.presses.values())
        assert row["state"] == "closed"
        assert Counter(ballot["choice"] for ballot in ballots) == truth
        counts = json.loads(row["result"])["counts"]
        assert {word: counts[word] for word in truth} == dict(truth)
        assert {row["attendee_id"]: row["receipt"] for row in pressed} == self.receipts
        log = (await node.ask("log", poll=self.poll))["log"].encode()
        for receipt in self.receipts.values():
            verify_log.verify(log, receipt=receipt)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("votes")
    made.chmod(0o755)
    (made / "data").mkdir()
    return made


@pytest.fixture(scope="module")
def postgres(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder / "database")
    yield server
    server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hall(postgres: Postgres, folder: Path) -> AsyncIterator[tuple[Postgres, Node, Node, str, list[str]]]:
    """A PostgreSQL of its own, two nodes, a meeting in session; each test leaves them as sound as it found them."""
    data = folder / "data"
    web, closer = Node(postgres.dsn, data), Node(postgres.dsn, data)
    await web.start()
    await closer.start()
    sitting = await closer.ask("sit", members=MEMBERS)
    yield postgres, web, closer, sitting["meeting"], sitting["members"]
    await web.kill()
    await closer.kill()


async def opened(node: Node, meeting: str, members: list[str], **values: Any) -> Vote:
    for _ in range(60):
        answer = await node.ask("open", meeting=meeting, values={"secrecy": "secret", "counts": "first"} | values)
        if "poll" in answer:
            return Vote(answer["poll"], members)
        await asyncio.sleep(0.2)
    pytest.fail(f"no vote was opened: {answer}")


@pytest.mark.timeout(120 + 15 * ROUNDS)
async def test_nothing_acknowledged_is_lost_or_doubled(hall, folder):
    postgres, web, closer, meeting, members = hall
    for number in range(ROUNDS):
        vote = await opened(closer, meeting, members, counts=random.choice(["first", "last"]))
        pressing = asyncio.create_task(vote.all_press([web, closer], 0.15))
        await asyncio.sleep(random.uniform(0.0, 0.2))
        if number % 3 == 0:
            await web.kill()
            await pressing
            await web.start()
        elif number % 3 == 1:
            await asyncio.to_thread(postgres.kill)
            await asyncio.to_thread(postgres.start)
            await pressing
        else:
            await pressing
            await vote.until_all_are_recorded([web])
            closing = asyncio.create_task(closer.ask("close", poll=vote.poll))
            await asyncio.sleep(random.uniform(0.0, 0.05))
            await closer.kill()
            await asyncio.gather(closing, return_exceptions=True)
            await closer.start()
        await vote.until_all_are_recorded([web, closer])
        await vote.close(closer)
        await vote.judge(postgres.dsn, closer, folder)
    # A node that starts sweeps the keys that a crash left behind.
    await web.kill()
    await web.start()
    await gone(folder / "data" / "plugins" / "conference" / "keys")


async def gone(folder: Path) -> None:
    """Until no key is left."""
    for _ in range(50):
        if not os.listdir(folder):
            return
        await asyncio.sleep(0.1)
    pytest.fail("a key of a closed vote is still there")


@pytest.mark.timeout(180)
async def test_a_full_disk_acknowledges_nothing_and_goes_on_when_there_is_room(hall, folder):
    postgres, web, closer, meeting, members = hall
    vote = await opened(closer, meeting, members)
    await asyncio.gather(*(vote.press(web, member) for member in members[:10]))
    before = dict(vote.receipts)
    assert len(before) == 10
    await asyncio.to_thread(postgres.limit, "8192")
    pressing = asyncio.create_task(vote.all_press([web]))
    await asyncio.sleep(1.0)
    assert vote.receipts == before, "acknowledged without room to store it"
    await asyncio.to_thread(postgres.make_room)
    await pressing
    await vote.until_all_are_recorded([web, closer])
    assert before.items() <= vote.receipts.items()
    await vote.close(closer)
    await vote.judge(postgres.dsn, closer, folder)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seconds", [3600, -3600])
async def test_a_clock_that_jumps_on_one_node_neither_closes_a_vote_nor_loses_a_press(hall, folder, seconds):
    postgres, web, closer, meeting, members = hall
    vote = await opened(closer, meeting, members, seconds=600)
    await asyncio.gather(*(vote.press(web, member) for member in members[:20]))
    await web.ask("jump", seconds=seconds)
    await asyncio.sleep(1.2)
    await vote.until_all_are_recorded([web, closer])
    await vote.close(web)
    await vote.judge(postgres.dsn, closer, folder)
    await web.kill()
    await web.start()
