"""What all pages of permissions need."""

from typing import Any

from litestar import Request

from huitang_kernel.permissions.desk import Desk


def desk_of(request: Request[Any, Any, Any]) -> Desk:
    """The desk over this process's service."""
    return Desk(request.app.state.hall.services.permissions)
