"""Health for machines: is the process alive, may traffic come."""

from typing import Any

from litestar import Request, Response, get

from huitang_kernel.portal.pages.access import portal_of
from huitang_sdk.http import public

NO_STORE = {"Cache-Control": "no-store"}


@get("/health/live", guards=[public], sync_to_thread=False)
def live() -> Response[dict[str, str]]:
    """The process answers."""
    return Response({"status": "live"}, headers=NO_STORE)


@get("/health/ready", guards=[public])
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """200 when every critical check is well, else 503; names no cause, for anybody may ask. 503 while it drains."""
    if request.app.state.hall.core.drain.is_draining:
        return Response({"status": "draining"}, status_code=503, headers=NO_STORE)
    findings = await portal_of(request).readiness.findings()
    well = all(finding.status.ok for finding in findings)
    body = {"status": "ready" if well else "not ready", "checks": {f.id: f.status.ok for f in findings}}
    return Response(body, status_code=200 if well else 503, headers=NO_STORE)
