"""What operators see: every workflow with its picture, how much stands where, and how much is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from litestar import Request, get
from litestar.di import NamedDependency
from markupsafe import Markup
from msgspec import Struct

from huitang_kernel.web.templates import declared_title, title_of
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql
from huitang_sdk.declare import HealthCheck, HealthStatus
from huitang_sdk.http import Page, requires
from huitang_sdk.i18n import Translator
from huitang_sdk.workflow import picture

if TYPE_CHECKING:
    from huitang_kernel.workflow.service import WorkflowService

_ = Translator("workflow")
READ = "workflow.process.read"
OPEN = """
SELECT p.workflow, p.state, count(*) AS n FROM workflow.process p WHERE p.finished_at IS NULL AND {shown}
GROUP BY p.workflow, p.state
"""
LATE = """
SELECT p.workflow, count(*) AS n FROM workflow.deadline d JOIN workflow.process p ON p.id = d.process_id
WHERE d.done_on IS NULL AND d.paused_on IS NULL AND d.due < $1 AND {shown} GROUP BY p.workflow
"""
SUBJECT = "p.workflow || ':' || p.subject_id"
UNSEEN = "SELECT count(*) AS n FROM workflow.deadline WHERE workflow = ANY($1) AND next_on < $2"
PATIENCE = timedelta(days=2)


class Overview(Struct, frozen=True, kw_only=True):
    """One workflow."""

    id: str
    title: str
    plugin: str
    picture: Markup
    states: Sequence[tuple[str, int]]
    late: int


async def overviews(service: WorkflowService, ctx: PluginContext[Any], actor: Actor) -> list[Overview]:
    """Those of the plugins that are there, with what is open in each state and not withheld from the actor."""
    away = await service.withholding.away(actor)
    sql, since = Sql(), Sql(ctx.clock.today())
    still = await ctx.db.fetch(OPEN.format(shown=away.shown(sql, SUBJECT)), *sql.values)
    past = await ctx.db.fetch(LATE.format(shown=away.shown(since, SUBJECT)), *since.values)
    counts = {(row["workflow"], row["state"]): row["n"] for row in still}
    late = {row["workflow"]: row["n"] for row in past}
    return [
        Overview(
            id=workflow.id,
            title=declared_title(record, workflow.title),
            plugin=title_of(record),
            picture=picture(workflow, "", Translator(record.id)),
            states=[
                (declared_title(record, state.title), counts.get((workflow.id, state.id), 0))
                for state in workflow.states
                if not state.final
            ],
            late=late.get(workflow.id, 0),
        )
        for record, workflow in service.declared()
    ]


@get("/", guards=[requires(READ)])
async def overview_page(
    request: Request[Any, Any, Any], ctx: NamedDependency[PluginContext[Any]], actor: NamedDependency[Actor]
) -> Page:
    service: WorkflowService = request.app.state.hall.services.workflow
    return Page("workflow/overview.html", {"workflows": await overviews(service, ctx, actor)})


def health_checks(service: WorkflowService) -> list[HealthCheck]:
    async def check_seen(ctx: PluginContext[Any]) -> HealthStatus:
        """The morning job keeps up."""
        active = [workflow.id for _record, workflow in service.declared()]
        rows = await ctx.db.fetch(UNSEEN, active, ctx.clock.today() - PATIENCE)
        count = rows[0]["n"]
        if not count:
            return HealthStatus(ok=True)
        return HealthStatus(
            ok=False,
            message=_("{count} deadlines wait for their reminder for more than two days.", count=count),
            remedy=_("Look at the runs of “See to deadlines” in the console, and at the log for what failed."),
        )

    return [HealthCheck("workflow.seen", "Deadlines are seen to", check_seen)]
