"""Console: roles and what they allow."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from huitang_kernel.permissions.desk import MANAGE, READ, Desk
from huitang_kernel.permissions.forms import NewRoleForm, RoleForm, offer
from huitang_kernel.permissions.pages.common import desk_of
from huitang_kernel.permissions.store import StoredRole
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import HuitangError
from huitang_sdk.http import Page, go_to, requires

LIST = "/permissions/roles"
AnyRequest = Request[Any, Any, Any]


@get("/roles", guards=[requires(READ)])
async def list_roles(request: AnyRequest, actor: NamedDependency[Actor], done: FromQuery[str] = "") -> Page:
    """All roles by plugin, with how many hold them."""
    desk = desk_of(request)
    groups: dict[str, list[tuple[StoredRole, str, int]]] = {}
    for role in await desk.service.store.roles():
        count = len(desk.service.policy.allowed.get(role.id, ()))
        groups.setdefault(desk.service.catalogue.plugin_title(role.plugin), []).append((role, desk.title(role), count))
    may_change = desk.service.scope(actor, MANAGE).everything
    return Page("permissions/roles.html", {"groups": groups, "may_change": may_change, "done": done})


async def _offer_parents(desk: Desk, form: RoleForm, role_id: str) -> None:
    offer(
        form.parents, [(role.id, desk.title(role)) for role in await desk.service.store.roles() if role.id != role_id]
    )


async def _ticked(request: AnyRequest, desk: Desk, role: StoredRole | None) -> tuple[list[str], list[str]]:
    """What is ticked as allowed and as refused, of what the page offers."""
    form = await request.form()
    offered = {choice.id for section in desk.sections(role) for choice in section.choices}
    allows, denies = ([str(v) for v in form.getall(name, []) if v in offered] for name in ("allow", "deny"))
    return allows, denies


def _page(desk: Desk, form: RoleForm, role: StoredRole | None, allows: Any, denies: Any, **more: Any) -> Page:
    context = {
        "form": form,
        "role": role,
        "role_title": desk.title(role) if role else "",
        "sections": desk.sections(role),
        "allows": set(allows),
        "denies": set(denies),
        "held": desk.service.policy.allowed.get(role.id, frozenset()) if role else frozenset(),
        "read_only": False,
        "source": "",
    }
    status = more.pop("status_code", 200)
    return Page("permissions/role.html", {**context, **more}, status_code=status)


@get("/roles/new", guards=[requires(MANAGE)])
async def new_role(request: AnyRequest, actor: NamedDependency[Actor], source: FromQuery[str] = "") -> Page:
    """An empty role, or a copy of `source` to start from."""
    desk = desk_of(request)
    desk.check_roles(actor)
    copied = await desk.service.store.role(source) if source else None
    data = {"title": desk.title(copied), "reach": copied.reach, "parents": list(copied.parents)} if copied else {}
    form = NewRoleForm(data=data)
    await _offer_parents(desk, form, "")
    return _page(desk, form, None, copied.allows if copied else (), copied.denies if copied else (), source=source)


@post("/roles/new", guards=[requires(MANAGE)], status_code=303)
async def create_role(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Make a role of the operator's own."""
    desk = desk_of(request)
    desk.check_roles(actor)
    form = await NewRoleForm.from_request(request)
    await _offer_parents(desk, form, "")
    allows, denies = await _ticked(request, desk, None)
    if form.validate():
        try:
            role_id = await desk.service.create_role(
                actor,
                form.name.data.strip(),
                form.title.data,
                allows=allows,
                denies=denies,
                parents=form.parents.data,
                reach=form.reach.data,
            )
        except HuitangError as error:
            form.fail(error.fields or {"": error.message})
        else:
            return go_to(request, f"{LIST}/{role_id}")
    return _page(desk, form, None, allows, denies, status_code=422)


@get("/roles/{role_id:str}", guards=[requires(READ)])
async def show_role(request: AnyRequest, actor: NamedDependency[Actor], role_id: FromPath[str]) -> Page:
    """What a role allows and refuses: to change, or to read for those who may not."""
    desk = desk_of(request)
    role = await desk.role(role_id)
    form = RoleForm(data={"title": desk.title(role), "reach": role.reach, "parents": list(role.parents)})
    await _offer_parents(desk, form, role_id)
    grants = await desk.lines(actor, await desk.service.store.grants(roles=[role_id]))
    may_change = desk.service.scope(actor, MANAGE).everything
    return _page(desk, form, role, role.allows, role.denies, read_only=not may_change, grants=grants)


@post("/roles/{role_id:str}", guards=[requires(MANAGE)], status_code=303)
async def save_role(request: AnyRequest, actor: NamedDependency[Actor], role_id: FromPath[str]) -> Response[Any]:
    """Replace title and rules; effective everywhere within a moment."""
    desk = desk_of(request)
    desk.check_roles(actor)
    role = await desk.role(role_id)
    form = await RoleForm.from_request(request)
    await _offer_parents(desk, form, role_id)
    allows, denies = await _ticked(request, desk, role)
    if form.validate():
        try:
            await desk.service.save_role(
                actor,
                role_id,
                # The title as it was shown is the translation of the stored one: it was not changed.
                title=role.title if form.title.data == desk.title(role) else form.title.data,
                allows=allows,
                denies=denies,
                parents=form.parents.data,
                reach=form.reach.data,
            )
        except HuitangError as error:
            form.fail(error.fields or {"": error.message})
        else:
            return go_to(request, f"{LIST}?done=saved")
    return _page(desk, form, role, allows, denies, status_code=422)


@post("/roles/{role_id:str}/delete", guards=[requires(MANAGE)], status_code=303)
async def delete_role(request: AnyRequest, actor: NamedDependency[Actor], role_id: FromPath[str]) -> Response[Any]:
    """Remove a role of the operator's own that nobody holds."""
    desk = desk_of(request)
    desk.check_roles(actor)
    await desk.service.delete_role(actor, role_id)
    return go_to(request, f"{LIST}?done=deleted")


ROLE_PAGES = [list_roles, new_role, create_role, show_role, save_role, delete_role]
