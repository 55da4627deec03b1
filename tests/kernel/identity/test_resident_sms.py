"""A code reaches a phone by SMS: the whole way, through a gateway that is a server of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from threading import Thread

import pytest

from huitang_kernel.messages.simulators.sms import SmsSimulator
from huitang_kernel.testing import client_of
from tests.kernel.identity.people import identity_settings

HOME = "/identity/residents"


@pytest.fixture
def gateway() -> Iterator[SmsSimulator]:
    simulator = SmsSimulator(0)
    Thread(target=simulator.serve_forever, daemon=True).start()
    yield simulator
    simulator.shutdown()


async def arrived(gateway: SmsSimulator, count: int) -> None:
    """Wait for so many messages; the test's own time limit ends it."""
    while len(gateway.taken) < count:  # noqa: ASYNC110 - another process tells nobody
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(("locale", "said"), [("zh-CN", "验证码"), ("en", "Your code is")])
async def test_a_code_comes_by_sms_in_the_readers_language(open_hall, gateway, locale, said):
    settings = identity_settings() | {"messages": {"sms": {"url": gateway.url}}}
    hall = await open_hall(background=True, plugins=settings)
    async with client_of(hall, headers={"Accept-Language": locale}) as client:
        await client.post(f"{HOME}/sign-in", data={"phone": "138 0000 1234"})
        await arrived(gateway, 1)
        (message,) = gateway.taken
        assert (message.to, said in message.text) == ("13800001234", True)
        code = re.search(r"\b\d{6}\b", message.text)
        entered = await client.post(f"{HOME}/code", data={"code": code.group()})
        assert (entered.status_code, entered.headers["location"]) == (303, HOME)
        assert "138****1234" in (await client.get(HOME)).text
    kept = await hall.core.database.fetch("SELECT m::text AS row FROM messages.message m")
    assert len(kept) == 1
    assert "13800001234" not in kept[0]["row"]
    assert f"{code.group()}，" not in kept[0]["row"]
