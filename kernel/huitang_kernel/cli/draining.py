"""Stopping web processes in good order.

Granian stops listening as soon as its worker process gets SIGTERM or SIGINT, waits for the requests in work and then
ends the lifespan; it would wait for ever for a stream. Here the process drains first: for `drain_notice_seconds` it
still serves, says 503 at /health/ready and closes connections after each answer, so that a reverse proxy turns
elsewhere; long-lived connections are told to go. Then Granian stops as it does. What is not over within `drain_seconds`
is cut.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from granian import _signals
from granian.server.mp import MPServer

from huitang_kernel.app import Hall
from huitang_kernel.cli.session import close_in_time

log = logging.getLogger("huitang.drain")


class DrainingServer(MPServer):
    """The main process: a second SIGTERM or Ctrl-C kills the web processes at once."""

    def signal_handler_interrupt(self, *values: Any, **named: Any) -> None:
        if self.interrupt_signal:
            for worker in self.wrks:
                worker.kill()  # type: ignore[no-untyped-call]
        super().signal_handler_interrupt(*values, **named)  # type: ignore[no-untyped-call]


def drain_at_signals(hall: Hall) -> None:
    """In a web process, before it serves: let its signals begin draining, and Granian's own stop come after it."""
    settings, watch = hall.settings.server, _signals.set_loop_signals

    def watch_draining(loop: asyncio.AbstractEventLoop) -> Any:
        stop: Any = watch(loop)  # type: ignore[no-untyped-call]

        def begin(notice: float) -> None:
            if not hall.core.drain.is_draining:
                hall.core.drain.begin()
                loop.call_later(notice, stop.set)
                loop.call_later(notice + settings.drain_seconds, cut, loop, hall)

        loop.add_signal_handler(signal.SIGTERM, begin, settings.drain_notice_seconds)
        loop.add_signal_handler(signal.SIGINT, begin, 0.0)
        return stop

    _signals.set_loop_signals = watch_draining


def cut(loop: asyncio.AbstractEventLoop, hall: Hall) -> None:
    """Time is up: close the hall and go, whatever is still open."""

    async def leave() -> None:
        log.warning("what had begun did not end in time and is cut")
        try:
            await close_in_time(hall)
        finally:
            sys.stderr.flush()
            os._exit(0)

    hall.cutting = loop.create_task(leave())  # type: ignore[attr-defined]


def closing_connections(app: Any, is_draining: Callable[[], bool]) -> Any:
    """While draining, every answer over HTTP/1 closes its connection: a proxy keeps none to a process that goes."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not is_draining() or not scope.get("http_version", "1.1").startswith("1"):
            await app(scope, receive, send)
            return

        async def send_closing(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        await app(scope, receive, send_closing)

    return wrapped
