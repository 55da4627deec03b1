"""Writing to the congress without an account: the form, its draft, and the report of a whistle-blower."""

from __future__ import annotations

import re
import secrets
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency

from huitang_petitions import rates
from huitang_petitions.pages.common import AnyRequest, at_fields, papers_in, text_of, ticked, typed_in
from huitang_petitions.pages.receipt import receipt_page
from huitang_petitions.services import codes, drafts
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.drafts import Draft
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import GENDERS, KINDS, Intake, Person, names_in
from huitang_petitions.services.validating import BODY, SUBJECT, require_name
from huitang_petitions.services.wording import choices
from huitang_sdk.contracts import Resident
from huitang_sdk.contracts.identity import ANONYMOUS
from huitang_sdk.errors import HuitangError, Invalid, TooLarge
from huitang_sdk.http import Page, go_to, public, resident_actor, resident_of, secret_cookie
from huitang_sdk.i18n import Translator, current_locale

_ = Translator("petitions")
COOKIE = "huitang_letter"
_KEY = re.compile(r"[A-Za-z0-9_-]{20,60}")
FIELDS = ("subject", "body", "kind", "place", "earlier", "accused", "name", "phone", "id_number", "address", "gender")
TICKS = ("anonymous", "publish")
WRITE = {"letter": "/petitions/write", "whistle": "/petitions/report"}


def _form_page(
    ctx: Ctx,
    way: str,
    typed: dict[str, str],
    files: list[str],
    error: HuitangError | None = None,
    errors: dict[str, str] | None = None,
    **more: Any,
) -> Page:
    context = {
        "way": way,
        "action": WRITE[way],
        "typed": typed,
        "kept_files": files,
        "refused": error,
        "errors": errors or {},
        "token": codes.new_token(ctx),
        "kinds": choices(*KINDS),
        "genders": choices(*GENDERS),
        "longest": {"subject": SUBJECT, "body": BODY},
        "days": ctx.settings.draft_days,
        **more,
    }
    return Page("petitions/public/write.html", context, status_code=error.status if error else 200)


def _token_of(request: AnyRequest) -> str:
    token = request.cookies.get(COOKIE, "")
    return token if _KEY.fullmatch(token) else ""


def _with_cookie(ctx: Ctx, request: AnyRequest, answer: Response[Any], token: str) -> Response[Any]:
    """The browser keeps the key of its draft; scripts do not see it and other sites do not send it."""
    seconds = ctx.settings.draft_days * 86400
    answer.set_cookie(secret_cookie(request, COOKIE, token, path="/petitions", seconds=seconds))
    return answer


@get("/letters", guards=[public])
async def start_page() -> Page:
    """Where residents begin: write, look up, report."""
    return Page("petitions/public/start.html", {})


