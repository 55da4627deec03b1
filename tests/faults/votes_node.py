"""One node of a hall as a process of its own, to be killed: presses and acts come in as JSON lines, answers go out.

python -m tests.faults.votes_node DSN DATA_DIR
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from huitang_conference.plugin import ConferencePlugin
from huitang_conference.services.voting import presses
from huitang_conference.services.voting.log import export_log
from huitang_conference.services.voting.running import close_poll
from huitang_kernel.app import Hall
from huitang_kernel.clock import SystemClock
from huitang_kernel.config import load_settings
from huitang_kernel.testing import TEST_KEY
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import HuitangError
from tests.plugins.conference.voting.sitting import Sitting, sitting_in


def say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, default=str) + "\n")
    sys.stdout.flush()


class Node:
    """Does what a line asks for."""

    def __init__(self, ctx: Any) -> None:
        self.ctx = ctx
        self.acts: dict[str, Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]] = {
            "press": self.press, "sit": self.sit, "open": self.open, "close": self.close, "log": self.log,
            "jump": self.jump,
        }  # fmt: skip

    async def do(self, line: dict[str, Any]) -> None:
        try:
            answer = await self.acts[line["do"]](line)
        except HuitangError as error:
            answer = {"error": error.code, "message": error.message}
        except Exception as error:
            answer = {"error": type(error).__name__, "message": str(error)}
        say({"id": line["id"]} | answer)

    async def press(self, line: dict[str, Any]) -> dict[str, Any]:
        poll, member = UUID(line["poll"]), UUID(line["member"])
        press = presses.Press(poll, member, line["press_id"], line["number"], line["choice"])
        answer = await presses.recorder().press(press)
        return {name: getattr(answer, name) for name in answer.__struct_fields__}

    async def sit(self, line: dict[str, Any]) -> dict[str, Any]:
        sitting = await sitting_in(self.ctx, line["members"])
        return {"meeting": sitting.meeting_id, "members": sitting.members}

    async def open(self, line: dict[str, Any]) -> dict[str, Any]:
        sitting = Sitting(self.ctx, UUID(line["meeting"]), [])
        return {"poll": await sitting.poll(**line["values"])}

    async def close(self, line: dict[str, Any]) -> dict[str, Any]:
        await close_poll(self.ctx, SYSTEM, UUID(line["poll"]))
        return {}

    async def log(self, line: dict[str, Any]) -> dict[str, Any]:
        return {"log": await export_log(self.ctx, UUID(line["poll"]))}

    async def jump(self, line: dict[str, Any]) -> dict[str, Any]:
        """Set this process's clock forward or back, as a wrong time server would."""
        now, shift = SystemClock.now, timedelta(seconds=line["seconds"])
        SystemClock.now = lambda clock: now(clock) + shift  # type: ignore[method-assign]
        return {}


async def main(dsn: str, folder: str) -> None:
    plugin = ConferencePlugin()
    hall = Hall(load_settings(None, {"data_dir": folder, "key": TEST_KEY}), plugins=[plugin], installed=())
    await hall.open(dsn, background=True)
    record = hall.registry.get("conference")
    assert record is not None
    node = Node(record.context)
    say({"id": 0})
    loop, tasks = asyncio.get_running_loop(), set()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        task = asyncio.create_task(node.do(json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await hall.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
