"""Presses that another process has stored, told to the terminals here where the same person sits.

A member with a tablet at the seat and a phone in the hand may be connected to two nodes. Who has pressed is nobody's
business but the desks' and the person's own, so nothing names them on the way: a node hears that presses were stored
elsewhere, and asks the database about those who sit here and could have a second terminal.
"""

from __future__ import annotations

import asyncio
import contextvars
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import structs

from huitang_conference.floor.messages import Pressed
from huitang_conference.services.access import Ctx
from huitang_conference.services.voting.telling import PROGRESS, THIS_PROCESS
from huitang_sdk.contracts import LiveMessage

if TYPE_CHECKING:
    from huitang_conference.floor.room import Room

SETTLE = 0.5
"""Seconds after a hint until the database is asked, so that a hall that presses at once is asked about once."""
PRESSES = """
SELECT p.attendee_id, p.receipt, p.number FROM conference.press p
JOIN conference.meeting m ON m.poll_id = p.poll_id
JOIN conference.attendee a ON a.id = p.attendee_id AND a.account_id IS NOT NULL
WHERE p.poll_id = $1 AND p.attendee_id = ANY($2::uuid[])
"""


class Elsewhere:
    """One per room."""

    def __init__(self, ctx: Ctx, room: Room) -> None:
        self._ctx = ctx
        self._room = room
        self._behind: UUID | None = None
        self._task: asyncio.Task[None] | None = None

    def hear(self, message: LiveMessage) -> None:
        """Of the desk's topic: that presses were stored, and by which process."""
        if not message.is_hint or message.data.get("what") != PROGRESS or message.data.get("by") == THIS_PROCESS:
            return
        self._behind = UUID(message.data["progress"]["poll_id"])
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._catch_up(), context=contextvars.Context())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _catch_up(self) -> None:
        while self._behind is not None:
            await asyncio.sleep(SETTLE)
            poll, self._behind = self._behind, None
            try:
                rows = await self._ctx.db.fetch(PRESSES, poll, self._room.sitting())
            except Exception:
                self._ctx.log.exception("it was not found out who has pressed elsewhere")
                continue
            for row in rows:
                self._note(row["attendee_id"], Pressed(poll=poll, receipt=row["receipt"], number=row["number"]))

    def _note(self, attendee_id: UUID, press: Pressed) -> None:
        """Unless the same person has pressed here meanwhile."""
        roster = self._room.roster.value
        mine = roster.mine.get(attendee_id) if roster is not None else None
        if mine is None or (mine.press and mine.press.poll == press.poll and mine.press.number >= press.number):
            return
        self._room.now_mine(attendee_id, structs.replace(mine, press=press))
