"""The agenda editor: items by keyboard and by drag, their documents, ad-hoc motions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, text_of
from huitang_conference.pages.common import acted, frame, optional_id, typed_in, upload_of, whole_number
from huitang_conference.services import agenda, documents, roster
from huitang_conference.services.access import CHAIR, MANAGE, READ, Ctx, meeting_for
from huitang_conference.services.agenda import KINDS, ItemValues
from huitang_conference.services.documents import AUDIENCES
from huitang_conference.services.rulebook import article_of, profile_of
from huitang_conference.services.wording import word
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import HuitangError
from huitang_sdk.http import Page, file_response, requires
from huitang_sdk.i18n import Translator

_ = Translator("conference")
AGENDA = "/meetings/{meeting_id:uuid}/agenda"
CHUNK = 256 * 1024


async def agenda_page(
    ctx: Ctx, actor: Actor, meeting_id: UUID, refused: HuitangError | None = None, **more: Any
) -> Page:
    context = await frame(ctx, actor, meeting_id, "agenda", refused)
    row = await meeting_for(ctx, actor, meeting_id, MANAGE)
    profile = profile_of(row)
    rule = profile.joint_proposal_members
    people = await roster.attendees(ctx, meeting_id)
    context |= {
        "items": await agenda.items(ctx, meeting_id),
        "papers": await documents.documents(ctx, actor, meeting_id),
        "kinds": [(kind, word(f"item-{kind}")) for kind in KINDS],
        "audiences": [(audience, word(f"to-{audience}")) for audience in AUDIENCES],
        "movers": [person for person in people if person.role == "member" and person.presence == "present"],
        "needed": rule.value if rule else 1,
        "needed_article": article_of(profile.cite(rule)),
        "has_begun": row["state"] in ("open", "adjourned"),
        "at_form": "",
        **more,
    }
    return Page("conference/agenda.html", context, status_code=refused.status if refused else 200)


@get(AGENDA, guards=[requires(MANAGE)])
async def show(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await agenda_page(ctx, actor, meeting_id)


def _values(form: FormMultiDict) -> ItemValues:
    return ItemValues(
        title=text_of(form, "title"),
        kind=text_of(form, "kind") or "report",
        number=text_of(form, "number"),
        text=text_of(form, "text"),
        presenter=text_of(form, "presenter"),
        minutes=whole_number(form, "minutes"),
    )


async def _act(
    request: AnyRequest, ctx: Ctx, actor: Actor, meeting_id: UUID, act: Awaitable[object], at_form: str = ""
) -> Response[Any]:
    form = await request.form()
    return await acted(
        request,
        act,
        f"/conference/meetings/{meeting_id}/agenda",
        lambda refused: agenda_page(ctx, actor, meeting_id, refused, typed=typed_in(form), at_form=at_form),
    )


@post(f"{AGENDA}/items", guards=[requires(MANAGE)], status_code=200)
async def add_item(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """A new item, or while the meeting sits an ad-hoc motion with its movers."""
    form = await request.form()

    async def act() -> None:
        values = _values(form)
        if text_of(form, "ad_hoc") == "1":
            movers = [UUID(str(value)) for value in form.getall("movers", []) if str(value)]
            await agenda.propose(ctx, actor, meeting_id, values, movers)
        else:
            await agenda.add(ctx, actor, meeting_id, values)

    return await _act(request, ctx, actor, meeting_id, act(), "new")


@post(f"{AGENDA}/items/{{item_id:uuid}}", guards=[requires(MANAGE)], status_code=200)
async def change_item(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    item_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Change, move up or down, or take off."""
    form = await request.form()

    async def act() -> None:
        match text_of(form, "act"):
            case "up":
                await agenda.step(ctx, actor, meeting_id, item_id, -1)
            case "down":
                await agenda.step(ctx, actor, meeting_id, item_id, 1)
            case "remove":
                await agenda.remove(ctx, actor, meeting_id, item_id)
            case _:
                await agenda.change(ctx, actor, meeting_id, item_id, _values(form))

    return await _act(request, ctx, actor, meeting_id, act(), str(item_id))


@post(f"{AGENDA}/order", guards=[requires(MANAGE)], status_code=200)
async def order(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """The order after a drag."""
    form = await request.form()
    ids: list[UUID] = []
    for value in form.getall("item", []):
        try:
            ids.append(UUID(str(value)))
        except ValueError:
            continue
    return await _act(request, ctx, actor, meeting_id, agenda.reorder(ctx, actor, meeting_id, ids))


@post("/meetings/{meeting_id:uuid}/motions/{item_id:uuid}", guards=[requires(CHAIR)], status_code=200)
async def consent(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    item_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """The chair's word on an ad-hoc motion."""
    from huitang_conference.pages.meeting import meeting_page

    form = await request.form()
    granted, reason = text_of(form, "granted") == "1", text_of(form, "reason")
    return await acted(
        request,
        agenda.consent(ctx, actor, meeting_id, item_id, granted=granted, reason=reason),
        f"/conference/meetings/{meeting_id}",
        lambda refused: meeting_page(ctx, actor, meeting_id, refused),
    )


@post("/meetings/{meeting_id:uuid}/documents", guards=[requires(MANAGE)], status_code=200)
async def attach(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Attach a file to the meeting or to one of its items."""
    form = await request.form()

    async def act() -> None:
        upload = upload_of(form, "file")
        await documents.attach(
            ctx,
            actor,
            meeting_id,
            _base_name(upload.filename),
            _chunks(upload),
            item_id=optional_id(form, "item_id"),
            title=text_of(form, "title"),
            audience=text_of(form, "audience") or "members",
            withdraw_after=text_of(form, "withdraw_after") == "1",
        )

    return await _act(request, ctx, actor, meeting_id, act(), "document")


def _base_name(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


async def _chunks(upload: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await upload.read(CHUNK):
        yield chunk


@post("/meetings/{meeting_id:uuid}/documents/{document_id:uuid}", guards=[requires(MANAGE)], status_code=200)
async def change_document(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    document_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Take back, give out again, or delete."""
    form = await request.form()

    async def act() -> None:
        match text_of(form, "act"):
            case "withdraw":
                await documents.withdraw(ctx, actor, document_id)
            case "give":
                await documents.withdraw(ctx, actor, document_id, is_withdrawn=False)
            case "remove":
                await documents.remove(ctx, actor, document_id)

    return await _act(request, ctx, actor, meeting_id, act())


@get("/documents/{document_id:uuid}", guards=[requires(READ)])
async def read_document(
    request: AnyRequest, document_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """The file, for its audience only, and no longer once it is withdrawn."""
    _document, stored = await documents.read_document(ctx, actor, document_id)
    return file_response(request, ctx.files, stored, inline=True)


AGENDA_PAGES = (show, add_item, change_item, order, consent, attach, change_document, read_document)
