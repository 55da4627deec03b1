"""Who is called: members, observers and staff; their badges for the door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from markupsafe import Markup

from huitang_conference.pages.answers import AnyRequest, text_of
from huitang_conference.pages.common import acted, frame, typed_in
from huitang_conference.services import badges, roster
from huitang_conference.services.access import MANAGE, Ctx, meeting_for
from huitang_conference.services.wording import choices
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import HuitangError, Invalid
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator

_ = Translator("conference")
ROSTER = "/meetings/{meeting_id:uuid}/roster"


async def roster_page(
    ctx: Ctx, actor: Actor, meeting_id: UUID, refused: HuitangError | None = None, **more: Any
) -> Page:
    context = await frame(ctx, actor, meeting_id, "roster", refused)
    await meeting_for(ctx, actor, meeting_id, MANAGE)
    people = await roster.attendees(ctx, meeting_id)
    context |= {"people": people, "roles": choices("observer", "staff"), **more}
    return Page("conference/roster.html", context, status_code=refused.status if refused else 200)


@get(ROSTER, guards=[requires(MANAGE)])
async def show(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await roster_page(ctx, actor, meeting_id)


@post(ROSTER, guards=[requires(MANAGE)], status_code=200)
async def invite(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Call an observer or staff; the account is found by its user name."""
    form = await request.form()

    async def act() -> None:
        await roster.invite(
            ctx,
            actor,
            meeting_id,
            name=text_of(form, "name"),
            role=text_of(form, "role") or "observer",
            title=text_of(form, "title"),
            account_id=await account_named(ctx, text_of(form, "username")),
            card=text_of(form, "card"),
        )

    return await acted(
        request,
        act(),
        f"/conference/meetings/{meeting_id}/roster",
        lambda refused: roster_page(ctx, actor, meeting_id, refused, typed=typed_in(form)),
    )


async def account_named(ctx: Ctx, username: str) -> UUID | None:
    """The account of a user name; None for none typed. Raises Invalid for one that is not there."""
    if not username:
        return None
    for account in await ctx.identity.find_accounts(username, limit=20):
        if account.username == username:
            return account.id
    message = _("There is no account {username}.", username=username)
    raise Invalid(message, fields={"username": message})


@post(f"{ROSTER}/{{attendee_id:uuid}}", guards=[requires(MANAGE)], status_code=200)
async def change(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    attendee_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Let preside, mark as remote or not, take off."""
    form = await request.form()

    async def act() -> None:
        match text_of(form, "act"):
            case "preside":
                await roster.preside(ctx, actor, meeting_id, attendee_id)
            case "remote" | "here":
                await roster.set_remote(ctx, actor, meeting_id, attendee_id, text_of(form, "act") == "remote")
            case "remove":
                await roster.remove(ctx, actor, meeting_id, attendee_id)

    return await acted(
        request,
        act(),
        f"/conference/meetings/{meeting_id}/roster",
        lambda refused: roster_page(ctx, actor, meeting_id, refused),
    )


@get("/meetings/{meeting_id:uuid}/badges", guards=[requires(MANAGE)])
async def print_badges(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """A sheet to print: name, office and the QR code of everybody."""
    context = await frame(ctx, actor, meeting_id, "roster")
    await meeting_for(ctx, actor, meeting_id, MANAGE)
    people = await roster.attendees(ctx, meeting_id)
    # segno writes the SVG of our own code text: nothing in it comes from people.
    codes = {
        person.id: Markup(badges.badge_svg(badges.badge_text(ctx, meeting_id, person.id)))  # noqa: S704
        for person in people
    }
    return Page("conference/badges.html", context | {"people": people, "codes": codes})


ROSTER_PAGES = (show, invite, change, print_badges)
