"""The one place where the parts are joined: settings in, an ASGI application out."""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from importlib.metadata import EntryPoint
from typing import Any, cast

from litestar import Litestar, Router
from litestar.datastructures import State as AppState
from litestar.di import NamedDependency, Provide
from litestar.static_files import create_static_files_router
from litestar.types import Scope

from huitang_kernel.audit import AuditChain, AuditLog
from huitang_kernel.background import Background
from huitang_kernel.boot import Boot, read_switches
from huitang_kernel.clock import SystemClock
from huitang_kernel.config import Settings
from huitang_kernel.core import Core
from huitang_kernel.db import Listener, PostgresDatabase
from huitang_kernel.db.trail import OUTBOX_CHANNEL
from huitang_kernel.drain import Drain
from huitang_kernel.events import Dispatcher
from huitang_kernel.keys import Keys
from huitang_kernel.limits import LimitBook
from huitang_kernel.load import Load
from huitang_kernel.plugins.declaring import check_routes
from huitang_kernel.plugins.discovery import discover, resolve
from huitang_kernel.plugins.registry import PluginRecord, Registry
from huitang_kernel.services import BUILTINS, Services, build_services, context_for
from huitang_kernel.web.catalogues import Catalogues
from huitang_kernel.web.edge import Edge
from huitang_kernel.web.errors import handle_error
from huitang_kernel.web.gate import gate, record_in
from huitang_kernel.web.requests import HallRequest
from huitang_kernel.web.sockets import note_socket_error
from huitang_kernel.web.templates import make_environment, static_folders
from huitang_sdk import Plugin, PluginContext, i18n
from huitang_sdk.contracts import Actor
from huitang_sdk.http import actor_in

PLUGINS_CHANNEL = "huitang_plugins"
log = logging.getLogger("huitang.app")


class Hall:
    """One process's platform: built without I/O, then opened and closed."""

    def __init__(
        self,
        settings: Settings,
        *,
        plugins: Sequence[Plugin] = (),
        installed: Iterable[EntryPoint] | None = None,
    ) -> None:
        self.settings = settings
        self.registry = Registry()
        self.boot = Boot(settings, self.registry)
        with self.boot.phase("discover"):
            found = discover([*(builtin() for builtin in BUILTINS)], installed)
            found |= {p.manifest.id: PluginRecord(p.manifest.id, p.manifest, p) for p in plugins}
        with self.boot.phase("resolve"):
            self.registry.replace(resolve(found))
            self.boot.enforce_policy()
        self.boot.configure()
        self.core = _make_core(settings, self.registry)
        self.services: Services = build_services(self.core)
        self.boot.declare()
        self.catalogues = Catalogues()
        for record in self.registry:
            if record.plugin is not None:
                self.catalogues.load(record.id, record.plugin.folder)
        i18n.install_lookup(self.catalogues.lookup)
        self.audit = AuditLog(self.core.database)
        self.chain = AuditChain(self.core.database, self.core.keys.derive("audit"))
        self.dispatcher = Dispatcher(self.core.database, self.registry, self.core.drain, self.core.load)

    def context_for(self, record: PluginRecord) -> PluginContext[Any]:
        return context_for(record, self.core, self.services)

    async def connect(self, dsn: str) -> None:
        """Open the pool, bring the schema up to date and start the plugins: what commands need, without serving."""
        database = self.settings.database
        await self.core.database.connect(dsn, minimum=database.pool_min, maximum=database.pool_max)
        if self.settings.policy.auto_migrate:
            await self.boot.migrate(self.core)
        await self.boot.start(self.core, self.context_for)

    async def open(self, dsn: str, *, background: bool) -> None:
        """Everything `connect` does, then listen, and run jobs and deliveries here if `background`."""
        try:
            await self._open(dsn, background)
        except BaseException:
            await self.close()
            raise

    async def _open(self, dsn: str, background: bool) -> None:
        await self.connect(dsn)
        self.core.listener.on(PLUGINS_CHANNEL, self._switches_changed)
        self.core.listener.on(PLUGINS_CHANNEL, self.services.live.plugins_changed)
        self.core.listener.on(OUTBOX_CHANNEL, self.dispatcher.wake)
        self.core.drain.on(self._drain_plugins)
        await self.core.listener.start(dsn)
        await self.core.listener.reread()
        if background:
            self.core.background.on_node("dispatcher", self.dispatcher.run)
            self.core.background.on_leader("audit-seal", self.chain.run)
            self.core.background.on_leader("outbox-forget", self.dispatcher.forget_delivered)
            await self.core.background.start(dsn)

    async def _drain_plugins(self) -> None:
        for record in self.registry:
            if record.is_active and record.plugin is not None:
                try:
                    await record.plugin.drain()
                except Exception as error:
                    record.note_trouble("drain", error)

    async def finish(self) -> None:
        """Take on nothing new and finish what was begun, within `server.drain_seconds`; `close` comes after it."""
        self.core.drain.begin()
        await self.core.drain.finished(self.settings.server.drain_seconds)

    async def close(self) -> None:
        await self.core.background.stop()
        await self.core.listener.stop()
        await self.boot.stop()
        await self.core.limits.stop()
        await self.core.database.close()

    async def _switches_changed(self, _payload: str) -> None:
        """An operator enabled or disabled a plugin somewhere: do the same here."""
        await read_switches(self.core)
        for record in self.registry:
            if not record.builtin and record.is_healthy and record.wanted != record.is_active:
                if record.is_active and record.plugin is not None:
                    await record.plugin.stop()
                await self.boot.start_one(record, self.context_for)


