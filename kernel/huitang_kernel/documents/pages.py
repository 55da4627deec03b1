"""The templates of all plugins, in the console: look at them, replace them, go back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_kernel.documents import versions
from huitang_kernel.documents.service import DocumentsService
from huitang_kernel.plugins.registry import PluginRecord
from huitang_kernel.web.templates import title_of
from huitang_sdk.contracts import Actor, Document
from huitang_sdk.declare import DocumentTemplate
from huitang_sdk.errors import Invalid
from huitang_sdk.http import Page, attachment, file_response, go_to, signed_in
from huitang_sdk.i18n import Translator, translate

_ = Translator("documents")
AnyRequest = Request[Any, Any, Any]
ONE = "/templates/{template:str}"


def service_of(request: AnyRequest) -> DocumentsService:
    service: DocumentsService = request.app.state.hall.services.documents
    return service


def title_with_kind(record: PluginRecord, template: DocumentTemplate) -> str:
    """The title with what is made: most documents have a template for each."""
    made = "Word" if template.file.endswith(".docx") else "PDF"
    return _("{title} ({kind})", title=translate(record.id, template.title), kind=made)


def names_of(sample: Mapping[str, Any], of: str = "") -> list[tuple[str, list[str]]]:
    """What a template may name: ("", single values), then (a list, the names in its entries), inner lists as "a.b"."""
    single: list[str] = []
    below: list[tuple[str, list[str]]] = []
    for name, value in sample.items():
        first = value[0] if isinstance(value, (list, tuple)) and value else None
        if isinstance(first, Mapping):
            below += names_of(first, f"{of}.{name}" if of else name)
        elif isinstance(value, Mapping):
            single += [f"{name}.{inner}" for inner in value]
        else:
            single.append(name)
    return [(of, single), *below]


async def _page(request: AnyRequest, actor: Actor, identifier: str, error: str = "") -> Page:
    service = service_of(request)
    record, template = service.find(actor, identifier)
    found = await versions.versions_of(service.context, identifier)
    context = {
        "template": template,
        "title": title_with_kind(record, template),
        "plugin": title_of(record),
        "ending": Path(template.file).suffix,
        "versions": found,
        "current": next((version for version in found if version.is_current), None),
        "names": names_of(msgspec.to_builtins(template.sample)),
        "max_mb": service.settings.max_template_mb,
        "error": error,
    }
    return Page("documents/template.html", context, status_code=422 if error else 200)


@get("/", guards=[signed_in])
async def list_templates(request: AnyRequest, actor: NamedDependency[Actor]) -> Page:
    """Those that the reader may replace."""
    service = service_of(request)
    used = await versions.current(service.context)

    def row(record: PluginRecord, template: DocumentTemplate) -> dict[str, Any]:
        return {
            "id": template.id,
            "title": title_with_kind(record, template),
            "plugin": title_of(record),
            "current": used.get(template.id),
        }

    return Page("documents/list.html", {"templates": [row(*found) for found in service.managed(actor)]})


@get(ONE, guards=[signed_in])
async def show_template(request: AnyRequest, template: FromPath[str], actor: NamedDependency[Actor]) -> Page:
    return await _page(request, actor, template)


@post(ONE, guards=[signed_in], status_code=200)
async def upload_template(request: AnyRequest, template: FromPath[str], actor: NamedDependency[Actor]) -> Response[Any]:
    """Take an upload over, or only try it out: then the sample document comes back and nothing changes."""
    service = service_of(request)
    service.find(actor, template)
    form = await request.form()
    try:
        name, content = await _upload(form, service.settings.max_template_mb)
        if form.get("act") == "try":
            return _sent(template, await service.attempt(actor, template, name, content))
        await service.replace(actor, template, name, content)
    except Invalid as error:
        return await _page(request, actor, template, error.message)
    return go_to(request, f"/documents/templates/{template}")


async def _upload(form: FormMultiDict, limit: int) -> tuple[str, bytes]:
    upload = form.get("template")
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise Invalid(_("Choose a file first."))
    if upload.file.seek(0, 2) > limit * 1024 * 1024:
        raise Invalid(_("The template is larger than {size} MB.", size=limit))
    upload.file.seek(0)
    return upload.filename.replace("\\", "/").rsplit("/", 1)[-1], await upload.read()


@post(f"{ONE}/use/{{version:int}}", guards=[signed_in], status_code=200)
async def use_version(
    request: AnyRequest, template: FromPath[str], version: FromPath[int], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Go back to an earlier version, 0 for the plugin's own."""
    try:
        await service_of(request).use(actor, template, version)
    except Invalid as error:
        return await _page(request, actor, template, error.message)
    return go_to(request, f"/documents/templates/{template}")


@get(f"{ONE}/preview", guards=[signed_in])
async def preview(request: AnyRequest, template: FromPath[str], actor: NamedDependency[Actor]) -> Response[bytes]:
    """The template in use with sample values."""
    return _sent(template, await service_of(request).preview(actor, template), inline=True)


@get(f"{ONE}/versions/{{version:int}}", guards=[signed_in])
async def template_file(
    request: AnyRequest, template: FromPath[str], version: FromPath[int], actor: NamedDependency[Actor]
) -> Response[Any]:
    """The file of a version to work on, 0 for the plugin's own."""
    service = service_of(request)
    record, declared = service.find(actor, template)
    if version:
        chosen = await versions.version_of(service.context, template, version)
        return file_response(request, service.context.files, await service.context.files.get(chosen.file_id))
    assert record.plugin is not None
    name = f"{translate(record.id, declared.title)}{Path(declared.file).suffix}"
    return attachment(name, (record.plugin.folder / declared.file).read_bytes(), "application/octet-stream")


def _sent(template: str, document: Document, *, inline: bool = False) -> Response[bytes]:
    """A PDF is shown in place if that was asked for; Word is downloaded."""
    answer = attachment(f"{template}{document.ending}", document.content, document.media_type)
    if inline and document.ending == ".pdf":
        answer.headers["Content-Disposition"] = f'inline; filename="{template}.pdf"'
    return answer


PAGES = (list_templates, show_template, upload_template, use_version, preview, template_file)
