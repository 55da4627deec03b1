"""WebSockets at the edge: what is refused before the handshake is answered, and how errors close a connection.

Only the handshake costs anything here. Afterwards `SocketSend` hands every message on by a plain call.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import Any
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.types import Message, Receive, Scope, Send

from huitang_kernel.web.errors import TITLES, as_huitang, name_plugin
from huitang_sdk.errors import HuitangError
from huitang_sdk.i18n import translate

CODES = 4000
"""A connection that ends by an error closes with this plus the HTTP status: 4401, 4403, 4404, 4500."""
LONGEST_REASON = 123
ERROR = "huitang_error"
log = logging.getLogger("huitang.errors")


def is_own_page(headers: Any) -> bool:
    """Whether a handshake comes from one of our own pages, or from a client that is no browser.

    Browsers let any page open a WebSocket anywhere, with cookies, and send its Origin along, which no page can forge.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None:
        return site in (None, "same-origin", "none")
    return bool(urlsplit(origin).netloc == headers.get("host", "") or site == "same-origin")


async def refuse_socket(receive: Receive, send: Send, code: int, reason: str) -> None:
    """Close before accepting: the server answers the handshake with 403."""
    await receive()
    await send({"type": "websocket.close", "code": code, "reason": reason})


async def note_socket_error(error: Exception, scope: Scope) -> None:
    """Litestar calls this (`after_exception`) before it closes a socket with a code that says nothing."""
    if scope["type"] != ScopeType.WEBSOCKET:
        return
    known = as_huitang(error)
    scope[ERROR] = known  # type: ignore[literal-required]
    if known.status >= 500 and known.code == "internal":
        log.error("socket %s failed", scope["path"], exc_info=error)
        name_plugin(scope, error)


class SocketSend:
    """What Litestar sends through. An error before the handshake is answered still gets a close code of its own:
    browsers tell a page nothing about a handshake that is refused.
    """

    __slots__ = ("_accepted", "_receive", "_scope", "_send")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._accepted = False

    def __call__(self, message: Message) -> Awaitable[None]:
        if self._accepted and message["type"] != "websocket.close":
            return self._send(message)
        return self._first_or_last(message)

    async def _first_or_last(self, message: Message) -> None:
        if message["type"] != "websocket.close":
            self._accepted = True
            await self._send(message)
            return
        error = self._scope.get(ERROR)
        if isinstance(error, HuitangError):
            title = error.message or translate("portal", TITLES.get(error.status, TITLES[500]))
            reason = title.encode()[:LONGEST_REASON].decode(errors="ignore")
            message = {"type": "websocket.close", "code": CODES + error.status, "reason": reason}
        if not self._accepted:
            await self._receive()
            await self._send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        await self._send(message)
