"""The agenda: items in their order, ad-hoc motions within the rules, and which item is in hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import CHAIR, MANAGE, OPERATE, Ctx, meeting_to_change, ref
from huitang_conference.services.meetings import changed
from huitang_conference.services.rulebook import article_of, profile_of
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")
KINDS = ("report", "motion", "appointment", "election", "other")
MAX_TITLE = 300
MAX_TEXT = 50_000


class ItemValues(Struct, frozen=True, kw_only=True):
    """What an item is. `number` is counted by itself when it is empty, `minutes` is how long it is expected to take."""

    title: str
    kind: str = "report"
    number: str = ""
    text: str = ""
    presenter: str = ""
    minutes: int | None = None


class Item(Struct, frozen=True, kw_only=True):
    """One item of an agenda."""

    id: UUID
    position: int
    number: str
    title: str
    kind: str
    text: str
    presenter: str
    minutes: int | None
    state: str
    is_ad_hoc: bool
    proposers: int
    reason: str
    started_at: datetime | None
    ended_at: datetime | None


FIELDS = ", ".join(Item.__struct_fields__)


async def items(ctx: Ctx, meeting_id: UUID, *, with_refused: bool = True) -> list[Item]:
    """The agenda in order; the caller has checked that the actor may see the meeting."""
    rows = await ctx.db.fetch(
        f"SELECT {FIELDS} FROM conference.item WHERE meeting_id = $1 AND ($2 OR state NOT IN ('proposed', 'refused'))"
        " ORDER BY position, id",
        meeting_id,
        with_refused,
    )
    return [Item(**row) for row in rows]


async def add(ctx: Ctx, actor: Actor, meeting_id: UUID, values: ItemValues) -> UUID:
    """One more item at the end. After the opening new items are ad-hoc motions: `propose`."""
    check(values)
    async with ctx.db.write(actor) as write:
        row = await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        if row["state"] not in ("draft", "convened"):
            raise Conflict(_("The meeting has begun. New business is moved as an ad-hoc motion."))
        item_id = await _insert(ctx, meeting_id, values)
        await write.audit(
            "conference.item.added", ref("meeting", meeting_id), detail={"item_id": item_id, "title": values.title}
        )
        await changed(ctx, write, meeting_id, "agenda.changed")
    return item_id


async def propose(ctx: Ctx, actor: Actor, meeting_id: UUID, values: ItemValues, proposer_ids: Sequence[UUID]) -> UUID:
    """Record an ad-hoc motion during the meeting: it stands on the agenda once the chair has consented (`consent`).

    It needs as many members who are there as the rules ask for; where the rules have no figure, one. Raises Conflict
    with the article when they are fewer.
    """
    check(values)
    async with ctx.db.write(actor) as write:
        permission = MANAGE if ctx.permissions.may(actor, MANAGE) else CHAIR
        row = await meeting_to_change(ctx, actor, meeting_id, permission)
        if row["state"] not in ("open", "adjourned"):
            raise Conflict(_("Ad-hoc motions are moved while the meeting is in session."))
        wanted = list(dict.fromkeys(proposer_ids))
        movers = await ctx.db.fetch(
            "SELECT id, name FROM conference.attendee WHERE meeting_id = $1 AND id = ANY($2::uuid[])"
            " AND role = 'member' AND presence = 'present' ORDER BY position",
            meeting_id,
            wanted,
        )
        if len(movers) != len(wanted):
            raise Conflict(_("Only members who are there can move a motion."))
        _enough(row, len(movers))
        item_id = await _insert(ctx, meeting_id, values, state="proposed", proposers=[mover["id"] for mover in movers])
        detail = {"item_id": item_id, "title": values.title, "proposers": [mover["name"] for mover in movers]}
        await write.audit("conference.item.proposed", ref("meeting", meeting_id), detail=detail)
        await changed(ctx, write, meeting_id, "agenda.proposed")
    return item_id


def _enough(meeting: dict[str, Any], movers: int) -> None:
    profile = profile_of(meeting)
    rule = profile.joint_proposal_members
    needed = rule.value if rule else 1
    if movers < max(needed, 1):
        raise Conflict(
            _(
                "{needed} members have to move it together, {movers} do. {article}",
                needed=max(needed, 1),
                movers=movers,
                article=article_of(profile.cite(rule)),
            ).strip()
        )


async def consent(ctx: Ctx, actor: Actor, meeting_id: UUID, item_id: UUID, *, granted: bool, reason: str = "") -> None:
    """The chair lets an ad-hoc motion onto the agenda, or refuses it, which needs a reason."""
    if not granted and not reason.strip():
        message = _("Say why the motion is not put on the agenda.")
        raise Invalid(message, fields={"reason": message})
    async with ctx.db.write(actor) as write:
        await meeting_to_change(ctx, actor, meeting_id, CHAIR)
        item = await item_in(ctx, meeting_id, item_id)
        if item["state"] != "proposed":
            raise Conflict(_("This motion does not wait for the chair's consent."))
        state = "pending" if granted else "refused"
        await ctx.db.execute(
            "UPDATE conference.item SET state = $2, decided_by = $3, decided_at = $4, reason = $5 WHERE id = $1",
            *(item_id, state, actor.id, ctx.clock.now(), reason.strip()),
        )
        action = "conference.item.consented" if granted else "conference.item.refused"
        detail = {"item_id": item_id, "title": item["title"]}
        await write.audit(action, ref("meeting", meeting_id), detail=detail, reason=reason)
        await changed(ctx, write, meeting_id, "agenda.changed")


async def change(ctx: Ctx, actor: Actor, meeting_id: UUID, item_id: UUID, values: ItemValues) -> None:
    """Change an item that is not finished yet."""
    check(values)
    async with ctx.db.write(actor) as write:
        await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        item = await item_in(ctx, meeting_id, item_id)
        if item["state"] == "done":
            raise Conflict(_("This item is finished; its text stands as it was dealt with."))
        await ctx.db.execute(
            """
            UPDATE conference.item SET title = $2, kind = $3, number = CASE WHEN $4 = '' THEN number ELSE $4 END,
                text = $5, presenter = $6, minutes = $7 WHERE id = $1
            """,
            *(item_id, values.title.strip(), values.kind, values.number.strip(), values.text.strip()),
            *(values.presenter.strip(), values.minutes),
        )
        names = ItemValues.__struct_fields__
        detail = {
            "item_id": item_id,
            "before": {name: item[name] for name in names},
            "after": {name: getattr(values, name) for name in names},
        }
        await write.audit("conference.item.changed", ref("meeting", meeting_id), detail=detail)
        await changed(ctx, write, meeting_id, "agenda.changed")


async def remove(ctx: Ctx, actor: Actor, meeting_id: UUID, item_id: UUID) -> None:
    """Take an item off before the meeting begins, with its documents; afterwards it can only be deferred."""
    async with ctx.db.write(actor) as write:
        row = await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        item = await item_in(ctx, meeting_id, item_id)
        if row["state"] not in ("draft", "convened"):
            raise Conflict(_("The meeting has begun. An item can be deferred, but no longer taken off."))
        await ctx.db.execute("DELETE FROM conference.item WHERE id = $1", item_id)
        await _renumber(ctx, meeting_id)
        detail = {"item_id": item_id, "title": item["title"]}
        await write.audit("conference.item.removed", ref("meeting", meeting_id), detail=detail)
        await changed(ctx, write, meeting_id, "agenda.changed")


async def reorder(ctx: Ctx, actor: Actor, meeting_id: UUID, item_ids: Sequence[UUID]) -> None:
    """Put the items into this order; those that are not named follow in the order they had."""
    async with ctx.db.write(actor) as write:
        permission = MANAGE if ctx.permissions.may(actor, MANAGE) else CHAIR
        await meeting_to_change(ctx, actor, meeting_id, permission)
        present = [item.id for item in await items(ctx, meeting_id)]
        first = [item_id for item_id in dict.fromkeys(item_ids) if item_id in present]
        order = [*first, *(item_id for item_id in present if item_id not in first)]
        await ctx.db.execute(
            """
            UPDATE conference.item i SET position = o.n FROM unnest($2::uuid[]) WITH ORDINALITY o (id, n)
            WHERE i.id = o.id AND i.meeting_id = $1
            """,
            meeting_id,
            order,
        )
        await _renumber(ctx, meeting_id)
        await write.audit("conference.agenda.reordered", ref("meeting", meeting_id), detail={"items": order})
        await changed(ctx, write, meeting_id, "agenda.changed")


async def step(ctx: Ctx, actor: Actor, meeting_id: UUID, item_id: UUID, by: int) -> None:
    """Move one item up (-1) or down (1): what the keyboard does."""
    order = [item.id for item in await items(ctx, meeting_id)]
    if item_id not in order:
        raise NotFound(_("There is no such item on this agenda."))
    place = order.index(item_id)
    order.insert(min(max(place + by, 0), len(order) - 1), order.pop(place))
    await reorder(ctx, actor, meeting_id, order)


async def begin(ctx: Ctx, actor: Actor, meeting_id: UUID, item_id: UUID) -> None:
    """Take an item up; the one that was in hand is finished. Conflict while a vote is open or nobody sits."""
    async with ctx.db.write(actor) as write:
        await _in_session(ctx, actor, meeting_id)
        item = await item_in(ctx, meeting_id, item_id)
        if item["state"] in ("proposed", "refused"):
            raise Conflict(_("The chair has not consented to this motion."))
        await _finish_current(ctx, meeting_id)
        await ctx.db.execute(
            "UPDATE conference.item SET state = 'current', started_at = coalesce(started_at, $2), ended_at = NULL"
            " WHERE id = $1",
            item_id,
            ctx.clock.now(),
        )
        await ctx.db.execute(
            "UPDATE conference.meeting SET item_id = $2, version = version + 1 WHERE id = $1", meeting_id, item_id
        )
        detail = {"item_id": item_id, "title": item["title"]}
        await write.audit("conference.item.begun", ref("meeting", meeting_id), detail=detail)
        await changed(ctx, write, meeting_id, "item.begun")


async def finish(ctx: Ctx, actor: Actor, meeting_id: UUID, item_id: UUID, *, deferred: bool = False) -> None:
    """Finish the item in hand, or put any item off (`deferred`)."""
    async with ctx.db.write(actor) as write:
        row = await _in_session(ctx, actor, meeting_id)
        item = await item_in(ctx, meeting_id, item_id)
        if item["state"] not in ("current", "pending") or (item["state"] == "pending" and not deferred):
            raise Conflict(_("This item is not in hand."))
        await ctx.db.execute(
            "UPDATE conference.item SET state = $2, ended_at = $3 WHERE id = $1",
            *(item_id, "deferred" if deferred else "done", ctx.clock.now()),
        )
        if row["item_id"] == item_id:
            await ctx.db.execute(
                "UPDATE conference.meeting SET item_id = NULL, version = version + 1 WHERE id = $1", meeting_id
            )
        what = "deferred" if deferred else "finished"
        detail = {"item_id": item_id, "title": item["title"]}
        await write.audit(f"conference.item.{what}", ref("meeting", meeting_id), detail=detail)
        await changed(ctx, write, meeting_id, f"item.{what}")


async def _in_session(ctx: Ctx, actor: Actor, meeting_id: UUID) -> dict[str, Any]:
    permission = CHAIR if ctx.permissions.may(actor, CHAIR) else OPERATE
    row = await meeting_to_change(ctx, actor, meeting_id, permission)
    if row["state"] != "open":
        raise Conflict(_("The meeting is not in session."))
    if await ctx.db.fetch("SELECT 1 FROM conference.poll WHERE meeting_id = $1 AND state = 'open'", meeting_id):
        raise Conflict(_("A vote is open. Close it first."))
    return row


async def _finish_current(ctx: Ctx, meeting_id: UUID) -> None:
    await ctx.db.execute(
        "UPDATE conference.item SET state = 'done', ended_at = $2 WHERE meeting_id = $1 AND state = 'current'",
        meeting_id,
        ctx.clock.now(),
    )


async def _insert(
    ctx: Ctx, meeting_id: UUID, values: ItemValues, *, state: str = "pending", proposers: Sequence[UUID] = ()
) -> UUID:
    item_id = new_id()
    await ctx.db.execute(
        """
        INSERT INTO conference.item (id, meeting_id, position, number, title, kind, text, presenter, minutes, state,
            is_ad_hoc, proposers, proposer_ids)
        SELECT $1, $2, n, CASE WHEN $3 = '' THEN n::text ELSE $3 END, $4, $5, $6, $7, $8, $9, $10, $11, $12
        FROM (SELECT coalesce(max(position), 0) + 1 AS n FROM conference.item WHERE meeting_id = $2) next
        """,
        *(item_id, meeting_id, values.number.strip(), values.title.strip(), values.kind, values.text.strip()),
        *(values.presenter.strip(), values.minutes, state, state == "proposed", len(proposers), list(proposers)),
    )
    return item_id


async def _renumber(ctx: Ctx, meeting_id: UUID) -> None:
    """Places without gaps; numbers that were counted by itself follow, those that were typed stay."""
    await ctx.db.execute(
        """
        UPDATE conference.item i SET position = o.n, number = CASE WHEN i.number ~ '^[0-9]+$' THEN o.n::text
            ELSE i.number END
        FROM (SELECT id, row_number() OVER (ORDER BY position, id) AS n FROM conference.item WHERE meeting_id = $1) o
        WHERE i.id = o.id
        """,
        meeting_id,
    )


def check(values: ItemValues) -> None:
    """Raises Invalid for what cannot be an item."""
    fields: dict[str, str] = {}
    if not values.title.strip():
        fields["title"] = _("Give the item a title.")
    elif len(values.title) > MAX_TITLE:
        fields["title"] = _("The title is longer than {count} characters.", count=MAX_TITLE)
    if len(values.text) > MAX_TEXT:
        fields["text"] = _("The text is longer than {count} characters.", count=MAX_TEXT)
    if values.kind not in KINDS:
        fields["kind"] = _("Choose the kind of item.")
    if values.minutes is not None and not 1 <= values.minutes <= 600:
        fields["minutes"] = _("Give a number of minutes from 1 to 600, or leave it empty.")
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


async def item_in(ctx: Ctx, meeting_id: UUID, item_id: UUID) -> dict[str, Any]:
    """The row of one item of this meeting. Raises NotFound."""
    rows = await ctx.db.fetch("SELECT * FROM conference.item WHERE id = $1 AND meeting_id = $2", item_id, meeting_id)
    if not rows:
        raise NotFound(_("There is no such item on this agenda."))
    return rows[0]
