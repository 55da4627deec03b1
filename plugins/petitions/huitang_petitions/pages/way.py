"""The handling of a matter: where it stands, what may be done with it, its limits, supervision, and who stays away."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_petitions.pages.common import AnyRequest, day_of, id_in, text_of, typed_in, whole_number
from huitang_petitions.services import (
    answering,
    asking,
    delivering,
    districts,
    extending,
    merging,
    protecting,
    sorting,
    steps,
    supervision,
)
from huitang_petitions.services.access import APPROVE, DECIDE, HANDLE, MERGE, PROTECT, READ, SUPERVISE, Ctx
from huitang_petitions.services.letters.kinds import LETTERS
from huitang_petitions.services.letters.making import offered
from huitang_petitions.services.submission import KINDS
from huitang_petitions.services.way import Way, way_of
from huitang_petitions.services.wording import choices, title_of, word
from huitang_petitions.workflow import MATTER
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, HuitangError, Invalid, NotSignedIn
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator
from huitang_sdk.workflow import picture

_ = Translator("petitions")
WAY = "/matters/{matter_id:uuid}/way"


async def way_page(
    ctx: Ctx,
    actor: Actor,
    matter_id: UUID,
    error: HuitangError | None = None,
    typed: dict[str, str] | None = None,
    *,
    suggestion: Mapping[str, list[dict[str, object]]] | None = None,
) -> Page:
    """The page; when something was refused it says so at the form it was typed in."""
    way = await way_of(ctx, actor, matter_id)
    context = {
        "way": way,
        "picture": picture(MATTER, way.state, _, visited=way.visited),
        "address": f"/petitions/matters/{matter_id}/way",
        "to_organisation": steps.TO_ORGANISATION,
        "with_reason": steps.WITH_REASON,
        "asked_for": asking.EVENTS,
        "answers": answering.ANSWERS,
        "by_hand": supervision.BY_HAND,
        "kinds": choices(*KINDS),
        "remits": await sorting.remit_choices(ctx),
        "categories": await sorting.category_choices(ctx),
        "districts": await districts.offer_for(ctx, actor, matter_id) if way.may["decide"] else None,
        "suggestion": suggestion or {},
        "letters": [(kind, _(letter.title)) for kind, letter in await offered(ctx, matter_id, way.stands, way.may)],
        "to_give": to_give(way),
        "offered": await offered_handler(ctx, actor, way, (suggestion or {}).get("handler")),
        "noted": [(kind, title_of(kind)) for kind in noted_on(way)],
        "title_of_step": lambda step: _(MATTER.transition(step.transition).title) if step.transition else "",
        "refused": error,
        "errors": error.fields if error else {},
        "typed": typed or {},
        "lost": lost_in(way, typed or {}),
        "word": word,
        "title_of": title_of,
    }
    return Page("petitions/way/page.html", context, status_code=error.status if error else 200)


def lost_in(way: Way, typed: Mapping[str, str]) -> str:
    """What was written in the form of a step that is not offered any more: somebody else has gone on meanwhile."""
    gone = typed.get("step_id", "") in {one.id for one in MATTER.transitions} - {act.transition for act in way.acts}
    return "\n".join(filter(None, (typed.get("words"), typed.get("note")))) if gone else ""


def to_give(way: Way) -> set[UUID]:
    """The letters that can be given to the petitioner now; giving asks again."""
    made = [(paper, LETTERS[paper.letter]) for paper in way.letters if paper.letter in LETTERS]
    return {
        paper.id
        for paper, letter in made
        if letter.given and not paper.shown and paper.name.endswith(".pdf") and way.may[letter.may]
    }


async def offered_handler(
    ctx: Ctx, actor: Actor, way: Way, suggested: list[dict[str, object]] | None = None
) -> dict[str, object] | None:
    """Whom the forms of transferring and assigning begin with: the likeliest organisation that may have the matter."""
    if not any(act.transition in steps.TO_ORGANISATION for act in way.acts):
        return None
    units = {str(unit.id): unit.id for unit in way.units}
    suggested = suggested if suggested and suggested[0]["sure"] else None
    for choice in suggested or await sorting.handlers_for(ctx, actor, way.remit, way.category):
        unit = units.get(str(choice["id"]))
        if unit and not await steps.complained_of(ctx, way.id, unit):
            return choice
    return None


def noted_on(way: Way) -> list[str]:
    """What can be put on record beside the steps: what a limit waits for, and hearings while a re-review goes on."""
    running = {limit.id for limit in way.limits if limit.state in ("running", "extended", "late", "paused")}
    found = ["told"] if way.may["handle"] and running & {"tell", "tell_transferred"} else []
    if way.may["decide"] and "tell" in running:
        found.insert(0 if way.is_unreachable else len(found), "address_unclear")
    answered = way.state == "answered" and way.handler and not way.is_reported
    found += ["reported_back"] if way.may["handle"] and answered else []
    if way.may["review"] and way.state == "rechecking":
        found.append("hearing_ended" if way.is_heard else "hearing_started")
    return found


@get(WAY, guards=[requires(READ)])
async def show_way(matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await way_page(ctx, actor, matter_id)


async def _done(
    request: AnyRequest, ctx: Ctx, actor: Actor, matter_id: UUID, act: Awaitable[Any], part: str = ""
) -> Response[Any]:
    """After an act: back to the page; to the register for whoever may no longer see the matter."""
    try:
        await act
    except (Invalid, Conflict) as error:
        return await way_page(ctx, actor, matter_id, error, typed_in(await request.form()))
    return go_to(request, f"/petitions/matters/{matter_id}/way{part}")


@post(f"{WAY}/steps/{{transition:str}}", guards=[requires(READ)], status_code=200)
async def take_step(
    request: AnyRequest,
    matter_id: FromPath[UUID],
    transition: FromPath[str],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """A step of the workflow; each has a permission of its own, asked there."""
    form = await request.form()
    if transition not in {one.id for one in MATTER.transitions}:
        return await way_page(ctx, actor, matter_id, Conflict(_("There is no such step.")))
    version = text_of(form, "version")
    try:
        wanted = steps.Wanted(
            organisation_id=id_in(text_of(form, "organisation")),
            organ=text_of(form, "organ"),
            article=text_of(form, "article"),
            note=text_of(form, "note"),
            asked_on=day_of(form, "asked_on"),
            words=text_of(form, "words"),
        )
    except Invalid as error:
        return await way_page(ctx, actor, matter_id, error, typed_in(form))
    act = steps.take(ctx, actor, matter_id, transition, wanted, version=int(version) if version.isdigit() else None)
    return await _done(request, ctx, actor, matter_id, act)


@post(f"{WAY}/events", guards=[requires(READ)], status_code=200)
async def note_event(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Something that changes no state; each kind has a permission of its own, asked there."""
    form = await request.form()
    return await _done(request, ctx, actor, matter_id, steps.note(ctx, actor, matter_id, text_of(form, "kind")))


