"""Follow-up visits: the list, and what came of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_petitions.pages.common import AnyRequest, text_of, ticked, typed_in
from huitang_petitions.services.access import DECIDE, READ, SATISFACTION, Ctx, reaching
from huitang_petitions.services.closing import visiting
from huitang_petitions.services.listing import COUNTED
from huitang_petitions.services.wording import word
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, Forbidden, HuitangError, Invalid
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator

_ = Translator("petitions")


@get("/visits", guards=[requires(SATISFACTION)])
async def visits_page(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    done = request.query_params.get("done") == "1"
    lines, total = await visiting.visits(ctx, actor, done=done)
    shown = {"lines": lines, "total": total, "counted": COUNTED}
    return Page("petitions/closing/visits.html", {**shown, "done": done, "word": word})


async def visit_page(
    ctx: Ctx, actor: Actor, visit_id: UUID, error: HuitangError | None = None, typed: dict[str, str] | None = None
) -> Page:
    visit, _matter = await visiting.visit_for(ctx, actor, visit_id)
    context = {
        "visit": visit,
        "may_reopen": bool(await reaching(ctx, [actor.account_id], visit.matter_id, DECIDE)),
        "typed": typed or {},
        "refused": error,
        "errors": error.fields if error else {},
        "word": word,
        "tries": ctx.settings.visit_tries,
    }
    return Page("petitions/closing/visit.html", context, status_code=error.status if error else 200)


@get("/visits/{visit_id:uuid}", guards=[requires(READ)])
async def show_visit(visit_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """For whoever collects ratings, or, where nobody does, handles matters: the service asks."""
    return await visit_page(ctx, actor, visit_id)


@post("/visits/{visit_id:uuid}", guards=[requires(READ)], status_code=200)
async def record_visit(
    request: AnyRequest, visit_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await request.form()
    result = text_of(form, "result")
    outcome = visiting.Outcome(
        reached=result in ("satisfied", "unsatisfied"),
        satisfied={"satisfied": True, "unsatisfied": False}.get(result),
        note=text_of(form, "note"),
        reopen=ticked(form, "reopen"),
    )
    try:
        if result not in ("satisfied", "unsatisfied", "missed"):
            missing = _("Say what came of it.")
            raise Invalid(missing, fields={"result": missing})
        await visiting.record(ctx, actor, visit_id, outcome)
    except (Invalid, Conflict, Forbidden) as error:
        return await visit_page(ctx, actor, visit_id, error, typed_in(form))
    return go_to(request, f"/petitions/visits/{visit_id}")


VISIT_PAGES = (visits_page, show_visit, record_visit)
