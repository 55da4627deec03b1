"""The gateway: one terminal of the protocol for each place, moved by the events of an adapter."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from huitang_conference.floor.client import Counts, TerminalClient
from huitang_conference.gateway.adapters import (
    CardShown,
    FloorAsked,
    FromHall,
    HallAdapter,
    KeyPressed,
    Lamp,
    Lost,
    ServiceCalled,
    Words,
)

AGAIN_SECONDS = 2.0
log = logging.getLogger("huitang.conference.gateway")


class Bridge:
    """`tokens`: seat label → the token of the device that stands for the old one there."""

    def __init__(self, urls: Sequence[str], tokens: Mapping[str, str], adapter: HallAdapter) -> None:
        addresses = [url.replace("http", "ws", 1).rstrip("/") + "/conference/terminal" for url in urls]
        self._adapter = adapter
        self._counts = Counts()
        self._places = {
            label: TerminalClient(addresses, token, self._counts, self._saw) for label, token in tokens.items()
        }
        self._labels = {terminal: label for label, terminal in self._places.items()}
        self._numbers: dict[tuple[str, str], int] = {}
        self._lamps: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._recorded: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled. A controller that goes is connected again; what places show is shown to it anew."""
        for terminal in self._places.values():
            terminal.start()
        try:
            while True:
                try:
                    await self._adapter.open()
                    self._lamps.clear()
                    self._names.clear()
                    for terminal in self._places.values():
                        self._saw(terminal)
                    async for event in self._adapter.events():
                        self._do(self._take(event))
                except OSError as error:
                    log.warning("the hall's controller is gone: %s; again in a moment", error)
                await asyncio.sleep(AGAIN_SECONDS)
        finally:
            for task in list(self._tasks):
                task.cancel()
            with contextlib.suppress(Exception):
                await self._adapter.close()
            await asyncio.gather(*(terminal.stop() for terminal in self._places.values()))

    def _do(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, event: FromHall) -> None:
        terminal = self._places.get(event.place)
        if terminal is None:
            log.warning("nobody knows the place %s", event.place)
            return
        if isinstance(event, KeyPressed):
            await self._press(event, terminal)
        elif isinstance(event, CardShown):
            await terminal.ask("checkin")
        elif isinstance(event, FloorAsked):
            await terminal.ask("unspeak" if self._has_asked(terminal) else "speak")
        elif isinstance(event, ServiceCalled):
            await terminal.ask("call", what=event.what)
        elif isinstance(event, Lost):
            await terminal.ask("call", what="device")

    async def _press(self, event: KeyPressed, terminal: TerminalClient) -> None:
        poll = terminal.state.get("poll")
        if not poll or poll["state"] != "open":
            await self._lamp(event.place, "refused")
            return
        number = self._numbers[event.place, poll["id"]] = self._numbers.get((event.place, poll["id"]), 0) + 1
        answer = await terminal.ask("press", poll=poll["id"], number=number, choice=event.key)
        if answer["type"] == "ack":
            self._recorded[event.place] = poll["id"]
        await self._lamp(event.place, "recorded" if answer["type"] == "ack" else "refused")

    def _has_asked(self, terminal: TerminalClient) -> bool:
        return self._attendee(terminal) in self._attendees(terminal, "queue")

    def _attendee(self, terminal: TerminalClient) -> str:
        attendee = terminal.welcome.get("attendee")
        return str(attendee["id"]) if attendee else ""

    def _attendees(self, terminal: TerminalClient, where: str) -> list[str]:
        return [speaker["attendee_id"] for speaker in terminal.state.get("speaking", {}).get(where, [])]

    def _saw(self, terminal: TerminalClient) -> None:
        """A new state: what the lamp and the display of this place have to show."""
        label, poll = self._labels[terminal], terminal.state.get("poll")
        name = (terminal.welcome.get("attendee") or {}).get("name", "")
        if self._names.get(label) != name:
            self._names[label] = name
            self._do(self._adapter.show(Words(label, name)))
        if poll and poll["state"] == "open":
            known = ((terminal.welcome.get("mine") or {}).get("press") or {}).get("poll")
            is_recorded = poll["id"] in (known, self._recorded.get(label))
            self._do(self._lamp(label, "recorded" if is_recorded else "open"))
        elif self._attendee(terminal) in self._attendees(terminal, "now"):
            self._do(self._lamp(label, "speaking"))
        else:
            self._do(self._lamp(label, "off"))

    async def _lamp(self, place: str, state: Any) -> None:
        if self._lamps.get(place) != state:
            self._lamps[place] = state
            await self._adapter.show(Lamp(place, state))
