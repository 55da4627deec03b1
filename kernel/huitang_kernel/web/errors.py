"""Errors as their reader needs them: an RFC 9457 problem for JSON, a page or a fragment for people."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect

from huitang_sdk.errors import HuitangError, NotSignedIn, ResidentNotSignedIn, TooManyRequests
from huitang_sdk.http import Page, wants_fragment
from huitang_sdk.i18n import translate

log = logging.getLogger("huitang.errors")
JSON_READERS = ("application/", "text/event-stream")
"""What clients accept that are no people."""
SIGN_IN = "/identity/sign-in"
RESIDENTS_SIGN_IN = "/identity/residents/sign-in"

TITLES = {
    400: "The request cannot be understood.",
    401: "Please sign in first.",
    403: "You are not allowed to do this.",
    404: "This page does not exist, or you may not see it.",
    405: "This address does not answer that kind of request.",
    409: "Someone changed this in the meantime. Reload the page and try again.",
    413: "This is too large.",
    422: "Some of the input needs correcting.",
    429: "Too many tries. Please wait a moment.",
    500: "Something went wrong on our side. The operator can find it by the number below.",
    503: "This part is not available at the moment. Please try again later.",
}


def handle_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The one exception handler of the application."""
    known = as_huitang(error)
    if known.status >= 500 and known.code == "internal":
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        name_plugin(request.scope, error)
    title = translate("portal", TITLES.get(known.status, TITLES[500]))
    detail = known.message or title
    request_id = str(request.scope.get("huitang_request_id", ""))
    headers = {"Retry-After": str(known.retry_after)} if isinstance(known, TooManyRequests) else {}
    if wants_json(request):
        return _problem(known, title, detail, request_id, headers)
    if isinstance(known, NotSignedIn):
        return _to_sign_in(request, RESIDENTS_SIGN_IN if isinstance(known, ResidentNotSignedIn) else SIGN_IN)
    context = {"status": known.status, "title": title, "detail": detail, "request_id": request_id}
    return Page("portal/error.html", context, block="error", status_code=known.status, headers=headers)


def name_plugin(scope: Any, error: Exception) -> None:
    """Note the failure on the plugin whose address it is, so that the console names it."""
    path: str = scope["path"]
    parts = [part for part in path.split("/") if part and part != "api"]
    record = scope["litestar_app"].state.hall.registry.get(parts[0] if parts else "portal")
    if record is not None:
        record.note_trouble(f"request:{path}", error)


def wants_json(request: Request[Any, Any, Any]) -> bool:
    return request.url.path.startswith("/api/") or request.headers.get("accept", "").startswith(JSON_READERS)


def as_huitang(error: Exception) -> HuitangError:
    if isinstance(error, HuitangError):
        return error
    if isinstance(error, HTTPException):
        known = HuitangError(error.detail if error.status_code < 500 and error.status_code not in (404, 405) else "")
        known.status, known.code = error.status_code, f"http-{error.status_code}"
        if isinstance(error, ValidationException):
            known.fields = {str(item.get("key", "")): str(item["message"]) for item in _items(error)}
        return known
    return HuitangError()


def _items(error: ValidationException) -> list[dict[str, Any]]:
    return [item for item in error.extra if isinstance(item, dict)] if isinstance(error.extra, list) else []


def _problem(
    error: HuitangError, title: str, detail: str, request_id: str, headers: dict[str, str]
) -> Response[dict[str, Any]]:
    problem: dict[str, Any] = {
        "type": f"urn:huitang:problem:{error.code}",
        "title": title,
        "status": error.status,
        "detail": detail,
        "instance": f"urn:huitang:request:{request_id}",
    }
    if error.fields:
        problem["fields"] = error.fields
    return Response(problem, status_code=error.status, media_type="application/problem+json", headers=headers)


def _to_sign_in(request: Request[Any, Any, Any], page: str) -> Response[Any]:
    query = f"?{request.url.query}" if request.url.query else ""
    target = request.url.path + query if request.method == "GET" and not wants_fragment(request) else "/"
    address = f"{page}?next={quote(target)}"
    if wants_fragment(request):
        return Response(None, status_code=401, headers={"HX-Redirect": address})
    return Redirect(address, status_code=303)
