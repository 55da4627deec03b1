"""Pages, fragments, guards and downloads.

@get("/", guards=[requires("noticeboard.notice.read")])
async def list_notices(request: Request, ctx: NamedDependency[PluginContext], actor: NamedDependency[Actor]) -> Page:
    return Page("noticeboard/list.html", {"notices": await published(ctx, actor)}, block="table")
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Literal
from urllib.parse import quote

from jinja2_fragments import render_block
from litestar import MediaType, Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect, Stream
from litestar.types import Guard
from msgspec import structs

from huitang_sdk.contracts import Actor, Files, Permissions, Resident, StoredFile
from huitang_sdk.contracts.identity import ANONYMOUS
from huitang_sdk.errors import NotSignedIn, ResidentNotSignedIn
from huitang_sdk.i18n import DEFAULT_LOCALE, translate, use_locale

Connection = ASGIConnection[Any, Any, Any, Any]

INLINE_TYPES = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"})
"""Types a browser may show in place; everything else is downloaded."""


def actor_of(connection: Connection) -> Actor:
    """Who is behind a request or a WebSocket: set by the kernel's middleware."""
    return actor_in(connection.scope)


def actor_in(scope: Mapping[str, Any]) -> Actor:
    """The same from the ASGI scope."""
    actor = scope.get("huitang_actor")
    return actor if isinstance(actor, Actor) else ANONYMOUS


async def actor_now(connection: Connection) -> Actor:
    """Who is behind a long-lived connection by now: nobody (`ANONYMOUS`) once signed out or revoked.

    Answered from memory most of the time; ask every few seconds, not for each message.
    """
    actor: Actor = await connection.app.state.authenticate(connection)
    return actor


def sender_of(connection: Connection) -> str:
    """The address that a request came from, for limits: of IPv6 only the network, because everybody has many addresses
    in his or her own (`2001:db8:1:2::/64`). "" when nobody knows.
    """
    address = str(connection.scope.get("huitang_address", ""))
    if ":" not in address:
        return address
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = known.ipv4_mapped if isinstance(known, IPv6Address) else None
    return str(mapped or ip_network((known, 64), strict=False))


def requires(permission: str) -> Guard:
    """Guard: the actor must hold `permission` somewhere; which rows is for the query's scope.

    On a WebSocket handler it is asked once, at the handshake; a refusal closes it with 4401 or 4403.

    Guards are coroutines although they wait for nothing: Litestar would run plain functions in a thread.
    """

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        permissions: Permissions = connection.app.state.permissions
        permissions.require(actor_of(connection), permission)

    guard.access = permission  # type: ignore[attr-defined]
    return guard


async def signed_in(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard: anybody who is signed in, for pages about oneself."""
    if not actor_of(connection).is_signed_in:
        raise NotSignedIn


signed_in.access = "signed in"  # type: ignore[attr-defined]


def resident_of(connection: Connection) -> Resident | None:
    """The resident who signed in with a phone code in this browser; None for everybody else.

    Staff may be signed in at the same time: `actor` is theirs, and says nothing about the resident.
    """
    resident = connection.scope.get("huitang_resident")
    return resident if isinstance(resident, Resident) else None


def resident_actor(connection: Connection) -> Actor:
    """Who writes on a page of residents: `ctx.db.write(resident_actor(request))`.

    The resident, or nobody (`ANONYMOUS`) where none signed in, and never a colleague who happens to be signed in in the
    same browser. It carries no address: who wrote a letter from where is not kept.
    """
    resident, request_id = resident_of(connection), str(connection.scope.get("huitang_request_id", ""))
    if resident is None:
        return structs.replace(ANONYMOUS, request_id=request_id)
    return Actor(resident_id=resident.id, name=resident_name(), locale=resident.locale, request_id=request_id)


def resident_name() -> str:
    """What a resident is called on record, whoever it is: "居民"."""
    with use_locale(DEFAULT_LOCALE):
        return translate("portal", "Resident")


async def resident_signed_in(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard: a resident who signed in with a phone code; nobody else, whatever they may do."""
    if resident_of(connection) is None:
        raise ResidentNotSignedIn


resident_signed_in.access = "resident"  # type: ignore[attr-defined]


async def public(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard that lets everybody in; it is there so that a page is public on purpose, never by omission."""


public.access = "public"  # type: ignore[attr-defined]


def access_of(handler: BaseRouteHandler) -> str | None:
    """What a route asks for: a permission, "signed in", "resident", "public", or None when nobody said (the kernel
    refuses that).
    """
    guards = [guard for layer in handler.ownership_layers for guard in layer.guards or ()]
    named = [guard.access for guard in guards if hasattr(guard, "access")]
    return named[-1] if named else None


def wants_fragment(request: Request[Any, Any, Any]) -> bool:
    """True for an HTMX request that swaps a part of the page (not boosted, not a history restore)."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-boosted") != "true"
        and headers.get("hx-history-restore-request") != "true"
    )


