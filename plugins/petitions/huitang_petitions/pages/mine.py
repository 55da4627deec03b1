"""A resident's own letters: signed in with the phone, no code is needed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_petitions.pages.common import AnyRequest
from huitang_petitions.pages.looking_up import MINE, with_pass
from huitang_petitions.services import own
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.wording import word
from huitang_sdk.errors import NotSignedIn
from huitang_sdk.http import Page, go_to, resident_of, resident_signed_in


def _resident_id(request: AnyRequest) -> UUID:
    resident = resident_of(request)
    if resident is None:
        raise NotSignedIn
    return resident.id


@get("/mine", guards=[resident_signed_in])
async def my_letters(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Page:
    letters = await own.letters_of(ctx, _resident_id(request))
    return Page("petitions/public/mine.html", {"letters": letters, "word": word})


@post("/mine/{matter_id:uuid}", guards=[resident_signed_in], status_code=200)
async def open_letter(request: AnyRequest, matter_id: FromPath[UUID], ctx: NamedDependency[Ctx]) -> Response[Any]:
    """The same page that the code opens."""
    token = await own.pass_to(ctx, _resident_id(request), matter_id)
    return with_pass(request, go_to(request, MINE), token)


MINE_PAGES = (my_letters, open_letter)
