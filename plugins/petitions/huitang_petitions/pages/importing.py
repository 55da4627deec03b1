"""Taking a register over from a workbook: choose, look at every row, take over."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from huitang_petitions.pages.common import AnyRequest, id_in, text_of, uploads_of
from huitang_petitions.services import import_template, importing, sheets, sorting
from huitang_petitions.services.access import REGISTER, Ctx
from huitang_petitions.services.wording import word
from huitang_sdk.contracts import Actor
from huitang_sdk.documents import WORKBOOK_TYPE
from huitang_sdk.errors import HuitangError, Invalid, NotFound
from huitang_sdk.http import Page, attachment, requires
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
SHOWN = 200


def _page(error: HuitangError | None = None, **more: Any) -> Page:
    context = {
        "heads": sheets.HEADS,
        "columns": import_template.titles(),
        "refused": error,
        "errors": error.fields if error else {},
        "word": word,
        **more,
    }
    return Page("petitions/import.html", context, status_code=error.status if error else 200)


@get("/import", guards=[requires(REGISTER)])
async def import_page() -> Page:
    return _page()


@get("/import/template.xlsx", guards=[requires(REGISTER)])
async def template(ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """An empty list with every column that is read, and what may stand in them."""
    return attachment(_("Template of a list") + ".xlsx", await import_template.template(ctx), WORKBOOK_TYPE)


@post("/import", guards=[requires(REGISTER)], status_code=200)
async def look_at(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Response[Any]:
    """Say what the workbook would register; nothing is registered yet."""
    uploads = uploads_of(await request.form(), "file")
    try:
        if not uploads:
            raise Invalid(_("Choose a file first."), fields={"file": _("Choose a file first.")})
        sheet = await importing.look_at(ctx, actor, await uploads[0].read())
    except Invalid as error:
        return _page(error)
    # Rows with mistakes first: they are what there is to do.
    rows = sorted(sheet.rows, key=lambda row: not row.errors)[:SHOWN]
    return _page(sheet=sheet, rows=rows, remits=dict(await sorting.remit_choices(ctx)))


@post("/import/take-over", guards=[requires(REGISTER)], status_code=200)
async def take_over(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Response[Any]:
    token = id_in(text_of(await request.form(), "token"))
    try:
        if token is None:
            raise NotFound(_("Choose the file again."))
        taken = await importing.take_over(ctx, actor, token)
    except NotFound as error:
        return _page(error)
    return _page(taken=taken.count, codes=taken.codes)


IMPORT_PAGES = (import_page, template, look_at, take_over)