@post(f"{WAY}/delivered", guards=[requires(READ)], status_code=200)
async def say_delivered(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """The day on which the newest decision reached the petitioner."""
    form = await request.form()
    try:
        day = day_of(form, "delivered")
    except Invalid as error:
        return await way_page(ctx, actor, matter_id, error, typed_in(form))
    return await _done(request, ctx, actor, matter_id, delivering.deliver(ctx, actor, matter_id, day), "#limits")


@post(f"{WAY}/extensions", guards=[requires(HANDLE)], status_code=200)
async def ask_extension(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()
    try:
        days = whole_number(form, "days")
    except Invalid as error:
        return await way_page(ctx, actor, matter_id, error, typed_in(form))
    act = extending.ask(ctx, actor, matter_id, text_of(form, "limit"), days, text_of(form, "reason"))
    return await _done(request, ctx, actor, matter_id, act, "#limits")


@post(f"{WAY}/extensions/{{extension_id:uuid}}", guards=[requires(APPROVE)], status_code=200)
async def decide_extension(
    request: AnyRequest,
    matter_id: FromPath[UUID],
    extension_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    form = await request.form()
    act = extending.decide(ctx, actor, extension_id, text_of(form, "granted") == "1")
    return await _done(request, ctx, actor, matter_id, act, "#limits")


@post(f"{WAY}/supervision", guards=[requires(SUPERVISE)], status_code=200)
async def supervise(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()
    try:
        until = day_of(form, "until")
    except Invalid as error:
        return await way_page(ctx, actor, matter_id, error, typed_in(form))
    act = supervision.act(ctx, actor, matter_id, text_of(form, "step"), text_of(form, "said"), until=until)
    return await _done(request, ctx, actor, matter_id, act, "#supervision")


@post(f"{WAY}/supervision/{{act_id:uuid}}", guards=[requires(READ)], status_code=200)
async def answer_supervision(
    request: AnyRequest,
    matter_id: FromPath[UUID],
    act_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    form = await request.form()
    act = supervision.answer(ctx, actor, act_id, text_of(form, "answer"))
    return await _done(request, ctx, actor, matter_id, act, "#supervision")


@post(f"{WAY}/accused", guards=[requires(PROTECT)], status_code=200)
async def mark_accused(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """By organisation, by the user name or the name of an account, or by a name that is only written down."""
    form = await request.form()
    act = protecting.accuse_named(
        ctx, actor, matter_id, text_of(form, "accused"), organisation_id=id_in(text_of(form, "unit"))
    )
    return await _done(request, ctx, actor, matter_id, act, "#protection")


@post(f"{WAY}/accused/{{accused_id:uuid}}", guards=[requires(PROTECT)], status_code=200)
async def unmark_accused(
    request: AnyRequest,
    matter_id: FromPath[UUID],
    accused_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    form = await request.form()
    act = protecting.acquit(ctx, actor, matter_id, accused_id, text_of(form, "reason"))
    return await _done(request, ctx, actor, matter_id, act, "#protection")


@post(f"{WAY}/recusal", guards=[requires(READ)], status_code=200)
async def stay_away(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Oneself, or, for whoever decides on it, somebody else by user name."""
    form = await request.form()
    name = text_of(form, "who")
    found = [one for one in await ctx.identity.find_accounts(name, limit=5) if name == one.username] if name else []
    if name and not found:
        wrong = _("Nobody has this user name.")
        return await way_page(ctx, actor, matter_id, Invalid(wrong, fields={"who": wrong}), typed_in(form))
    account_id = found[0].id if found else actor.account_id
    if account_id is None:
        raise NotSignedIn  # a device handles no matters
    try:
        await protecting.recuse(ctx, actor, matter_id, account_id, text_of(form, "why"))
    except (Invalid, Conflict) as error:
        fields = {"why" if name == "reason" else name: said for name, said in error.fields.items()}
        return await way_page(ctx, actor, matter_id, type(error)(error.message, fields=fields), typed_in(form))
    gone = account_id == actor.account_id
    return go_to(request, "/petitions/" if gone else f"/petitions/matters/{matter_id}/way#protection")


@post(f"{WAY}/join", guards=[requires(MERGE)], status_code=200)
async def join_matter(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Join this matter to another one, or take it out again."""
    form = await request.form()
    into = id_in(text_of(form, "into"))
    act = merging.join(ctx, actor, matter_id, into) if into else merging.part(ctx, actor, matter_id)
    return await _done(request, ctx, actor, matter_id, act, "#alike")


@post(f"{WAY}/sorting", guards=[requires(DECIDE)], status_code=200)
async def sort_matter(
    request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Say what it is, or ask for a suggestion first: nothing is kept before a person has confirmed it.

    What is unsure is only shown: whoever decides chooses it, or something else, and so does not just agree.
    """
    form = await request.form()
    if text_of(form, "act") == "suggest":
        suggestion = await sorting.suggestion_for(ctx, actor, matter_id)
        best = {name: str(found[0]["id"]) for name, found in suggestion.items() if found and found[0]["sure"]}
        typed = {"kind": text_of(form, "kind"), "district": text_of(form, "district"), **best}
        return await way_page(ctx, actor, matter_id, typed=typed, suggestion=suggestion)
    kind, remit, category = (text_of(form, name) for name in ("kind", "remit", "category"))
    district = text_of(form, "district") if "district" in form else None
    act = sorting.sort(ctx, actor, matter_id, kind=kind, remit=remit, category=category, district=district)
    return await _done(request, ctx, actor, matter_id, act, "#sorting")


WAY_PAGES = (
    show_way,
    take_step,
    note_event,
    say_delivered,
    ask_extension,
    decide_extension,
    supervise,
    answer_supervision,
    sort_matter,
    join_matter,
    mark_accused,
    unmark_accused,
    stay_away,
)
