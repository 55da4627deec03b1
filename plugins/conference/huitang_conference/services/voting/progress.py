"""How far a vote is, in numbers: how many have pressed, never what. For the desks, before it closes."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import CHAIR, OPERATE, Ctx, _, meeting_for
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import NotFound


class Progress(Struct, frozen=True, kw_only=True):
    """Whoever counts somewhere here counts once: pressed + not_pressed + faults + left + by_hand is everybody."""

    poll_id: UUID
    state: str
    pressed: int
    not_pressed: int
    """Checked in, device in order, nothing pressed."""
    faults: int
    """Checked in, nothing pressed, and the device is known not to work."""
    left: int
    """Were there when it opened, pressed nothing, and are no longer checked in."""
    by_hand: int
    """Remote: they vote by show of hands."""
    hands: int
    """Hands of remote voters that have been recorded and confirmed."""
    present: int


# One row per person of the roster: everyone who is checked in now, and everyone who could vote at any moment of this
# poll.
ROSTER = """
SELECT t.id AS attendee_id, t.presence = 'present' AS is_present, coalesce(v.by_hand, t.is_remote) AS by_hand,
  p.attendee_id IS NOT NULL AS has_pressed,
  coalesce(v.has_fault, FALSE) OR coalesce(s.has_fault, FALSE) AS has_fault
FROM conference.poll o
JOIN conference.attendee t ON t.meeting_id = o.meeting_id AND t.role = 'member'
LEFT JOIN conference.voter v ON v.poll_id = o.id AND v.attendee_id = t.id
LEFT JOIN conference.press p ON p.poll_id = o.id AND p.attendee_id = t.id
LEFT JOIN conference.seat s ON s.attendee_id = t.id
WHERE o.id = $1 AND (v.attendee_id IS NOT NULL OR t.presence = 'present')
"""
# Counted by the server: a close waits for it, and there may be thousands.
COUNTED = f"""
SELECT count(*) FILTER (WHERE has_pressed) AS pressed,
  count(*) FILTER (WHERE NOT has_pressed AND by_hand) AS by_hand,
  count(*) FILTER (WHERE NOT has_pressed AND NOT by_hand AND is_present AND NOT has_fault) AS not_pressed,
  count(*) FILTER (WHERE NOT has_pressed AND NOT by_hand AND is_present AND has_fault) AS faults,
  count(*) FILTER (WHERE NOT has_pressed AND NOT by_hand AND NOT is_present) AS left,
  count(*) FILTER (WHERE is_present) AS present
FROM ({ROSTER}) r
"""
VOTERS = f"SELECT c.*, array(SELECT attendee_id FROM ({ROSTER}) v ORDER BY attendee_id) AS voters FROM ({COUNTED}) c"
NUMBERS = f"""
SELECT o.id AS poll_id, o.meeting_id, o.state, n.*,
  (SELECT coalesce(sum(value::int), 0)::int FROM jsonb_each_text(o.hands)) AS hands
FROM conference.poll o, LATERAL ({COUNTED}) n WHERE o.id = $1
"""


async def numbers(ctx: Ctx, poll_id: UUID) -> tuple[UUID, Progress]:
    """The meeting of a poll and its progress; access is the caller's to check. Raises NotFound."""
    rows = await ctx.db.fetch(NUMBERS, poll_id)
    if not rows:
        raise NotFound(_("There is no such vote."))
    row = rows[0]
    return row["meeting_id"], Progress(**{name: row[name] for name in Progress.__struct_fields__})


async def progress(ctx: Ctx, actor: Actor, poll_id: UUID) -> Progress:
    """The progress of a poll, for the chair and the operator of its meeting. Raises NotFound, Forbidden."""
    meeting_id, found = await numbers(ctx, poll_id)
    await meeting_for(ctx, actor, meeting_id, CHAIR if ctx.permissions.may(actor, CHAIR) else OPERATE)
    return found


class Standing(Struct, frozen=True, kw_only=True):
    """What a terminal shows of its own press after it was away: that there is one, not what it was (of a secret poll
    nobody knows). `number` is the highest it has used; it goes on from there."""

    has_pressed: bool
    press_id: str = ""
    number: int = 0
    receipt: str = ""


async def standing(ctx: Ctx, poll_id: UUID, attendee_id: UUID) -> Standing:
    """The press of one attendee; that the terminal speaks for this attendee is the caller's to check."""
    rows = await ctx.db.fetch(
        "SELECT press_id, number, receipt FROM conference.press WHERE poll_id = $1 AND attendee_id = $2",
        poll_id,
        attendee_id,
    )
    return Standing(has_pressed=True, **rows[0]) if rows else Standing(has_pressed=False)
