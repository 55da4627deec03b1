"""What all pages of identity need."""

from typing import Any

from litestar import Request

from huitang_kernel.identity.service import IdentityService


def service_of(request: Request[Any, Any, Any]) -> IdentityService:
    """The service of this process."""
    service: IdentityService = request.app.state.hall.services.identity
    return service
