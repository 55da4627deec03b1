"""Members and seat plans from workbooks: looked at first, with every mistake named, and taken over as a whole."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.services import members, seating
from huitang_conference.services.access import BODIES, MANAGE, Ctx, body_for, meeting_to_change, ref
from huitang_conference.services.members import MemberValues
from huitang_conference.services.seating import Place
from huitang_conference.services.sheets import day, number, read_table, text
from huitang_conference.services.state import tell_hall
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, Invalid
from huitang_sdk.i18n import Translator

_ = Translator("conference")
MEMBER_HEADS = {
    "name": ("姓名", "name"),
    "title": ("职务", "title", "office"),
    "username": ("账号", "用户名", "account", "username"),
    "card": ("卡号", "card"),
    "since": ("任职日期", "起始日期", "since"),
    "until": ("离任日期", "截止日期", "until"),
}
SEAT_HEADS = {
    "label": ("席位", "座位", "seat", "label"),
    "x": ("横", "列", "x", "column"),
    "y": ("纵", "排", "y", "row"),
    "kind": ("类别", "kind"),
    "name": ("姓名", "name"),
}
KINDS = {
    "": "seat",
    "席位": "seat",
    "seat": "seat",
    "主席台": "chair",
    "chair": "chair",
    "发言席": "podium",
    "podium": "podium",
}
LABEL = re.compile(r"^\D*?(\d+)\D+?(\d+)\D*$")


class SheetRow(Struct, frozen=True, kw_only=True):
    """One row of a workbook with what is wrong with it."""

    row: int
    name: str = ""
    title: str = ""
    username: str = ""
    card: str = ""
    since: date | None = None
    until: date | None = None
    label: str = ""
    x: float = 0.0
    y: float = 0.0
    kind: str = "seat"
    errors: tuple[str, ...] = ()


def has_errors(rows: Sequence[SheetRow]) -> bool:
    return any(row.errors for row in rows)


async def read_members(ctx: Ctx, actor: Actor, body_id: UUID, data: bytes) -> list[SheetRow]:
    """What a workbook with 姓名, 职务, 账号, 卡号, 任职日期, 离任日期 would add; Invalid for no such workbook."""
    await body_for(ctx, actor, body_id, BODIES)
    found = await asyncio.to_thread(read_table, data, MEMBER_HEADS, ("name",))
    rows = [_member(row, values) for row, values in found]
    return await check_members(ctx, body_id, rows)


def _member(row: int, values: dict[str, Any]) -> SheetRow:
    dates: dict[str, date | None] = {}
    errors: list[str] = []
    for name in ("since", "until"):
        try:
            dates[name] = day(values.get(name))
        except ValueError:
            errors.append(_("{value} is not a date. Write it like 2026-11-23.", value=text(values.get(name))))
    words = {name: text(values.get(name)) for name in ("name", "title", "username", "card")}
    return SheetRow(row=row, **words, **dates, errors=tuple(errors))  # type: ignore[arg-type]


async def check_members(ctx: Ctx, body_id: UUID, rows: Sequence[SheetRow]) -> list[SheetRow]:
    """The rows with every mistake: also against the accounts and the members there are."""
    known = {member.name for member in await members.list_members(ctx, body_id, ctx.clock.today())}
    seen: set[str] = set()
    found: list[SheetRow] = []
    for row in rows:
        errors = list(row.errors)
        if not row.name:
            errors.append(_("Give the member's name."))
        elif row.name in known:
            errors.append(_("{name} is a member already.", name=row.name))
        elif row.name in seen:
            errors.append(_("{name} is in the sheet twice.", name=row.name))
        seen.add(row.name)
        if row.since and row.until and row.until < row.since:
            errors.append(_("The last day lies before the first."))
        if row.username and await _account(ctx, row.username) is None:
            errors.append(_("There is no account {username}.", username=row.username))
        found.append(_with(row, errors))
    return found


async def _account(ctx: Ctx, username: str) -> UUID | None:
    for account in await ctx.identity.find_accounts(username, limit=20):
        if account.username == username:
            return account.id
    return None


async def add_members(ctx: Ctx, actor: Actor, body_id: UUID, rows: Sequence[SheetRow]) -> int:
    """Add all of them, or none: Invalid when any row has a mistake."""
    async with ctx.db.write(actor) as write:
        await body_for(ctx, actor, body_id, BODIES)
        checked = await check_members(ctx, body_id, [_with(row, ()) for row in rows])
        if has_errors(checked) or not checked:
            raise Invalid(_("Nothing was imported: correct the rows that are marked, and choose the file again."))
        for row in checked:
            account_id = await _account(ctx, row.username) if row.username else None
            values = MemberValues(
                name=row.name, title=row.title, account_id=account_id, card=row.card, since=row.since, until=row.until
            )
            members.check(values)
            await members.insert(ctx, write, body_id, values)
        await write.audit("conference.member.imported", ref("body", body_id), detail={"members": len(checked)})
    return len(checked)


async def read_seats(ctx: Ctx, meeting_id: UUID, data: bytes) -> list[SheetRow]:
    """What a workbook with 席位, 横, 纵, 类别, 姓名 would lay out.

    Without places a seat stands where its label says: 3排12座 in row 3, place 12. Raises Invalid for no such workbook.
    """
    found = await asyncio.to_thread(read_table, data, SEAT_HEADS, ("label",))
    rows = [_seat(row, values) for row, values in found]
    return await check_seats(ctx, meeting_id, rows)


def _seat(row: int, values: dict[str, Any]) -> SheetRow:
    errors: list[str] = []
    label = text(values.get("label"))
    named = LABEL.match(label)
    places: dict[str, float] = {}
    for axis, group in (("x", 2), ("y", 1)):
        try:
            given = number(values.get(axis))
        except ValueError:
            given = None
            errors.append(_("{value} is not a number.", value=text(values.get(axis))))
        if given is None and named:
            given = float(named.group(group))
        if given is None and not errors:
            errors.append(_("Say where seat {label} stands.", label=label))
        places[axis] = given or 0.0
    kind = KINDS.get(text(values.get("kind")), "")
    if not kind:
        errors.append(_("{value} is no kind of seat.", value=text(values.get("kind"))))
    return SheetRow(
        row=row,
        label=label,
        name=text(values.get("name")),
        kind=kind or "seat",
        x=places["x"],
        y=places["y"],
        errors=tuple(errors),
    )


async def check_seats(ctx: Ctx, meeting_id: UUID, rows: Sequence[SheetRow]) -> list[SheetRow]:
    """The rows with every mistake: also against the roster."""
    people = await _people(ctx, meeting_id)
    labels: set[str] = set()
    names: set[str] = set()
    found: list[SheetRow] = []
    for row in rows:
        errors = list(row.errors)
        if not errors:
            try:
                seating.check_plan([Place(label=row.label, x=row.x, y=row.y, kind=row.kind)])
            except Invalid as error:
                errors.append(error.message)
        if row.label in labels:
            errors.append(_("Two seats are called {label}.", label=row.label))
        if row.name and len(people.get(row.name, ())) != 1:
            several = row.name in people
            message = _("Several people on the roster are called {name}.", name=row.name)
            errors.append(message if several else _("{name} is not on the roster.", name=row.name))
        if row.name and row.name in names:
            errors.append(_("{name} is in the sheet twice.", name=row.name))
        labels.add(row.label)
        names.add(row.name)
        found.append(_with(row, errors))
    return found


async def _people(ctx: Ctx, meeting_id: UUID) -> dict[str, list[UUID]]:
    people: dict[str, list[UUID]] = {}
    for row in await ctx.db.fetch("SELECT id, name FROM conference.attendee WHERE meeting_id = $1", meeting_id):
        people.setdefault(row["name"], []).append(row["id"])
    return people


async def lay_out_seats(ctx: Ctx, actor: Actor, meeting_id: UUID, rows: Sequence[SheetRow]) -> int:
    """Lay the plan out and seat those who are named in it, or nothing: Invalid when any row has a mistake."""
    async with ctx.db.write(actor) as write:
        meeting = await meeting_to_change(ctx, actor, meeting_id, MANAGE)
        if meeting["state"] == "closed":
            raise Conflict(_("The meeting is over."))
        checked = await check_seats(ctx, meeting_id, [_with(row, ()) for row in rows])
        if has_errors(checked) or not checked:
            raise Invalid(_("Nothing was imported: correct the rows that are marked, and choose the file again."))
        plan = [Place(label=row.label, x=row.x, y=row.y, kind=row.kind) for row in checked]
        seating.check_plan(plan)
        await seating.put_seats(ctx, meeting_id, plan)
        people = await _people(ctx, meeting_id)
        seated = [(people[row.name][0], row.label) for row in checked if row.name]
        await ctx.db.execute(
            "UPDATE conference.seat SET attendee_id = NULL WHERE meeting_id = $1"
            " AND (label = ANY($2::text[]) OR attendee_id = ANY($3::uuid[]))",
            *(meeting_id, [label for _id, label in seated], [attendee_id for attendee_id, _label in seated]),
        )
        for attendee_id, label in seated:
            await ctx.db.execute(
                "UPDATE conference.seat SET attendee_id = $3 WHERE meeting_id = $1 AND label = $2",
                *(meeting_id, label, attendee_id),
            )
        detail = {"seats": len(plan), "people": len(seated)}
        await write.audit("conference.seating.imported", ref("meeting", meeting_id), detail=detail)
        await tell_hall(ctx, meeting_id, "seating.changed")
    return len(plan)


def _with(row: SheetRow, errors: Sequence[str]) -> SheetRow:
    values = {name: getattr(row, name) for name in SheetRow.__struct_fields__ if name != "errors"}
    return SheetRow(**values, errors=tuple(errors))
