"""What both simulators share: a real HTTP server, and faults that are told to it while it runs.

POST   /simulator/faults    {"delay": 2.0, "lose_answers": 1, "forget_keys": true, …}   what is not named is off
POST   /simulator/incoming  {"from": "13800001234", "text": "…"}                        somebody writes to us
POST   /simulator/incoming  {"from": "o1", "fields": {"MsgType": "voice", …}}           WeChat only: no text
GET    /simulator           what phones got, in order, and how many requests there were; a page for a browser
DELETE /simulator           forget all of it
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
import msgspec
from msgspec import Struct

from huitang_kernel.messages.simulators.page import page_of, written

log = logging.getLogger("huitang.simulator")
TRIES = 10


class Faults(Struct, frozen=True, forbid_unknown_fields=True):
    """What goes wrong. Counts are used up, the rest holds until it is told otherwise."""

    delay: float = 0.0
    """Seconds before an answer; the message has been taken by then."""
    lose_requests: int = 0
    """So many next requests break off before anything was taken."""
    lose_answers: int = 0
    """So many next messages are taken, and the connection breaks off without an answer."""
    busy: int = 0
    """So many next requests are refused for now."""
    refuse: str = ""
    """Refuse every message for good, with this code."""
    forget_keys: bool = False
    """Idempotency keys are not looked at: each request sends."""
    receipt: str = "delivered"
    """delivered, undelivered, or none for no receipts."""
    receipt_after: float = 0.0
    """Seconds until the receipt; it may come before a delayed answer."""
    double_receipts: bool = False
    """Each receipt is told twice."""


class Taken(Struct, frozen=True):
    """What a phone got."""

    id: str
    to: str
    text: str
    key: str


class NoAnswer(Exception):
    """The connection breaks off."""


class Answer(Struct, frozen=True):
    """What a request is answered."""

    status: int
    body: Any = None
    """A text is sent as it is, anything else as JSON."""
    headers: dict[str, str] = {}

    def content(self) -> bytes:
        """The bytes of its body."""
        if self.body is None:
            return b""
        return self.body.encode() if isinstance(self.body, str) else msgspec.json.encode(self.body)


class Simulator(ThreadingHTTPServer):
    """Subclasses say what a request is answered (`handle_request_to`) and how receipts and messages are told."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.lock = threading.Lock()
        self.faults = Faults()
        self.taken: list[Taken] = []
        self.keys: dict[str, Taken] = {}
        self.requests = 0
        self._left: dict[str, int] = {}

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        """Its own addresses first, then the gateway's."""
        if path == "/simulator" and method == "GET":
            with self.lock:
                shown = {"messages": msgspec.to_builtins(self.taken), "requests": self.requests}
                page = (
                    page_of([(one.to, one.text) for one in self.taken])
                    if "text/html" in headers.get("accept", "")
                    else ""
                )
            return Answer(200, page, {"content-type": "text/html; charset=utf-8"}) if page else Answer(200, shown)
        if path == "/simulator" and method == "DELETE":
            with self.lock:
                self.taken, self.keys, self.requests = [], {}, 0
            return Answer(204)
        if path == "/simulator/faults":
            self.faults = msgspec.json.decode(body, type=Faults)
            counted = ("lose_requests", "lose_answers", "busy")
            self._left = {name: getattr(self.faults, name) for name in counted}
            return Answer(204)
        if path == "/simulator/incoming":
            form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
            told = written(body) if form else json.loads(body)
            identifier = told.get("id") or uuid4().hex
            fields = told.get("fields")
            if isinstance(fields, dict):
                self.tell_other(told["from"], fields, identifier)
            else:
                self.tell_incoming(told["from"], told["text"], identifier)
            return Answer(303, headers={"location": "/simulator"}) if form else Answer(204)
        with self.lock:
            self.requests += 1
        if self.uses_up("lose_requests"):
            raise NoAnswer
        return self.handle_request_to(method, path, headers, body)

    def handle_request_to(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        """The gateway's own interface."""
        raise NotImplementedError

    def tell_receipt(self, taken: Taken, status: str) -> None:
        """Tell the platform what became of a message."""
        raise NotImplementedError

    def tell_incoming(self, sender: str, text: str, identifier: str) -> None:
        """Tell the platform what somebody wrote."""
        raise NotImplementedError

    def tell_other(self, sender: str, fields: dict[str, str], identifier: str) -> None:
        """Tell the platform that somebody sent what is no text, on a channel that has such."""
        raise NotImplementedError

    def uses_up(self, name: str) -> bool:
        """Whether one of a counted fault is left; then it is used up."""
        with self.lock:
            left = self._left.get(name, 0)
            self._left[name] = max(left - 1, 0)
            return left > 0

    def take(self, to: str, text: str, key: str) -> tuple[Taken, bool]:
        """The message under this key, and whether it is new: then a phone gets it, and a receipt follows."""
        faults = self.faults
        with self.lock:
            known = self.keys.get(key) if key and not faults.forget_keys else None
            if known is not None:
                return known, False
            taken = Taken(self.new_id(), to, text, key)
            self.taken.append(taken)
            if key:
                self.keys[key] = taken
        if faults.receipt != "none":
            for _ in range(2 if faults.double_receipts else 1):
                self.later(faults.receipt_after, lambda: self.tell_receipt(taken, faults.receipt))
        return taken, True

    def new_id(self) -> str:
        """The gateway's own name of a message."""
        return uuid4().hex

    def end(self, answer: Answer) -> Answer:
        """Late, or not at all, if faults say so."""
        lost = self.uses_up("lose_answers")
        time.sleep(self.faults.delay)
        if lost:
            raise NoAnswer
        return answer

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something after the answer, or after a while."""
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        timer.start()

    def tell(self, url: str, body: bytes, headers: Callable[[], dict[str, str]]) -> None:
        """Post to the platform until it says yes, as a real gateway does."""
        for tried in range(TRIES):
            try:
                answer = httpx.post(url, content=body, headers=headers(), timeout=5, trust_env=False)
                if answer.status_code < 300:
                    return
                log.warning("the platform answers %s", answer.status_code)
            except httpx.HTTPError as error:
                log.warning("the platform cannot be told: %s", type(error).__name__)
            time.sleep(min(0.2 * 2**tried, 10))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Simulator

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            answer = self.server.answer(self.command, self.path, self.headers, body)
        except NoAnswer:
            self.close_connection = True
            return
        except (msgspec.MsgspecError, ValueError, KeyError) as error:
            answer = Answer(400, {"code": "unreadable", "message": type(error).__name__})
        content = answer.content()
        self.send_response(answer.status)
        for name, value in {"content-type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = _do  # noqa: N815 - names of http.server

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged: they are of phones."""
