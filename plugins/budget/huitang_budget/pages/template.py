"""The template of the opinion: look at it, replace it, go back to the one of the package."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_budget.pages.common import AnyRequest, uploads_of
from huitang_budget.services.access import TEMPLATE, Ctx
from huitang_budget.services.opinion import default_template
from huitang_budget.services.template import (
    MAX_BYTES,
    SAMPLE,
    replace_template,
    template_file,
    templates,
    use_default_template,
)
from huitang_sdk.contracts import Actor
from huitang_sdk.documents import WORD_TYPE
from huitang_sdk.errors import Invalid
from huitang_sdk.http import Page, attachment, file_response, go_to, requires
from huitang_sdk.i18n import Translator

_ = Translator("budget")
PATH = "/opinion-template"


async def _page(ctx: Ctx, error: str = "") -> Page:
    found = await templates(ctx)
    names = [name for name, value in SAMPLE.items() if not isinstance(value, list)]
    context = {
        "templates": found,
        "current": next((template for template in found if template.is_current), None),
        "error": error,
        "names": names,
        "finding_names": list(SAMPLE["findings"][0]),
        "max_mb": MAX_BYTES // 1024 // 1024,
    }
    return Page("budget/template.html", context, status_code=422 if error else 200)


@get(PATH, guards=[requires(TEMPLATE)])
async def template_page(ctx: NamedDependency[Ctx]) -> Page:
    return await _page(ctx)


@post(PATH, guards=[requires(TEMPLATE)], status_code=200)
async def upload_template(
    request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    uploads = uploads_of(await request.form(), "template")
    try:
        if not uploads:
            raise Invalid(_("Choose a Word file first."))
        if uploads[0].size > MAX_BYTES:
            raise Invalid(_("The template is larger than {size} MB.", size=MAX_BYTES // 1024 // 1024))
        data = await uploads[0].read() if uploads[0].read else uploads[0].data
        await replace_template(ctx, actor, uploads[0].name, data)
    except Invalid as error:
        return await _page(ctx, error.message)
    return go_to(request, f"/budget{PATH}")


@post(f"{PATH}/default", guards=[requires(TEMPLATE)], status_code=200)
async def reset_template(
    request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    await use_default_template(ctx, actor)
    return go_to(request, f"/budget{PATH}")


@get(f"{PATH}/default.docx", guards=[requires(TEMPLATE)])
async def default_file() -> Response[bytes]:
    return attachment(f"{_('Template of the opinion')}.docx", default_template(), WORD_TYPE)


@get(f"{PATH}/{{template_id:uuid}}", guards=[requires(TEMPLATE)])
async def uploaded_file(
    request: AnyRequest, template_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    return file_response(request, ctx.files, await template_file(ctx, actor, template_id))


TEMPLATES = (template_page, upload_template, reset_template, default_file, uploaded_file)
