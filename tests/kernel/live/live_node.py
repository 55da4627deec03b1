"""A second node in a process of its own: prints every message it hears, and publishes as many as it is asked to."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from huitang_kernel.app import Hall
from huitang_kernel.config import load_settings
from tests.kernel.live.talking import Talk, say_many, talk_of


def show(message) -> None:
    sys.stdout.write(json.dumps([message.sequence, message.data]) + "\n")
    sys.stdout.flush()


async def main(dsn: str, key: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hall = Hall(load_settings(None, {"data_dir": folder, "key": key}), plugins=[Talk(Path(folder))], installed=())
        await hall.open(dsn, background=False)
        try:
            talk_of(hall).live.subscribe("talk.words", "", show)
            sys.stdout.write("open\n")
            sys.stdout.flush()
            loop = asyncio.get_running_loop()
            while wanted := await loop.run_in_executor(None, sys.stdin.readline):
                await say_many(hall, "other", int(wanted))
        finally:
            await hall.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
