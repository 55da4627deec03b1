"""The gate before a plugin's routes: open while the plugin is enabled, shut within a second on every node."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard, Scope

from huitang_kernel.plugins.registry import PluginRecord, State
from huitang_sdk.errors import NotFound, Unavailable
from huitang_sdk.i18n import translate


def record_in(scope: Scope, plugin: str) -> PluginRecord:
    """The plugin in the hall whose application the request came to."""
    hall: Any = scope["litestar_app"].state["hall"]
    record: PluginRecord = hall.registry[plugin]
    return record


def gate(plugin: str) -> Guard:
    """A disabled plugin's pages do not exist; a failed one's say so."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        record = record_in(connection.scope, plugin)
        if record.is_active:
            return
        if record.state is State.DISABLED:
            raise NotFound(translate("portal", "This part of the platform is switched off."))
        raise Unavailable(translate("portal", "This part of the platform is out of order. The operator has been told."))

    return guard
