"""The two applications that are compared: a plugin in the hall, and a bare handler."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from litestar import Litestar, Request, get, post
from litestar.di import NamedDependency

from huitang_kernel.app import Hall, build_app
from huitang_kernel.cli.web import create
from huitang_kernel.config import load_settings
from huitang_sdk import Manifest, Plugin, PluginContext, hookimpl
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.declare import Permission, Role, SearchSource
from huitang_sdk.http import requires
from tests.bench.search import SOURCE

READ = "bench.thing.read"
COLUMNS = "id, organisation_id, name, amount"
SQL = f"SELECT {COLUMNS} FROM bench.thing WHERE organisation_id = ANY($1) ORDER BY name LIMIT 20"


@get("/things", guards=[requires(READ)])
async def things(ctx: NamedDependency[PluginContext[Any]], actor: NamedDependency[Actor]) -> list[dict[str, Any]]:
    scope = ctx.permissions.scope(actor, READ)
    return await ctx.db.fetch(SQL, list(scope.organisations))


class BenchPlugin(Plugin):
    manifest = Manifest(id="bench", title={"en": "Bench", "zh-CN": "测速"}, version="1", sdk=">=0.1,<1")

    @property
    def folder(self) -> Path:
        return Path(__file__).parent / "plugin"

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [Permission(READ, "Read things")]

    @hookimpl
    def roles(self) -> Sequence[Role]:
        return [Role("bench.reader", "Reader of things", (READ,))]

    @hookimpl
    def search_sources(self) -> Sequence[SearchSource]:
        return [SOURCE]

    @hookimpl
    def api(self) -> Sequence[Any]:
        return [things]


def make_hall(data_dir: str) -> Hall:
    """A hall with the bench plugin beside the installed ones."""
    settings = load_settings(None, {"data_dir": data_dir, "server": {"background": False}})
    return Hall(settings, plugins=[BenchPlugin()])


def ours_in_full() -> Any:
    """As `huitang serve` has it: its settings, its factory, and what happens beside requests in the same processes."""
    os.environ |= {"HUITANG_DATABASE__DSN": os.environ["BENCH_DSN"], "HUITANG_DATA_DIR": os.environ["BENCH_DATA"]}
    return create()


def ours() -> Any:
    return build_app(make_hall(os.environ["BENCH_DATA"]), os.environ["BENCH_DSN"])


def bare_register() -> Litestar:
    """One INSERT a letter and one SELECT a look-up, in the same process as the HTTP, and nothing else."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(os.environ["BENCH_DSN"], min_size=2, max_size=10)
        yield
        await app.state.pool.close()

    @post("/petitions/write", status_code=200)
    async def write(request: Request[Any, Any, Any]) -> str:
        form = await request.form()
        values = (new_id(), str(form["token"]), *(str(form[name]) for name in ("subject", "body", "name", "phone")))
        async with app.state.pool.acquire() as connection, connection.transaction():
            await connection.execute("INSERT INTO bench.letter VALUES ($1, $2, $3, $4, $5, $6)", *values)
        return str(form["token"])

    @post("/petitions/look-up", status_code=303)
    async def look_up(request: Request[Any, Any, Any]) -> str:
        form = await request.form()
        async with app.state.pool.acquire() as connection:
            found = await connection.fetch("SELECT id FROM bench.letter WHERE code = $1", str(form["code"]))
        return str(len(found))

    app = Litestar([write, look_up], lifespan=[lifespan], openapi_config=None)
    return app


def bare() -> Litestar:
    """The same query and the same serialisation, and nothing else."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(os.environ["BENCH_DSN"], min_size=2, max_size=10)
        app.state.units = [
            row["id"] for row in await app.state.pool.fetch("SELECT DISTINCT organisation_id AS id FROM bench.thing")
        ]
        yield
        await app.state.pool.close()

    @get("/things")
    async def bare_things() -> list[dict[str, Any]]:
        async with app.state.pool.acquire() as connection:
            return [dict(row) for row in await connection.fetch(SQL, app.state.units)]

    app = Litestar([bare_things], lifespan=[lifespan], openapi_config=None)
    return app
