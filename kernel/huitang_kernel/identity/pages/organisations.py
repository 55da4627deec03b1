"""Console: the organisation tree."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from huitang_kernel.identity.desk import UNITS_MANAGE, UNITS_READ, Desk
from huitang_kernel.identity.forms import UnitForm, offer, unit_choices
from huitang_kernel.identity.pages.common import service_of
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import HuitangError
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator

_ = Translator("identity")
TREE = "/identity/organisations"
AnyRequest = Request[Any, Any, Any]


@get("/organisations", guards=[requires(UNITS_READ)])
async def show_organisations(request: AnyRequest, actor: NamedDependency[Actor], done: FromQuery[str] = "") -> Page:
    """The tree, with how many people are in each unit."""
    desk = Desk(service_of(request))
    units = await desk.units(actor, UNITS_READ)
    manageable = {unit.id for unit in await desk.units(actor, UNITS_MANAGE)}
    context = {
        "units": units,
        "top": min((unit.depth for unit in units), default=0),
        "people": await desk.service.people.count_by_unit(),
        "manageable": manageable,
        "may_add": bool(manageable) or desk.service.context.permissions.scope(actor, UNITS_MANAGE).everything,
        "done": done,
    }
    return Page("identity/organisations.html", context)


async def _form(request: AnyRequest, actor: Actor, form: UnitForm, unit_id: UUID | None) -> UnitForm:
    """Parents to choose from: what the actor may manage, without the unit itself and what is below it."""
    desk = Desk(service_of(request))
    tree = await desk.service.tree.read()
    own = {unit.id for unit in tree.below(unit_id)} if unit_id else set()
    units = [unit for unit in await desk.units(actor, UNITS_MANAGE) if unit.id not in own]
    everything = desk.service.context.permissions.scope(actor, UNITS_MANAGE).everything
    choices = unit_choices(units, _("(top of the tree)") if everything else "")
    present = tree.by_id[unit_id].parent_id if unit_id else None
    if unit_id and str(present or "") not in {value for value, _text in choices}:
        parent = tree.by_id.get(present) if present else None
        choices.insert(0, (str(present or ""), parent.name if parent else _("(top of the tree)")))
    offer(form.parent_id, choices)
    return form


@get("/organisations/new", guards=[requires(UNITS_MANAGE)])
async def new_organisation(request: AnyRequest, actor: NamedDependency[Actor], parent: FromQuery[str] = "") -> Page:
    """The form for a new organisation, below `parent`."""
    form = await _form(request, actor, UnitForm(data={"parent_id": parent}), None)
    return Page("identity/organisation.html", {"form": form, "unit": None})


@post("/organisations/new", guards=[requires(UNITS_MANAGE)], status_code=303)
async def create_organisation(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Make it, the last among its siblings."""
    desk = Desk(service_of(request))
    form = await _form(request, actor, await UnitForm.from_request(request), None)
    if form.validate():
        await desk.check_unit_change(actor, form.parent())
        try:
            await desk.service.create_organisation(actor, form.name.data, form.parent(), form.code.data or "")
        except HuitangError as error:
            form.fail(error.fields or {"": error.message})
        else:
            return go_to(request, f"{TREE}?done=created")
    return Page("identity/organisation.html", {"form": form, "unit": None}, status_code=422)


@get("/organisations/{unit_id:uuid}", guards=[requires(UNITS_MANAGE)])
async def edit_organisation(request: AnyRequest, actor: NamedDependency[Actor], unit_id: FromPath[UUID]) -> Page:
    """Name, code and place of one organisation."""
    desk = Desk(service_of(request))
    await desk.check_unit_change(actor, unit_id)
    unit = await desk.unit(unit_id)
    data = {"name": unit.name, "code": unit.code, "parent_id": str(unit.parent_id or "")}
    form = await _form(request, actor, UnitForm(data=data), unit_id)
    return Page("identity/organisation.html", {"form": form, "unit": unit})


@post("/organisations/{unit_id:uuid}", guards=[requires(UNITS_MANAGE)], status_code=303)
async def save_organisation(
    request: AnyRequest, actor: NamedDependency[Actor], unit_id: FromPath[UUID]
) -> Response[Any]:
    """Rename and, if another parent was chosen, move: both or neither."""
    desk = Desk(service_of(request))
    await desk.check_unit_change(actor, unit_id)
    unit = await desk.unit(unit_id)
    form = await _form(request, actor, await UnitForm.from_request(request), unit_id)
    if form.validate():
        if form.parent() != unit.parent_id:
            await desk.check_unit_change(actor, form.parent())
        try:
            await desk.service.change_organisation(actor, unit_id, form.name.data, form.code.data or "", form.parent())
        except HuitangError as error:
            form.fail(error.fields or {"": error.message})
        else:
            return go_to(request, f"{TREE}?done=saved")
    return Page("identity/organisation.html", {"form": form, "unit": unit}, status_code=422)


@post("/organisations/{unit_id:uuid}/shift", guards=[requires(UNITS_MANAGE)], status_code=303)
async def shift_organisation(
    request: AnyRequest, actor: NamedDependency[Actor], unit_id: FromPath[UUID]
) -> Response[Any]:
    """One place up or down among its siblings."""
    desk = Desk(service_of(request))
    await desk.check_unit_change(actor, unit_id)
    step = -1 if (await request.form()).get("step") == "up" else 1
    await desk.service.tree.shift(actor, unit_id, step)
    return go_to(request, f"{TREE}#unit-{unit_id}")


@post("/organisations/{unit_id:uuid}/remove", guards=[requires(UNITS_MANAGE)], status_code=303)
async def remove_organisation(
    request: AnyRequest, actor: NamedDependency[Actor], unit_id: FromPath[UUID]
) -> Response[Any]:
    """Remove an empty organisation."""
    desk = Desk(service_of(request))
    await desk.check_unit_change(actor, unit_id)
    await desk.service.tree.remove(actor, unit_id)
    return go_to(request, f"{TREE}?done=removed")


ORGANISATION_PAGES = [
    show_organisations,
    new_organisation,
    create_organisation,
    edit_organisation,
    save_organisation,
    shift_organisation,
    remove_organisation,
]
