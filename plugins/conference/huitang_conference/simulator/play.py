"""Playing a scenario: every step is taken by all the terminals it concerns, then the next."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from huitang_conference.floor.client import Counts, TerminalClient
from huitang_conference.simulator.scenario import Scenario, Step

Tell = Callable[[str], None]
SETTLE_SECONDS = 10.0
"""How long what is unanswered at the end is waited for."""


class Play:
    def __init__(self, urls: Sequence[str], tokens: Sequence[str], tell: Tell) -> None:
        addresses = [url.replace("http", "ws", 1).rstrip("/") + "/conference/terminal" for url in urls]
        self.counts = Counts()
        self.terminals = [TerminalClient(addresses, token, self.counts, self._saw) for token in tokens]
        self._tell = tell
        self._changed = asyncio.Condition()
        self._waking: asyncio.Task[None] | None = None
        self._first_shown: dict[str, float] = {}
        self._shown: set[tuple[str, str]] = set()
        self._asking: set[asyncio.Task[Any]] = set()
        self._voted: set[str] = set()

    async def run(self, scenario: Scenario, rounds: int | None = None) -> Counts:
        """Raises TimeoutError when a wait lasted too long; what was counted until then stays."""
        acts: dict[str, Callable[[Step], Awaitable[None]]] = {
            "connect": self._connect, "check-in": self._asking_for("checkin"), "leave": self._asking_for("leave"),
            "return": self._asking_for("return"), "speak": self._asking_for("speak"), "wait-poll": self._wait_poll,
            "press": self._press, "cut": self._cut, "back": self._connect, "wait-closed": self._wait_closed,
            "pause": lambda step: asyncio.sleep(step.over_seconds),
        }  # fmt: skip
        try:
            for step in scenario.steps(rounds):
                started = time.perf_counter()
                await acts[step.do](step)
                self._tell(f"{step.do}: {time.perf_counter() - started:.2f} s")
            if self._asking:
                await asyncio.wait(self._asking, timeout=SETTLE_SECONDS)
        finally:
            await asyncio.gather(*(terminal.stop() for terminal in self.terminals))
            for task in list(self._asking):
                task.cancel()
        return self.counts

    def _saw(self, terminal: TerminalClient) -> None:
        """A terminal shows a new state."""
        poll = terminal.state.get("poll")
        if poll and poll["state"] in ("closed", "void"):
            now, seen = time.perf_counter(), (poll["id"], terminal.name)
            if seen not in self._shown and poll["id"] in self._voted:
                self._shown.add(seen)
                self.counts.shown_times.append(now - self._first_shown.setdefault(poll["id"], now))
        if self._waking is None or self._waking.done():
            self._waking = asyncio.create_task(self._wake())

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _some(self, step: Step) -> list[TerminalClient]:
        return self.terminals[: round(len(self.terminals) * step.share)]

    async def _all(self, step: Step, work: Callable[[TerminalClient], Awaitable[Any]]) -> list[Any]:
        chosen = self._some(step)

        async def one(number: int, terminal: TerminalClient) -> Any:
            await asyncio.sleep(step.over_seconds * number / max(1, len(chosen)))
            return await work(terminal)

        tasks = [asyncio.create_task(one(number, terminal)) for number, terminal in enumerate(chosen)]
        self._asking.update(tasks)
        for task in tasks:
            task.add_done_callback(self._asking.discard)
        return tasks if not step.wait_answers else list(await asyncio.gather(*tasks))

    async def _connect(self, step: Step) -> None:
        async def start(terminal: TerminalClient) -> None:
            terminal.start()
            await asyncio.wait_for(terminal.welcomed.wait(), step.within_seconds)

        await self._all(step, start)

    async def _cut(self, step: Step) -> None:
        await self._all(step, lambda terminal: terminal.cut())

    def _asking_for(self, kind: str) -> Callable[[Step], Awaitable[None]]:
        async def ask(step: Step) -> None:
            await self._all(step, lambda terminal: terminal.ask(kind))

        return ask

    async def _press(self, step: Step) -> None:
        words, weights = list(step.choices), list(step.choices.values())

        def press(terminal: TerminalClient) -> Awaitable[Any]:
            choice = random.choices(words, weights)[0]  # noqa: S311 - simulated voters
            return terminal.ask("press", poll=self._open_poll(terminal), number=1, choice=choice)

        await self._all(step, press)

    def _open_poll(self, terminal: TerminalClient) -> str:
        poll = terminal.state.get("poll")
        return str(poll["id"]) if poll and poll["state"] == "open" else ""

    async def _wait_poll(self, step: Step) -> None:
        def all_see_it() -> bool:
            polls = {self._open_poll(terminal) for terminal in self.terminals if terminal.welcome.get("attendee")}
            return len(polls) == 1 and "" not in polls and not polls & self._voted

        await self._until(all_see_it, step)
        self._voted.add(next(self._open_poll(terminal) for terminal in self.terminals if self._open_poll(terminal)))

    async def _wait_closed(self, step: Step) -> None:
        await self._until(lambda: not any(self._open_poll(terminal) for terminal in self.terminals), step)

    async def _until(self, holds: Callable[[], bool], step: Step) -> None:
        async with asyncio.timeout(step.within_seconds), self._changed:
            await self._changed.wait_for(holds)
