"""Run Granian's processes on a hall, and stop everything in the right order."""

from __future__ import annotations

import math
import multiprocessing
import os
import socket
import sys
import threading
from pathlib import Path

import rich_click as click

from huitang_kernel.cli.texts import _
from huitang_kernel.config import Settings

CLOSE_WITHIN = 10
"""Seconds that a web process has for closing after it has drained; then it is killed."""


def require_free_port(host: str, port: int) -> None:
    """Say so, and how to choose another, when something else listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                _(
                    "Port {port} on {host} cannot be used: {cause}. Choose another, for example --port {other}.",
                    port=port,
                    host=host,
                    cause=error.strerror or error,
                    other=port + 80 if port < 65000 else 8080,
                )
            ) from error


def start_method() -> str:
    """Forked processes have everything imported already. Threads that worked in this process (hashing files, loading
    samples) would be missing in them: then, and where forking is not safe, they are spawned.
    """
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def run_server(settings: Settings, dsn: str, config: Path | None, *, quiet: bool = False) -> None:
    """Serve until interrupted. Workers read their settings from the environment, so decisions are put there."""
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from huitang_kernel.cli.draining import DrainingServer

    multiprocessing.set_start_method(start_method(), force=True)
    os.environ["HUITANG_DATABASE__DSN"] = dsn
    os.environ["HUITANG_DATA_DIR"] = str(settings.data_dir.resolve())
    if config is not None:
        os.environ["HUITANG_CONFIG"] = str(config.resolve())
    wait = settings.server.drain_seconds + settings.server.drain_notice_seconds
    server = DrainingServer(
        "huitang_kernel.cli.web:create",
        factory=True,
        address=settings.server.host,
        port=settings.server.port,
        workers=settings.server.workers,
        interface=Interfaces.ASGI,
        websockets=True,
        respawn_failed_workers=not quiet,
        workers_kill_timeout=math.ceil(wait) + CLOSE_WITHIN,
        log_level=LogLevels.error if quiet else LogLevels.info,
    )
    server.serve()