def _make_core(settings: Settings, registry: Registry) -> Core:
    clock = SystemClock()
    database, keys = PostgresDatabase(clock), Keys.load(settings.key.reveal(), settings.data_dir)
    return Core(
        settings=settings,
        database=database,
        listener=Listener(),
        background=Background(),
        drain=Drain(),
        load=Load(),
        registry=registry,
        keys=keys,
        limits=LimitBook(database, clock, keys.derive("limits")),
        clock=clock,
    )


def build_app(hall: Hall, dsn: str) -> Edge:
    """The web application of a hall, inside its edge. `dsn` is where its database is, embedded or not."""
    with hall.boot.phase("routes"):
        return _serving(hall, dsn, _with_routes(hall))


def twin_of(app: Edge, hall: Hall, dsn: str) -> Edge:
    """What `build_app` makes, with the routes of `app`, whose hall has the very same handlers."""
    twin = copy(cast(Litestar, app.app))
    twin.asgi_router = copy(twin.asgi_router)
    twin.asgi_router.app = twin
    return _serving(hall, dsn, twin)


def _with_routes(hall: Hall) -> Litestar:
    """Every plugin's routes. They find the hall in the state of the application that a request came to."""
    routers = [router for record in hall.registry for router in _routers(hall, record)]
    return Litestar(
        route_handlers=[*routers, *_static_routers(hall)],
        lifespan=[_opened],
        request_class=HallRequest,
        exception_handlers={Exception: handle_error},
        after_exception=[note_socket_error],
        request_max_body_size=_max_body(hall),
        openapi_config=None,
        logging_config=None,
    )


def _max_body(hall: Hall) -> int:
    return hall.settings.server.max_body_mb * 1024 * 1024


@asynccontextmanager
async def _opened(app: Litestar) -> AsyncIterator[None]:
    """The hall is open for as long as its application is served."""
    hall: Hall = app.state["hall"]
    await hall.open(app.state["dsn"], background=hall.settings.server.background)
    # What was made by now lives as long as the process. Looked at by every full collection, it would stop all
    # requests for 0.1–0.2 s now and then.
    gc.collect()
    gc.freeze()
    try:
        yield
        await hall.finish()
    finally:
        await hall.close()


def _serving(hall: Hall, dsn: str, app: Litestar) -> Edge:
    """Let an application serve a hall."""

    environment = make_environment(hall.registry, hall.services.permissions)
    hall.services.portal.add_globals(environment, hall)
    app.state = AppState(
        {
            "hall": hall,
            "dsn": dsn,
            "permissions": hall.services.permissions,
            "authenticate": hall.services.identity.authenticate,
            "templates": environment,
        }
    )
    return Edge(app, hall.services.identity.authenticate, _max_body(hall), hall.core.load)


def _routers(hall: Hall, record: PluginRecord) -> list[Router]:
    """The plugin's routes under its own prefix, gated; wrong ones make the plugin fail, not the platform."""
    if not record.is_healthy:
        return []
    prefix = "/" if record.id == "portal" else f"/{record.id}"
    try:
        routers = [
            _router(record.id, path, handlers)
            for path, handlers in ((prefix, record.declarations.pages), (f"/api/{record.id}", record.declarations.api))
            if handlers
        ]
        for router in routers:
            check_routes(record, router)
    except Exception as error:
        hall.boot.failed(record, "routes", error)
        return []
    return routers


def _router(plugin: str, path: str, handlers: Sequence[Any]) -> Router:
    def context(scope: Scope) -> PluginContext[Any]:
        return record_in(scope, plugin).context

    def actor(scope: Scope, ctx: NamedDependency[PluginContext[Any]]) -> Actor:
        # It needs no ctx, but says so: dependencies that wait for nothing and need one another are called one after the
        # other, while independent ones cost a task group per request.
        return actor_in(scope)

    return Router(
        path=path,
        route_handlers=list(handlers),
        guards=[gate(plugin)],
        dependencies={
            "ctx": Provide(context, sync_to_thread=False),
            "actor": Provide(actor, sync_to_thread=False),
        },
    )


def _static_routers(hall: Hall) -> list[Router]:
    return [
        create_static_files_router(
            path=f"/static/{plugin}",
            directories=[folder],
            name=f"static-{plugin}",
            include_in_schema=False,
            cache_control=None,
            after_request=_cache_for_ever,
        )
        for plugin, folder in static_folders(hall.registry).items()
    ]


def _cache_for_ever(response: Any) -> Any:
    """Assets carry a digest in their address, so a browser may keep them."""
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
