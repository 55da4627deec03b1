"""Check-in at the seat, out of the hall, back."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from huitang_conference.floor import messages as m
from huitang_conference.floor.answers import Answer, note, refused, seated
from huitang_conference.floor.session import Session
from huitang_conference.services import attendance
from huitang_conference.services.access import Ctx
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.gathering import Gathering


class Arrivals:
    """Those who arrive at the same moment share a transaction: a hall fills within minutes, and nobody waits."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._gathering: Gathering[tuple[UUID, UUID], bool] = Gathering(self._check_in_many)

    async def stop(self) -> None:
        await self._gathering.stop()

    async def check_in(self, session: Session, message: m.CheckIn) -> Answer:
        _, meeting_id, attendee = seated(session)
        is_new = await self._gathering.put((meeting_id, attendee.id))
        return m.Ack(id=message.id, repeat=not is_new, mine=note(session, presence="present"))

    async def _check_in_many(self, arrivals: Sequence[tuple[UUID, UUID]]) -> Sequence[bool | Exception]:
        """Whether each is new. The platform acts for all of them: who sits where was found out at the handshake."""
        by_meeting: dict[UUID, list[UUID]] = {}
        for meeting_id, attendee_id in arrivals:
            by_meeting.setdefault(meeting_id, []).append(attendee_id)
        new: dict[UUID, bool | Exception] = {}
        for meeting_id, attendees in by_meeting.items():
            try:
                changes = await attendance.check_in_many(self._ctx, SYSTEM, meeting_id, attendees, "seat")
                new |= {change.attendee_id: True for change in changes}
            except Exception as error:
                new |= dict.fromkeys(attendees, error)
        return [new.get(attendee_id, False) for _, attendee_id in arrivals]

    async def leave(self, session: Session, message: m.Leave) -> Answer:
        _, meeting_id, attendee = seated(session)
        is_new = await attendance.leave(
            self._ctx, session.actor, meeting_id, attendee.id, how="seat", reason=message.reason
        )
        return await self._answer(session, message, "away", is_new)

    async def return_(self, session: Session, message: m.Return) -> Answer:
        _, meeting_id, attendee = seated(session)
        is_new = await attendance.return_(self._ctx, session.actor, meeting_id, attendee.id, how="seat")
        return await self._answer(session, message, "present", is_new)

    async def _answer(self, session: Session, message: m.Request, presence: str, is_new: bool) -> Answer:
        """Nothing changed: it had been done before, or whoever never came cannot go."""
        room, _, attendee = seated(session)
        if is_new:
            return m.Ack(id=message.id, mine=note(session, presence=presence))
        known = (await room.roster.get(0.0)).mine.get(attendee.id)
        if known is None or known.presence != presence:
            return refused(message.id, "absent")
        return m.Ack(id=message.id, repeat=True, mine=known)
