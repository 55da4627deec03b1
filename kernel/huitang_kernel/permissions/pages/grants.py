"""Console: who holds what where, and why somebody may do something."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from huitang_kernel.permissions.desk import GRANT, READ, Desk
from huitang_kernel.permissions.forms import GrantForm, offer, unit_choices
from huitang_kernel.permissions.pages.common import desk_of
from huitang_sdk.contracts import Account, Actor, Explanation
from huitang_sdk.errors import HuitangError, NotFound
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator

_ = Translator("permissions")
GRANTS = "/permissions/grants"
AnyRequest = Request[Any, Any, Any]


async def _account(desk: Desk, actor: Actor, text: str, permission: str = READ) -> Account | None:
    """The account named in the address; None when none is named. Raises NotFound."""
    if not text:
        return None
    try:
        return await desk.account(actor, UUID(text), permission)
    except ValueError as error:
        raise NotFound(_("This account does not exist.")) from error


async def _grants_page(
    desk: Desk, actor: Actor, account: Account, form: GrantForm, *, done: str = "", status_code: int = 200
) -> Page:
    identity = desk.service.context.identity
    groups = await identity.groups_of(account.id)  # type: ignore[attr-defined]
    grants = await desk.service.store.grants(account_ids=[account.id], group_ids=groups)
    units, roles = await desk.units(actor), await desk.roles(actor)
    offer(form.role, [(role.id, desk.title(role)) for role in roles])
    offer(form.organisation_id, unit_choices(units))
    scope = desk.service.scope(actor, GRANT)
    in_hand = scope.includes(key=account.id, organisation=account.organisation_id, owner=None)
    context = {
        "account": account,
        "lines": await desk.lines(actor, grants),
        "form": form,
        "may_grant": in_hand and bool(units) and bool(roles),
        "done": done,
    }
    return Page("permissions/grants.html", context, status_code=status_code)


@get("/grants", guards=[requires(READ)])
async def show_grants(
    request: AnyRequest,
    actor: NamedDependency[Actor],
    account: FromQuery[str] = "",
    q: FromQuery[str] = "",
    done: FromQuery[str] = "",
) -> Page:
    """What one account holds; without an account, a way to find one."""
    desk = desk_of(request)
    chosen = await _account(desk, actor, account)
    if chosen is None:
        found = await desk.find(actor, q)
        return Page("permissions/find.html", {"q": q, "found": found, "target": GRANTS, "title": _("Who holds what")})
    form = GrantForm(data={"organisation_id": str(chosen.organisation_id or ""), "reach": "below"})
    return await _grants_page(desk, actor, chosen, form, done=done)


@post("/grants", guards=[requires(GRANT)], status_code=303)
async def give_grant(request: AnyRequest, actor: NamedDependency[Actor], account: FromQuery[str]) -> Response[Any]:
    """Give a role over some rows."""
    desk = desk_of(request)
    chosen = await _account(desk, actor, account, GRANT)
    if chosen is None:
        raise NotFound(_("This account does not exist."))
    form = await GrantForm.from_request(request)
    offer(form.role, [(role.id, desk.title(role)) for role in await desk.roles(actor)])
    offer(form.organisation_id, unit_choices(await desk.units(actor)))
    if form.validate():
        desk.check_grant(actor, form.role.data, form.unit(), form.reach.data)
        try:
            await desk.service.grant(actor, form.role.data, form.unit(), form.reach.data, account_id=chosen.id)
        except HuitangError as error:
            form.fail(error.fields or {"": error.message})
        else:
            return go_to(request, f"{GRANTS}?account={chosen.id}&done=given")
    return await _grants_page(desk, actor, chosen, form, status_code=422)


@post("/grants/{grant_id:uuid}/revoke", guards=[requires(GRANT)], status_code=303)
async def revoke_grant(request: AnyRequest, actor: NamedDependency[Actor], grant_id: FromPath[UUID]) -> Response[Any]:
    """Take a role back."""
    desk = desk_of(request)
    grant = await desk.service.store.grant(grant_id)
    if grant is None:
        raise NotFound(_("This grant does not exist any more."))
    if grant.account_id is not None:
        await desk.account(actor, grant.account_id, GRANT)
    desk.check_grant(actor, grant.role, grant.organisation_id, grant.reach)
    await desk.service.revoke(actor, grant_id)
    of_account = f"{GRANTS}?account={grant.account_id}&done=revoked"
    target = of_account if grant.account_id else f"/permissions/roles/{grant.role}"
    return go_to(request, target)


@get("/why", guards=[requires(READ)])
async def show_why(
    request: AnyRequest,
    actor: NamedDependency[Actor],
    account: FromQuery[str] = "",
    permission: FromQuery[str] = "",
    q: FromQuery[str] = "",
) -> Page:
    """Why may she? Choose an account, then a permission; the deciding rule comes first."""
    desk = desk_of(request)
    chosen = await _account(desk, actor, account)
    if chosen is None:
        found = await desk.find(actor, q)
        context = {"q": q, "found": found, "target": "/permissions/why", "title": _("Why may somebody do this?")}
        return Page("permissions/find.html", context)
    explanation: Explanation | None = await desk.service.explain(chosen.id, permission) if permission else None
    answer: dict[str, Any] = {
        "account": chosen,
        "permission": permission,
        "permission_title": desk.service.catalogue.title(permission),
        "sections": [s for s in desk.sections() if not s.choices[0].id.startswith(("@", "*"))],
        "explanation": explanation,
    }
    return Page("permissions/why.html", answer)


GRANT_PAGES = [show_grants, give_grant, revoke_grant, show_why]