class Page(Response[bytes]):
    """A template rendered in the portal's shell; only `block` of it when HTMX asks for a part of the page."""

    def __init__(
        self,
        template: str,
        context: Mapping[str, Any] | None = None,
        *,
        block: str | None = None,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(b"", status_code=status_code, media_type=MediaType.HTML, headers=dict(headers or {}))
        self.template = template
        self.context = dict(context or {})
        self.block = block

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **options: Any) -> Any:
        environment = request.app.state.templates
        context = {"request": request, "actor": actor_of(request), **self.context}
        self.headers.setdefault("Vary", "HX-Request")
        self.headers.setdefault("Cache-Control", "no-store")
        if self.block and wants_fragment(request):
            html = render_block(environment, self.template, self.block, context)
        else:
            html = environment.get_template(self.template).render(context)
        self.content = html.encode()
        return super().to_asgi_response(app, request, **options)


def go_to(request: Request[Any, Any, Any], url: str) -> Response[Any]:
    """After a successful form: a redirect (303), or the same by HTMX without a full answer being swapped in."""
    if wants_fragment(request):
        return Response(None, status_code=204, headers={"HX-Redirect": url})
    return Redirect(url, status_code=303)


class _SecretCookie(Cookie):
    """Written out directly: Litestar's way takes longer than looking up what the cookie is for."""

    def to_header(self, **_options: Any) -> str:
        secure = "; Secure" if self.secure else ""
        return (
            f"{self.key}={self.value}; HttpOnly; Max-Age={self.max_age}; Path={self.path}; SameSite={self.samesite}"
            f"{secure}"
        )


def secret_cookie(
    request: Request[Any, Any, Any],
    name: str,
    token: str,
    *,
    path: str,
    seconds: int,
    samesite: Literal["lax", "strict"] = "lax",
) -> Cookie:
    """A cookie with a token that scripts do not see and other sites do not send; "" takes it back.

        answer.set_cookie(secret_cookie(request, "huitang_letter", token, path="/petitions", seconds=86400))

    Raises ValueError for what is not the text of a token (letters, digits, - and _).
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("a cookie's token has letters, digits, - and _ only")
    return _SecretCookie(
        key=name,
        value=token,
        path=path,
        max_age=seconds if token else 0,
        httponly=True,
        secure=request.url.scheme == "https",
        samesite=samesite,
    )


_TOKEN = re.compile(r"[A-Za-z0-9_-]*")
_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The (start, end) of a single byte range, end excluded; None for the whole; raises ValueError if unsatisfiable.

    >>> parse_range("bytes=0-99", 1000), parse_range("bytes=-100", 1000), parse_range(None, 1000)
    ((0, 100), (900, 1000), None)
    """
    match = _RANGE.match(header or "")
    if not match or not any(match.groups()):
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= end:
        raise ValueError(header)
    return start, end


def file_response(
    request: Request[Any, Any, Any], files: Files, stored: StoredFile, *, inline: bool = False
) -> Response[Any]:
    """Send a stored file: streamed, with ETag and byte ranges, downloaded unless `inline` and of a harmless type."""
    tag = f'"{stored.sha256}"'
    shown = inline and stored.media_type in INLINE_TYPES
    headers = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(stored.name)}",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers=headers)
    try:
        part = parse_range(request.headers.get("range"), stored.size)
    except ValueError:
        return Response(None, status_code=416, headers={**headers, "Content-Range": f"bytes */{stored.size}"})
    start, end = part or (0, stored.size)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    headers["Content-Length"] = str(end - start)
    stream: AsyncIterator[bytes] = files.stream(stored, start=start, end=end)
    return Stream(stream, status_code=206 if part else 200, media_type=stored.media_type, headers=headers)


def attachment(name: str, content: bytes, media_type: str) -> Response[bytes]:
    """Send bytes made on the spot (an export, a Word document) under a file name of any language."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
