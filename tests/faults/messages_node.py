"""One sending node as a process of its own, that kills itself with SIGKILL at a step of sending.

python -m tests.faults.messages_node DSN FOLDER SETTINGS STEP
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import Any

import httpx

from huitang_kernel.app import Hall
from huitang_kernel.config import load_settings
from huitang_kernel.messages.gateways.sms import SmsGateway
from huitang_kernel.messages.ledger import Ledger
from huitang_kernel.messages.receipts import Receipts
from huitang_kernel.testing import TEST_KEY
from tests.sdk.demo_plugin import Demo

STEPS = ("leased", "asking", "answered", "written")
"""Leased, nothing sent; the gateway has it and has not answered; answered, not written; written, not settled."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def until_taken(url: str, key: str) -> None:
    """Wait until the simulator has the message; it keeps its answer back for longer."""
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        while key not in (await client.get("/simulator")).text:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)


def die_at(step: str) -> None:
    """Put the end into the code, where the step is."""
    lease, deliver, taken, settle = Ledger.lease, SmsGateway.deliver, Ledger.taken, Receipts.settle

    async def leased(self: Any, most: int) -> Any:
        rows = await lease(self, most)
        if rows and step == "leased":
            die()
        return rows

    async def delivered(self: Any, message: Any) -> Any:
        asked = asyncio.ensure_future(deliver(self, message))
        if step == "asking":
            await until_taken(self._settings.url, message.reference)
            die()
        return await asked

    async def written(self: Any, row: Any, gateway_id: str) -> None:
        if step == "answered":
            die()
        await taken(self, row, gateway_id)

    async def settled(self: Any, channel: str, gateway_id: str) -> None:
        if step == "written":
            die()
        await settle(self, channel, gateway_id)

    Ledger.lease, SmsGateway.deliver = leased, delivered  # type: ignore[method-assign]
    Ledger.taken, Receipts.settle = written, settled  # type: ignore[method-assign]


async def main(dsn: str, folder: str, settings: str, step: str) -> None:
    die_at(step)
    chosen = {"data_dir": folder, "key": TEST_KEY, "plugins": json.loads(settings)}
    hall = Hall(load_settings(None, chosen), plugins=[Demo()], installed=())
    await hall.open(dsn, background=True)
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
