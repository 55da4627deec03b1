"""Rating both offices with the look-up code."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency

from huitang_petitions.pages.common import AnyRequest, text_of, typed_in
from huitang_petitions.pages.looking_up import COOKIE
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.closing.rating import OFFICES, Opinion, Sheet, rate_with, sheet_with
from huitang_sdk.contracts import Rate
from huitang_sdk.errors import Conflict, HuitangError, Invalid, NotFound
from huitang_sdk.http import Page, go_to, public, sender_of
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
RATING = "/petitions/my-letter/rating"


def opinions_in(form: FormMultiDict) -> dict[str, Opinion]:
    """What was chosen and said for each office."""
    return {office: Opinion(text_of(form, f"grade-{office}"), text_of(form, f"comment-{office}")) for office in OFFICES}


def grades_of(ctx: Ctx) -> list[tuple[str, str]]:
    """(code, word) pairs of the scale."""
    return [(grade.id, _(grade.title)) for grade in ctx.settings.rating_scale]


def given_in(sheet: Sheet) -> dict[str, str]:
    """What was given already, as the fields of the form."""
    found = {f"grade-{question.office}": question.grade for question in sheet.questions}
    return found | {f"comment-{question.office}": question.comment for question in sheet.questions}


async def _rating_page(
    request: AnyRequest, ctx: Ctx, error: HuitangError | None = None, typed: dict[str, str] | None = None
) -> Response[Any]:
    try:
        sheet = await sheet_with(ctx, request.cookies.get(COOKIE, ""))
    except NotFound:
        return go_to(request, "/petitions/look-up")
    context = {
        "sheet": sheet,
        "scale": grades_of(ctx),
        "word_of_grade": lambda code: dict(grades_of(ctx)).get(code, code),
        "change_days": ctx.settings.rating_change_days,
        "typed": given_in(sheet) | (typed or {}),
        "refused": error,
        "errors": error.fields if error else {},
        "done": request.query_params.get("done") == "1",
    }
    return Page("petitions/closing/rate.html", context, status_code=error.status if error else 200)


@get("/my-letter/rating", guards=[public])
async def rating_page(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Response[Any]:
    return await _rating_page(request, ctx)


@post("/my-letter/rating", guards=[public], status_code=200)
async def rate(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Response[Any]:
    form = await request.form()
    await ctx.limits.take("letters", sender_of(request), Rate(ctx.settings.letters_per_hour, 3600))
    try:
        await rate_with(ctx, request.cookies.get(COOKIE, ""), opinions_in(form))
    except NotFound:
        return go_to(request, "/petitions/look-up")
    except (Invalid, Conflict) as error:
        return await _rating_page(request, ctx, error, typed_in(form))
    return go_to(request, f"{RATING}?done=1")


RATING_PAGES = (rating_page, rate)
