"""Steps that need no more than a note, for the forms of `workflow/process.html`; the plugin's pages lead here and get
their reader back.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_kernel.workflow.service import WorkflowService
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.errors import Invalid
from huitang_sdk.http import go_to, signed_in
from huitang_sdk.i18n import Translator

_ = Translator("workflow")
AnyRequest = Request[Any, Any, Any]
ONE = "/processes/{kind:str}/{subject:uuid}"


def service_of(request: AnyRequest) -> WorkflowService:
    service: WorkflowService = request.app.state.hall.services.workflow
    return service


async def _form(request: AnyRequest) -> dict[str, str]:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _version(form: dict[str, str]) -> int:
    """Forms carry the version they were made with; without it nothing says what they were looking at."""
    try:
        return int(form["version"])
    except (KeyError, ValueError):
        raise Invalid(_("This form is incomplete. Open the page again.")) from None


@post(f"{ONE}/move", guards=[signed_in], status_code=200)
async def move(
    request: AnyRequest, kind: FromPath[str], subject: FromPath[UUID], actor: NamedDependency[Actor]
) -> Response[Any]:
    form, service = await _form(request), service_of(request)
    at = Ref(kind, subject)
    await service.move(actor, at, form.get("transition", ""), form.get("note", ""), _version(form))
    return go_to(request, await service.page_of(at))


@post(f"{ONE}/pause", guards=[signed_in], status_code=200)
async def pause(
    request: AnyRequest, kind: FromPath[str], subject: FromPath[UUID], actor: NamedDependency[Actor]
) -> Response[Any]:
    form, service = await _form(request), service_of(request)
    at = Ref(kind, subject)
    await service.pause(actor, at, form.get("note", ""), _version(form))
    return go_to(request, await service.page_of(at))


@post(f"{ONE}/resume", guards=[signed_in], status_code=200)
async def resume(
    request: AnyRequest, kind: FromPath[str], subject: FromPath[UUID], actor: NamedDependency[Actor]
) -> Response[Any]:
    form, service = await _form(request), service_of(request)
    at = Ref(kind, subject)
    await service.resume(actor, at, form.get("note", ""), _version(form))
    return go_to(request, await service.page_of(at))


@post(f"{ONE}/extensions", guards=[signed_in], status_code=200)
async def ask(
    request: AnyRequest, kind: FromPath[str], subject: FromPath[UUID], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Ask for more days."""
    form, service = await _form(request), service_of(request)
    at = Ref(kind, subject)
    days = form.get("days", "").strip()
    wanted = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0
    await service.ask(actor, at, form.get("deadline", ""), wanted, form.get("note", ""))
    return go_to(request, await service.page_of(at))


@post("/extensions/{kind:str}/{extension:uuid}", guards=[signed_in], status_code=200)
async def decide(
    request: AnyRequest, kind: FromPath[str], extension: FromPath[UUID], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Grant or refuse them."""
    form, service = await _form(request), service_of(request)
    at = await service.decide(actor, kind, extension, form.get("granted") == "yes", form.get("note", ""))
    return go_to(request, await service.page_of(at))


PAGES = (move, pause, resume, ask, decide)
