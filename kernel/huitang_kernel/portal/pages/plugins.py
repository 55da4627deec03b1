"""Plugins in the console: what is installed, how it is, and its switch."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_kernel.plugins.declaring import frozen
from huitang_kernel.portal.pages.access import MANAGE_PLUGINS, READ_CONSOLE, portal_of
from huitang_kernel.portal.switches import can_retry
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator

_ = Translator("portal")


@get("/console/plugins", guards=[requires(READ_CONSOLE)])
async def list_plugins(request: Request[Any, Any, Any]) -> Page:
    """Every plugin of this node, broken ones first, then in start order."""
    records = sorted(portal_of(request).core.registry, key=lambda record: (not record.cause, record.builtin))
    return Page("portal/console/plugins.html", {"records": records})


@get("/console/plugins/{plugin:str}", guards=[requires(READ_CONSOLE)])
async def show_plugin(
    request: Request[Any, Any, Any], ctx: NamedDependency[PluginContext[Any]], plugin: FromPath[str]
) -> Page:
    """One plugin: state, cause and remedy, times, what it declared, what failed at run time."""
    switches = portal_of(request).switches
    record = switches.record(plugin)
    change = await switches.last_change(plugin)
    account = await ctx.identity.account(change.changed_by) if change.changed_by else None
    values = {
        "record": record,
        "change": change,
        "changed_by": account.name if account else "",
        "declared": {name: count for name, count in frozen(record.declarations).items() if count},
        "can_retry": can_retry(record),
    }
    return Page("portal/console/plugin.html", values)


@get("/console/plugins/{plugin:str}/switch", guards=[requires(MANAGE_PLUGINS)])
async def ask_switch(request: Request[Any, Any, Any], plugin: FromPath[str]) -> Page:
    """What switching would do, before it is done."""
    switches = portal_of(request).switches
    record = switches.record(plugin)
    if record.builtin:
        raise Conflict(_("{plugin} is part of the platform and always on.", plugin=plugin))
    values = {"record": record, "enable": not record.wanted, "touched": switches.consequences(record, request.app)}
    return Page("portal/console/switch.html", values)


@post("/console/plugins/{plugin:str}/switch", guards=[requires(MANAGE_PLUGINS)])
async def switch_plugin(
    request: Request[Any, Any, Any], actor: NamedDependency[Actor], plugin: FromPath[str]
) -> Response[Any]:
    """Enable or disable on every node."""
    wanted = str((await request.form()).get("enabled", ""))
    if wanted not in ("yes", "no"):
        raise Conflict(_("Choose on the plugin's page whether to enable or to disable it."))
    await portal_of(request).switches.switch(actor, plugin, enabled=wanted == "yes")
    return go_to(request, f"/console/plugins/{plugin}")


@post("/console/plugins/{plugin:str}/retry", guards=[requires(MANAGE_PLUGINS)])
async def retry_plugin(
    request: Request[Any, Any, Any], actor: NamedDependency[Actor], plugin: FromPath[str]
) -> Response[Any]:
    """Try once more to start a plugin that failed to start."""
    await portal_of(request).switches.retry(actor, plugin)
    return go_to(request, f"/console/plugins/{plugin}")
