"""The entry desk: telephone, letter and visit on one page, made for the keyboard."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from msgspec import structs

from huitang_petitions.pages.common import (
    AnyRequest,
    at_fields,
    id_in,
    moment_of,
    moment_text,
    papers_in,
    people_in,
    text_of,
    ticked,
    typed_in,
    whole_number,
)
from huitang_petitions.pages.receipt import receipt_page
from huitang_petitions.services import codes, history
from huitang_petitions.services.access import REGISTER, Ctx
from huitang_petitions.services.registering import register
from huitang_petitions.services.scans import with_text_layer
from huitang_petitions.services.submission import DESK_CHANNELS, GENDERS, KINDS, Intake, Person, names_in
from huitang_petitions.services.wording import choices, word
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Forbidden, HuitangError, Invalid, TooLarge
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator

_ = Translator("petitions")


def desk(
    ctx: Ctx, typed: dict[str, str], error: HuitangError | None = None, errors: dict[str, str] | None = None
) -> Page:
    context = {
        "typed": typed,
        "errors": errors or {},
        "refused": error,
        "token": codes.new_token(ctx),
        "channels": choices(*DESK_CHANNELS),
        "kinds": choices(*KINDS),
        "genders": choices(*GENDERS),
        "most": ctx.settings.representatives,
        "word": word,
    }
    return Page("petitions/desk.html", context, status_code=error.status if error else 200)


@get("/desk", guards=[requires(REGISTER)])
async def desk_page(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Page:
    channel = request.query_params.get("channel", "phone")
    typed = {"channel": channel if channel in DESK_CHANNELS else "phone", "received_at": moment_text(ctx.clock.now())}
    return desk(ctx, typed)


@post("/desk", guards=[requires(REGISTER)], status_code=200)
async def enter(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Response[Any]:
    form = await request.form()
    typed = typed_in(form)
    caller, came, others = _people(form)
    groups = (("name", len(caller)), ("representatives", len(came)), ("others", len(others)))
    try:
        intake = await _intake(ctx, actor, form, (*caller, *came, *others))
        done = await register(ctx, actor, await with_text_layer(intake))
    except (Invalid, TooLarge, Forbidden) as error:
        return desk(ctx, typed, error, at_fields(error, groups))
    return receipt_page(request, done, by_staff=True, channel=intake.channel)


def _people(form: FormMultiDict) -> tuple[list[Person], list[Person], list[Person]]:
    """The one at the desk, the representatives who came, and everybody else."""
    known = id_in(text_of(form, "known"))
    fields = ("name", "phone", "id_number", "address", "gender")
    words: dict[str, Any] = {name: "" if known else text_of(form, name) for name in fields}
    person = Person(**words, known_id=known)
    caller = [] if person.is_empty else [person]
    came = people_in(text_of(form, "representatives"), "representative")
    if came and caller and text_of(form, "channel") == "visit":
        caller = [structs.replace(caller[0], role="representative")]
    return caller, came, people_in(text_of(form, "others"), "petitioner")


async def _intake(ctx: Ctx, actor: Actor, form: FormMultiDict, persons: tuple[Person, ...]) -> Intake:
    token = text_of(form, "token")
    if not codes.is_token(ctx, token):
        raise Invalid(_("This page was open for too long. Look over your entries and send them again."))
    for person in persons:
        if person.known_id and not await history.may_point_at(ctx, actor, person.known_id):
            raise Invalid(_("Choose one of the list."), fields={"known": _("Choose one of the list.")})
    plain: dict[str, Any] = {
        name: text_of(form, name)
        for name in ("channel", "subject", "body", "kind", "place", "district", "earlier", "came_from")
    }
    kind = "scan" if plain["channel"] in ("letter", "fax", "transferred") else "attachment"
    return Intake(
        **plain,
        accused=names_in(text_of(form, "accused")),
        people=whole_number(form, "people"),
        persons=persons,
        papers=await papers_in(form, "papers", kind),
        anonymous=ticked(form, "anonymous"),
        urgent=ticked(form, "urgent"),
        publish=ticked(form, "publish"),
        received_at=moment_of(form, "received_at"),
        key=f"desk:{token}",
    )


@post("/desk/history", guards=[requires(REGISTER)], status_code=200)
async def caller_history(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """What is known of the phone or ID number that was just typed."""
    form = await request.form()
    who = text_of(form, "phone") or text_of(form, "id_number")
    found = await history.history_of(ctx, actor, who) if len(who) >= 5 else history.History([], [])
    return Page("petitions/parts/history.html", {"history": found, "asked": bool(who), "word": word})


DESK_PAGES = (desk_page, enter, caller_history)
