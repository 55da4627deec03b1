"""`kill -9` of a node at every step of sending a message to people outside."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from huitang_kernel.messages.rules import Rule, keep
from huitang_sdk.contracts import Recipient
from huitang_sdk.contracts.identity import SYSTEM
from tests.command import start
from tests.faults.messages_node import STEPS
from tests.kernel.messages.outside import Sms, rows, send, serving, set_faults, settings_for
from tests.sdk.demo_plugin import Demo

ROOT = Path(__file__).parents[2]
NODE = "tests.faults.messages_node"


async def killed_at(step: str, dsn: str, folder: Path, plugins: dict) -> None:
    """Run a node until it has killed itself."""
    log = folder / f"{step}.log"
    node = start([dsn, str(folder), json.dumps(plugins), step], ROOT, os.environ, log, module=NODE)
    ended = await asyncio.wait_for(node.wait(), 60)
    assert ended == -signal.SIGKILL, f"the node did not die at {step}: {log.read_text()[-2000:]}"


async def settled(hall, seconds: float = 40.0) -> None:
    """Until another node has brought every row to an end."""
    async with asyncio.timeout(seconds):
        while set(await rows(hall)) & {"queued", "sending", "failed"}:  # noqa: ASYNC110 - rows tell nobody
            await asyncio.sleep(0.1)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("promise", ["keys", "at-most-once", "at-least-once"])
async def test_a_node_that_dies_sends_neither_zero_nor_two(open_hall, tmp_path, promise):
    """With keys exactly one at each step; without, what the operator chose for the kind."""
    with serving(Sms()) as sms:
        own = {"memory_hours": 24.0 if promise == "keys" else 0.0}
        plugins = settings_for(sms, own=own, parallel=1)
        hall = await open_hall(Demo(), background=False, serve=False, plugins=plugins)
        await keep(hall.core.database, SYSTEM, Rule("demo.told", None if promise == "keys" else promise))
        phones = {}
        for number, step in enumerate(STEPS):
            set_faults(sms, delay=5.0 if step == "asking" else 0.0, forget_keys=promise != "keys", receipt="none")
            phones[step] = f"1390000000{number}"
            await hall.core.database.execute(
                "UPDATE messages.message SET next_at = next_at + interval '1 hour' WHERE state <> 'accepted'"
            )
            await send(hall, Recipient(phones[step]))
            await killed_at(step, hall.dsn, tmp_path, plugins)
        set_faults(sms, forget_keys=promise != "keys", receipt="none")
        await hall.core.database.execute("UPDATE messages.message SET next_at = now() WHERE state <> 'accepted'")
        await hall.core.background.start(hall.dsn)
        await settled(hall)
        got = Counter(message.to for message in sms.taken)
    counts = {step: got[phone] for step, phone in phones.items()}
    if promise == "keys":
        assert counts == dict.fromkeys(STEPS, 1)
        assert await rows(hall) == ["accepted"] * len(STEPS)
    elif promise == "at-most-once":
        assert counts == {"leased": 0, "asking": 1, "answered": 1, "written": 1}
        assert await rows(hall, "state, reason") == [("dead", "unknown")] * 3 + [("accepted", "")]
    else:
        assert counts == {"leased": 1, "asking": 2, "answered": 2, "written": 1}
        assert await rows(hall) == ["accepted"] * len(STEPS)
