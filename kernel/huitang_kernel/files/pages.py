"""The store in the operator's console."""

from typing import Any

from litestar import Request, get

from huitang_kernel.files.service import FilesService
from huitang_sdk.http import Page, requires


def service_of(request: Request[Any, Any, Any]) -> FilesService:
    service: FilesService = request.app.state.hall.services.files
    return service


@get("/", guards=[requires("files.store.read")])
async def show_store(request: Request[Any, Any, Any]) -> Page:
    """How much each part of the platform keeps, the largest files, and whether all is well."""
    overview = service_of(request).overview
    blobs, size = await overview.stored()
    return Page(
        "files/store.html",
        {
            "usage": await overview.usage(),
            "largest": await overview.largest(),
            "blobs": blobs,
            "stored": size,
            "free": await overview.free(),
            "upkeep": await overview.upkeep(),
            "faults": await overview.faults(),
            "plugins": {record.id: record for record in request.app.state.hall.registry},
        },
    )
