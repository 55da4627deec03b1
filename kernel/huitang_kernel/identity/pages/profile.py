"""Pages about oneself: details, how pages look, password, sessions."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from huitang_kernel.identity.forms import PasswordForm, ProfileForm, text_values
from huitang_kernel.identity.pages.common import service_of
from huitang_kernel.identity.visits import device_of, display_now, display_value, remember_display, remember_locale
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import HuitangError, Invalid, TooManyRequests
from huitang_sdk.http import Page, go_to, signed_in
from huitang_sdk.i18n import Translator, current_locale

_ = Translator("identity")
PROFILE = "/identity/profile"
AnyRequest = Request[Any, Any, Any]


async def _own(request: AnyRequest, actor: Actor) -> dict[str, Any]:
    """What the form shows: details, and how pages look here and now, so that saving changes nothing by itself."""
    service = service_of(request)
    assert actor.account_id is not None
    row = await service.people.row(actor.account_id)
    row["phone"] = service.phones.open(row["phone"], actor.account_id)
    return {**row, **display_now(request), "locale": current_locale()}


async def _profile(
    request: AnyRequest, actor: Actor, form: ProfileForm, *, done: str = "", status_code: int = 200
) -> Page:
    service = service_of(request)
    assert actor.account_id is not None
    context = {
        "form": form,
        "account": await service.account(actor.account_id),
        "units": (await service.tree.read()).by_id,
        "sessions": await service.sessions.of(actor.account_id),
        "device_of": device_of,
        "done": done,
    }
    return Page("identity/profile.html", context, status_code=status_code)


@get("/profile", guards=[signed_in])
async def show_profile(request: AnyRequest, actor: NamedDependency[Actor], done: FromQuery[str] = "") -> Page:
    """Who I am here, how I want to see pages, where I am signed in."""
    return await _profile(request, actor, ProfileForm(data=await _own(request, actor)), done=done)


@post("/profile", guards=[signed_in], status_code=303)
async def save_profile(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Save and apply at once: the cookies carry language and display to signed-out pages."""
    form = await ProfileForm.from_request(request)
    assert actor.account_id is not None
    if form.validate():
        try:
            await service_of(request).update_account(actor, actor.account_id, **text_values(form))
        except Invalid as error:
            form.fail(error.fields)
        else:
            response = go_to(request, f"{PROFILE}?done=saved")
            chosen = display_value(form.text_size.data, form.high_contrast.data, form.theme.data)
            remember_display(response, request, chosen)
            remember_locale(response, request, form.locale.data)
            return response
    return await _profile(request, actor, form, status_code=422)


@get("/password", guards=[signed_in])
async def show_password(request: AnyRequest, actor: NamedDependency[Actor]) -> Page:
    """Choose another password; on the first sign-in of an imported account this is the only page."""
    must = bool(request.scope.get("huitang_must_change_password"))
    return Page("identity/password.html", {"form": PasswordForm(), "must": must, "error": ""})


@post("/password", guards=[signed_in], status_code=303)
async def save_password(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Check the present one, set the new one, end all other sessions."""
    form = await PasswordForm.from_request(request)
    must, error = bool(request.scope.get("huitang_must_change_password")), ""
    if form.validate():
        try:
            await _change_password(request, actor, form)
        except TooManyRequests as refusal:
            error = refusal.message
        except HuitangError as refusal:
            form.fail(refusal.fields or {"": refusal.message})
        else:
            return go_to(request, "/" if must else f"{PROFILE}?done=password")
    return Page("identity/password.html", {"form": form, "must": must, "error": error}, status_code=422)


async def _change_password(request: AnyRequest, actor: Actor, form: PasswordForm) -> None:
    service = service_of(request)
    assert actor.account_id is not None
    if form.password.data != form.again.data:
        raise Invalid(fields={"again": _("The two new passwords differ.")})
    if form.password.data == form.present.data:
        raise Invalid(fields={"password": _("Choose another password than the present one.")})
    await service.entrance.check_own(actor, form.present.data)
    await service.set_password(actor, actor.account_id, form.password.data, keep=actor.session_id)


@post("/profile/sessions/{session_id:uuid}/end", guards=[signed_in], status_code=303)
async def end_session(request: AnyRequest, actor: NamedDependency[Actor], session_id: FromPath[UUID]) -> Response[Any]:
    """Sign out one of my other devices; somebody else's session is not found, and nothing happens."""
    assert actor.account_id is not None
    await service_of(request).sessions.end(actor, actor.account_id, only=session_id, reason="ended in the profile")
    return go_to(request, f"{PROFILE}?done=session")


@post("/profile/sessions/end-others", guards=[signed_in], status_code=303)
async def end_other_sessions(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Sign out everywhere but here."""
    assert actor.account_id is not None
    await service_of(request).sessions.end(actor, actor.account_id, but=actor.session_id, reason="ended in the profile")
    return go_to(request, f"{PROFILE}?done=session")
