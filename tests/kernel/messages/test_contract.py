"""The gateway contract as it is written down, and the simulator as a program of its own."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import socket
import sys
from pathlib import Path

import httpx
import msgspec

from huitang_kernel.messages.api import SmsEvents, SmsMessage
from huitang_kernel.messages.gateways.sms import NewSms, TakenSms

ROOT = Path(__file__).parents[3]
EXAMPLE = re.compile(r"<!-- json: ([a-z-]+) -->\n```json\n(.*?)```", re.S)
KINDS = {"sms-request": NewSms, "sms-answer": TakenSms, "sms-events": SmsEvents}


def examples() -> dict[str, str]:
    return dict(EXAMPLE.findall((ROOT / "docs" / "operate" / "messages.md").read_text(encoding="utf-8")))


def test_the_examples_are_what_is_spoken():
    found = examples()
    assert found.keys() == KINDS.keys()
    read = {name: msgspec.json.decode(text, type=KINDS[name]) for name, text in found.items()}
    for name in ("sms-request", "sms-answer"):
        assert msgspec.to_builtins(read[name]) == msgspec.json.decode(found[name])
    *_receipts, message = read["sms-events"].events
    assert isinstance(message, SmsMessage)
    assert (message.sender, message.text) == ("13800001234", "我的查询码丢了")


async def test_the_simulator_is_a_program():
    """Started by its command, it keeps its keys, and forgets them when it is told to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ("messages", "sms-simulator", "--port", str(port), "--webhook", "")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "huitang_kernel.cli", *command), stdout=asyncio.subprocess.PIPE
    )
    sent = {"content": examples()["sms-request"].encode(), "headers": {"idempotency-key": "k"}}
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            for _ in range(200):
                with contextlib.suppress(httpx.TransportError):
                    await client.get("/simulator")
                    break
                await asyncio.sleep(0.1)
            first, again = [await client.post("/messages", **sent) for _ in range(2)]
            assert (first.status_code, again.status_code) == (202, 200)
            assert first.json() == again.json()
            other = {**sent, "content": sent["content"].replace(b"13800001234", b"13800005678")}
            assert (await client.post("/messages", **other)).status_code == 422
            assert (await client.post("/simulator/faults", json={"forget_keys": True})).status_code == 204
            assert (await client.post("/messages", **sent)).json() != first.json()
            assert len((await client.get("/simulator")).json()["messages"]) == 2
            assert (await client.post("/simulator/faults", json={"explode": True})).status_code == 400
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 20)
