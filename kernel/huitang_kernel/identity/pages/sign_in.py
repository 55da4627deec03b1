"""Signing in and out. Everything works without JavaScript."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from huitang_kernel.identity.pages.common import service_of
from huitang_kernel.identity.visits import carry_over, drop_session, is_secure, local_path, set_session, visit_of
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import HuitangError, Invalid, TooManyRequests
from huitang_sdk.http import Page, go_to, public

PASSWORD_PAGE = "/identity/password"  # noqa: S105


@get("/sign-in", guards=[public])
async def show_sign_in(
    request: Request[Any, Any, Any], actor: NamedDependency[Actor], next: FromQuery[str] = "/"
) -> Response[Any]:
    """The form; whoever is signed in already goes on, whoever must choose a password goes there."""
    if request.scope.get("huitang_must_change_password"):
        return Redirect(PASSWORD_PAGE, status_code=303)
    if actor.is_signed_in:
        return Redirect(local_path(next), status_code=303)
    return Page("identity/sign_in.html", {"next": local_path(next), "username": "", "error": ""})


@post("/sign-in", guards=[public], status_code=303)
async def sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """Check name and password; on success a new session replaces whatever the browser had."""
    form = await request.form()
    username, password, target = (_text(form.get(name)) for name in ("username", "password", "next"))
    service = service_of(request)
    try:
        entered = await service.entrance.sign_in(username, password, visit_of(request))
    except (Invalid, TooManyRequests) as error:
        return _again(username, local_path(target), error)
    secure = is_secure(request, service.secure_cookies)
    response = go_to(request, PASSWORD_PAGE if entered.must_change_password else local_path(target))
    set_session(response, entered.token, service.settings, secure=secure)
    carry_over(response, request, entered)
    return response


@post("/sign-out", guards=[public], status_code=303)
async def sign_out(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Response[Any]:
    """End this session. Public, so that a session that is over already is no error."""
    if actor.account_id is not None and actor.session_id is not None:
        await service_of(request).sessions.end(actor, actor.account_id, only=actor.session_id, reason="signed out")
    response = go_to(request, "/identity/sign-in")
    drop_session(response)
    return response


def _again(username: str, target: str, error: HuitangError) -> Page:
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyRequests) else {}
    context = {"next": target, "username": username, "error": error.message}
    return Page("identity/sign_in.html", context, status_code=error.status, headers=headers)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
