"""A hall with seats, people and enrolled terminals, made by SQL: as many as a test or the bench wants."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from huitang_conference.rules.profiles import builtin_profiles, profile_to_json
from huitang_conference.services.voting.running import NewPoll, close_poll, open_poll, prepare_poll
from huitang_kernel.identity.sessions import digest_of
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id

ATTENDEES = """
INSERT INTO conference.attendee (id, meeting_id, name, title, role, presence, position)
SELECT id, $2, '委员' || n, '委员', 'member', $3, n FROM unnest($1::uuid[]) WITH ORDINALITY AS m(id, n)
"""
SEATS = """
INSERT INTO conference.seat (id, meeting_id, label, attendee_id)
SELECT gen_random_uuid(), $1, label, attendee FROM unnest($2::text[], $3::uuid[]) AS s(label, attendee)
"""
DEVICES = """
INSERT INTO identity.device
  (id, plugin, name, place, role, reach, organisation_id, invited_at, token_sha256, enrolled_at, seen_at)
SELECT gen_random_uuid(), 'conference', '席位' || label, label, 'conference.terminal', 'unit', $1, now(), digest,
  now(), now()
FROM unnest($2::text[], $3::bytea[]) AS d(label, digest)
"""


@dataclass
class Scene:
    """One meeting in session in one organisation. `tokens` and `attendees` are in the order of `labels`."""

    ctx: Any
    organisation: UUID
    meeting: UUID
    labels: list[str]
    attendees: list[UUID]
    tokens: list[str]

    async def poll(self, **values: Any) -> UUID:
        """A vote that is open."""
        new = NewPoll(**({"kind": "motion", "title": "关于批准预算调整方案的决议", "secrecy": "open"} | values))
        poll = await prepare_poll(self.ctx, SYSTEM, self.meeting, new)
        await open_poll(self.ctx, SYSTEM, poll)
        return poll

    async def close(self, poll: UUID) -> None:
        await close_poll(self.ctx, SYSTEM, poll)


async def make_scene(
    ctx: Any, organisation: UUID, seats: int, *, presence: str = "present", state: str = "open", prefix: str = ""
) -> Scene:
    """A body, its meeting, and at each seat a member and an enrolled terminal. Labels: "1-1", "1-2" … twenty a row."""
    profile = builtin_profiles()["city-standing-committee"]
    body, meeting = new_id(), new_id()
    await ctx.db.execute(
        "INSERT INTO conference.body (id, organisation_id, name, kind, profile_id) VALUES ($1, $2, $3, $4, $5)",
        *(body, organisation, "云江市人大常委会", "standing_committee", profile.id),
    )
    await ctx.db.execute(
        "INSERT INTO conference.meeting (id, organisation_id, body_id, title, place, starts_at, state, profile,"
        " members_total) VALUES ($1, $2, $3, '第十二次会议', '常委会会议厅', now(), $4, $5::text::jsonb, $6)",
        *(meeting, organisation, body, state, profile_to_json(profile), seats),
    )
    attendees = [new_id() for _ in range(seats)]
    labels = [f"{prefix}{number // 20 + 1}-{number % 20 + 1}" for number in range(seats)]
    tokens = [f"hd_{secrets.token_urlsafe(32)}" for _ in range(seats)]
    await ctx.db.execute(ATTENDEES, attendees, meeting, presence)
    await ctx.db.execute(SEATS, meeting, labels, attendees)
    await ctx.db.execute(DEVICES, organisation, labels, [digest_of(token) for token in tokens])
    return Scene(ctx, organisation, meeting, labels, attendees, tokens)
