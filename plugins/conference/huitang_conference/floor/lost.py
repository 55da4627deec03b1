"""Which terminals are connected, on all nodes together: told to the desks, and to the other nodes.

A lost connection changes nobody's presence; the operator sees it and walks over. Every node tells a few hundred bytes,
one bit a seat, when something has changed and every few seconds; a node that says nothing any more has gone, and its
bits with it.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from huitang_conference.floor.room import Room
from huitang_conference.floor.session import Session
from huitang_conference.services.access import Ctx
from huitang_conference.services.state import DESK
from huitang_sdk.contracts import LiveMessage

TOLD = "terminals"
AGAIN_SECONDS = 4.0
GONE_SECONDS = 10.0
NAMED = 40
"""How many seats are named in one hint; with more only their number is."""


class Heard(Struct):
    """What another node, or this one, said last about a meeting."""

    at: float
    labels: frozenset[str]


def pack(labels: list[str], connected: frozenset[str]) -> str:
    """One bit for each label, in their order.

    >>> unpack(["1-1", "1-2", "1-3"], pack(["1-1", "1-2", "1-3"], frozenset({"1-2"})))
    frozenset({'1-2'})
    """
    bits = bytearray((len(labels) + 7) // 8)
    for number, label in enumerate(labels):
        if label in connected:
            bits[number // 8] |= 1 << (number % 8)
    return base64.b64encode(bits).decode()


def unpack(labels: list[str], text: str) -> frozenset[str]:
    bits = base64.b64decode(text)
    return frozenset(label for n, label in enumerate(labels) if n // 8 < len(bits) and bits[n // 8] >> (n % 8) & 1)


class Lost:
    def __init__(self, ctx: Ctx) -> None:
        self.node = secrets.token_hex(4)
        self._ctx = ctx
        self._heard: dict[UUID, dict[str, Heard]] = {}
        self._listening: set[UUID] = set()
        self._changed: set[UUID] = set()
        self._told: dict[UUID, tuple[float, frozenset[str]]] = {}

    def came(self, session: Session) -> None:
        self._note(session)

    def went(self, session: Session) -> None:
        self._note(session)

    def _note(self, session: Session) -> None:
        if session.room is not None and session.room.id is not None:
            self._changed.add(session.room.id)

    def connected(self, meeting_id: UUID) -> frozenset[str]:
        """The labels of the seats whose terminal is connected to some node: as of a few seconds ago."""
        since = time.monotonic() - GONE_SECONDS
        heard = self._heard.get(meeting_id, {})
        return frozenset().union(*(h.labels for h in heard.values() if h.at > since))

    async def tell(self, rooms: Iterable[Room]) -> None:
        now = time.monotonic()
        for room in rooms:
            if room.id is None or room.roster.value is None:
                continue
            self._listen(room)
            told_at, before = self._told.get(room.id, (float("-inf"), frozenset()))
            if room.id not in self._changed and now - told_at < AGAIN_SECONDS:
                continue
            self._changed.discard(room.id)
            here = frozenset(s.place.seat.label for s in room.sessions if s.place.seat is not None)
            self._told[room.id] = now, here
            labels = sorted(room.roster.value.seats)
            lost, back = sorted(before - here), sorted(here - before)
            hint = {"what": TOLD, "node": self.node, "connected": len(here), "bits": pack(labels, here)}
            hint |= {"lost": lost[:NAMED], "lost_count": len(lost), "back": back[:NAMED], "back_count": len(back)}
            await self._ctx.live.passing(DESK, str(room.id), hint)

    def _listen(self, room: Room) -> None:
        meeting_id = room.id
        if meeting_id is None or meeting_id in self._listening:
            return
        self._listening.add(meeting_id)

        def hear(message: LiveMessage) -> None:
            if not message.is_hint or message.data.get("what") != TOLD or room.roster.value is None:
                return
            labels = unpack(sorted(room.roster.value.seats), message.data["bits"])
            self._heard.setdefault(meeting_id, {})[message.data["node"]] = Heard(time.monotonic(), labels)

        self._ctx.live.subscribe(DESK, str(meeting_id), hear)
