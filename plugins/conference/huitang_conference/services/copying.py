"""Copies of a meeting's parts: for a rehearsal, and for the next meeting that starts from the last one."""

from __future__ import annotations

from uuid import UUID

from huitang_conference.services import meetings
from huitang_conference.services.access import MANAGE, Ctx, meeting_for, ref
from huitang_conference.services.meetings import MeetingValues
from huitang_sdk.contracts import Actor


async def from_last(ctx: Ctx, actor: Actor, last_id: UUID, values: MeetingValues) -> UUID:
    """Plan a meeting like an earlier one: agenda, observers and staff, who presides, seats with their people.

    Members are those of today; documents, votes and ad-hoc motions stay where they were.
    """
    async with ctx.db.write(actor) as write:
        last = await meeting_for(ctx, actor, last_id, MANAGE)
        meeting_id = await meetings.create(ctx, actor, last["body_id"], values)
        await copy_guests(ctx, last_id, meeting_id)
        await copy_seats(ctx, last_id, meeting_id)
        await copy_agenda(ctx, last_id, meeting_id)
        await write.audit("conference.meeting.copied", ref("meeting", meeting_id), detail={"from": last_id})
    return meeting_id


async def copy_roster(ctx: Ctx, source_id: UUID, target_id: UUID) -> None:
    """Inside a write: everybody, with card and chair, nobody there yet."""
    await ctx.db.execute(
        """
        INSERT INTO conference.attendee (id, meeting_id, member_id, account_id, name, title, role, is_chair, is_remote,
            position, badge_sha256)
        SELECT gen_random_uuid(), $2, member_id, account_id, name, title, role, is_chair, is_remote, position,
            badge_sha256 FROM conference.attendee WHERE meeting_id = $1
        """,
        source_id,
        target_id,
    )


async def copy_guests(ctx: Ctx, source_id: UUID, target_id: UUID) -> None:
    """Inside a write: observers and staff, and who presides, onto a roster that has the members already."""
    await ctx.db.execute(
        """
        INSERT INTO conference.attendee (id, meeting_id, account_id, name, title, role, is_remote, position,
            badge_sha256)
        SELECT gen_random_uuid(), $2, account_id, name, title, role, is_remote, position, badge_sha256
        FROM conference.attendee WHERE meeting_id = $1 AND role <> 'member'
        """,
        source_id,
        target_id,
    )
    await ctx.db.execute(
        """
        UPDATE conference.attendee a SET is_chair = (a.member_id = c.member_id)
        FROM conference.attendee c WHERE c.meeting_id = $1 AND c.is_chair AND a.meeting_id = $2
            AND EXISTS (SELECT 1 FROM conference.attendee o WHERE o.meeting_id = $2 AND o.member_id = c.member_id)
            AND a.member_id IS NOT NULL
        """,
        source_id,
        target_id,
    )


async def copy_seats(ctx: Ctx, source_id: UUID, target_id: UUID) -> None:
    """Inside a write: the plan, with everybody who is on both rosters on the seat he had."""
    await ctx.db.execute(
        """
        INSERT INTO conference.seat (id, meeting_id, label, x, y, kind, attendee_id)
        SELECT gen_random_uuid(), $2, s.label, s.x, s.y, s.kind, n.id
        FROM conference.seat s LEFT JOIN conference.attendee o ON o.id = s.attendee_id
        LEFT JOIN LATERAL (
            SELECT a.id FROM conference.attendee a WHERE a.meeting_id = $2 AND a.role = o.role
                AND a.position = o.position AND a.member_id IS NOT DISTINCT FROM o.member_id AND a.name = o.name LIMIT 1
        ) same ON TRUE
        LEFT JOIN LATERAL (
            SELECT coalesce(same.id, (SELECT a.id FROM conference.attendee a WHERE a.meeting_id = $2
                AND a.member_id = o.member_id)) AS id
        ) n ON TRUE
        WHERE s.meeting_id = $1
        """,
        source_id,
        target_id,
    )


async def copy_agenda(ctx: Ctx, source_id: UUID, target_id: UUID, *, with_documents: bool = False) -> None:
    """Inside a write: the planned items; what was moved ad hoc stays with its meeting."""
    for item in await ctx.db.fetch(
        "SELECT id FROM conference.item WHERE meeting_id = $1 AND NOT is_ad_hoc ORDER BY position", source_id
    ):
        made = await ctx.db.fetch(
            """
            INSERT INTO conference.item (id, meeting_id, position, number, title, kind, text, presenter, minutes)
            SELECT gen_random_uuid(), $2, position, number, title, kind, text, presenter, minutes
            FROM conference.item WHERE id = $1 RETURNING id
            """,
            item["id"],
            target_id,
        )
        if with_documents:
            await _copy_documents(ctx, source_id, target_id, item["id"], made[0]["id"])
    if with_documents:
        await _copy_documents(ctx, source_id, target_id, None, None)


async def _copy_documents(
    ctx: Ctx, source_id: UUID, target_id: UUID, item_id: UUID | None, new_item_id: UUID | None
) -> None:
    """The rows only: the files are the same."""
    await ctx.db.execute(
        """
        INSERT INTO conference.document (id, meeting_id, item_id, file_id, title, audience, is_withdrawn,
            withdraw_after, position)
        SELECT gen_random_uuid(), $2, $4::uuid, file_id, title, audience, is_withdrawn, withdraw_after, position
        FROM conference.document WHERE meeting_id = $1 AND item_id IS NOT DISTINCT FROM $3::uuid
        """,
        *(source_id, target_id, item_id, new_item_id),
    )


async def copy_polls(ctx: Ctx, source_id: UUID, target_id: UUID) -> None:
    """Inside a write: the votes that are prepared, so that a rehearsal tries the very ones of the meeting."""
    await ctx.db.execute(
        """
        INSERT INTO conference.poll (id, meeting_id, item_id, position, kind, title, text, names, seats, options,
            secrecy, counts, manner, seconds, show)
        SELECT gen_random_uuid(), $2, n.id, p.position, p.kind, p.title, p.text, p.names, p.seats, p.options, p.secrecy,
            p.counts, p.manner, p.seconds, p.show
        FROM conference.poll p LEFT JOIN conference.item i ON i.id = p.item_id
        LEFT JOIN conference.item n ON n.meeting_id = $2 AND n.position = i.position AND n.title = i.title
        WHERE p.meeting_id = $1 AND p.state = 'prepared'
        """,
        source_id,
        target_id,
    )
    await ctx.db.execute(
        """
        UPDATE conference.poll c SET amends_id = t.id
        FROM conference.poll p JOIN conference.poll o ON o.id = p.amends_id
        JOIN conference.poll t ON t.meeting_id = $2 AND t.position = o.position AND t.title = o.title
        WHERE p.meeting_id = $1 AND c.meeting_id = $2 AND c.position = p.position AND c.title = p.title
        """,
        source_id,
        target_id,
    )
