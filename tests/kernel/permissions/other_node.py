"""A second node in a process of its own: asks one page again and again and prints the status whenever it changes."""

from __future__ import annotations

import asyncio
import json
import sys

from huitang_kernel.app import Hall, build_app
from huitang_kernel.config import load_settings
from huitang_kernel.identity.sessions import COOKIE
from huitang_kernel.testing import client_of


async def watch(dsn: str, settings: dict, token: str, path: str) -> None:
    hall = Hall(load_settings(None, settings), installed=())
    hall.app = build_app(hall, dsn)  # type: ignore[attr-defined]
    await hall.open(dsn, background=False)
    stop = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    last = 0
    try:
        async with client_of(hall, cookies={COOKIE: token}) as client:
            while not stop.done():
                status = (await client.get(path)).status_code
                if status != last:
                    sys.stdout.write(f"{status}\n")
                    sys.stdout.flush()
                last = status
                await asyncio.sleep(0.02)
    finally:
        await hall.close()


if __name__ == "__main__":
    asyncio.run(watch(sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], sys.argv[4]))
