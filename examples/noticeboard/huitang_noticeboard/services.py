"""What can be done with notices: each write is one transaction with its audit record and its event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from huitang_noticeboard.events import NoticePublished, NoticeTakenDown
from huitang_noticeboard.settings import NoticeboardSettings
from huitang_noticeboard.tables import Notice
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.db import contains, new_id
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import Translator
from huitang_sdk.lists import ListQuery

Context = PluginContext[NoticeboardSettings]
KIND = "noticeboard.notice"
READ = "noticeboard.notice.read"
PUBLISH = "noticeboard.notice.publish"
_ = Translator("noticeboard")


async def publish_notice(
    ctx: Context, actor: Actor, *, title: str, body: str, organisation_id: UUID, expires_on: date | None = None
) -> UUID:
    """Put a notice up for an organisation in the actor's reach and tell its readers. Raises Invalid."""
    if not ctx.permissions.scope(actor, PUBLISH).includes(key=organisation_id, organisation=organisation_id):
        raise Invalid(fields={"organisation": _("You may not publish for this organisation.")})
    if expires_on is not None and expires_on < ctx.clock.today():
        raise Invalid(fields={"expires_on": _("The last day has already passed.")})
    notice = Notice(
        id=new_id(),
        organisation_id=organisation_id,
        author_id=actor.account_id,
        title=title.strip(),
        body=body.strip(),
        published_at=ctx.clock.now(),
        expires_on=expires_on or ctx.clock.today() + timedelta(days=ctx.settings.days_up),
    )
    readers = [reader for reader in await ctx.permissions.holders(READ, organisation_id) if reader != actor.account_id]
    async with ctx.db.write(actor) as write:
        await Notice.insert(notice)
        await ctx.notifications.send(
            "noticeboard.published",
            readers,
            key=str(notice.id),
            url=f"/noticeboard/{notice.id}",
            data={"title": notice.title, "author": actor.name if actor.account_id else ""},
            subject=Ref(KIND, notice.id),
        )
        await write.audit("noticeboard.notice.published", Ref(KIND, notice.id), detail={"title": notice.title})
        await write.emit(NoticePublished(notice_id=notice.id))
    return UUID(str(notice.id))


async def list_notices(ctx: Context, actor: Actor, query: ListQuery) -> tuple[Sequence[Notice], int]:
    """The notices that are up and in the reader's scope, one page of them, and how many there are in all."""
    scope = ctx.permissions.scope(actor, READ)
    condition = (Notice.is_up == True) & scope.where(  # noqa: E712 - Piccolo builds SQL from it
        organisation=Notice.organisation_id, key=Notice.id, owner=Notice.author_id
    )
    if query.q:
        condition = condition & (Notice.title.ilike(contains(query.q)) | Notice.body.ilike(contains(query.q)))
    total = await Notice.count().where(condition)
    order = Notice.title if query.sort == "title" else Notice.published_at
    rows = (
        await Notice.objects()
        .where(condition)
        .order_by(order, ascending=not query.descending)
        .limit(query.size)
        .offset(query.offset)
    )
    return rows, total


async def get_notice(ctx: Context, actor: Actor, notice_id: UUID) -> Notice:
    """One notice in the reader's scope. Raises NotFound for every other one."""
    scope = ctx.permissions.scope(actor, READ)
    condition = scope.where(organisation=Notice.organisation_id, key=Notice.id, owner=Notice.author_id)
    notice = await Notice.objects().where((Notice.id == notice_id) & condition).first()
    if notice is None:
        raise NotFound(_("This notice does not exist, or it is not for you."))
    return notice


async def take_down(ctx: Context, actor: Actor, notice_id: UUID, *, reason: str = "") -> None:
    """Take a notice down; doing it twice changes nothing more. Raises NotFound outside the actor's reach."""
    scope = ctx.permissions.scope(actor, PUBLISH)
    condition = scope.where(organisation=Notice.organisation_id, key=Notice.id, owner=Notice.author_id)
    async with ctx.db.write(actor) as write:
        notice = await Notice.objects().where((Notice.id == notice_id) & condition).first()
        if notice is None:
            raise NotFound(_("This notice does not exist, or it is not for you."))
        await Notice.update({Notice.is_up: False}).where(Notice.id == notice_id)
        await write.audit("noticeboard.notice.taken_down", Ref(KIND, notice_id), reason=reason)
        await write.emit(NoticeTakenDown(notice_id=notice_id))
