"""Console: accounts."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from huitang_kernel.identity.desk import MANAGE, READ, SORTABLE, Desk, first_password
from huitang_kernel.identity.forms import AccountForm, offer, unit_choices
from huitang_kernel.identity.pages.common import service_of
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Invalid
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator
from huitang_sdk.lists import ListQuery
from huitang_sdk.personal import masked

_ = Translator("identity")
LIST = "/identity/accounts"
AnyRequest = Request[Any, Any, Any]


@get("/accounts", guards=[requires(READ)])
async def list_accounts(request: AnyRequest, actor: NamedDependency[Actor]) -> Page:
    """Accounts in scope: words, unit, status; sorted; paged."""
    desk = Desk(service_of(request))
    query = ListQuery.from_request(request, sortable=tuple(SORTABLE), default="name", filters=("unit", "status"))
    rows, total = await desk.accounts(actor, query)
    context = {
        "query": query,
        "rows": rows,
        "total": total,
        "units": (await desk.service.tree.read()).by_id,
        "unit_choices": unit_choices(await desk.units(actor, READ), ""),
    }
    return Page("identity/accounts.html", context, block="content")


async def _form(request: AnyRequest, actor: Actor, form: AccountForm, account: dict[str, Any] | None) -> AccountForm:
    """Offer the units the actor may put accounts into; keep the present one even if it is none of them."""
    desk = Desk(service_of(request))
    units = list(await desk.units(actor, MANAGE))
    everything = desk.service.context.permissions.scope(actor, MANAGE).everything
    choices = unit_choices(units, _("(none)") if everything else "")
    present = str(account["organisation_id"] or "") if account else ""
    if account and present not in {value for value, _text in choices}:
        node = (await desk.service.tree.read()).by_id.get(account["organisation_id"])
        choices.insert(0, (present, node.name if node else _("(none)")))
    offer(form.organisation_id, choices)
    return form


@get("/accounts/new", guards=[requires(MANAGE)])
async def new_account(request: AnyRequest, actor: NamedDependency[Actor], unit: FromQuery[str] = "") -> Page:
    """The form for a new account."""
    form = await _form(request, actor, AccountForm(data={"organisation_id": unit, "locale": "zh-CN"}), None)
    return Page("identity/account_new.html", {"form": form})


@post("/accounts/new", guards=[requires(MANAGE)], status_code=303)
async def create_account(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Make the account with a first password, shown once, to be changed at the first sign-in."""
    desk = Desk(service_of(request))
    form = await _form(request, actor, await AccountForm.from_request(request), None)
    if form.validate():
        values = form.values()
        desk.check_unit(actor, values["organisation_id"])
        password = first_password()
        try:
            account = await desk.service.create_account(actor, password=password, must_change_password=True, **values)
        except Invalid as error:
            form.fail(error.fields)
        else:
            return _told(account.id, account.name, account.username, password)
    return Page("identity/account_new.html", {"form": form}, status_code=422)


def _told(account_id: UUID, name: str, username: str, password: str) -> Page:
    """The one page that shows a first password."""
    context = {"account_id": account_id, "name": name, "username": username, "password": password}
    return Page("identity/password_told.html", context)


@get("/accounts/{account_id:uuid}", guards=[requires(READ)])
async def show_account(
    request: AnyRequest, actor: NamedDependency[Actor], account_id: FromPath[UUID], done: FromQuery[str] = ""
) -> Page:
    """Facts, sessions, and what may be done with the account."""
    desk = Desk(service_of(request))
    row = await desk.account(actor, account_id)
    service, permissions = desk.service, desk.service.context.permissions
    in_hand = permissions.scope(actor, MANAGE).includes(
        key=account_id, organisation=row["organisation_id"], owner=account_id
    )
    context = {
        "account": row,
        "phone": masked("phone", row.pop("phone")),
        "units": (await service.tree.read()).by_id,
        "sessions": await service.sessions.of(account_id),
        "locked_until": await service.attempts.locked_until(row["username"]),
        "may_manage": in_hand and await permissions.may_handle(actor, account_id),  # type: ignore[attr-defined]
        "is_own": account_id == actor.account_id,
        "done": done,
    }
    return Page("identity/account.html", context)


