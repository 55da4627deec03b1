"""What planning of work must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huitang_sdk.contracts import Scheduling
from huitang_sdk.contracts.identity import SYSTEM

Write = Callable[[], AbstractAsyncContextManager[Any]]
Planned = Callable[[], Awaitable[dict[str, tuple[datetime, Mapping[str, Any]]]]]
JOB, OTHER_JOB = "demo.mark", "demo.count"
LATER = datetime(2126, 5, 1, 4, tzinfo=UTC)


class SchedulingContract:
    """Give `scheduling` of a plugin that declares the jobs demo.mark and demo.count, `write`, and `planned`: the dated
    tasks of demo.mark, {key: (when, payload)}.
    """

    @pytest.fixture
    def scheduling(self) -> Scheduling:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def planned(self) -> Planned:
        """What demo.mark is to do."""
        raise NotImplementedError

    @pytest.fixture
    def write(self) -> Write:
        """Opens the transaction that changes belong into."""
        raise NotImplementedError

    async def test_a_task_waits_for_its_time(self, scheduling: Scheduling, write: Write, planned: Planned) -> None:
        """With what it was given."""
        async with write():
            await scheduling.at(JOB, LATER, key="a", payload={"n": 1})
            await scheduling.at(JOB, LATER + timedelta(days=1), key="b")
        assert await planned() == {"a": (LATER, {"n": 1}), "b": (LATER + timedelta(days=1), {})}

    async def test_the_same_key_replaces(self, scheduling: Scheduling, write: Write, planned: Planned) -> None:
        """Time and payload, of the same job only."""
        for job, when, n in ((JOB, LATER, 1), (JOB, LATER + timedelta(hours=1), 2), (OTHER_JOB, LATER, 3)):
            async with write():
                await scheduling.at(job, when, key="a", payload={"n": n})
        assert await planned() == {"a": (LATER + timedelta(hours=1), {"n": 2})}

    async def test_cancel(self, scheduling: Scheduling, write: Write, planned: Planned) -> None:
        """Says whether there was one."""
        async with write():
            await scheduling.at(JOB, LATER, key="a")
            await scheduling.at(JOB, LATER, key="b")
            assert await scheduling.cancel(JOB, key="a") is True
            assert await scheduling.cancel(JOB, key="a") is False
            assert await scheduling.cancel(OTHER_JOB, key="b") is False
        assert set(await planned()) == {"b"}

    async def test_every_request_to_run_is_a_run(self, scheduling: Scheduling) -> None:
        """Of its own."""
        assert await scheduling.run_now(JOB, actor=SYSTEM) != await scheduling.run_now(JOB, actor=SYSTEM)

    async def test_mistakes_are_said(self, scheduling: Scheduling, write: Write) -> None:
        """Undeclared jobs, times without a zone, empty keys."""
        wrong: list[tuple[str, datetime, str]] = [
            ("demo.undeclared", LATER, "a"),
            (JOB, LATER.replace(tzinfo=None), "a"),
            (JOB, LATER, ""),
        ]
        for job, when, key in wrong:
            with pytest.raises(ValueError):
                async with write():
                    await scheduling.at(job, when, key=key)
        with pytest.raises(ValueError):
            await scheduling.run_now("demo.undeclared", actor=SYSTEM)
