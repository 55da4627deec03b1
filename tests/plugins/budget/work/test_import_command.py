"""`huitang budget declarations import`: into the platform, by the same service as the page."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import asyncpg

from huitang_kernel.testing import TEST_KEY
from tests.command import call
from tests.e2e.form_text import form


async def test_files_are_imported_once_and_bad_ones_are_named(open_hall, tmp_path: Path):
    from huitang_sdk.contracts.identity import SYSTEM

    hall = await open_hall(installed=None, serve=False)
    await hall.services.identity.create_organisation(SYSTEM, "云江市教育局")
    good, bad = tmp_path / "好.txt", tmp_path / "空.txt"
    good.write_text(form("课后服务预约平台"), encoding="utf-8")
    bad.touch()

    async def run() -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "HUITANG_DATABASE__DSN": hall.dsn, "HUITANG_KEY": TEST_KEY}
        words = ["budget", "declarations", "import", str(good), str(bad), "--data-dir", str(tmp_path)]
        return await asyncio.to_thread(call, words, tmp_path, environment)

    first, second = await run(), await run()
    assert (first.returncode, second.returncode) == (1, 1)
    assert "课后服务预约平台" in first.stdout, first.stderr
    assert "空.txt" in first.stderr
    assert "未作改动" in second.stdout
    connection = await asyncpg.connect(hall.dsn)
    assert await connection.fetchval("SELECT count(*) FROM budget.declaration") == 1
    await connection.close()
