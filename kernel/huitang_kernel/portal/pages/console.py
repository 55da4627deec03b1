"""The operator's first page: health first, then what runs where."""

import platform
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency

from huitang_kernel import __version__
from huitang_kernel.portal.health import ask_all, leaders
from huitang_kernel.portal.pages.access import READ_CONSOLE, portal_of
from huitang_kernel.web.templates import title_of
from huitang_sdk import PluginContext
from huitang_sdk.http import Page, requires


@get("/console", guards=[requires(READ_CONSOLE)])
async def overview(request: Request[Any, Any, Any], ctx: NamedDependency[PluginContext[Any]]) -> Page:
    """Plugin states, deliveries, the leader, this node; health is asked by a part that loads by itself."""
    portal = portal_of(request)
    registry = portal.core.registry
    states: dict[str, int] = {}
    for record in registry:
        states[record.state] = states.get(record.state, 0) + 1
    values = {
        "states": states,
        "counts": await portal.deliveries.counts(),
        "leaders": await leaders(ctx),
        "is_leader": portal.core.background.is_leader,
        "phases": registry.phase_milliseconds,
        "versions": {"Huitang": __version__, "Python": platform.python_version()},
        "broken": [record for record in registry if record.cause],
        "troubled": [record for record in registry if record.troubles],
    }
    return Page("portal/console/overview.html", values)


@get("/console/health", guards=[requires(READ_CONSOLE)])
async def ask_health(request: Request[Any, Any, Any]) -> Page:
    """Every check's answer, failing ones first; the block alone is the part of the overview."""
    portal = portal_of(request)
    findings = await ask_all(portal.core.registry, portal.settings.health_timeout)
    titles = {record.id: title_of(record) for record in portal.core.registry}
    return Page("portal/console/health.html", {"findings": findings, "titles": titles}, block="findings")
