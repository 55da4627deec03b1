"""What a reviewer does on the page of a declaration: decide, assign, write, finish."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_budget.pages.common import AnyRequest, date_of, text_of, uuid_of, version_of
from huitang_budget.pages.detail import detail_page, finding_context
from huitang_budget.services.access import ASSIGN, REVIEW, Ctx
from huitang_budget.services.assigning import assign
from huitang_budget.services.checking import check_again
from huitang_budget.services.deciding import State, decide_finding, finish_review, reopen_review, write_opinion
from huitang_budget.services.detail import get_declaration
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, Forbidden, HuitangError, Invalid
from huitang_sdk.http import Page, go_to, requires, wants_fragment
from huitang_sdk.i18n import Translator

_ = Translator("budget")
PAGE = "/declarations/{declaration_id:uuid}"


def _address(declaration_id: UUID, part: str = "") -> str:
    return f"/budget/declarations/{declaration_id}{part}"


@post(f"{PAGE}/findings/{{finding_id:uuid}}", guards=[requires(REVIEW)], status_code=200)
async def decide(
    request: AnyRequest,
    declaration_id: FromPath[UUID],
    finding_id: FromPath[UUID],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Accept, dismiss or open again; HTMX gets the finding and the counts back, everybody else the page."""
    form = await request.form()
    reason = text_of(form, "reason")
    error: HuitangError | None = None
    try:
        state = cast("State", text_of(form, "state"))
        await decide_finding(ctx, actor, finding_id, state, reason=reason, version=version_of(form))
    except (Invalid, Conflict) as refused:
        error = refused
    said = {"errors": {finding_id: error.message}, "typed": {finding_id: reason}} if error else {}
    status = error.status if error else 200
    if wants_fragment(request):
        return await _fragment(ctx, actor, declaration_id, finding_id, said, 422 if error else 200)
    if error:
        return await detail_page(ctx, actor, declaration_id, status_code=status, **said)
    return go_to(request, _address(declaration_id, f"#finding-{finding_id}"))


async def _fragment(
    ctx: Ctx, actor: Actor, declaration_id: UUID, finding_id: UUID, said: dict[str, Any], status: int
) -> Page:
    detail = await get_declaration(ctx, actor, declaration_id)
    finding = next(finding for finding in detail.findings if finding.id == finding_id)
    context = {**await finding_context(ctx, actor, detail), **said, "finding": finding, "swapped": True}
    return Page("budget/parts/finding.html", context, status_code=status)


async def _answer(
    request: AnyRequest, ctx: Ctx, actor: Actor, declaration_id: UUID, error: HuitangError | None, name: str, typed: Any
) -> Response[Any]:
    """Back to the page; when refused the page says so at the form `name`, with what was typed still in it."""
    if error is None:
        return go_to(request, _address(declaration_id))
    if isinstance(error, Forbidden):
        raise error
    said = {"refused": {name: error.message}, "kept": {name: typed}}
    return await detail_page(ctx, actor, declaration_id, status_code=error.status, **said)


@post(f"{PAGE}/assign", guards=[requires(ASSIGN)], status_code=200)
async def assign_one(
    request: AnyRequest, declaration_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()
    refused: HuitangError | None = None
    try:
        assignee = uuid_of(form, "assignee", _("Choose a reviewer."))
        due = date_of(form, "due")
        note = text_of(form, "note")
        await assign(ctx, actor, declaration_id, assignee, due=due, note=note, version=version_of(form))
    except (Invalid, Conflict) as error:
        refused = error
    typed = {name: text_of(form, name) for name in ("assignee", "due", "note")}
    return await _answer(request, ctx, actor, declaration_id, refused, "assign", typed)


@post(f"{PAGE}/opinion", guards=[requires(REVIEW)], status_code=200)
async def save_opinion(
    request: AnyRequest, declaration_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()
    refused: HuitangError | None = None
    try:
        await write_opinion(ctx, actor, declaration_id, text_of(form, "opinion"), version=version_of(form))
    except (Invalid, Conflict) as error:
        refused = error
    return await _answer(request, ctx, actor, declaration_id, refused, "opinion", text_of(form, "opinion"))


@post(f"{PAGE}/finish", guards=[requires(REVIEW)], status_code=200)
async def finish(
    request: AnyRequest, declaration_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()
    refused: HuitangError | None = None
    try:
        await finish_review(ctx, actor, declaration_id, text_of(form, "conclusion"), version=version_of(form))
    except (Invalid, Conflict) as error:
        refused = error
    return await _answer(request, ctx, actor, declaration_id, refused, "finish", text_of(form, "conclusion"))


@post(f"{PAGE}/reopen", guards=[requires(REVIEW)], status_code=200)
async def reopen(
    request: AnyRequest, declaration_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()
    refused: HuitangError | None = None
    try:
        reason = text_of(form, "reason")
        await reopen_review(ctx, actor, declaration_id, reason=reason, version=version_of(form))
    except (Invalid, Conflict) as error:
        refused = error
    return await _answer(request, ctx, actor, declaration_id, refused, "finish", "")


@post(f"{PAGE}/check", guards=[requires(REVIEW)], status_code=200)
async def check(
    request: AnyRequest, declaration_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Run the rules again."""
    refused: HuitangError | None = None
    try:
        await check_again(ctx, actor, declaration_id, version=version_of(await request.form()))
    except Conflict as error:
        refused = error
    return await _answer(request, ctx, actor, declaration_id, refused, "check", "")


DECIDING = (decide, assign_one, save_opinion, finish, reopen, check)
