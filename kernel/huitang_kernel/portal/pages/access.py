"""How the portal's handlers reach their service, and the names of its permissions."""

from __future__ import annotations

from typing import Any

from litestar import Request

from huitang_kernel.portal.service import PortalService

READ_CONSOLE = "portal.console.read"
MANAGE_PLUGINS = "portal.plugin.manage"
READ_AUDIT = "portal.audit.read"
MANAGE_EVENTS = "portal.event.manage"


def portal_of(request: Request[Any, Any, Any]) -> PortalService:
    """The portal's service of the application that serves this request."""
    service = request.app.state.hall.services.portal
    if not isinstance(service, PortalService):
        raise TypeError(f"the portal of this application is {service!r}")
    return service
