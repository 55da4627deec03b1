"""What identity reads from a request and writes into an answer: cookies, addresses, where to go next."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote, urlsplit

from litestar import Request, Response
from litestar.datastructures import Cookie

from huitang_kernel.identity.entrance import Entered, Visit
from huitang_kernel.identity.sessions import COOKIE
from huitang_kernel.identity.settings import IdentitySettings

DISPLAY_COOKIE = "huitang_display"
LOCALE_COOKIE = "huitang_locale"
YEAR = 365 * 24 * 3600

AnyRequest = Request[Any, Any, Any]


def local_path(target: str) -> str:
    """`target` when it is a path of this site, else "/": nobody is sent elsewhere after signing in.

    >>> local_path("/budget/?page=2"), local_path("//evil.example/"), local_path("https://evil.example/")
    ('/budget/?page=2', '/', '/')
    """
    if not target.startswith("/") or target.startswith("//") or len(target) > 2000:
        return "/"
    if "\\" in target or any(ord(character) < 33 or ord(character) == 127 for character in target):
        return "/"  # browsers read a backslash as a slash, and drop control characters
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or parts.path.startswith("//"):
        return "/"
    return "/" if parts.path.startswith("/identity/sign-") else target


def visit_of(request: AnyRequest) -> Visit:
    return Visit(
        address=str(request.scope.get("huitang_address", "")),
        user_agent=request.headers.get("user-agent", ""),
        request_id=str(request.scope.get("huitang_request_id", "")),
        token=request.cookies.get(COOKIE, ""),
    )


def set_session(response: Response[Any], token: str, settings: IdentitySettings, *, secure: bool) -> None:
    """Give the browser its new token; scripts cannot read it, other sites cannot send it along."""
    response.set_cookie(
        Cookie(
            COOKIE,
            path="/",
            value=token,
            max_age=settings.absolute_hours * 3600,
            httponly=True,
            secure=secure,
            samesite="lax",
        )
    )


def drop_session(response: Response[Any]) -> None:
    response.delete_cookie(COOKIE, path="/")


def is_secure(request: AnyRequest, configured: bool) -> bool:
    return configured or request.url.scheme == "https"


def display_value(text_size: int, high_contrast: bool, theme: str) -> str:
    """The display cookie, as the portal reads it: what differs from the default, URL-encoded."""
    parts = [f"size={text_size}"] if text_size != 16 else []
    parts += ["contrast=high"] if high_contrast else []
    parts += [f"theme={theme}"] if theme != "light" else []
    return quote(";".join(parts), safe="")


def display_now(request: AnyRequest) -> dict[str, Any]:
    """How pages look in this browser at the moment, as the fields of the profile: from the same cookie."""
    pairs = (part.partition("=") for part in unquote(request.cookies.get(DISPLAY_COOKIE, "")[:200]).split(";"))
    said = {name: value for name, _, value in pairs}
    size = said.get("size", "")
    return {
        "text_size": int(size) if size in ("24", "27", "30") else 16,
        "high_contrast": said.get("contrast") == "high",
        "theme": "dark" if said.get("theme") == "dark" else "light",
    }


BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """A browser and system as people know them: "Chrome · Windows"; the first words of anything else.

    >>> device_of("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36")
    'Chrome · Linux'
    """
    found = [next((name for mark, name in marks if mark in user_agent), "") for marks in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name) or user_agent[:40]


def remember_display(response: Response[Any], request: AnyRequest, value: str) -> None:
    """Set the display cookie (or drop it for the default), so that signed-out pages look the same."""
    if value:
        _preference(response, request, DISPLAY_COOKIE, value)
    else:
        response.delete_cookie(DISPLAY_COOKIE, path="/")


def remember_locale(response: Response[Any], request: AnyRequest, locale: str) -> None:
    _preference(response, request, LOCALE_COOKIE, locale)


def carry_over(response: Response[Any], request: AnyRequest, entered: Entered) -> None:
    """After signing in: how the person wants to see pages comes along, unless this browser already has its own."""
    if DISPLAY_COOKIE not in request.cookies:
        value = display_value(entered.text_size, entered.high_contrast, entered.theme)
        if value:
            remember_display(response, request, value)


def _preference(response: Response[Any], request: AnyRequest, name: str, value: str) -> None:
    response.set_cookie(
        Cookie(name, path="/", value=value, max_age=YEAR, samesite="lax", secure=request.url.scheme == "https")
    )
