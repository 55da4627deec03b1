"""The workbench, the public landing page, and the switches every reader has: display and language."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect

from huitang_kernel.portal import display
from huitang_kernel.portal.pages.access import portal_of
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import NotFound
from huitang_sdk.http import Page, public
from huitang_sdk.i18n import LOCALES

LOCALE_COOKIE = "huitang_locale"
EMBLEM_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}


@get("/", guards=[public])
async def home(actor: NamedDependency[Actor]) -> Page:
    """The workbench for whoever is signed in, the public page for everybody else."""
    return Page("portal/home.html" if actor.is_signed_in else "portal/landing.html")


@get("/manifest.webmanifest", guards=[public], sync_to_thread=False)
def web_manifest(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Lets a phone keep the portal on its start screen."""
    environment = request.app.state.templates
    name = environment.globals["body_name"]()
    icon = {"src": environment.globals["asset"]("portal/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    body = {
        "name": name,
        "short_name": name[:12],
        "start_url": "/",
        "display": "standalone",
        "background_color": "#f6f5f4",
        "theme_color": "#9e1b1b",
        "icons": [icon],
    }
    return Response(body, media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


@get("/session", guards=[public], sync_to_thread=False)
def show_session(actor: NamedDependency[Actor]) -> Response[dict[str, str]]:
    """Who is signed in right now ("" for nobody): a page asks before it sends what took long to type."""
    reader = str(actor.account_id) if actor.is_signed_in else ""
    return Response({"reader": reader}, headers={"Cache-Control": "no-store"})


@get("/emblem", guards=[public], sync_to_thread=True)
def show_emblem(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The body's emblem of the settings; 404 while there is none."""
    path = Path(portal_of(request).settings.emblem)
    kind = EMBLEM_TYPES.get(path.suffix.lower())
    if kind is None or not path.is_file():
        raise NotFound
    headers = {"Cache-Control": "public, max-age=3600", "Content-Security-Policy": "default-src 'none'"}
    return Response(path.read_bytes(), media_type=kind, headers=headers)


@post("/display", guards=[public], status_code=303)
async def set_display(request: Request[Any, Any, Any]) -> Response[Any]:
    """Take over size, contrast or theme, and go back to the page."""
    form = await request.form()
    choices = {name: str(form.get(name, "")) for name in ("size", "contrast", "theme")}
    before = display.parse_display(request.cookies.get(display.COOKIE, ""))
    after = before.with_choices(choices)
    if before.is_large and not after.is_large and "contrast" not in form:
        after = after.with_choices({"contrast": "normal"})
    return _back(request, str(form.get("next", "")), display.COOKIE, display.format_display(after))


@post("/language", guards=[public], status_code=303)
async def set_language(request: Request[Any, Any, Any]) -> Response[Any]:
    """Speak another language, and go back to the page."""
    form = await request.form()
    locale = str(form.get("locale", ""))
    value = locale if locale in LOCALES else request.cookies.get(LOCALE_COOKIE, "")
    return _back(request, str(form.get("next", "")), LOCALE_COOKIE, value)


def _back(request: Request[Any, Any, Any], target: str, cookie: str, value: str) -> Response[Any]:
    secure = request.url.scheme == "https"
    lifetime = display.MAX_AGE if value else 0
    kept = Cookie(key=cookie, value=value, max_age=lifetime, samesite="lax", httponly=True, secure=secure)
    return Redirect(own_address(target), status_code=303, cookies=[kept])


def own_address(target: str) -> str:
    """The address if it is a page of ours, else the start page: a form cannot send the reader to another site.

    >>> own_address("/budget/?page=2"), own_address("//evil.example"), own_address("https://evil.example/")
    ('/budget/?page=2', '/', '/')
    """
    parts = urlsplit(target)
    is_path = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_path and not parts.netloc else "/"
