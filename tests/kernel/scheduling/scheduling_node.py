"""A plugin whose jobs write down that they ran, and a second hall: `python scheduling_node.py DSN FOLDER [CRON]`.

A process has one engine, so another node of the cluster is another process.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from huitang_kernel.app import Hall
from huitang_kernel.config import load_settings
from huitang_kernel.testing import TEST_KEY
from huitang_sdk import Manifest, Plugin, hookimpl
from huitang_sdk.contracts import Ref, Run
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import Job

TABLE = """
CREATE TABLE ran (run uuid NOT NULL, job text NOT NULL, due timestamptz NOT NULL, pid integer NOT NULL,
    payload text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
"""
SETTINGS = {"scheduling": {"heartbeat": 0.5, "dead_after": 2.0, "retry_seconds": [0.1]}}


class Clockwork(Plugin):
    """Jobs: tick (by crontab), mark (dated), slow (until released), patient (until the node stops), wrong (raises)."""

    manifest = Manifest(id="clockwork", title={"en": "Clockwork", "zh-CN": "钟表"}, version="1", sdk=">=0.1,<1")

    def __init__(self, folder: Path, cron: str = "", grace: int = 3600) -> None:
        (folder / "migrations").mkdir(parents=True, exist_ok=True)
        (folder / "migrations" / "0001_tables.sql").write_text(TABLE, encoding="utf-8")
        self._folder, self._cron, self._grace = folder, cron, grace
        self.release = asyncio.Event()

    @property
    def folder(self) -> Path:
        return self._folder

    @hookimpl
    def jobs(self) -> list[Job]:
        return [
            Job("clockwork.tick", "Tick", self.mark, cron=self._cron, grace=self._grace),
            Job("clockwork.mark", "Mark", self.mark),
            Job("clockwork.slow", "Slow", self.slow),
            Job("clockwork.patient", "Patient", self.patient),
            Job("clockwork.wrong", "Wrong", self.wrong),
        ]

    async def mark(self, ctx: Any, run: Run) -> str:
        async with ctx.db.write(SYSTEM) as write:
            await ctx.db.execute(
                "INSERT INTO clockwork.ran VALUES ($1, $2, $3, $4, $5)",
                run.id,
                run.job,
                run.due,
                os.getpid(),
                str(run.payload.get("n", "")),
            )
            await write.audit("clockwork.mark.made", Ref("clockwork.run", run.id))
        return "marked"

    async def slow(self, ctx: Any, run: Run) -> None:
        await self.mark(ctx, run)
        await self.release.wait()

    async def patient(self, ctx: Any, run: Run) -> str:
        await self.mark(ctx, run)
        while not run.is_stopping():  # noqa: ASYNC110 - as a job asks between two steps
            await asyncio.sleep(0.02)
        return "the rest comes next time"

    async def wrong(self, ctx: Any, run: Run) -> None:
        await self.mark(ctx, run)
        raise ValueError("the spring is broken")


async def main(dsn: str, folder: Path, cron: str) -> None:
    settings = load_settings(None, {"data_dir": str(folder / "data"), "key": TEST_KEY, "plugins": SETTINGS})
    hall = Hall(settings, plugins=[Clockwork(folder / "clockwork", cron)], installed=())
    await hall.open(dsn, background=True)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await hall.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else ""))
