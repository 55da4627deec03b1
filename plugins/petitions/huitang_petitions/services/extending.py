"""Asking for more days, and granting them: never by the same person (条例 art. 34: the head of the organ approves)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from huitang_petitions.services import access, happening, joined, steps
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.tables import Extension
from huitang_petitions.workflow import TO_APPROVE
from huitang_sdk.contracts import Actor, Ref, Write
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Forbidden, Invalid
from huitang_sdk.i18n import DEFAULT_LOCALE, use_locale


def ref(extension_id: UUID) -> Ref:
    return Ref("petitions.extension", extension_id)


async def ask(ctx: Ctx, actor: Actor, matter_id: UUID, limit_id: str, days: int, reason: str) -> UUID:
    """Ask for more days for a limit that runs. Raises Invalid at the field, also for what the rules
    do not allow (too many days, a second time), Conflict when one is asked for already."""
    fields = {} if days >= 1 else {"days": _("At least one day.")}
    if not reason.strip():
        fields["reason"] = _("Say why more time is needed; the petitioner is told.")
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)
    async with ctx.db.write(actor) as write:
        row = await access.matter_for(ctx, actor, matter_id, access.HANDLE, lock=True)
        organ, due = await _running(ctx, matter_id, limit_id)
        if await ctx.db.fetch("SELECT id FROM petitions.extension WHERE matter_id = $1 AND granted IS NULL", matter_id):
            raise Conflict(_("More time was asked for already. Wait for the decision."))
        detail = {"limit": limit_id, "organ": organ, "days": days, "approver": "—", "reason": "—"}
        if refused := await happening.why_useless(ctx, row, "extended", detail):
            raise Invalid(refused, fields={"days": refused})
        extension_id = new_id()
        sealed = ctx.personal.seal("extension.reason", extension_id, reason.strip())
        await Extension.insert(
            Extension(
                id=extension_id,
                matter_id=matter_id,
                limit_id=limit_id,
                organ=organ,
                days=days,
                reason=sealed,
                asked_by=actor.account_id,
                asked_at=ctx.clock.now(),
            )
        )
        process = await steps.begun(ctx, write, row)
        heads = await ctx.permissions.holders(access.APPROVE, process.organisation_id)
        names = await ctx.identity.accounts(heads)
        url, about = f"/petitions/matters/{matter_id}", ref(extension_id)
        for head in await access.reaching(ctx, heads, matter_id):
            with use_locale(names[head].locale if head in names else DEFAULT_LOCALE):
                title = _("Decide on more time for {number}", number=row["number"])
            if head != actor.account_id:
                await ctx.todos.open(TO_APPROVE, subject=about, assignee=head, title=title, url=url, due=due)
        detail = {"limit": limit_id, "days": days}
        await write.audit("petitions.extension.asked", access.ref(matter_id), detail=detail)
    return extension_id


async def decide(ctx: Ctx, actor: Actor, extension_id: UUID, granted: bool) -> None:
    """Grant or refuse. Raises Forbidden for whoever asked, Conflict when it was decided, or the clock allows it not.

    Granted, it is an event of the clock with the approver's name, and a fact that the petitioner sees.
    """
    async with ctx.db.write(actor) as write:
        asked = await Extension.objects().where(Extension.id == extension_id).first()
        if asked is None:
            raise access.nothing()
        row = await access.matter_for(ctx, actor, asked.matter_id, access.APPROVE, lock=True)
        if asked.asked_by == actor.account_id:
            raise Forbidden(_("Somebody else decides on what you asked for."), permission=access.APPROVE)
        await _decided(ctx, actor, extension_id, granted)
        if granted:
            detail = {"limit": asked.limit_id, "organ": asked.organ, "days": asked.days}
            detail |= {"approver": actor.name, "reason": _("see the notice of extension")}
            await joined.happens(ctx, write, actor, row, "extended", detail=detail, limit=asked.limit_id)
            await ctx.workflow.recount(write, access.ref(asked.matter_id))
        await ctx.todos.close(ref(extension_id))
        await _audit(write, asked, granted)


async def _decided(ctx: Ctx, actor: Actor, extension_id: UUID, granted: bool) -> None:
    """Once: the second of two who decide at the same time finds it decided."""
    sql = (
        "UPDATE petitions.extension SET granted = $2, decided_by = $3, decided_at = $4"
        " WHERE id = $1 AND granted IS NULL RETURNING id"
    )
    if not await ctx.db.fetch(sql, extension_id, granted, actor.account_id, ctx.clock.now()):
        raise Conflict(_("This was decided already."))


async def _audit(write: Write, asked: Extension, granted: bool) -> None:
    fact = "granted" if granted else "refused"
    detail = {"limit": asked.limit_id, "days": asked.days}
    await write.audit(f"petitions.extension.{fact}", access.ref(asked.matter_id), detail=detail)


async def _running(ctx: Ctx, matter_id: UUID, limit_id: str) -> tuple[str, date]:
    """The organ whose limit it is, and its last day. Raises Invalid for a limit that does not run."""
    rows = await ctx.db.fetch(
        "SELECT organ, due FROM petitions.deadline WHERE matter_id = $1 AND limit_id = $2"
        " AND state IN ('running', 'extended') ORDER BY round DESC LIMIT 1",
        matter_id,
        limit_id,
    )
    if not rows:
        wrong = _("This limit does not run, or is over: it cannot be extended any more.")
        raise Invalid(wrong, fields={"limit": wrong})
    return rows[0]["organ"], rows[0]["due"]
