"""Controllers that speak lines of text over TCP: many do by themselves, those with a serial port through a gateway box.

Which line means what is data (`Dialect`), a file like the example in docs/conference/existing-devices.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from msgspec import Struct

from huitang_conference.gateway.adapters import (
    CardShown,
    FloorAsked,
    FromHall,
    KeyPressed,
    Lost,
    ServiceCalled,
    ToHall,
    Words,
)

LONGEST_LINE = 4096


class Reading(Struct, frozen=True, forbid_unknown_fields=True):
    """A line that comes. `pattern` names the groups `place` and, for keys, `key`."""

    pattern: str
    event: str
    """"key", "card", "floor", "call" or "lost"."""


class Dialect(Struct, frozen=True, forbid_unknown_fields=True):
    """How one controller writes. In `lamps` and `words`, `{place}` and `{text}` stand for what they say."""

    host: str
    port: int
    reads: list[Reading]
    keys: dict[str, str] = {}
    """What the controller calls a key → "for", "against", "abstain"."""
    places: dict[str, str] = {}
    """What the controller calls a place → the label of the seat; those not named are called the same."""
    lamps: dict[str, str] = {}
    """State of a lamp → the line that makes it so; states not named are not shown."""
    words: str = ""
    """The line that writes on a display; empty: there is none."""
    encoding: str = "ascii"
    ending: str = "\r\n"
    greeting: list[str] = []
    """Lines that are sent first."""


def read_dialect(path: Path) -> Dialect:
    """Raises ValueError with the reason for a file that is none."""
    try:
        dialect = msgspec.toml.decode(path.read_bytes(), type=Dialect)
        for reading in dialect.reads:
            if "place" not in re.compile(reading.pattern).groupindex or reading.event not in _EVENTS:
                raise ValueError(f"{path}: {reading.pattern!r} needs a group named place, and one of {sorted(_EVENTS)}")
    except (OSError, msgspec.MsgspecError, re.error) as error:
        raise ValueError(f"{path}: {error}") from error
    if wrong := set(dialect.keys.values()) - {"for", "against", "abstain"}:
        raise ValueError(f"{path}: keys mean for, against or abstain, not {sorted(wrong)}")
    return dialect


_EVENTS = {"key": None, "card": CardShown, "floor": FloorAsked, "call": ServiceCalled, "lost": Lost}


class LineAdapter:
    """Implements `HallAdapter` for one controller."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._reads = [(re.compile(reading.pattern), reading.event) for reading in dialect.reads]
        self._labels = {label: theirs for theirs, label in dialect.places.items()}
        self._writer: asyncio.StreamWriter | None = None
        self.unread = 0
        """Lines that no pattern fits: 0 once the dialect is complete."""

    async def open(self) -> None:
        dialect = self._dialect
        self._reader, self._writer = await asyncio.open_connection(dialect.host, dialect.port, limit=LONGEST_LINE)
        for line in dialect.greeting:
            await self._write(line)

    async def events(self) -> AsyncIterator[FromHall]:
        dialect, reader = self._dialect, self._reader
        ending = dialect.ending.encode()
        try:
            while True:
                try:
                    heard = (await reader.readuntil(ending))[: -len(ending)]
                except asyncio.LimitOverrunError as error:
                    raise OSError("the controller sends no line ends") from error
                except asyncio.IncompleteReadError as error:
                    raise OSError("the controller has closed the connection") from error
                event = self.read(heard.decode(dialect.encoding, errors="replace"))
                if event is not None:
                    yield event
        finally:
            await self.close()

    def read(self, line: str) -> FromHall | None:
        """The event a line tells of; None for one that tells of none."""
        for pattern, kind in self._reads:
            found = pattern.fullmatch(line)
            if found is None:
                continue
            theirs = found["place"]
            place = self._dialect.places.get(theirs, theirs)
            if kind == "key":
                key = self._dialect.keys.get(found["key"])
                return KeyPressed(place, key) if key else None  # type: ignore[arg-type]
            return _EVENTS[kind](place)  # type: ignore[misc]
        self.unread += bool(line.strip())
        return None

    async def show(self, what: ToHall) -> None:
        theirs = self._labels.get(what.place, what.place)
        if isinstance(what, Words):
            template, text = self._dialect.words, what.text
        else:
            template, text = self._dialect.lamps.get(what.state, ""), ""
        if template:
            # One line stays one line, whatever somebody is called.
            await self._write(template.replace("{place}", theirs).replace("{text}", " ".join(text.split())))

    async def _write(self, line: str) -> None:
        if self._writer is not None:
            with contextlib.suppress(ConnectionError):
                self._writer.write((line + self._dialect.ending).encode(self._dialect.encoding, errors="replace"))
                await self._writer.drain()

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
