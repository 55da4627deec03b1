"""A meeting in session, made by SQL: as many members as a test wants, all of them checked in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import msgspec

from huitang_conference.plugin import ConferencePlugin
from huitang_conference.rules.profiles import builtin_profiles, profile_to_json
from huitang_conference.services.voting.presses import Press, Recorder
from huitang_conference.services.voting.running import NewPoll, open_poll, prepare_poll
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id

MEMBERS = """
INSERT INTO conference.attendee (id, meeting_id, name, role, presence, position)
SELECT id, $2, '委员' || n, 'member', 'present', n FROM unnest($1::uuid[]) WITH ORDINALITY AS m(id, n)
"""


@dataclass
class Sitting:
    """A meeting, its members, and short ways to do things in it."""

    ctx: Any
    meeting_id: UUID
    members: list[UUID]
    numbers: dict[UUID, int] = field(default_factory=dict)

    async def poll(self, **values: Any) -> UUID:
        """A vote that is open."""
        new = NewPoll(**({"kind": "motion", "title": "关于批准预算调整方案的决议"} | values))
        poll_id = await prepare_poll(self.ctx, SYSTEM, self.meeting_id, new)
        await open_poll(self.ctx, SYSTEM, poll_id)
        return poll_id

    def press(self, poll_id: UUID, member: UUID | int, choice: str, **values: Any) -> Press:
        """A press as a terminal would send it, counted up."""
        attendee = self.members[member] if isinstance(member, int) else member
        self.numbers[attendee] = self.numbers.get(attendee, 0) + 1
        given = {"press_id": uuid4().hex, "number": self.numbers[attendee]} | values
        return Press(poll_id=poll_id, attendee_id=attendee, choice=choice, **given)

    async def all_press(self, recorder: Recorder, poll_id: UUID, choices: list[str]) -> list[Any]:
        """The first members press these, at one moment."""
        presses = [self.press(poll_id, number, choice) for number, choice in enumerate(choices)]
        return await recorder.press_many(presses)

    async def set_presence(self, member: UUID | int, presence: str) -> None:
        attendee = self.members[member] if isinstance(member, int) else member
        await self.ctx.db.execute("UPDATE conference.attendee SET presence = $2 WHERE id = $1", attendee, presence)

    async def row(self, poll_id: UUID) -> dict[str, Any]:
        """The poll's row, with `result` decoded."""
        row = (await self.ctx.db.fetch("SELECT * FROM conference.poll WHERE id = $1", poll_id))[0]
        return row | {"result": msgspec.json.decode(row["result"]) if row["result"] else None}

    async def count(self, table: str, poll_id: UUID) -> int:
        rows = await self.ctx.db.fetch(f"SELECT count(*) AS n FROM conference.{table} WHERE poll_id = $1", poll_id)
        return int(rows[0]["n"])


async def sitting_in(
    ctx: Any, members: int, *, present: int | None = None, total: int | None = None, profile: str = ""
) -> Sitting:
    """A meeting in session of a body with `total` members , `present` of them checked in."""
    chosen = builtin_profiles()[profile or "city-standing-committee"]
    organisation, body, meeting = uuid4(), new_id(), new_id()
    await ctx.db.execute(
        "INSERT INTO conference.body (id, organisation_id, name, kind, profile_id) VALUES ($1, $2, $3, $4, $5)",
        *(body, organisation, "云江市人大常委会", "standing_committee", chosen.id),
    )
    await ctx.db.execute(
        "INSERT INTO conference.meeting (id, organisation_id, body_id, title, starts_at, state, profile, members_total)"
        " VALUES ($1, $2, $3, '第十二次会议', now(), 'open', $4::text::jsonb, $5)",
        *(meeting, organisation, body, profile_to_json(chosen), total or members),
    )
    ids = [new_id() for _ in range(members)]
    await ctx.db.execute(MEMBERS, ids, meeting)
    absent = ids[present:] if present is not None else []
    await ctx.db.execute("UPDATE conference.attendee SET presence = 'expected' WHERE id = ANY($1::uuid[])", absent)
    return Sitting(ctx, meeting, ids)


async def conference(open_hall: Any, **settings: Any) -> Any:
    """The context of a conference plugin in a started hall."""
    hall = await open_hall(ConferencePlugin(), serve=False, **settings)
    return hall.registry.get("conference").context
