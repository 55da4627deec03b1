"""Bodies, their members by term, and the rules they meet by."""

from __future__ import annotations

from importlib.resources import files
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.pages.answers import AnyRequest, text_of
from huitang_conference.pages.common import acted, day_of, optional_id, typed_in, upload_of, whole_number
from huitang_conference.pages.roster import account_named
from huitang_conference.pages.seats import preview_of, rows_of
from huitang_conference.rules import Profile, builtin_profiles, profile_to_json, rules_of
from huitang_conference.services import bodies, importing, members
from huitang_conference.services.access import BODIES, Ctx, body_for
from huitang_conference.services.bodies import KINDS, BodyValues
from huitang_conference.services.members import MemberValues
from huitang_conference.services.profiles import known_profiles, profile_named, save_profile
from huitang_conference.services.rulebook import said
from huitang_conference.services.wording import choices, word
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import HuitangError, Invalid
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator

_ = Translator("conference")
BODY = "/bodies/{body_id:uuid}"


@get("/bodies", guards=[requires(BODIES)])
async def list_page(ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    rows = await bodies.list_bodies(ctx, actor, permission=BODIES)
    titles = {known.profile.id: said(known.profile.title) for known in await known_profiles(ctx)}
    return Page("conference/bodies.html", {"rows": rows, "titles": titles, "word": word})


async def _form(
    ctx: Ctx, actor: Actor, typed: dict[str, Any], refused: HuitangError | None = None, body_id: UUID | None = None
) -> Page:
    scope = ctx.permissions.scope(actor, BODIES)
    units = [u for u in await ctx.identity.organisations() if scope.everything or u.id in scope.organisations]
    profiles = [
        (known.profile.id, f"{said(known.profile.title)}（{word(known.profile.body)}）")
        for known in await known_profiles(ctx)
    ]
    context = {
        "typed": typed,
        "errors": refused.fields if refused else {},
        "refused": refused,
        "units": units,
        "kinds": choices(*KINDS),
        "profiles": profiles,
        "body_id": body_id,
    }
    return Page("conference/body_form.html", context, status_code=refused.status if refused else 200)


def _values(form: FormMultiDict) -> BodyValues:
    return BodyValues(
        name=text_of(form, "name"),
        kind=text_of(form, "kind"),
        profile_id=text_of(form, "profile_id"),
        term=text_of(form, "term"),
        since=day_of(form, "since"),
        until=day_of(form, "until"),
    )


@get("/bodies/new", guards=[requires(BODIES)])
async def new_page(ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await _form(ctx, actor, {})


@post("/bodies/new", guards=[requires(BODIES)], status_code=200)
async def create(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Response[Any]:
    form = await request.form()

    async def act() -> None:
        organisation_id = optional_id(form, "organisation_id")
        if organisation_id is None:
            message = _("Choose the unit the body belongs to.")
            raise Invalid(message, fields={"organisation_id": message})
        await bodies.create(ctx, actor, organisation_id, _values(form))

    return await acted(request, act(), "/conference/bodies", lambda refused: _form(ctx, actor, typed_in(form), refused))


@get(f"{BODY}/edit", guards=[requires(BODIES)])
async def edit_page(body_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    row = await body_for(ctx, actor, body_id, BODIES)
    typed = {name: row[name] for name in ("name", "kind", "term", "profile_id", "version")}
    typed |= {name: row[name].isoformat() if row[name] else "" for name in ("since", "until")}
    return await _form(ctx, actor, typed, body_id=body_id)


@post(f"{BODY}/edit", guards=[requires(BODIES)], status_code=200)
async def edit(
    request: AnyRequest, body_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()

    async def act() -> None:
        await bodies.change(ctx, actor, body_id, _values(form), version=whole_number(form, "version"))

    return await acted(
        request,
        act(),
        f"/conference/bodies/{body_id}",
        lambda refused: _form(ctx, actor, typed_in(form), refused, body_id),
    )


async def body_page(ctx: Ctx, actor: Actor, body_id: UUID, refused: HuitangError | None = None, **more: Any) -> Page:
    row = await body_for(ctx, actor, body_id, BODIES)
    people = await members.list_members(ctx, body_id, ctx.clock.today())
    accounts = await ctx.identity.accounts([person.account_id for person in people if person.account_id])
    context = {
        "body": row,
        "people": people,
        "usernames": {key: account.username for key, account in accounts.items()},
        "rules_title": said((await profile_named(ctx, row["profile_id"])).title),
        "refused": refused,
        "errors": refused.fields if refused else {},
        "typed": {},
        "at_form": "",
        "preview": None,
        "word": word,
        **more,
    }
    return Page("conference/body.html", context, status_code=refused.status if refused else 200)


@get(BODY, guards=[requires(BODIES)])
async def show(body_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await body_page(ctx, actor, body_id)


async def _member(ctx: Ctx, form: FormMultiDict) -> MemberValues:
    return MemberValues(
        name=text_of(form, "name"),
        title=text_of(form, "title"),
        account_id=await account_named(ctx, text_of(form, "username")),
        position=whole_number(form, "position"),
        card=text_of(form, "card"),
        since=day_of(form, "since"),
        until=day_of(form, "until"),
    )


@post(f"{BODY}/members", guards=[requires(BODIES)], status_code=200)
async def save_member(
    request: AnyRequest, body_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """A new member, or the change of one (`member`)."""
    form = await request.form()

    async def act() -> None:
        member_id = optional_id(form, "member")
        if member_id:
            await members.change(ctx, actor, member_id, await _member(ctx, form))
        else:
            await members.add(ctx, actor, body_id, await _member(ctx, form))

    at_form = text_of(form, "member") or "new"
    return await acted(
        request,
        act(),
        f"/conference/bodies/{body_id}",
        lambda refused: body_page(ctx, actor, body_id, refused, typed=typed_in(form), at_form=at_form),
    )


@post(f"{BODY}/import", guards=[requires(BODIES)], status_code=200)
async def import_members(
    request: AnyRequest, body_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """First the file: its rows are shown with every mistake. Then `rows`, as they were shown: they are added."""
    form = await request.form()
    if text_of(form, "rows"):
        rows = rows_of(text_of(form, "rows"))
        return await acted(
            request,
            importing.add_members(ctx, actor, body_id, rows),
            f"/conference/bodies/{body_id}",
            lambda refused: body_page(ctx, actor, body_id, refused, **preview_of(rows)),
        )
    try:
        rows = await importing.read_members(ctx, actor, body_id, await upload_of(form, "file").read())
    except Invalid as refused:
        return await body_page(ctx, actor, body_id, refused)
    return await body_page(ctx, actor, body_id, **preview_of(rows))


@get("/profiles", guards=[requires(BODIES)])
async def profiles_page(ctx: NamedDependency[Ctx]) -> Page:
    context = {"rows": await known_profiles(ctx), "said": said, "word": word, "today": ctx.clock.today()}
    return Page("conference/profiles.html", context)


@get("/profiles/{profile_id:str}", guards=[requires(BODIES)])
async def profile_page(profile_id: FromPath[str], ctx: NamedDependency[Ctx]) -> Page:
    """One profile: every rule with its article and whether somebody has read it there."""
    profile = await profile_named(ctx, profile_id)
    rules = [(key, profile.cite(rule), rule) for key, rule in rules_of(profile)]
    context = {
        "profile": profile,
        "rules": rules,
        "said": said,
        "word": word,
        "today": ctx.clock.today(),
        "is_own": profile_id not in builtin_profiles(),
    }
    return Page("conference/profile.html", context)


@get("/profiles/{profile_id:str}/edit", guards=[requires(BODIES)])
async def profile_form(profile_id: FromPath[str], ctx: NamedDependency[Ctx]) -> Page:
    """An own profile, or a copy of one that comes with the plugin, as text."""
    profile = await profile_named(ctx, profile_id)
    return _profile_form(profile_id, _text_of(profile))


def _profile_form(profile_id: str, text: str, refused: HuitangError | None = None) -> Page:
    context = {
        "profile_id": profile_id,
        "text": text,
        "problems": refused.message.splitlines() if refused else [],
        "is_copy": profile_id in builtin_profiles(),
    }
    return Page("conference/profile_form.html", context, status_code=refused.status if refused else 200)


def _text_of(profile: Profile) -> str:
    """A built-in profile's own TOML under a new id; an own one as JSON, which is read as well."""
    if profile.id not in builtin_profiles():
        return profile_to_json(profile)
    text = (files("huitang_conference.rules") / "profiles" / f"{profile.id}.toml").read_text(encoding="utf-8")
    return text.replace(f'id = "{profile.id}"', f'id = "own-{profile.id}"', 1)


@post("/profiles/{profile_id:str}/edit", guards=[requires(BODIES)], status_code=200)
async def save(
    request: AnyRequest, profile_id: FromPath[str], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()
    text = text_of(form, "text")

    async def again(refused: HuitangError) -> Page:
        return _profile_form(profile_id, text, refused)

    return await acted(request, save_profile(ctx, actor, text), "/conference/profiles", again)


BODY_PAGES = (
    list_page,
    new_page,
    create,
    edit_page,
    edit,
    show,
    save_member,
    import_members,
    profiles_page,
    profile_page,
    profile_form,
    save,
)