@get("/accounts/{account_id:uuid}/edit", guards=[requires(MANAGE)])
async def edit_account(request: AnyRequest, actor: NamedDependency[Actor], account_id: FromPath[UUID]) -> Page:
    """The same form, filled."""
    row = await Desk(service_of(request)).handled(actor, account_id)
    data = {**row, "organisation_id": str(row["organisation_id"] or "")}
    form = await _form(request, actor, AccountForm(data=data), row)
    return Page("identity/account_edit.html", {"form": form, "account": row})


@post("/accounts/{account_id:uuid}/edit", guards=[requires(MANAGE)], status_code=303)
async def save_account(request: AnyRequest, actor: NamedDependency[Actor], account_id: FromPath[UUID]) -> Response[Any]:
    """Save; moving somebody into another unit needs the right there too."""
    desk = Desk(service_of(request))
    row = await desk.handled(actor, account_id)
    form = await _form(request, actor, await AccountForm.from_request(request), row)
    if form.validate():
        values = form.values()
        if values["organisation_id"] != row["organisation_id"]:
            desk.check_unit(actor, values["organisation_id"])
        try:
            await desk.service.update_account(actor, account_id, **values)
        except Invalid as error:
            form.fail(error.fields)
        else:
            return go_to(request, f"{LIST}/{account_id}?done=saved")
    return Page("identity/account_edit.html", {"form": form, "account": row}, status_code=422)


@post("/accounts/{account_id:uuid}/active", guards=[requires(MANAGE)], status_code=303)
async def switch_account(
    request: AnyRequest, actor: NamedDependency[Actor], account_id: FromPath[UUID]
) -> Response[Any]:
    """Switch an account off (its sessions end at once) or on; not one's own."""
    desk = Desk(service_of(request))
    await desk.handled(actor, account_id)
    on = (await request.form()).get("on") == "yes"
    if not on and account_id == actor.account_id:
        raise Invalid(_("You cannot switch off your own account."))
    await desk.service.update_account(actor, account_id, is_active=on)
    return go_to(request, f"{LIST}/{account_id}?done={'on' if on else 'off'}")


@post("/accounts/{account_id:uuid}/password", guards=[requires(MANAGE)], status_code=200)
async def reset_password(request: AnyRequest, actor: NamedDependency[Actor], account_id: FromPath[UUID]) -> Page:
    """Give a first password again: all sessions end, the lock is lifted, it is shown once."""
    desk = Desk(service_of(request))
    row = await desk.handled(actor, account_id)
    password = first_password()
    await desk.service.set_password(actor, account_id, password, must_change=True)
    return _told(account_id, row["name"], row["username"], password)


@post("/accounts/{account_id:uuid}/unlock", guards=[requires(MANAGE)], status_code=303)
async def unlock_account(
    request: AnyRequest, actor: NamedDependency[Actor], account_id: FromPath[UUID]
) -> Response[Any]:
    """Forget failed tries, so that the person can sign in now."""
    desk = Desk(service_of(request))
    await desk.handled(actor, account_id)
    await desk.service.unlock(actor, account_id)
    return go_to(request, f"{LIST}/{account_id}?done=unlocked")


@post("/accounts/{account_id:uuid}/end-sessions", guards=[requires(MANAGE)], status_code=303)
async def end_sessions(request: AnyRequest, actor: NamedDependency[Actor], account_id: FromPath[UUID]) -> Response[Any]:
    """Sign the person out everywhere."""
    desk = Desk(service_of(request))
    await desk.handled(actor, account_id)
    await desk.service.sessions.end(actor, account_id, reason="ended by an operator")
    return go_to(request, f"{LIST}/{account_id}?done=ended")


ACCOUNT_PAGES = [
    list_accounts,
    new_account,
    create_account,
    show_account,
    edit_account,
    save_account,
    switch_account,
    reset_password,
    unlock_account,
    end_sessions,
]
