"""Start of the platform with its plugins, against a bare Litestar application with a connection pool."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.bench.table import Row

BARE = """
import asyncio, json, sys, time
started = time.perf_counter()
import asyncpg
from litestar import Litestar, get
@get("/")
async def answer() -> dict[str, str]:
    return {}
async def main():
    app = Litestar([answer], openapi_config=None)
    pool = await asyncpg.create_pool(sys.argv[1], min_size=2, max_size=10)
    print(json.dumps({"seconds": time.perf_counter() - started}))
    await pool.close()
asyncio.run(main())
"""
OURS = """
import asyncio, json, sys, time
started = time.perf_counter()
from huitang_kernel.cli.collecting import collect_seldom
collect_seldom()
from huitang_kernel.app import Hall, build_app
from huitang_kernel.config import load_settings
async def main():
    hall = Hall(load_settings(None, {"data_dir": sys.argv[2]}))
    build_app(hall, sys.argv[1])
    await hall.open(sys.argv[1], background=False)
    taken = time.perf_counter() - started
    per_plugin = [sum(record.milliseconds.values()) for record in hall.registry]
    print(json.dumps({"seconds": taken, "plugins": len(per_plugin), "slowest": max(per_plugin),
                      "phases": hall.registry.phase_milliseconds}))
    await hall.close()
asyncio.run(main())
"""


def _run(code: str, *arguments: str) -> dict[str, float]:
    """The best of three starts, each in a new process."""
    runs = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
        runs.append(json.loads(done.stdout.strip().splitlines()[-1]))
    return min(runs, key=lambda run: run["seconds"])


def measure(dsn: str, data_dir: str) -> list[Row]:
    bare, ours = _run(BARE, dsn), _run(OURS, dsn, data_dir)
    return [
        Row(
            work=f"start with {ours['plugins']} plugins (7 of them built in)",
            against="bare Litestar with a pool",
            ours=f"{ours['seconds']:.2f} s",
            bare=f"{bare['seconds']:.2f} s",
            ratio=f"{ours['seconds'] / bare['seconds']:.1f} × as long",
            goal="< 2 s, < 150 ms a plugin",
            met=ours["seconds"] < 2 and ours["slowest"] < 150,
            note=f"imports included; slowest plugin {ours['slowest']:.0f} ms",
        )
    ]
