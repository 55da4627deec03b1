"""A resident's own letters: signed in with the phone, no code is needed, but for letters from before the sign-in of
whoever may be another person.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_petitions import rates
from huitang_petitions.pages.common import AnyRequest, text_of
from huitang_petitions.pages.looking_up import MINE, with_pass
from huitang_petitions.services import lookup, own
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.wording import word
from huitang_sdk.contracts import Resident
from huitang_sdk.errors import Invalid, NotSignedIn
from huitang_sdk.http import Page, go_to, resident_actor, resident_of, resident_signed_in


def _resident(request: AnyRequest) -> Resident:
    resident = resident_of(request)
    if resident is None:
        raise NotSignedIn
    return resident


@get("/mine", guards=[resident_signed_in])
async def my_letters(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Page:
    return await _list(request, ctx)


async def _list(request: AnyRequest, ctx: Ctx, refused: Invalid | None = None, typed: str = "") -> Page:
    context = {
        "letters": await own.letters_of(ctx, _resident(request)),
        "word": word,
        "refused": refused,
        "errors": refused.fields if refused else {},
        "typed": typed,
    }
    return Page("petitions/public/mine.html", context, status_code=refused.status if refused else 200)


@post("/mine/code", guards=[resident_signed_in], status_code=200)
async def prove(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Page | Response[Any]:
    """Open a letter of before with its code, once."""
    typed = text_of(await request.form(), "code")[:100]
    try:
        code = lookup.code_in(typed)
        await rates.take_look_up(ctx, request)
        await own.prove(ctx, resident_actor(request), _resident(request), code)
    except Invalid as error:
        return await _list(request, ctx, error, typed)
    return go_to(request, "/petitions/mine")


@post("/mine/{matter_id:uuid}", guards=[resident_signed_in], status_code=200)
async def open_letter(request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx]) -> Response[Any]:
    """The same page that the code opens."""
    token = await own.pass_to(ctx, _resident(request), matter_id)
    return with_pass(request, go_to(request, MINE), token)


MINE_PAGES = (my_letters, prove, open_letter)
