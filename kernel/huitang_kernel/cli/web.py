"""The application as Granian's worker processes load it: settings from HUITANG_CONFIG and the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from granian.utils.proxies import wrap_asgi_with_proxy_headers

from huitang_kernel.app import Hall, build_app
from huitang_kernel.cli.collecting import collect_seldom
from huitang_kernel.cli.draining import closing_connections, drain_at_signals
from huitang_kernel.cli.session import set_up_logging
from huitang_kernel.config import load_settings

BANNER = "HALL_BANNER"
"""Environment variable with a text that is printed once the application answers."""


def create() -> Any:
    """Build the application. The database must be named by now: `huitang serve` starts it and hands its DSN over."""
    collect_seldom()
    config = os.environ.get("HUITANG_CONFIG")
    settings = load_settings(Path(config) if config else None)
    set_up_logging(settings.logging.level)
    dsn = settings.database.dsn.reveal()
    if not dsn:
        raise RuntimeError("no database: start the platform with `huitang serve`, or set HUITANG_DATABASE__DSN")
    hall = Hall(settings)
    drain_at_signals(hall)
    app = wrap_asgi_with_proxy_headers(build_app(hall, dsn), trusted_hosts=list(settings.server.trusted_proxies))
    app = closing_connections(app, lambda: hall.core.drain.is_draining)
    set_up_logging(settings.logging.level)  # again: making the application may have put its own handlers in place
    banner = os.environ.get(BANNER)
    return announcing(app, banner) if banner else app


def announcing(app: Any, banner: str) -> Any:
    """Print `banner` when the application has started."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return

        async def send_and_say(message: Any) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                print(banner, file=sys.stdout, flush=True)

        await app(scope, receive, send_and_say)

    return wrapped
