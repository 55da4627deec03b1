"""One declaration: the form beside its findings, what may be done with it, and what happened to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_budget.pages.common import AnyRequest
from huitang_budget.pages.formview import form_view
from huitang_budget.pages.stepview import step_view
from huitang_budget.services.access import ASSIGN, READ, REVIEW, Ctx
from huitang_budget.services.assigning import default_due, reviewers
from huitang_budget.services.deciding import CONCLUSIONS
from huitang_budget.services.detail import Detail, get_declaration, mentions_of, names_of
from huitang_budget.services.history import timeline
from huitang_budget.services.opinion import opinion_document
from huitang_budget.services.review import WORKFLOW
from huitang_budget.services.wording import choices, rule_basis, rule_title, word
from huitang_sdk.contracts import Actor
from huitang_sdk.documents import WORD_TYPE
from huitang_sdk.http import Page, attachment, file_response, requires
from huitang_sdk.i18n import Translator
from huitang_sdk.workflow import picture

_ = Translator("budget")


def may_here(ctx: Ctx, actor: Actor, detail: Detail, permission: str) -> bool:
    """Whether the actor holds the permission on this very declaration."""
    scope = ctx.permissions.scope(actor, permission)
    return scope.includes(key=detail.id, organisation=detail.organisation_id, owner=detail.assignee_id)


async def finding_context(ctx: Ctx, actor: Actor, detail: Detail) -> dict[str, Any]:
    """What the template of one finding needs, on the page and as a fragment."""
    people = [finding.decided_by for finding in detail.findings]
    return {
        "detail": detail,
        "names": await names_of(ctx, [*people, detail.assignee_id, detail.imported_by, detail.reviewed_by]),
        "may_review": may_here(ctx, actor, detail, REVIEW),
        "rule_title": lambda rule: rule_title(ctx, rule),
        "rule_basis": lambda rule: rule_basis(ctx, rule),
        "word": word,
        "errors": {},
        "typed": {},
    }


async def detail_page(ctx: Ctx, actor: Actor, declaration_id: UUID, *, status_code: int = 200, **more: Any) -> Page:
    """The whole page; `more` adds what a refused form has to say."""
    detail = await get_declaration(ctx, actor, declaration_id)
    may_assign = may_here(ctx, actor, detail, ASSIGN)
    steps = await timeline(ctx, declaration_id, hidden=detail.hidden)
    owner = await ctx.identity.organisation(detail.organisation_id)
    context = {
        **await finding_context(ctx, actor, detail),
        "form": detail.form,
        "view": form_view(detail.form, detail.findings),
        "steps": [step_view(step) for step in steps],
        "picture": picture(WORKFLOW, detail.status, _, visited={step.state for step in steps}),
        "mentions": await mentions_of(ctx, actor, declaration_id),
        "owner": owner,
        "may_assign": may_assign,
        "reviewers": await reviewers(ctx, detail.organisation_id) if may_assign else [],
        "default_due": detail.due if detail.due and detail.due >= ctx.clock.today() else default_due(ctx),
        "conclusions": choices(*CONCLUSIONS),
        "today": ctx.clock.today(),
        **more,
    }
    return Page("budget/detail.html", context, status_code=status_code)


@get("/declarations/{declaration_id:uuid}", guards=[requires(READ)])
async def show(declaration_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await detail_page(ctx, actor, declaration_id)


@get("/declarations/{declaration_id:uuid}/file", guards=[requires(READ)])
async def original(
    request: AnyRequest, declaration_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """The file as it was imported."""
    detail = await get_declaration(ctx, actor, declaration_id)
    return file_response(request, ctx.files, await ctx.files.get(detail.file_id))


@get("/declarations/{declaration_id:uuid}/opinion.docx", guards=[requires(READ)])
async def opinion(
    declaration_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[bytes]:
    name, content = await opinion_document(ctx, actor, declaration_id)
    return attachment(name, content, WORD_TYPE)


DETAIL = (show, original, opinion)
