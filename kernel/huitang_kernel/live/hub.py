"""What this process hears, and to whom it passes it on: in order, once, and never with a silent gap.

Messages come from the process's one listening connection, in the order of commits. When that connection was lost, every
topic that somebody hears is compared with its position in the database: what is missing is read, and what is no longer
kept becomes a gap.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable

import msgspec

from huitang_kernel.live.settings import LiveSettings
from huitang_kernel.live.store import HINT, RECHECK, Name, Store
from huitang_sdk.contracts import LiveMessage

Rows = list[tuple[int, str]]
NO_ROWS: Rows = []
Receive = Callable[[LiveMessage], None]
LINGER = 60.0
"""Seconds a topic is kept after its last hearer has left: most come back."""
log = logging.getLogger("huitang.live")


def continues(last: int, position: int, rows: Rows) -> bool:
    """Whether the rows lead from one position to the other without a hole."""
    return [n for n, _ in rows] == list(range(last + 1, last + 1 + len(rows))) and last + len(rows) >= position > last


def head_of(name: Name) -> bytes:
    topic, key = (msgspec.json.encode(part) for part in name)
    return b',"topic":%b,"key":%b,"sequence":' % (topic, key)


def gap_of(name: Name, sequence: int) -> LiveMessage:
    encoded = b'{"type":"gap"%b%d,"data":null}' % (head_of(name), sequence)
    return LiveMessage(*name, sequence, is_gap=True, encoded=encoded)


class Subscription:
    """One hearer of one topic. While its past is being read (`held` is a list) the present waits there."""

    __slots__ = ("held", "last", "receive", "stream")

    def __init__(self, stream: Stream, receive: Receive, *, last: int | None) -> None:
        self.stream = stream
        self.receive = receive
        self.last = last
        self.held: list[LiveMessage] | None = None

    def take(self, message: LiveMessage) -> None:
        """Pass a message on, unless it is known already; one that does not follow becomes a gap."""
        if self.held is not None:
            self.held.append(message)
            return
        sequence, last = message.sequence, self.last
        if message.is_gap:
            self.last = sequence
        elif sequence:
            if last is not None and sequence <= last:
                return
            if last is not None and sequence > last + 1:
                message = self.stream.gap(sequence)
            self.last = sequence
        try:
            self.receive(message)
        except Exception:
            log.exception("a hearer of %s failed", self.stream.name)

    def end(self) -> None:
        self.stream.leave(self)


class Stream:
    """One (topic, key) that is or was heard here. `last` is None until something is known of its position."""

    def __init__(self, name: Name, recent: int) -> None:
        self.name = name
        self.last: int | None = None
        self.recent: deque[LiveMessage] = deque(maxlen=recent)
        self.hearers: dict[Subscription, None] = {}
        self.left_at = 0.0
        self.is_behind = False
        self._head = head_of(name)

    def message(self, sequence: int, data: str) -> LiveMessage:
        value = data.encode()
        kind = b'{"type":"message"' if sequence else b'{"type":"hint"'
        encoded = b'%b%b%d,"data":%b}' % (kind, self._head, sequence, value)
        return LiveMessage(*self.name, sequence, msgspec.json.decode(value), encoded=encoded)

    def gap(self, sequence: int) -> LiveMessage:
        return gap_of(self.name, sequence)

    def pass_on(self, message: LiveMessage) -> None:
        if message.is_gap:
            self.recent.clear()
        elif message.sequence:
            self.recent.append(message)
        if not message.is_hint:
            self.last = message.sequence
        for hearer in list(self.hearers):
            hearer.take(message)

    def follow(self, position: int, rows: Rows) -> None:
        """Pass on what was missed up to `position`, or say that something was."""
        if self.last == position:
            return
        if self.last is not None and continues(self.last, position, rows):
            for sequence, data in rows:
                self.pass_on(self.message(sequence, data))
        else:
            self.pass_on(self.gap(position))

    def after(self, since: int | None) -> list[LiveMessage] | None:
        """What this process remembers after a position; None when the database must be asked."""
        if self.last is None or self.is_behind:
            return None
        if since is None or since == self.last:
            return []
        found = [message for message in self.recent if message.sequence > since]
        return found if since < self.last and len(found) == self.last - since else None

    def leave(self, hearer: Subscription) -> None:
        self.hearers.pop(hearer, None)
        self.left_at = time.monotonic()


class Hub:
    """All streams of this process. `on_recheck` is told when `may` would answer differently."""

    def __init__(self, store: Store, settings: LiveSettings) -> None:
        self._store = store
        self._settings = settings
        self._streams: dict[Name, Stream] = {}
        self._catching_up = asyncio.Lock()
        self.on_recheck: Callable[[Name], None] = lambda _name: None

    def _stream(self, name: Name) -> Stream:
        stream = self._streams.get(name)
        if stream is None:
            stream = self._streams[name] = Stream(name, min(64, self._settings.replay))
        return stream

    def subscribe(self, name: Name, receive: Receive) -> Subscription:
        """Hear from now on."""
        stream = self._stream(name)
        hearer = Subscription(stream, receive, last=stream.last)
        stream.hearers[hearer] = None
        return hearer

    async def join(
        self, name: Name, receive: Receive, since: int | None, started: Callable[[int], None]
    ) -> Subscription:
        """Hear what came after `since` (None: from now on), or a gap, and then what comes.

        `started` is told the position from which it goes on, before the first message.
        """
        stream = self._stream(name)
        remembered = stream.after(since)
        hearer = Subscription(stream, receive, last=stream.last if since is None else since)
        stream.hearers[hearer] = None
        if remembered is not None:
            started(hearer.last or 0)
            for message in remembered:
                hearer.take(message)
            return hearer
        hearer.held = []
        try:
            await self._read_past(hearer, since, started)
        except BaseException:
            hearer.end()
            raise
        return hearer

    async def _read_past(self, hearer: Subscription, since: int | None, started: Callable[[int], None]) -> None:
        stream, limit = hearer.stream, self._settings.replay
        if since is None:
            position, rows = await self._store.position(stream.name), NO_ROWS
        else:
            position, rows = await self._store.since(stream.name, since, limit)
        if stream.last is None and len(stream.hearers) == 1:
            stream.last = position
        held, hearer.held = hearer.held or [], None
        hearer.last = position if since is None else since
        started(hearer.last)
        if since is None or continues(since, position, rows):
            held = [stream.message(sequence, data) for sequence, data in rows] + held
        elif since != position:
            held = [stream.gap(position), *held]
        for message in held:
            hearer.take(message)

    async def hear(self, payload: str) -> None:
        """What the listener calls: one message, or "" after a lost connection."""
        if not payload:
            await self.catch_up(self._streams.values())
            return
        sign, topic, key, data = payload.split("\n", 3)
        sequence, name = int(sign), (topic, key)
        if sequence == RECHECK:
            self.on_recheck(name)
            return
        stream = self._streams.get(name)
        if stream is None:
            return
        if sequence == HINT:
            stream.pass_on(stream.message(HINT, data))
        elif stream.last is None or sequence > stream.last:
            if stream.last is None:
                stream.last = sequence - 1
            if data and sequence == stream.last + 1 and not stream.is_behind:
                stream.pass_on(stream.message(sequence, data))
            else:
                await self.catch_up([stream])

    async def catch_up(self, streams: Iterable[Stream]) -> None:
        """Compare with the database; whatever cannot be read now stays marked as behind and is tried again."""
        wanted = {stream.name: stream for stream in streams}
        for stream in wanted.values():
            stream.is_behind = True
        async with self._catching_up:
            positions = await self._store.positions(list(wanted))
            for name, stream in wanted.items():
                position = positions.get(name, 0)
                rows = NO_ROWS
                if stream.last is not None and stream.last < position:
                    rows = await self._store.messages(name, stream.last, self._settings.replay)
                stream.follow(position, rows)
                stream.is_behind = False

    async def tidy(self) -> None:
        """Now and then: try again what is behind, and let go of topics that nobody has heard for a while."""
        behind = [stream for stream in self._streams.values() if stream.is_behind]
        if behind:
            await self.catch_up(behind)
        long_ago = time.monotonic() - LINGER
        for name, stream in list(self._streams.items()):
            if not stream.hearers and stream.left_at < long_ago:
                del self._streams[name]
