"""Gateways in threads of the test, and halls that send by them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec

from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.messages.simulators.base import Faults, Simulator
from huitang_kernel.messages.simulators.sms import SmsSimulator
from huitang_kernel.messages.simulators.wechat import Account, WechatSimulator
from huitang_kernel.testing import client_of
from huitang_sdk.contracts import Recipient, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id

PHONE, OPEN_ID = "13800001234", "oM9qXxSample0000000000000001"
SECRET = "a secret that gateway and platform share"
SUBJECT = Ref("demo.thing", new_id())
CHEAP = {"identity": {"argon2_memory_kib": 64, "argon2_time": 1}}


class Kept:
    """A simulator's webhooks are kept instead of posted: the hall of a test has no socket."""

    told: list[tuple[str, bytes, dict[str, str]]]

    def tell(self, url, body, headers):
        self.told.append((url, body, headers()))


class Sms(Kept, SmsSimulator):
    def __init__(self):
        super().__init__(0, "/api/messages/sms/events", SECRET)
        self.told = []


class Wechat(Kept, WechatSimulator):
    def __init__(self):
        super().__init__(0, "/api/messages/wechat/events")
        self.told = []


@contextmanager
def serving(simulator: Simulator) -> Iterator[Simulator]:
    """Serve in a thread."""
    thread = threading.Thread(target=simulator.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield simulator
    finally:
        simulator.shutdown()
        simulator.server_close()
        thread.join()


def set_faults(simulator: Simulator, **faults: Any) -> None:
    simulator.answer("POST", "/simulator/faults", {}, msgspec.json.encode(Faults(**faults)))


def settings_for(sms: Simulator | None = None, wechat: Simulator | None = None, **more: Any) -> dict[str, Any]:
    """Impatient settings: tried again at once, leases of a moment."""
    found: dict[str, Any] = {"retry_seconds": [0.05] * 4, "lease_seconds": 3.0, **more}
    own = found.pop("own", {})
    found["sms"] = {"timeout": 0.5, "webhook_secret": SECRET, **own}
    found["wechat"] = {"timeout": 0.5}
    if sms is not None:
        found["sms"]["url"] = sms.url
    if wechat is not None:
        facts = {name: getattr(Account(), name) for name in Account.__struct_fields__}
        found["wechat"] |= {"url": wechat.url, **facts}
    return {**CHEAP, "messages": found}


async def send(hall, recipient: Recipient | None = None, *, kind: str = "demo.told", key: str = "", code="7K2M-9QXD"):
    """Send as the plugin demo does; returns nothing."""
    ctx = hall.registry.get("demo").context
    async with ctx.db.write(SYSTEM) as write:
        await write.audit("demo.thing.changed", SUBJECT)
        data = {"code": code}
        who = recipient or Recipient(PHONE)
        await ctx.messages.send(kind, who, key=key or str(new_id()), data=data, subject=SUBJECT)


async def rows(hall, columns: str = "state") -> list[Any]:
    """The ledger, oldest first; a single column as its values."""
    found = await hall.core.database.fetch(f"SELECT {columns} FROM messages.message ORDER BY created_at, id")
    return [tuple(row.values()) if len(row) > 1 else next(iter(row.values())) for row in found]


async def until(hall, *states: str, seconds: float = 20.0) -> None:
    """Wait until the states of the ledger, oldest first, are these."""
    found: list[str] = []
    try:
        async with asyncio.timeout(seconds):
            while (found := await rows(hall)) != list(states):  # noqa: ASYNC110 - the other side is a thread
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{found} instead of {list(states)}: {await rows(hall, 'state, reason, code')}") from None


async def taken(simulator: Simulator, count: int, seconds: float = 10.0) -> None:
    """Wait until a simulator's phones got so many."""
    async with asyncio.timeout(seconds):
        while len(simulator.taken) < count:  # noqa: ASYNC110 - the other side is a thread
            await asyncio.sleep(0.02)


@asynccontextmanager
async def somebody(hall, *permissions: str):
    """A signed-in client that holds exactly these permissions."""
    identity, rights = hall.services.identity, hall.services.permissions
    root = await identity.organisation_named("云江市") or await identity.create_organisation(SYSTEM, "云江市")
    name = f"somebody{len(permissions)}"
    account = await identity.create_account(SYSTEM, name, name, PASSWORD, root.id)
    role = await rights.create_role(SYSTEM, name, name, allows=permissions)
    await rights.grant(SYSTEM, role, root.id, "all", account_id=account.id)
    async with client_of(hall) as client:
        await sign_in(hall, client, name)
        yield client
