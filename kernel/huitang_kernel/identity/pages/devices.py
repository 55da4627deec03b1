"""Console: the devices of all plugins."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from huitang_kernel.identity.device_desk import MANAGE, READ, SORTABLE, DeviceDesk
from huitang_kernel.identity.forms import DeviceForm, offer, unit_choices
from huitang_kernel.identity.pages.common import service_of
from huitang_sdk.codes import qr_svg
from huitang_sdk.contracts import Actor, Invitation
from huitang_sdk.errors import Invalid
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator
from huitang_sdk.lists import ListQuery

_ = Translator("identity")
LIST = "/identity/devices"
AGAIN_HOURS = 72
AnyRequest = Request[Any, Any, Any]


@get("/devices", guards=[requires(READ)])
async def list_devices(request: AnyRequest, actor: NamedDependency[Actor]) -> Page:
    """Devices in scope: words, plugin, state; sorted; paged."""
    desk = DeviceDesk(service_of(request))
    query = ListQuery.from_request(request, sortable=tuple(SORTABLE), default="place", filters=("plugin", "state"))
    rows, total = await desk.devices(actor, query)
    context = {
        "query": query,
        "rows": rows,
        "total": total,
        "units": (await desk.service.tree.read()).by_id,
        "plugins": desk.plugin_titles(),
    }
    return Page("identity/devices.html", context, block="content")


async def _form(desk: DeviceDesk, actor: Actor, form: DeviceForm) -> DeviceForm:
    titles = desk.plugin_titles()
    offer(form.role, [(role.id, f"{titles[role.plugin]}：{role.title}") for role in desk.roles()])
    offer(form.organisation_id, unit_choices(await desk.units(actor), ""))
    return form


@get("/devices/invite", guards=[requires(MANAGE)])
async def new_device(request: AnyRequest, actor: NamedDependency[Actor]) -> Page:
    """The form for one device; plugins invite whole halls at once."""
    form = await _form(DeviceDesk(service_of(request)), actor, DeviceForm())
    return Page("identity/device_new.html", {"form": form})


@post("/devices/invite", guards=[requires(MANAGE)], status_code=200)
async def invite_device(request: AnyRequest, actor: NamedDependency[Actor]) -> Page:
    """Make the device and show its code, once."""
    desk = DeviceDesk(service_of(request))
    form = await _form(desk, actor, await DeviceForm.from_request(request))
    if form.validate():
        try:
            invitation = await desk.invite(actor, form.device(), form.unit(), form.hours.data)
        except Invalid as error:
            form.fail(error.fields)
        else:
            return _told(request, invitation)
    return Page("identity/device_new.html", {"form": form}, status_code=422)


def _told(request: AnyRequest, invitation: Invitation) -> Page:
    """The one page that shows a code: to be typed, opened or scanned."""
    link = str(request.base_url).rstrip("/") + invitation.path
    scanned = qr_svg(link, title=_("QR code of this address"))
    context = {"device": invitation.device, "invitation": invitation, "link": link, "scanned": scanned}
    return Page("identity/device_code.html", context)


@get("/devices/{device_id:uuid}", guards=[requires(READ)])
async def show_device(
    request: AnyRequest, actor: NamedDependency[Actor], device_id: FromPath[UUID], done: FromQuery[str] = ""
) -> Page:
    """Facts, and what may be done with the device."""
    desk = DeviceDesk(service_of(request))
    row = await desk.device(actor, device_id)
    scope = desk.service.context.permissions.scope(actor, MANAGE)
    context = {
        "device": row,
        "units": (await desk.service.tree.read()).by_id,
        "plugins": desk.plugin_titles(),
        "roles": {role.id: role.title for role in desk.roles()},
        "may_manage": scope.includes(key=device_id, organisation=row["organisation_id"]),
        "done": done,
    }
    return Page("identity/device.html", context)


@post("/devices/{device_id:uuid}/move", guards=[requires(MANAGE)], status_code=303)
async def move_device(request: AnyRequest, actor: NamedDependency[Actor], device_id: FromPath[UUID]) -> Response[Any]:
    """Bind it to another place."""
    place = (await request.form()).get("place")
    await DeviceDesk(service_of(request)).move(actor, device_id, place if isinstance(place, str) else "")
    return go_to(request, f"{LIST}/{device_id}?done=moved")


@post("/devices/{device_id:uuid}/reinvite", guards=[requires(MANAGE)], status_code=200)
async def reinvite_device(request: AnyRequest, actor: NamedDependency[Actor], device_id: FromPath[UUID]) -> Page:
    """End what it holds and show a new code, once."""
    return _told(request, await DeviceDesk(service_of(request)).reinvite(actor, device_id, AGAIN_HOURS))


@post("/devices/{device_id:uuid}/revoke", guards=[requires(MANAGE)], status_code=303)
async def revoke_device(request: AnyRequest, actor: NamedDependency[Actor], device_id: FromPath[UUID]) -> Response[Any]:
    """Shut it out, with the reason on record."""
    reason = (await request.form()).get("reason")
    text = reason.strip()[:500] if isinstance(reason, str) else ""
    if not text:
        message = _("Say why the device is shut out: the reason is kept in the audit log.")
        raise Invalid(message, fields={"reason": message})
    await DeviceDesk(service_of(request)).revoke(actor, device_id, text)
    return go_to(request, f"{LIST}/{device_id}?done=revoked")


DEVICE_PAGES = [list_devices, new_device, invite_device, show_device, move_device, reinvite_device, revoke_device]
