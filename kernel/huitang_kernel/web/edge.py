"""First and last hand on every request: its id, who sends it, in which language, from which site, and safe headers."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from huitang_kernel.load import Load
from huitang_kernel.web.sockets import CODES, SocketSend, is_own_page, refuse_socket
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import ANONYMOUS
from huitang_sdk.i18n import DEFAULT_LOCALE, LOCALES, set_locale

Authenticate = Callable[[ASGIConnection[Any, Any, Any, Any]], Awaitable[Actor]]
log = logging.getLogger("huitang.request")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        b"frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'",
    ),
)


class Edge:
    """The outermost ASGI application: Litestar's own middleware would not see addresses that do not exist."""

    def __init__(self, app: ASGIApp, authenticate: Authenticate, max_body: int, load: Load) -> None:
        self.app = app
        self._authenticate = authenticate
        self._max_body = max_body
        self._load = load

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.WEBSOCKET:
            await self._socket(scope, receive, send)
            return
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        with self._load.waiting() as answered:
            await self._http(scope, receive, send, answered)

    async def _http(self, scope: HTTPScope, receive: Receive, send: Send, answered: Callable[[], None]) -> None:
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        request_id, method = secrets.token_hex(16), scope["method"]
        started = time.perf_counter()
        refusal = refuse(connection, self._max_body)
        if refusal is not None:
            await _answer(send, refusal[0], refusal[1], request_id)
            return
        try:
            await self._identify(scope, connection, request_id)
        except Exception:
            log.exception("request %s: nobody could be identified", request_id)
            await _answer(send, 503, "暂时无法提供服务，请稍后再试。 Please try again later.", request_id)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered()
                own = list(message["headers"])
                said = {name.lower() for name, _ in own}
                own += [(b"x-request-id", request_id.encode()), *(pair for pair in HEADERS if pair[0] not in said)]
                message["headers"] = own
                taken = (time.perf_counter() - started) * 1000
                log.debug("%s %s → %s in %.1f ms", method, scope["path"], message["status"], taken)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Who opens a WebSocket is found out once; its messages do not come by here."""
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        request_id = secrets.token_hex(16)
        if not is_own_page(connection.headers):
            await refuse_socket(receive, send, CODES + 403, "cross-site request refused")
            return
        try:
            await self._identify(scope, connection, request_id)
        except Exception:
            log.exception("socket %s: nobody could be identified", request_id)
            await refuse_socket(receive, send, CODES + 503, "please try again later")
            return
        await self.app(scope, receive, SocketSend(scope, receive, send))

    async def _identify(self, scope: Scope, connection: ASGIConnection[Any, Any, Any, Any], request_id: str) -> None:
        address = connection.client.host if connection.client else ""
        scope["huitang_request_id"] = request_id  # type: ignore[typeddict-unknown-key]
        scope["huitang_address"] = address  # type: ignore[typeddict-unknown-key]
        actor = ANONYMOUS
        if not scope["path"].startswith(("/static/", "/health/")):
            actor = await self._authenticate(connection)
        scope["huitang_actor"] = actor  # type: ignore[typeddict-unknown-key]
        set_locale(choose_locale(connection, actor))


def choose_locale(connection: ASGIConnection[Any, Any, Any, Any], actor: Actor) -> str:
    """The reader's own choice (cookie), then the account's, then the browser's, then the default."""
    chosen = connection.cookies.get("huitang_locale", "")
    if chosen in LOCALES:
        return chosen
    if actor.is_signed_in:
        return actor.locale
    accepted = connection.headers.get("accept-language", "").lower()
    first = accepted.split(",")[0].split(";")[0].strip()
    return "en" if first.startswith("en") else DEFAULT_LOCALE


def refuse(connection: ASGIConnection[Any, Any, Any, Any], max_body: int) -> tuple[int, str] | None:
    """Status and reason for a request that must not go on: sent by another site's page, or too large."""
    headers = connection.headers
    if connection.scope.get("method") not in SAFE_METHODS and not _same_site(headers):
        return 403, "cross-site request refused"
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > max_body:
        return 413, f"the request is larger than {max_body // (1024 * 1024)} MB"
    return None


def _same_site(headers: Any) -> bool:
    """Whether a changing request comes from our own pages, told by headers a page cannot forge (Fetch Metadata,
    Origin).

    A client that is no browser sends neither and carries no ambient cookie either.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


async def _answer(send: Send, status: int, text: str, request_id: str) -> None:
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", request_id.encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
