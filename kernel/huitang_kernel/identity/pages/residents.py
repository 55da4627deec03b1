"""Pages of residents: sign in with a code sent to a phone, see one's sessions, change the number, take it all away.

Everything works without JavaScript. Whether a number is registered shows nowhere before its holder has typed the code.
"""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from huitang_kernel.identity import resident_codes, resident_sessions
from huitang_kernel.identity.forms import CodeForm, PhoneForm
from huitang_kernel.identity.pages.common import service_of
from huitang_kernel.identity.resident_codes import Asked
from huitang_kernel.identity.visits import device_of, is_secure, local_path
from huitang_sdk.contracts import Actor, Resident
from huitang_sdk.errors import HuitangError, Invalid, NotSignedIn, TooManyRequests
from huitang_sdk.forms import Form
from huitang_sdk.http import Page, go_to, public, resident_actor, resident_of, resident_signed_in, sender_of
from huitang_sdk.i18n import Translator

_ = Translator("identity")
HOME = "/identity/residents"
SIGN_IN = f"{HOME}/sign-in"
CODE = f"{HOME}/code"
AnyRequest = Request[Any, Any, Any]


def target_of(next_page: str) -> str:
    """Where to go after signing in: a page of this site, not one of these again; else the resident's own."""
    target = local_path(next_page)
    return HOME if target == "/" or target.startswith(f"{HOME}/") else target


def _refused(template: str, form: Form, error: HuitangError, context: dict[str, Any]) -> Page:
    """The form again, with what is wrong at its field or on top."""
    known = {name: message for name, message in error.fields.items() if name in form._fields}
    form.fail(known or {"": error.message})
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyRequests) else {}
    return Page(template, {"form": form, **context}, status_code=error.status, headers=headers)


def _itself(request: AnyRequest) -> Resident:
    resident = resident_of(request)
    if resident is None:
        raise NotSignedIn
    return resident


async def _send_code(request: AnyRequest, actor: Actor, phone: str, target: str) -> Response[Any]:
    """Have a code sent, and let this browser be the one in which it is good."""
    service = service_of(request)
    token = await service.residents.codes.ask(actor, phone, sender_of(request), target=target)
    response = go_to(request, CODE)
    response.set_cookie(
        Cookie(
            resident_codes.COOKIE,
            path=HOME,
            value=token,
            max_age=service.settings.resident_code_minutes * 60,
            httponly=True,
            secure=is_secure(request, service.secure_cookies),
            samesite="lax",
        )
    )
    return response


@get("/residents/sign-in", guards=[public])
async def show_resident_sign_in(request: AnyRequest, next: FromQuery[str] = HOME) -> Response[Any]:
    """Ask for the number; whoever is signed in goes on."""
    if resident_of(request) is not None:
        return Redirect(target_of(next), status_code=303)
    return Page("identity/residents/sign_in.html", {"form": PhoneForm(), "next": target_of(next)})


@post("/residents/sign-in", guards=[public], status_code=303)
async def ask_for_code(request: AnyRequest) -> Response[Any]:
    """Send a code to the number, whoever it belongs to."""
    form = await PhoneForm.from_request(request)
    asked = await request.form()
    target = target_of(str(asked.get("next", "")))
    try:
        if form.validate():
            nobody = resident_actor(request) if resident_of(request) is None else Actor()
            return await _send_code(request, nobody, form.phone.data or "", target)
    except (Invalid, TooManyRequests) as error:
        return _refused("identity/residents/sign_in.html", form, error, {"next": target})
    return Page("identity/residents/sign_in.html", {"form": form, "next": target}, status_code=422)


@get("/residents/code", guards=[public])
async def show_code(request: AnyRequest, sent: FromQuery[str] = "") -> Response[Any]:
    """Ask for the code that was sent; without one that is out, begin anew."""
    asked = await service_of(request).residents.asked_by(request.cookies.get(resident_codes.COOKIE, ""))
    if asked is None:
        return Redirect(SIGN_IN, status_code=303)
    return Page("identity/residents/code.html", {"form": CodeForm(), **_code_context(request, asked), "sent": sent})


@post("/residents/code", guards=[public], status_code=303)
async def check_code(request: AnyRequest) -> Response[Any]:
    """Let in whoever has the code, or give a resident the number that he or she has shown to hold."""
    token = request.cookies.get(resident_codes.COOKIE, "")
    form = await CodeForm.from_request(request)
    asked = await service_of(request).residents.asked_by(token)
    if form.validate():
        try:
            changing = asked is not None and asked.resident_id is not None
            return await (_change(request, token, form) if changing else _enter(request, token, form))
        except (Invalid, TooManyRequests) as error:
            return _refused("identity/residents/code.html", form, error, _code_context(request, asked))
    context = {"form": form, **_code_context(request, asked)}
    return Page("identity/residents/code.html", context, status_code=422)


async def _enter(request: AnyRequest, token: str, form: CodeForm) -> Response[Any]:
    service, keep = service_of(request), bool(form.keep.data)
    entry = await service.residents.enter(
        token,
        form.code.data or "",
        sender_of(request),
        keep=keep,
        user_agent=request.headers.get("user-agent", ""),
        replacing=request.cookies.get(resident_sessions.COOKIE, ""),
    )
    response = go_to(request, target_of(entry.next))
    response.delete_cookie(resident_codes.COOKIE, path=HOME)
    response.set_cookie(
        Cookie(
            resident_sessions.COOKIE,
            path="/",
            value=entry.token,
            max_age=int(service.residents.sessions.lifetime(True).total_seconds()) if keep else None,
            httponly=True,
            secure=is_secure(request, service.secure_cookies),
            samesite="lax",
        )
    )
    return response


