"""The members of a body: who they are, from when to when, in the order lists name them."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import BODIES, Ctx, body_for, ref
from huitang_sdk.contracts import Actor, Write
from huitang_sdk.db import new_id
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")
MAX_NAME = 100


class MemberValues(Struct, frozen=True, kw_only=True):
    """One member. `title` is the office held in the body (主任, 副主任, 委员), `card` what the reader at the door reads
    from the member's card: only its hash is kept. `position` orders lists; None: at the end."""

    name: str
    title: str = ""
    account_id: UUID | None = None
    position: int | None = None
    card: str = ""
    since: date | None = None
    until: date | None = None


class MemberRow(Struct, frozen=True, kw_only=True):
    """A member in a list. `is_current`: in office on the day that was asked for."""

    id: UUID
    name: str
    title: str
    account_id: UUID | None
    position: int
    has_card: bool
    since: date | None
    until: date | None
    is_current: bool


async def add(ctx: Ctx, actor: Actor, body_id: UUID, values: MemberValues) -> UUID:
    """One more member of a body. Raises Invalid field by field."""
    check(values)
    async with ctx.db.write(actor) as write:
        await body_for(ctx, actor, body_id, BODIES)
        return await insert(ctx, write, body_id, values)


async def insert(ctx: Ctx, write: Write, body_id: UUID, values: MemberValues) -> UUID:
    """Inside a write: the row and its record; the caller has checked values and permission."""
    member_id = new_id()
    await ctx.db.execute(
        """
        INSERT INTO conference.member (id, body_id, account_id, name, title, position, card_sha256, since, until)
        VALUES ($1, $2, $3, $4, $5, coalesce($6::int,
            (SELECT coalesce(max(position), 0) + 1 FROM conference.member WHERE body_id = $2)), $7, $8, $9)
        """,
        *(member_id, body_id, values.account_id, values.name.strip(), values.title.strip(), values.position),
        *(card_hash(values.card), values.since, values.until),
    )
    detail = {"body_id": body_id, "name": values.name.strip(), "title": values.title.strip()}
    await write.audit("conference.member.added", ref("member", member_id), detail=detail)
    return member_id


async def change(ctx: Ctx, actor: Actor, member_id: UUID, values: MemberValues) -> None:
    """Change a member; without a new card the old one stays. Meetings that were convened keep their roster."""
    check(values)
    async with ctx.db.write(actor) as write:
        before = await member_for(ctx, actor, member_id)
        await ctx.db.execute(
            """
            UPDATE conference.member SET name = $2, title = $3, account_id = $4, position = coalesce($5::int, position),
                card_sha256 = coalesce($6, card_sha256), since = $7, until = $8 WHERE id = $1
            """,
            *(member_id, values.name.strip(), values.title.strip(), values.account_id, values.position),
            *(card_hash(values.card), values.since, values.until),
        )
        names = ("name", "title", "account_id", "position", "since", "until")
        detail = {
            "before": {name: before[name] for name in names},
            "after": {name: getattr(values, name) for name in names},
        }
        await write.audit("conference.member.changed", ref("member", member_id), detail=detail)


async def member_for(ctx: Ctx, actor: Actor, member_id: UUID) -> dict[str, object]:
    """The row of a member whose body the actor looks after. Raises NotFound."""
    rows = await ctx.db.fetch("SELECT * FROM conference.member WHERE id = $1", member_id)
    if not rows:
        raise NotFound(_("There is no such member."))
    await body_for(ctx, actor, rows[0]["body_id"], BODIES)
    return rows[0]


async def list_members(ctx: Ctx, body_id: UUID, day: date, *, only_current: bool = False) -> list[MemberRow]:
    """The members of a body in order; the caller has checked that the actor may see the body."""
    rows = await ctx.db.fetch(
        f"""
        SELECT t.id, t.name, t.title, t.account_id, t.position, t.card_sha256 IS NOT NULL AS has_card, t.since, t.until,
            {IN_OFFICE} AS is_current
        FROM conference.member t WHERE t.body_id = $1 AND (NOT $3 OR {IN_OFFICE}) ORDER BY t.position, t.name, t.id
        """,
        body_id,
        day,
        only_current,
    )
    return [MemberRow(**row) for row in rows]


IN_OFFICE = "((t.since IS NULL OR t.since <= $2) AND (t.until IS NULL OR t.until >= $2))"
"""In office on the day $2."""


def check(values: MemberValues) -> None:
    """Raises Invalid for what cannot be a member."""
    fields: dict[str, str] = {}
    if not values.name.strip():
        fields["name"] = _("Give the member's name.")
    elif len(values.name) > MAX_NAME:
        fields["name"] = _("The name is longer than {count} characters.", count=MAX_NAME)
    if values.since and values.until and values.until < values.since:
        fields["until"] = _("The last day lies before the first.")
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


def card_hash(card: str) -> bytes | None:
    """How a card or a badge is kept: the bytes that are compared, never what the card says."""
    return sha256(card.strip().encode()).digest() if card.strip() else None
