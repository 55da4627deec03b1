"""Bodies that meet: presidium, standing committee, council of chairs, congress; each with its rules and its term."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import BODIES, MANAGE, Ctx, body_for, body_in_scope, ref
from huitang_conference.services.profiles import profile_named
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql, new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")
KINDS = ("standing_committee", "presidium", "council_of_chairs", "congress")
MAX_NAME = 200


class BodyRow(Struct, frozen=True, kw_only=True):
    """A body in a list, with how many members it has today and how many meetings it has held or planned."""

    id: UUID
    organisation_id: UUID
    name: str
    kind: str
    term: str
    profile_id: str
    since: date | None
    until: date | None
    version: int
    members: int
    meetings: int


class BodyValues(Struct, frozen=True, kw_only=True):
    """What a body is: `term` as people say it ("第十届"), `since` and `until` its term of office."""

    name: str
    kind: str
    profile_id: str
    term: str = ""
    since: date | None = None
    until: date | None = None


async def create(ctx: Ctx, actor: Actor, organisation_id: UUID, values: BodyValues) -> UUID:
    """A new body of an organisation within the actor's reach. Raises Invalid field by field, NotFound out of reach."""
    ctx.permissions.require(actor, BODIES)
    scope = ctx.permissions.scope(actor, BODIES)
    if not (scope.everything or organisation_id in scope.organisations):
        raise NotFound(_("There is no such unit, or its bodies are not yours to look after."))
    await _check(ctx, values)
    body_id = new_id()
    async with ctx.db.write(actor) as write:
        await ctx.db.execute(
            "INSERT INTO conference.body (id, organisation_id, name, kind, term, profile_id, since, until)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            *(body_id, organisation_id, values.name.strip(), values.kind, values.term.strip(), values.profile_id),
            *(values.since, values.until),
        )
        await write.audit("conference.body.created", ref("body", body_id), detail=_detail(values))
    return body_id


async def change(ctx: Ctx, actor: Actor, body_id: UUID, values: BodyValues, *, version: int | None = None) -> None:
    """Change a body. Meetings that were convened keep the rules they were convened under."""
    await _check(ctx, values)
    async with ctx.db.write(actor) as write:
        before = await body_for(ctx, actor, body_id, BODIES)
        rows = await ctx.db.fetch(
            """
            UPDATE conference.body SET name = $3, kind = $4, term = $5, profile_id = $6, since = $7, until = $8,
                version = version + 1
            WHERE id = $1 AND version = coalesce($2::int, version) RETURNING id
            """,
            *(body_id, version, values.name.strip(), values.kind, values.term.strip(), values.profile_id),
            *(values.since, values.until),
        )
        if not rows:
            raise stale()
        old = {name: before[name] for name in BodyValues.__struct_fields__}
        detail = {"before": old, "after": _detail(values)}
        await write.audit("conference.body.changed", ref("body", body_id), detail=detail)


async def _check(ctx: Ctx, values: BodyValues) -> None:
    fields: dict[str, str] = {}
    if not values.name.strip():
        fields["name"] = _("Give the body a name.")
    elif len(values.name) > MAX_NAME:
        fields["name"] = _("The name is longer than {count} characters.", count=MAX_NAME)
    if values.kind not in KINDS:
        fields["kind"] = _("Choose what kind of body it is.")
    if values.since and values.until and values.until < values.since:
        fields["until"] = _("The term ends before it begins.")
    try:
        profile = await profile_named(ctx, values.profile_id)
        if values.kind in KINDS and profile.body != values.kind:
            fields["profile_id"] = _("These rules are made for another kind of body.")
    except NotFound:
        fields["profile_id"] = _("Choose the rules the body meets by.")
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


def _detail(values: BodyValues) -> dict[str, Any]:
    return {name: getattr(values, name) for name in BodyValues.__struct_fields__}


async def list_bodies(ctx: Ctx, actor: Actor, *, permission: str = MANAGE) -> list[BodyRow]:
    """The bodies within the actor's reach, by kind and name."""
    sql = Sql(ctx.clock.today(), list(KINDS))
    condition = body_in_scope(ctx, actor, permission, sql)
    rows = await ctx.db.fetch(
        f"""
        SELECT b.id, b.organisation_id, b.name, b.kind, b.term, b.profile_id, b.since, b.until, b.version,
            (SELECT count(*) FROM conference.member t WHERE t.body_id = b.id
                AND (t.since IS NULL OR t.since <= $1) AND (t.until IS NULL OR t.until >= $1)) AS members,
            (SELECT count(*) FROM conference.meeting m WHERE m.body_id = b.id AND m.rehearsal_of IS NULL) AS meetings
        FROM conference.body b WHERE {condition} ORDER BY array_position($2::text[], b.kind), b.name, b.id
        """,
        *sql.values,
    )
    return [BodyRow(**row) for row in rows]


def stale() -> Conflict:
    return Conflict(
        _("Somebody changed this in the meantime. Nothing was saved; look at the new state and decide again.")
    )
