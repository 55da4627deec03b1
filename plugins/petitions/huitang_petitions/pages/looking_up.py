"""Looking a matter up with its code, and adding to it, answering and withdrawing with the same code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_petitions import rates
from huitang_petitions.pages.common import AnyRequest, papers_in, text_of, typed_in
from huitang_petitions.services import codes, lookup, papers
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.wording import word
from huitang_sdk.contracts import Rate
from huitang_sdk.errors import Conflict, HuitangError, Invalid, NotFound, TooLarge
from huitang_sdk.http import Page, file_response, go_to, public, secret_cookie, sender_of
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
COOKIE = "huitang_matter"
MINE = "/petitions/my-letter"
DONE = {"withdraw": "withdrawn", "ask": "asked"}


def _code_page(error: HuitangError | None = None, typed: str = "") -> Page:
    context = {"refused": error, "errors": error.fields if error else {}, "typed": typed}
    return Page("petitions/public/look_up.html", context, status_code=error.status if error else 200)


def with_pass(request: AnyRequest, answer: Response[Any], token: str) -> Response[Any]:
    """Let the browser keep a pass; scripts do not see it, and other sites do not send it."""
    answer.set_cookie(
        secret_cookie(request, COOKIE, token, path="/petitions", seconds=codes.PASS_SECONDS, samesite="strict")
    )
    return answer


def _pass_of(request: AnyRequest) -> str:
    return request.cookies.get(COOKIE, "")


@get("/look-up", guards=[public])
async def look_up_page() -> Page:
    return _code_page()


@post("/look-up", guards=[public], status_code=200)
async def look_up(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Response[Any]:
    """Exchange a code for a pass. A code that is nobody's gets the same answer, and a pass that opens nothing."""
    typed = text_of(await request.form(), "code")[:100]
    try:
        code = lookup.code_in(typed)
    except Invalid as error:
        return _code_page(error, typed)
    await rates.take_look_up(ctx, request)
    token, _known = await lookup.pass_for(ctx, code)
    return with_pass(request, go_to(request, MINE), token)


@get("/my-letter", guards=[public])
async def my_letter(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Response[Any]:
    return await _mine(request, ctx)


async def _mine(
    request: AnyRequest, ctx: Ctx, error: HuitangError | None = None, typed: Mapping[str, str] | None = None
) -> Response[Any]:
    try:
        seen = await lookup.seen_with(ctx, _pass_of(request))
    except NotFound as missing:
        return with_pass(request, _code_page(missing), "")
    context = {
        "seen": seen,
        "refused": error,
        "errors": error.fields if error else {},
        "typed": typed or {},
        "done": request.query_params.get("done", ""),
        "word": word,
    }
    return Page("petitions/public/my_letter.html", context, status_code=error.status if error else 200)


@post("/my-letter", guards=[public], status_code=200)
async def act(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Response[Any]:
    """Add or answer something, ask for a review, withdraw, or go."""
    form = await request.form()
    chosen, token = text_of(form, "act"), _pass_of(request)
    if chosen == "leave":
        return with_pass(request, go_to(request, "/petitions/look-up"), "")
    await ctx.limits.take("letters", sender_of(request), Rate(ctx.settings.letters_per_hour, 3600))
    try:
        if chosen == "withdraw":
            await lookup.withdraw(ctx, token)
        elif chosen == "ask":
            await _ask(ctx, token, text_of(form, "reason"))
        else:
            await lookup.add(ctx, token, text_of(form, "text"), await papers_in(form, "papers"))
    except NotFound as missing:
        return with_pass(request, _code_page(missing), "")
    except (Invalid, Conflict, TooLarge) as error:
        return await _mine(request, ctx, error, typed_in(form))
    return go_to(request, f"{MINE}?done={DONE.get(chosen, 'added')}")


async def _ask(ctx: Ctx, token: str, reason: str) -> None:
    """Ask for a review; what is wrong with the reason is said at its own field."""
    try:
        await lookup.ask(ctx, token, reason)
    except Invalid as error:
        raise Invalid(error.message, fields={"reason": error.message}) from error


@get("/my-letter/papers/{paper_id:uuid}", guards=[public])
async def my_paper(request: AnyRequest, paper_id: FromPath[UUID], ctx: NamedDependency[Ctx]) -> Response[Any]:
    paper, stored = await lookup.paper_with(ctx, _pass_of(request), paper_id)
    return file_response(request, ctx.files, papers.named(stored, paper))


LOOK_UP_PAGES = (look_up_page, look_up, my_letter, act, my_paper)
