"""Enrolling a device: a page for its browser, and the same as JSON for clients that are none."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from msgspec import Meta, Struct

from huitang_kernel.identity.pages.common import service_of
from huitang_kernel.identity.visits import is_secure, local_path, visit_of
from huitang_sdk.contracts import Actor, Device
from huitang_sdk.contracts.devices import DEVICE_COOKIE
from huitang_sdk.errors import HuitangError, Invalid, TooManyRequests
from huitang_sdk.http import Page, go_to, public

HERE = "/identity/devices/enrol"
KEPT_SECONDS = 400 * 24 * 3600
"""The longest that browsers keep a cookie."""

AnyRequest = Request[Any, Any, Any]


@get("/devices/enrol", guards=[public])
async def show_enrol(
    request: AnyRequest, actor: NamedDependency[Actor], code: FromQuery[str] = "", next: FromQuery[str] = HERE
) -> Page:
    """The form, filled by the link or QR code; sent by a press, because links are also opened to look at them."""
    return await _page(request, actor, code, local_path(next))


@post("/devices/enrol", guards=[public], status_code=303)
async def enrol(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Take the code; on success the browser is the device from now on."""
    form = await request.form()
    code, target = (value if isinstance(value, str) else "" for value in (form.get("code"), form.get("next")))
    service, visit = service_of(request), visit_of(request)
    try:
        _device, token = await service.devices.enrol("", code, visit.address, visit.request_id)
    except (Invalid, TooManyRequests) as error:
        return await _page(request, actor, code, local_path(target or HERE), error)
    response = go_to(request, local_path(target or HERE))
    response.set_cookie(
        Cookie(
            DEVICE_COOKIE,
            path="/",
            value=token,
            max_age=KEPT_SECONDS,
            httponly=True,
            secure=is_secure(request, service.secure_cookies),
            samesite="lax",
        )
    )
    return response


async def _page(request: AnyRequest, actor: Actor, code: str, target: str, error: HuitangError | None = None) -> Page:
    itself = await service_of(request).devices.get("", actor.device_id) if actor.device_id else None
    context = {"code": code[:40], "next": target, "error": error.message if error else "", "device": itself}
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyRequests) else {}
    return Page("identity/enrol.html", context, status_code=error.status if error else 200, headers=headers)


class Code(Struct, frozen=True):
    code: Annotated[str, Meta(max_length=200)]


class Enrolled(Struct, frozen=True):
    """The token is said once; it goes into "Authorization: Bearer …" of every request from now on."""

    token: str
    device: dict[str, str]


@post("/devices/enrol", guards=[public], status_code=200)
async def api_enrol(request: AnyRequest, data: JSONBody[Code]) -> Enrolled:
    """`{"code": "7K3M-9QXT-2HV"}` → the token and the device's id, name and place."""
    visit = visit_of(request)
    device, token = await service_of(request).devices.enrol("", data.code, visit.address, visit.request_id)
    return Enrolled(token, summary_of(device))


def summary_of(device: Device) -> dict[str, str]:
    return {"id": str(device.id), "name": device.name, "place": device.place}


ENROL_PAGES = [show_enrol, enrol]
ENROL_API = [api_enrol]