async def _change(request: AnyRequest, token: str, form: CodeForm) -> Response[Any]:
    residents = service_of(request).residents
    await residents.change_phone(resident_actor(request), token, form.code.data or "", sender_of(request))
    response = go_to(request, f"{HOME}?done=phone")
    response.delete_cookie(resident_codes.COOKIE, path=HOME)
    return response


@post("/residents/code/again", guards=[public], status_code=303)
async def send_again(request: AnyRequest) -> Response[Any]:
    """Another code to the same number; the one before is good until it runs out, in no browser any more."""
    asked = await service_of(request).residents.asked_by(request.cookies.get(resident_codes.COOKIE, ""))
    resident = resident_of(request)
    if asked is None or asked.resident_id not in (None, resident.id if resident else None):
        return go_to(request, SIGN_IN)
    actor = resident_actor(request) if asked.resident_id else Actor()
    try:
        return await _send_code(request, actor, asked.phone, asked.next)
    except TooManyRequests as error:
        return _refused("identity/residents/code.html", CodeForm(), error, _code_context(request, asked))


def _code_context(request: AnyRequest, asked: Asked | None) -> dict[str, Any]:
    return {
        "phone": asked.masked if asked else "",
        "changing": asked is not None and asked.resident_id is not None,
        "minutes": service_of(request).settings.resident_code_minutes,
        "days": service_of(request).settings.resident_days,
        "sent": "",
    }


@get("/residents", guards=[resident_signed_in])
async def show_resident(request: AnyRequest, done: FromQuery[str] = "") -> Page:
    """The resident's own page: what can be done here, where he or she is signed in, and the way out."""
    resident = _itself(request)
    context = {
        "resident": resident,
        "sessions": await service_of(request).residents.sessions.of(resident.id),
        "device_of": device_of,
        "done": done,
    }
    return Page("identity/residents/home.html", context)


@post("/residents/sign-out", guards=[public], status_code=303)
async def sign_resident_out(request: AnyRequest) -> Response[Any]:
    """End this session. Public, so that a session that is over already is no error."""
    resident = resident_of(request)
    if resident is not None:
        sessions = service_of(request).residents.sessions
        await sessions.end(resident_actor(request), resident.id, only=resident.session_id)
    return _leave(request, "/")


@post("/residents/sessions/{session_id:uuid}/end", guards=[resident_signed_in], status_code=303)
async def end_resident_session(request: AnyRequest, session_id: FromPath[UUID]) -> Response[Any]:
    """Sign out another of one's devices; somebody else's session is not found, and nothing happens."""
    sessions, resident = service_of(request).residents.sessions, _itself(request)
    await sessions.end(resident_actor(request), resident.id, only=session_id)
    return go_to(request, f"{HOME}?done=session")


@post("/residents/sessions/end-others", guards=[resident_signed_in], status_code=303)
async def end_other_resident_sessions(request: AnyRequest) -> Response[Any]:
    """Sign out everywhere but here."""
    sessions, resident = service_of(request).residents.sessions, _itself(request)
    await sessions.end(resident_actor(request), resident.id, but=resident.session_id)
    return go_to(request, f"{HOME}?done=session")


@get("/residents/phone", guards=[resident_signed_in])
async def show_resident_phone(request: AnyRequest) -> Page:
    """Another number."""
    return Page("identity/residents/phone.html", {"form": PhoneForm(), "resident": _itself(request)})


@post("/residents/phone", guards=[resident_signed_in], status_code=303)
async def ask_for_phone_code(request: AnyRequest) -> Response[Any]:
    """Send a code to the new number; it is taken over when the code is typed."""
    form, context = await PhoneForm.from_request(request), {"resident": _itself(request)}
    try:
        if form.validate():
            return await _send_code(request, resident_actor(request), form.phone.data or "", HOME)
    except (Invalid, TooManyRequests) as error:
        return _refused("identity/residents/phone.html", form, error, context)
    return Page("identity/residents/phone.html", {"form": form, **context}, status_code=422)


@get("/residents/delete", guards=[resident_signed_in])
async def show_resident_deletion(request: AnyRequest) -> Page:
    """What will be lost, and what stays."""
    return Page("identity/residents/delete.html", {"resident": _itself(request)})


@post("/residents/delete", guards=[resident_signed_in], status_code=303)
async def delete_resident(request: AnyRequest) -> Response[Any]:
    """Take the account away."""
    await service_of(request).residents.delete(resident_actor(request), _itself(request).id)
    return _leave(request, "/")


def _leave(request: AnyRequest, target: str) -> Response[Any]:
    response = go_to(request, target)
    response.delete_cookie(resident_sessions.COOKIE, path="/")
    return response


RESIDENT_PAGES = [
    show_resident_sign_in,
    ask_for_code,
    show_code,
    check_code,
    send_again,
    show_resident,
    sign_resident_out,
    end_resident_session,
    end_other_resident_sessions,
    show_resident_phone,
    ask_for_phone_code,
    show_resident_deletion,
    delete_resident,
]
