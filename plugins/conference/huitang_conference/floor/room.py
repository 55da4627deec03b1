"""One meeting as this process shows it to its terminals; also the room of those that sit in no meeting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec

from huitang_conference.floor import protocol
from huitang_conference.floor.elsewhere import Elsewhere
from huitang_conference.floor.messages import VERSION, Attendee, Mine, MineNow, State, Welcome
from huitang_conference.floor.roster import Meeting, Place, Roster, read_roster
from huitang_conference.floor.session import LIMITS, Session, text_event
from huitang_conference.services.access import Ctx
from huitang_conference.services.state import DESK, HALL, hall_state
from huitang_sdk.contracts import LiveMessage
from huitang_sdk.gathering import Fresh

NOTHING = msgspec.Raw(b"null")
UNMOVED = ("poll.", "screen.", "page.")
"""What happens without anybody's place or presence changing."""


class Room:
    """`changed` is called when places or presence may be others than before."""

    def __init__(self, ctx: Ctx, meeting: Meeting | None, changed: Callable[[Room], None]) -> None:
        self.ctx = ctx
        self.meeting = meeting
        self.sessions: dict[Session, None] = {}
        self._sitting: dict[UUID, list[Session]] = {}
        self.sequence = 0
        self._state = NOTHING
        self._event: dict[str, Any] = {}
        self._changed = changed
        self._leave: list[Callable[[], None]] = []
        self._reading: asyncio.Task[None] | None = None
        self._elsewhere = Elsewhere(ctx, self)
        self.roster: Fresh[Roster] = Fresh(self._read_roster)

    @property
    def id(self) -> UUID | None:
        """The meeting's id; None for those who wait."""
        return self.meeting.id if self.meeting is not None else None

    @property
    def has_open_poll(self) -> bool:
        """Whether a vote is going on, as far as this process has heard."""
        return b'"state":"open"' in bytes(self._state).partition(b'"poll":{')[2]

    async def _read_roster(self) -> Roster:
        return await read_roster(self.ctx, self.meeting.id) if self.meeting is not None else Roster({}, {}, {})

    async def open(self) -> None:
        """Hear the meeting's topic from now on, and read where it stands."""
        if self.meeting is None:
            return
        self._leave.append(self.ctx.live.subscribe(HALL, str(self.meeting.id), self._hear))
        self._leave.append(self.ctx.live.subscribe(DESK, str(self.meeting.id), self._elsewhere.hear))
        await self._read_state()

    def close(self) -> None:
        for leave in self._leave:
            leave()
        self._elsewhere.stop()
        if self._reading is not None:
            self._reading.cancel()

    async def _read_state(self) -> None:
        assert self.meeting is not None
        position = await self.ctx.live.position(HALL, str(self.meeting.id))
        state = await hall_state(self.ctx, self.meeting.id)
        self._take(position, msgspec.json.encode(state))

    def _hear(self, message: LiveMessage) -> None:
        if message.is_hint:
            return
        if message.is_gap:
            self._reading = asyncio.get_running_loop().create_task(self._read_state())
            self._changed(self)
            return
        self._take(message.sequence, msgspec.json.encode(message.data))
        if not str(message.data.get("what", "")).startswith(UNMOVED):
            self._changed(self)

    def _take(self, sequence: int, state: bytes) -> None:
        """The newest state: written once, shown to all."""
        if sequence < self.sequence:
            return
        self.sequence, self._state = sequence, msgspec.Raw(state)
        self._event = text_event(protocol.write(State(sequence=sequence, state=self._state)))
        for session in self.sessions:
            session.show(self._event)

    def put(self, session: Session, place: Place) -> None:
        """Seat a terminal here, and welcome it; the same place again tells it nothing."""
        if session.room is self and session.place == place:
            return
        if session.room is not None:
            session.room.drop(session)
        session.room, session.place = self, place
        self.sessions[session] = None
        if place.attendee is not None:
            self._sitting.setdefault(place.attendee.id, []).append(session)
        session.greet()

    def drop(self, session: Session) -> None:
        """A terminal has gone, or goes to another place."""
        self.sessions.pop(session, None)
        attendee = session.place.attendee
        if attendee is not None and session in self._sitting.get(attendee.id, ()):
            self._sitting[attendee.id].remove(session)
            if not self._sitting[attendee.id]:
                del self._sitting[attendee.id]

    def sitting(self) -> list[UUID]:
        """The attendees who have a terminal here."""
        return list(self._sitting)

    def mine_of(self, attendee: Attendee | None) -> Mine | None:
        roster = self.roster.value
        return roster.mine.get(attendee.id) if roster is not None and attendee is not None else None

    def now_mine(self, attendee_id: UUID, mine: Mine, but: Session | None = None) -> None:
        """What has just changed for one attendee, told to the other terminals where the same person sits."""
        roster = self.roster.value
        if roster is None or roster.mine.get(attendee_id) == mine:
            return
        roster.mine[attendee_id] = mine
        for session in self._sitting.get(attendee_id, ()):
            if session is not but:
                session.tell_mine()

    def mine(self, session: Session) -> MineNow | None:
        mine = self.mine_of(session.place.attendee)
        return MineNow(mine=mine) if mine is not None else None

    def welcome(self, session: Session) -> Welcome:
        return Welcome(
            v=VERSION,
            session=session.id,
            meeting=self.id,
            seat=session.place.seat,
            attendee=session.place.attendee,
            mine=self.mine_of(session.place.attendee),
            sequence=self.sequence,
            state=self._state,
            server_time=self.ctx.clock.now(),
            retry_ms=round(self.ctx.settings.reconnect_seconds * 1000),
            limits=LIMITS,
        )

    def refreshed(self, before: Roster, after: Roster) -> None:
        """Tell those whose own affairs are others now."""
        for attendee, sessions in self._sitting.items():
            if before.mine.get(attendee) != after.mine.get(attendee):
                for session in sessions:
                    session.tell_mine()
