"""Preparing votes: motions and their amendments, appointments one by one or merged, elections."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, cast
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, text_of
from huitang_conference.pages.common import acted, frame, optional_id, typed_in, whole_number
from huitang_conference.services import agenda
from huitang_conference.services.access import OPERATE, Ctx, meeting_for
from huitang_conference.services.desks import poll_lines
from huitang_conference.services.voting.running import NewPoll, prepare_each, prepare_poll, withdraw_poll
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import HuitangError
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator

_ = Translator("conference")
VOTES = "/meetings/{meeting_id:uuid}/votes"


async def votes_page(
    ctx: Ctx, actor: Actor, meeting_id: UUID, refused: HuitangError | None = None, **more: Any
) -> Page:
    context = await frame(ctx, actor, meeting_id, "votes", refused)
    meeting = await meeting_for(ctx, actor, meeting_id, OPERATE)
    polls = await poll_lines(ctx, meeting)
    context |= {
        "polls": polls,
        "items": [
            (item.id, f"{item.number} {item.title}") for item in await agenda.items(ctx, meeting_id, with_refused=False)
        ],
        "motions": [(poll.id, poll.title) for poll in polls if poll.kind == "motion" and poll.state == "prepared"],
        **_choices(),
        **more,
    }
    return Page("conference/votes.html", context, status_code=refused.status if refused else 200)


def _choices() -> dict[str, list[tuple[str, str]]]:
    """The words of the form's lists."""
    by_rules = ("", _("As the rules of the body have it"))
    return {
        "kinds": [
            ("motion", _("Motion")),
            ("amendment", _("Amendment")),
            ("appointment", _("Appointment or removal")),
            ("election", _("Election")),
        ],
        "secrecies": [by_rules, ("open", _("Open vote")), ("secret", _("Secret vote"))],
        "manners": [by_rules, ("key", _("voting keys")), ("hands", _("show of hands"))],
        "countings": [("first", _("The first press counts")), ("last", _("The last press counts"))],
        "showings": [
            ("withheld", _("When the chair announces it")),
            ("live", _("While the vote is open (open votes only)")),
        ],
    }


@get(VOTES, guards=[requires(OPERATE)])
async def prepared_votes(meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await votes_page(ctx, actor, meeting_id)


@post(VOTES, guards=[requires(OPERATE)], status_code=200)
async def prepare(
    request: AnyRequest, meeting_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Prepare one vote, or one for each name of an appointment."""
    form = await request.form()

    async def act() -> None:
        new = _new(form)
        several = new.kind == "appointment" and len(new.names) > 1 and not text_of(form, "merged")
        if several:
            await prepare_each(ctx, actor, meeting_id, new)
        else:
            await prepare_poll(ctx, actor, meeting_id, new)

    return await _done(request, ctx, actor, meeting_id, act(), typed_in(form))


@post(f"{VOTES}/{{poll_id:uuid}}/withdraw", guards=[requires(OPERATE)], status_code=200)
async def withdraw(
    request: AnyRequest,
    meeting_id: FromPath[UUID],
    poll_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Take a prepared vote back; it stays in the record as withdrawn."""
    reason = text_of(await request.form(), "reason")
    return await _done(request, ctx, actor, meeting_id, withdraw_poll(ctx, actor, poll_id, reason), {})


async def _done(
    request: AnyRequest, ctx: Ctx, actor: Actor, meeting_id: UUID, act: Awaitable[object], typed: dict[str, str]
) -> Response[Any]:
    async def again(refused: HuitangError) -> Page:
        return await votes_page(ctx, actor, meeting_id, refused, typed=typed)

    return await acted(request, act, f"/conference/meetings/{meeting_id}/votes", again)


def _new(form: FormMultiDict) -> NewPoll:
    """What was typed, as a vote; whether it is allowed is for the service to say."""
    kind = text_of(form, "kind") or "motion"
    names = [name.strip() for name in text_of(form, "names").splitlines() if name.strip()]
    options: dict[str, Any] = {"shuffle": True} if text_of(form, "shuffle") else {}
    if kind == "election":
        options["write_ins"] = bool(text_of(form, "write_ins"))
    if kind == "appointment" and text_of(form, "merged"):
        options["merge_agreed"] = whole_number(form, "merge_agreed") or 0
    return NewPoll(
        kind=cast("Any", kind),
        title=text_of(form, "title"),
        item_id=optional_id(form, "item_id"),
        text=text_of(form, "text"),
        amends_id=optional_id(form, "amends_id") if kind == "amendment" else None,
        names=list(names) if kind in ("appointment", "election") else [],
        seats=whole_number(form, "seats") or 1,
        options=options,
        secrecy=cast("Any", text_of(form, "secrecy") or None),
        manner=cast("Any", text_of(form, "manner") or None),
        counts=cast("Any", "last" if text_of(form, "counts") == "last" else "first"),
        seconds=whole_number(form, "seconds"),
        show=cast("Any", "live" if text_of(form, "show") == "live" else "withheld"),
    )


PREPARING = (prepared_votes, prepare, withdraw)
