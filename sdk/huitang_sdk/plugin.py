"""A plugin: a manifest, the hooks it implements, and the context in which its code runs.

The entry point (group "huitang.plugins") names an instance of the class:

    [project.entry-points."huitang.plugins"]
    noticeboard = "huitang_noticeboard:plugin"

Commands for the `huitang` command line have a group of their own, "huitang.commands", naming a click command or group;
they are listed without starting the platform.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Generic, TypeVar

from msgspec import Struct

from huitang_sdk.contracts import (
    Clock,
    Database,
    Devices,
    Documents,
    Files,
    Identity,
    Keys,
    Limits,
    Live,
    Messages,
    Notifications,
    Permissions,
    Personal,
    Residents,
    Scheduling,
    Search,
    Todos,
    Workflows,
)


class NoSettings(Struct, frozen=True):
    """The settings of a plugin that has none."""


S = TypeVar("S", bound=Struct)


class Manifest(Struct, frozen=True, kw_only=True):
    """Who the plugin is. `id` is lower-case and also its URL prefix, database schema, settings section and i18n domain.

    `title` and `summary` map "zh-CN" and "en" to text. `sdk` is a version range of huitang-sdk (PEP 440, ">=0.1,<1").
    `needs` are plugins without which it cannot start, `after` those it starts after when they are there.
    """

    id: str
    title: dict[str, str]
    version: str
    sdk: str
    summary: dict[str, str] = {}
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    icon: str = "puzzle"


class PluginContext(Struct, Generic[S], kw_only=True):
    """All a plugin sees of the platform, bound to its id: its files, its settings, its jobs, its log."""

    plugin: str
    settings: S
    db: Database
    identity: Identity
    devices: Devices
    residents: Residents
    permissions: Permissions
    files: Files
    search: Search
    notifications: Notifications
    messages: Messages
    todos: Todos
    scheduling: Scheduling
    documents: Documents
    workflow: Workflows
    keys: Keys
    limits: Limits
    personal: Personal
    live: Live
    clock: Clock
    log: logging.Logger
    folder: Path
    """A folder on this machine for what belongs neither into the database nor among the files. It may not be there yet;
    backups leave it out."""


class Plugin:
    """Base class. Set `manifest`, `package` (the import name) and `settings_type`; implement hooks with `@hookimpl`.

    Found by convention in the package's folder: `migrations/*.sql`, `templates/<id>/`, `static/<id>/`, `locale/*.po`.
    """

    manifest: Manifest
    package: str
    settings_type: type[Struct] = NoSettings

    @property
    def folder(self) -> Path:
        """The folder of the plugin's package."""
        from importlib.util import find_spec

        spec = find_spec(self.package)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(self.package)
        return Path(spec.origin).parent

    async def start(self, ctx: PluginContext[Any]) -> None:
        """Called on every node after migrations, within a time limit; raise to fail. Default: nothing."""

    async def drain(self) -> None:
        """Called on a node that is about to stop, while it still answers: send long-lived connections elsewhere.

        A socket that stays open is waited for, `server.drain_seconds` at most. Default: nothing.
        """

    async def stop(self) -> None:
        """Called on every node when it shuts down. Default: nothing."""
