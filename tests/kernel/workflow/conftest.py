"""A hall with the case workflow of the SDK's suites, the people of its town, and somebody signed in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.testing import client_of
from huitang_sdk.contracts import Process, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.sdk.demo_plugin import Demo, city_in

CHEAP = {"identity": {"argon2_memory_kib": 64, "argon2_time": 1}}


class Office:
    """The hall, its units and people, and shorthand for steps."""

    def __init__(self, hall: Any, units: Any, people: Any) -> None:
        self.hall, self.units, self.people = hall, units, people
        self.ctx = hall.registry.get("demo").context
        self.workflow = self.ctx.workflow

    async def begin(self, **values: Any) -> Process:
        async with self.ctx.db.write(SYSTEM) as write:
            return await self.workflow.start(
                write, SYSTEM, Ref("demo.case", new_id()), self.units["东江区"].id, **values
            )

    async def move(self, subject: Ref, transition: str, **values: Any) -> Process:
        async with self.ctx.db.write(SYSTEM) as write:
            return await self.workflow.move(write, SYSTEM, subject, transition, **values)

    async def settle(self, subject: Ref, transition: str) -> Process:
        async with self.ctx.db.write(SYSTEM) as write:
            process = await self.workflow.move(write, SYSTEM, subject, transition, settled=True)
            await write.audit("demo.case.looked_at", subject)
            return process

    async def grant(self, username: str, role: str = "demo.handler", unit: str = "东江区") -> UUID:
        account = self.people[username]
        rights = self.hall.services.permissions
        await rights.grant(SYSTEM, role, self.units[unit].id, "below", account_id=account.id)
        return account.id

    async def client(self, username: str) -> Any:
        await self.hall.services.identity.set_password(SYSTEM, self.people[username].id, PASSWORD)
        client = client_of(self.hall)
        await sign_in(self.hall, client, username)
        return client


@pytest.fixture
async def office(open_hall) -> Office:
    hall = await open_hall(Demo(), plugins=CHEAP)
    return Office(hall, *await city_in(hall))