@get("/write", guards=[public])
async def write_page(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Page:
    draft = await drafts.load(ctx, _token_of(request))
    resident = resident_of(request)
    if resident and not draft.fields:
        phone = await ctx.residents.phone(resident.id)
        return _form_page(ctx, "letter", {"phone": phone}, [])
    return _form_page(ctx, "letter", draft.fields, [name for _id, name in draft.files], has_draft=bool(draft.fields))


@post("/write", guards=[public], status_code=200)
async def write(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Response[Any]:
    """Send it, or keep it for later; with a mistake nothing typed is lost, nor any file."""
    await rates.take_letter(ctx, request)
    form = await request.form()
    typed = typed_in(form)
    cookie = _token_of(request)
    act = text_of(form, "act")
    if act == "drop":
        await drafts.drop(ctx, cookie)
        return _with_cookie(ctx, request, go_to(request, "/petitions/letters"), "")
    if act == "keep":
        return await _keep(ctx, request, form, cookie)
    draft = await drafts.load(ctx, cookie)
    try:
        intake = await _intake(ctx, form, draft, resident_of(request))
        done = await register(ctx, ANONYMOUS if intake.anonymous else resident_actor(request), intake)
    except (Invalid, TooLarge) as error:
        return await _again(ctx, request, form, cookie, error)
    if done.repeated == "different":
        return _form_page(ctx, "letter", typed, [], sent_before=done.number)
    receipt = receipt_page(request, done, by_staff=False, channel="web")
    if not cookie:
        return receipt
    await drafts.drop(ctx, cookie)
    return _with_cookie(ctx, request, receipt, "")


async def _keep(ctx: Ctx, request: AnyRequest, form: FormMultiDict, cookie: str) -> Response[Any]:
    token = cookie or secrets.token_urlsafe(24)
    draft = await drafts.load(ctx, cookie)
    draft.fields = _kept(form)
    new = await papers_in(form, "papers")
    try:
        if new:
            await drafts.keep_files(ctx, token, draft, new)
        else:
            await drafts.save(ctx, token, draft)
    except (Invalid, TooLarge) as error:
        return await _again(ctx, request, form, cookie, error)
    return _with_cookie(ctx, request, go_to(request, "/petitions/write?kept=1"), token)


async def _again(ctx: Ctx, request: AnyRequest, form: FormMultiDict, cookie: str, error: HuitangError) -> Response[Any]:
    """The form with what is wrong. Files are kept with the draft, because a browser does not send them twice."""
    draft = await drafts.load(ctx, cookie)
    new = await papers_in(form, "papers")
    token = cookie
    if new and isinstance(error, Invalid) and "papers" not in error.fields:
        token = cookie or secrets.token_urlsafe(24)
        draft.fields = _kept(form)
        try:
            await drafts.keep_files(ctx, token, draft, new)
        except (Invalid, TooLarge) as refused:
            error = refused
    errors = at_fields(error, (("name", 1),))
    if isinstance(error, TooLarge):
        errors["papers"] = error.message
    page = _form_page(ctx, "letter", typed_in(form), [name for _id, name in draft.files], error, errors)
    return _with_cookie(ctx, request, page, token) if token != cookie else page


def _kept(form: FormMultiDict) -> dict[str, str]:
    return {name: text for name in (*FIELDS, *TICKS) if (text := text_of(form, name))}


def _key(ctx: Ctx, form: FormMultiDict, way: str) -> str:
    token = text_of(form, "token")
    if not codes.is_token(ctx, token):
        raise Invalid(_("This page was open for too long. Look over your entries and send them again."))
    return f"{way}:{token}"


async def _intake(ctx: Ctx, form: FormMultiDict, draft: Draft, resident: Resident | None) -> Intake:
    anonymous = ticked(form, "anonymous")
    names = ("phone",) if anonymous else ("name", "phone", "id_number", "address", "gender")
    words: dict[str, Any] = {name: text_of(form, name) for name in names}
    person = Person(**words, resident_id=resident.id if resident and not anonymous else None)
    plain: dict[str, Any] = {name: text_of(form, name) for name in ("subject", "body", "kind", "place", "earlier")}
    intake = Intake(
        channel="web",
        **plain,
        accused=names_in(text_of(form, "accused")),
        persons=() if person.is_empty else (person,),
        papers=await papers_in(form, "papers"),
        kept_papers=tuple(draft.files),
        anonymous=anonymous,
        publish=ticked(form, "publish"),
        key=_key(ctx, form, "web"),
        locale=current_locale(),
    )
    require_name(intake, ctx.clock.now())
    return intake


@get("/report", guards=[public])
async def report_page(ctx: NamedDependency[Ctx]) -> Page:
    """Report wrongdoing without a name; the code is the only way back to whoever wrote it."""
    return _form_page(ctx, "whistle", {}, [])


@post("/report", guards=[public], status_code=200)
async def report(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Response[Any]:
    await rates.take_letter(ctx, request)
    form = await request.form()
    plain: dict[str, Any] = {name: text_of(form, name) for name in ("subject", "body", "place")}
    try:
        intake = Intake(
            channel="web",
            kind="accusation",
            **plain,
            accused=names_in(text_of(form, "accused")),
            papers=await papers_in(form, "papers"),
            anonymous=True,
            whistle=True,
            key=_key(ctx, form, "whistle"),
            locale=current_locale(),
        )
        done = await register(ctx, ANONYMOUS, intake)
    except (Invalid, TooLarge) as error:
        errors = dict(error.fields) or {"papers": error.message}
        return _form_page(ctx, "whistle", typed_in(form), [], error, errors)
    return receipt_page(request, done, by_staff=False, channel="whistle")


WRITING_PAGES = (start_page, write_page, write, report_page, report)
