"""The operator's pages of jobs: all of them, one with its history, and "run now"."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from huitang_kernel.plugins.registry import PluginRecord
from huitang_kernel.scheduling.catalogue import problem_with
from huitang_kernel.scheduling.cron import next_time
from huitang_kernel.scheduling.history import STATES, PastRun
from huitang_kernel.scheduling.service import SchedulingService
from huitang_kernel.scheduling.words import in_words
from huitang_kernel.web.templates import title_of
from huitang_sdk.contracts import Actor
from huitang_sdk.declare import Job
from huitang_sdk.errors import NotFound
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator, translate
from huitang_sdk.lists import ListQuery

_ = Translator("scheduling")
READ = "scheduling.job.read"
RUN = "scheduling.job.run"
LOOKS = {
    "requested": "waiting",
    "due": "waiting",
    "running": "info",
    "done": "ok",
    "failed": "error",
    "missed": "warning",
    "skipped": "off",
}
"""Which status mark of the portal each state has."""


class ShownJob(Struct, frozen=True):
    """A declared job as its page shows it. `is_open`: a run has not ended, so the page asks again by itself."""

    id: str
    title: str
    plugin: str
    is_active: bool
    when: str
    cron: str
    next: datetime | None
    last: PastRun | None
    is_open: bool


def service_of(request: Request[Any, Any, Any]) -> SchedulingService:
    """The service of this process."""
    service: SchedulingService = request.app.state.hall.services.scheduling
    return service


def state_names() -> dict[str, str]:
    """The states in the reader's language."""
    return {
        "requested": _("Asked for"),
        "due": _("Waiting"),
        "running": _("Running"),
        "done": _("Done"),
        "failed": _("Failed"),
        "missed": _("Missed"),
        "skipped": _("Skipped"),
    }


def cause_names() -> dict[str, str]:
    """Why something ran, in the reader's language."""
    return {"cron": _("Timetable"), "dated": _("Set date"), "asked": _("Run by hand")}


def explain(error: str) -> str:
    """The ledger's own reasons in the reader's language; what a job raised as it is."""
    reasons = {
        "plugin-off": _("The plugin was not enabled at that time."),
        "too-late": _("Its time was over for longer than is allowed when somebody could start it."),
        "still-going": _("The run before it was still going."),
        "process-died": _("The process that ran it died."),
        "undeclared": _("No plugin declares this job any more."),
    }
    code, _separator, detail = error.partition(": ")
    words = reasons.get(code)
    if words is None:
        return error
    return f"{words} ({detail})" if detail else words


@get("/jobs", guards=[requires(READ)])
async def list_jobs(request: Request[Any, Any, Any]) -> Page:
    """Every declared job with its next time and its last run."""
    service = service_of(request)
    query = ListQuery.from_request(request, filters=("plugin",))
    declared = list(service.jobs)
    last = await service.history.last_runs([job.id for _record, job in declared])
    going = await service.history.open_jobs()
    jobs = [_shown(service, record, job, last.get(job.id), job.id in going) for record, job in declared]
    words, plugin = query.q.casefold(), query.filters["plugin"]
    rows = [
        shown
        for (record, _job), shown in zip(declared, jobs, strict=True)
        if plugin in ("", record.id) and words in f"{shown.title} {shown.id}".casefold()
    ]
    context = {
        "query": query,
        "jobs": rows,
        "plugins": {record.id: title_of(record) for record, _job in declared},
        "is_open": any(row.is_open for row in rows),
        **_names(),
    }
    return Page("scheduling/jobs.html", context, block="table")


@get("/jobs/{job_id:str}", guards=[requires(READ)])
async def show_job(request: Request[Any, Any, Any], job_id: FromPath[str]) -> Page:
    """One job and its history."""
    service = service_of(request)
    record, job = _found(service, job_id)
    query = ListQuery.from_request(request, filters=("state",), size=30)
    if query.filters["state"] not in STATES:
        query = query.changed(state="", page=query.page)
    runs, total = await service.history.runs(job_id, query)
    last = (await service.history.last_runs([job_id])).get(job_id)
    going = job_id in await service.history.open_jobs()
    context = {
        "query": query,
        "job": _shown(service, record, job, last, going),
        "grace_minutes": job.grace // 60,
        "runs": runs,
        "total": total,
        "waiting": await service.history.waiting(job_id),
        **_names(),
    }
    return Page("scheduling/job.html", context, block="table")


@post("/jobs/{job_id:str}/run", guards=[requires(RUN)], status_code=303)
async def run_job(
    request: Request[Any, Any, Any], actor: NamedDependency[Actor], job_id: FromPath[str]
) -> Response[Any]:
    """Ask the leader to run it now; the job's page follows the run."""
    await service_of(request).ask(job_id, actor)
    return go_to(request, f"/scheduling/jobs/{job_id}")


def _names() -> dict[str, Any]:
    return {"states": state_names(), "causes": cause_names(), "looks": LOOKS, "explain": explain, "run_permission": RUN}


def _found(service: SchedulingService, job_id: str) -> tuple[PluginRecord, Job]:
    found = service.jobs.get(job_id)
    if found is None:
        raise NotFound(_("There is no job {job}.", job=job_id))
    return found


def _shown(service: SchedulingService, record: PluginRecord, job: Job, last: PastRun | None, is_open: bool) -> ShownJob:
    runs = job.cron and record.is_active and not problem_with(job)
    return ShownJob(
        id=job.id,
        title=translate(record.id, job.title),
        plugin=title_of(record),
        is_active=record.is_active,
        when=in_words(job.cron) if not problem_with(job) else job.cron,
        cron=job.cron,
        next=next_time(job.cron, service.core.clock.now()) if runs else None,
        last=last,
        is_open=is_open,
    )


PAGES = [list_jobs, show_job, run_job]
