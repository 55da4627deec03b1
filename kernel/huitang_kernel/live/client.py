"""One listening client, over SSE or WebSocket: what it hears, what waits for it, and how it ends.

What waits is bounded. When a client does not take its messages in time they are dropped, and it is told of a gap in
every topic concerned: it costs the platform a few hundred references, never more.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Any

import msgspec

from huitang_kernel.background import woken
from huitang_kernel.live.hub import Subscription, gap_of
from huitang_kernel.live.store import Name
from huitang_sdk.contracts import Actor, LiveMessage


class Note(msgspec.Struct, frozen=True):
    """What is said about a topic (ready, refused, ended) or about the connection (error, goodbye), not in a topic."""

    kind: str
    encoded: bytes
    name: Name | None = None
    sequence: int = 0


def note(kind: str, name: Name | None = None, *, sequence: int | None = None, code: str = "") -> Note:
    """A note with its JSON."""
    said: dict[str, Any] = {"type": kind}
    if name is not None:
        said |= {"topic": name[0], "key": name[1]}
    if sequence is not None:
        said["sequence"] = sequence
    if code:
        said["code"] = code
    return Note(kind, msgspec.json.encode(said), name, sequence or 0)


Entry = LiveMessage | Note


def name_of(entry: Entry) -> Name | None:
    return entry.name if isinstance(entry, Note) else (entry.topic, entry.key)


class Client:
    """`connection` is the one it came by, which is how it is asked again who it is."""

    def __init__(self, connection: Any, actor: Actor, queue: int) -> None:
        self.connection = connection
        self.actor = actor
        self.heard: dict[Name, Subscription | None] = {}
        """None while the topic's past is being read."""
        self.checked_at = time.monotonic()
        self.is_due = False
        self.closed = ""
        """Why it must go; "" while it may stay."""
        self._queue = queue
        self._waiting: deque[Entry] = deque()
        self._gaps: dict[Name, int] = {}
        self._woken = asyncio.Event()

    def receive(self, message: LiveMessage) -> None:
        """What its subscriptions call."""
        name = (message.topic, message.key)
        if name not in self.heard:
            return
        if len(self._waiting) >= self._queue:
            self._drop_waiting()
        if name in self._gaps:
            if not message.is_hint:
                self._gaps[name] = message.sequence
        else:
            self._waiting.append(message)
        self._woken.set()

    def _drop_waiting(self) -> None:
        kept: deque[Entry] = deque()
        for entry in self._waiting:
            if isinstance(entry, Note):
                kept.append(entry)
            elif not entry.is_hint:
                self._gaps[entry.topic, entry.key] = entry.sequence
        self._waiting = kept
        if len(kept) >= self._queue:
            self.close("too-slow")

    def tell(self, said: Note) -> None:
        """Put a note into the queue."""
        self._waiting.append(said)
        if len(self._waiting) > 2 * self._queue:
            self._drop_waiting()
        self._woken.set()

    def drop(self, name: Name, code: str) -> None:
        """End one topic at once: what waits of it is not sent any more."""
        self.leave(name)
        self.tell(note("ended", name, code=code))

    def leave(self, name: Name) -> None:
        subscription = self.heard.pop(name, None)
        if subscription is not None:
            subscription.end()
        self._gaps.pop(name, None)
        self._waiting = deque(entry for entry in self._waiting if name_of(entry) != name)

    def close(self, why: str) -> None:
        """Let it go: it hears nothing more, and is told why."""
        for name in list(self.heard):
            self.leave(name)
        self._waiting.clear()
        self._gaps.clear()
        self.closed = self.closed or why
        self._woken.set()

    async def take(self, seconds: float) -> list[Entry]:
        """What waits, all of it, as soon as there is something; nothing after `seconds`."""
        if not self._waiting and not self._gaps and not self.closed:
            self._woken.clear()
            await woken(self._woken, seconds)
        taken: list[Entry] = list(self._waiting)
        self._waiting.clear()
        gaps, self._gaps = self._gaps, {}
        for name, sequence in gaps.items():
            taken.append(gap_of(name, sequence))
        return taken
