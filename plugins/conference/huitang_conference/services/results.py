"""Results outside the hall: for whoever may read the meeting, and for everybody once they are published."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_conference.services.access import EXPORT, OPERATE, READ, Ctx, in_scope, meeting_for, ref
from huitang_conference.services.shown import Shown, shown_of
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql
from huitang_sdk.errors import Conflict, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")


class ResultPage(Struct, frozen=True, kw_only=True):
    """One announced result. `names`: the persons of an appointment."""

    id: UUID
    meeting_id: UUID
    meeting: str
    body: str
    title: str
    text: str
    kind: str
    names: list[str]
    secrecy: str
    manner: str
    attempt: int
    members_total: int
    present_at_open: int | None
    present_at_close: int | None
    opened_at: datetime | None
    closed_at: datetime | None
    is_published: bool
    is_rehearsal: bool
    shown: Shown
    may_read: bool
    """Whether the reader may see the meeting itself."""
    may_export: bool
    """Whether the reader may have the signed log."""


RESULTS = """
SELECT p.*, m.title AS meeting_title, m.rehearsal_of, b.name AS body_name, {readable} AS may_read,
  {exportable} AS may_export
FROM conference.poll p JOIN conference.meeting m ON m.id = p.meeting_id JOIN conference.body b ON b.id = m.body_id
WHERE (p.id = $1 OR p.meeting_id = $1) AND p.state = 'closed' AND p.announced_at IS NOT NULL AND p.result IS NOT NULL
  AND ({readable} OR (p.published_at IS NOT NULL AND m.rehearsal_of IS NULL))
ORDER BY p.announced_at, p.position
"""


async def results_for(ctx: Ctx, actor: Actor, identifier: UUID) -> list[ResultPage]:
    """The announced results of a meeting, or one of them, that the actor may read. Raises NotFound for none."""
    sql = Sql(identifier)
    readable = in_scope(ctx, actor, READ, sql) if ctx.permissions.may(actor, READ) else "FALSE"
    exportable = in_scope(ctx, actor, EXPORT, sql) if ctx.permissions.may(actor, EXPORT) else "FALSE"
    rows = await ctx.db.fetch(RESULTS.format(readable=readable, exportable=exportable), *sql.values)
    if not rows:
        raise NotFound(_("There is no such result, or it was not published."))
    return [_page(row) for row in rows]


async def publish_result(ctx: Ctx, actor: Actor, poll_id: UUID, is_public: bool) -> None:
    """Let everybody read an announced result, or take it back. Raises Conflict before it is announced."""
    async with ctx.db.write(actor) as write:
        rows = await ctx.db.fetch("SELECT * FROM conference.poll WHERE id = $1 FOR NO KEY UPDATE", poll_id)
        if not rows:
            raise NotFound(_("There is no such vote."))
        meeting = await meeting_for(ctx, actor, rows[0]["meeting_id"], OPERATE)
        if rows[0]["state"] != "closed" or rows[0]["announced_at"] is None:
            raise Conflict(_("Only a result that was announced can be published."))
        if meeting["rehearsal_of"] is not None:
            raise Conflict(_("Results of a rehearsal are not published."))
        await ctx.db.execute(
            "UPDATE conference.poll SET published_at = $2, published_by = $3 WHERE id = $1",
            *(poll_id, ctx.clock.now() if is_public else None, actor.account_id if is_public else None),
        )
        name = "published" if is_public else "unpublished"
        await write.audit(f"conference.result.{name}", ref("poll", poll_id))


def _page(row: dict[str, Any]) -> ResultPage:
    same = (
        "id", "meeting_id", "title", "text", "kind", "secrecy", "manner", "attempt", "members_total",
        "present_at_open", "present_at_close", "opened_at", "closed_at", "may_read", "may_export",
    )  # fmt: skip
    names = [str(one["name"]) for one in msgspec.json.decode(row["names"])]
    return ResultPage(
        **{name: row[name] for name in same},
        meeting=row["meeting_title"],
        body=row["body_name"],
        names=names if row["kind"] == "appointment" else [],
        is_published=row["published_at"] is not None,
        is_rehearsal=row["rehearsal_of"] is not None,
        shown=shown_of(msgspec.json.decode(row["result"])),
    )
