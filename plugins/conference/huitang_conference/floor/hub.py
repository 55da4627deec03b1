"""The floor of one process: its terminals, the rooms they sit in, and who is moved when something has changed."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import random
import time
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from huitang_conference.floor.acts import Acts
from huitang_conference.floor.lost import Lost
from huitang_conference.floor.messages import Bye
from huitang_conference.floor.room import Room
from huitang_conference.floor.roster import Meeting, Place, choose, going_on
from huitang_conference.floor.session import Send, Session
from huitang_conference.services.access import SEAT, Ctx, _
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Unavailable
from huitang_sdk.gathering import Fresh
from huitang_sdk.http import Connection, actor_now

SETTLE = 0.3
"""Seconds after a change until places are read again, so that many changes at once are read once."""
LOOK_EVERY = 1.0
SLOW_SECONDS = 20.0
AT_ONCE = 500
MANY = 200
SPREAD_MS = 2000
"""Over how long the terminals of a node that goes down come back, so that they do not all come at once."""


class Floor:
    """One per process: made by `Plugin.start`, closed by `Plugin.stop`."""

    def __init__(self, ctx: Ctx) -> None:
        self.ctx = ctx
        self.sessions: dict[Session, None] = {}
        self.acts = Acts(ctx)
        self.lost = Lost(ctx)
        self._waiting = Room(ctx, None, self._changed)
        self._rooms: dict[UUID, asyncio.Task[Room]] = {}
        self._going_on: dict[Any, Fresh[list[Meeting]]] = {}
        self._seen: dict[Any, list[Meeting]] = {}
        self._moved: dict[Room, None] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._settling: asyncio.Task[None] | None = None
        self._count = 0
        self._here = 0
        self._frozen_at = 0
        self.is_open = True

    def begin(self) -> None:
        self._run(self._look())
        self._run(self._watch())

    async def drain(self) -> None:
        """Say goodbye to every terminal; they find another node, or this one when it is back."""
        self.is_open = False
        for session in list(self.sessions):
            session.bye("restart", random.randint(200, 200 + SPREAD_MS))  # noqa: S311 - it spreads, it hides nothing

    async def stop(self) -> None:
        await self.drain()
        deadline = time.monotonic() + 3
        while self.sessions and time.monotonic() < deadline:  # noqa: ASYNC110 - not worth an event in each of thousands
            await asyncio.sleep(0.02)
        await self.acts.stop()
        for task in list(self._tasks):
            task.cancel()
        for room in self._open_rooms():
            room.close()

    async def enter(self, connection: Connection, send: Send, wanted: UUID | None = None) -> Session:
        """A terminal has connected: find its place and welcome it. Called by the task that reads its messages."""
        self._count += 1
        task = asyncio.current_task()
        assert task is not None
        session = Session(f"{self.lost.node}.{self._count}", connection, send, task.cancel)
        session.wanted = wanted
        if not self.is_open:
            await session.answer(Bye(reason="restart", retry_ms=1000))
            raise Unavailable(_("The conference system is not running here."))
        room, place = await self._place_of(session, 0.25)
        self.sessions[session] = None
        room.put(session, place)
        self.lost.came(session)
        return session

    def leave(self, session: Session) -> None:
        """The connection has ended. The attendee has not left the hall by that."""
        self.sessions.pop(session, None)
        if session.room is not None:
            session.room.drop(session)
            self.lost.went(session)

    async def _place_of(self, session: Session, older: float) -> tuple[Room, Place]:
        found: list[tuple[Meeting, Place]] = []
        for meeting in await self._meetings(session.actor, older):
            if session.wanted not in (None, meeting.id):
                continue
            room = await self._room(meeting)
            place = (await room.roster.get(older)).place_of(meeting, session.actor)
            if place is not None:
                found.append((meeting, place))
        chosen = choose(found)
        if chosen is None:
            return self._waiting, Place()
        return await self._room(chosen[0]), chosen[1]

    async def _meetings(self, actor: Actor, older: float) -> list[Meeting]:
        if actor.device_id is None:
            return await going_on(self.ctx, actor)
        scope = self.ctx.permissions.scope(actor, SEAT)
        key = (scope.everything, scope.organisations, scope.allowed, scope.denied)
        if key not in self._going_on:
            self._going_on[key] = Fresh(lambda: going_on(self.ctx, actor))
        meetings = await self._going_on[key].get(older)
        self._seen.setdefault(key, meetings)
        return meetings

    async def _room(self, meeting: Meeting) -> Room:
        task = self._rooms.get(meeting.id)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._rooms[meeting.id] = asyncio.create_task(self._opened(meeting), context=contextvars.Context())
        return await asyncio.shield(task)

    async def _opened(self, meeting: Meeting) -> Room:
        room = Room(self.ctx, meeting, self._changed)
        await room.open()
        return room

    def _open_rooms(self) -> list[Room]:
        done = [task for task in self._rooms.values() if task.done() and not task.cancelled()]
        return [task.result() for task in done if task.exception() is None]

    def _changed(self, room: Room) -> None:
        self._moved[room] = None
        if self._settling is None or self._settling.done():
            self._settling = self._run(self._settle())

    async def _settle(self) -> None:
        """Read again who sits where in the rooms that have changed; move and tell those whom it concerns."""
        while self._moved:
            await asyncio.sleep(SETTLE)
            rooms, self._moved = list(self._moved), {}
            for room in rooms:
                before = room.roster.value
                after = await room.roster.get(0.0)
                if before is not None:
                    room.refreshed(before, after)
            await self._move([session for room in rooms for session in room.sessions])

    async def _move(self, sessions: list[Session]) -> None:
        for session in sessions:
            room, place = await self._place_of(session, 5.0)
            if session in self.sessions:
                room.put(session, place)

    async def _look(self) -> None:
        """Once a second: new meetings, sockets that take nothing, what the desks are told of lost terminals."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                for key, fresh in self._going_on.items():
                    meetings = await fresh.get(0.5)
                    if self._seen.get(key) != meetings:
                        self._seen[key] = meetings
                        await self._move([session for session in self.sessions if session.actor.device_id])
                await self._move([session for session in self._waiting.sessions if session.actor.device_id is None])
                self._end_slow()
                await self.lost.tell(self._open_rooms())
                self._settle_memory()
            except Exception:
                self.ctx.log.exception("looking after the terminals failed; again in a second")

    def _settle_memory(self) -> None:
        """Collect once hundreds have connected and nobody comes or goes; leave what stays out of later collections.

        A full collection walks through everything that a connection consists of; in the middle of a vote it would hold
        up every press for a tenth of a second or two (measured: a quarter of the time a press takes).
        """
        before, here = self._here, len(self.sessions)
        self._here = here
        is_open = any(room.has_open_poll for room in self._open_rooms())
        if here != before or is_open or abs(here - self._frozen_at) <= max(MANY, here // 10):
            return
        gc.unfreeze()
        gc.collect()
        self._frozen_at = here if here > MANY else 0
        if self._frozen_at:
            gc.freeze()

    def _end_slow(self) -> None:
        long_ago = time.monotonic() - SLOW_SECONDS
        for session in list(self.sessions):
            if session.is_writing and session.writing_since < long_ago:
                session.cut()

    async def _watch(self) -> None:
        """Who may not be here any more, a few hundred at a time: all of them within a second, none for long."""
        while True:
            sessions = list(self.sessions)
            started = time.monotonic()
            try:
                for first in range(0, len(sessions), AT_ONCE):
                    await self._end_revoked(sessions[first : first + AT_ONCE])
                    await asyncio.sleep(0.05)
            except Exception:
                self.ctx.log.exception("it could not be found out which terminals may stay; again in a moment")
            await asyncio.sleep(max(0.1, 0.8 - (time.monotonic() - started)))

    async def _end_revoked(self, sessions: list[Session]) -> None:
        ids = {session.actor.device_id for session in sessions if session.actor.device_id is not None}
        devices = {device.id: device for device in await self.ctx.devices.devices(ids=ids)} if ids else {}
        for session in sessions:
            actor = session.actor
            if actor.device_id is None:
                session.actor = await actor_now(session.connection)
                if not self.ctx.permissions.may(session.actor, SEAT):
                    session.bye("revoked", None)
                continue
            device = devices.get(actor.device_id)
            if device is None or not device.is_enrolled:
                session.bye("revoked", None)
            elif device.place != actor.place:
                session.bye("moved", 100)

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, context=contextvars.Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


_running: list[Floor] = []


def begin(ctx: Ctx) -> Floor:
    """The floor of this process, from now on."""
    _running.append(Floor(ctx))
    _running[-1].begin()
    return _running[-1]


async def end(floor: Floor) -> None:
    """Empty it and forget it."""
    if floor in _running:
        _running.remove(floor)
    await floor.stop()


def floor() -> Floor:
    """The floor of this process. Raises Unavailable while the plugin is not running."""
    if not _running:
        raise Unavailable(_("The conference system is not running here."))
    return _running[-1]
