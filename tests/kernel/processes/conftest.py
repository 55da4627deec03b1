"""An installation on a database of its own, and a connection that looks from outside."""

from __future__ import annotations

import asyncpg
import pytest

from tests.kernel.processes.nodes import Installation


@pytest.fixture
async def install(fresh_dsn, tmp_path):
    """`install(server__drain_seconds=2)` → an Installation; its processes are killed after the test."""
    made: list[Installation] = []

    def make(**settings) -> Installation:
        tmp_path.chmod(0o755)
        made.append(Installation(fresh_dsn, tmp_path / f"site{len(made)}", **settings))
        return made[-1]

    yield make
    for installation in made:
        await installation.stop()


@pytest.fixture
async def watch(fresh_dsn):
    connection = await asyncpg.connect(fresh_dsn)
    yield connection
    await connection.close()
