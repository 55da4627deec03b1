"""A small town for the tests of the budget plugin: real accounts with real roles in a real hall."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from msgspec import Struct

import huitang_budget.plugin
from huitang_budget.samples import form_text, sample_forms
from huitang_budget.services.storing import Upload
from huitang_kernel.testing import client_of
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import SYSTEM

PASSWORD = "a-long-password-for-tests"
PEOPLE = (
    # name, unit, role, unit of the grant, reach
    ("clerk", "office", "budget.clerk", "city", "below"),
    ("reviewer", "office", "budget.reviewer", "city", "below"),
    ("second", "office", "budget.reviewer", "city", "below"),
    ("reader", "education", "budget.reader", "education", "unit"),
    ("stranger", "east", "budget.reviewer", "east", "below"),
    ("plain", "office", "", "", ""),
)
UNITS = (
    ("city", "云江市", ""),
    ("office", "云江市人大预算审查处", "city"),
    ("education", "云江市教育局", "city"),
    ("water", "云江市水务局", "city"),
    ("east", "望月县", ""),
)


class Town(Struct):
    """The hall with its people: `actors` act in services, `sign_in` opens a browser's session."""

    hall: Any
    units: dict[str, Any]
    actors: dict[str, Actor]

    @property
    def ctx(self) -> Any:
        return self.hall.registry.get("budget").context

    async def fetch(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        return await self.hall.core.database.fetch(sql, *values)

    async def one(self, sql: str, *values: Any) -> Any:
        return next(iter((await self.fetch(sql, *values))[0].values()))

    async def sign_in(self, name: str) -> Any:
        """A client that is signed in as `name` ("" for nobody)."""
        client = client_of(self.hall)
        if name:
            answer = await client.post("/identity/sign-in", data={"username": name, "password": PASSWORD})
            assert answer.status_code in (302, 303), answer.text
        return client


async def open_town(open_hall: Any, **options: Any) -> Town:
    hall = await open_hall(huitang_budget.plugin.BudgetPlugin(), **options)
    record = hall.registry.get("budget")
    assert record.is_active, record.cause
    identity, permissions = hall.services.identity, hall.services.permissions
    units: dict[str, Any] = {}
    for key, name, parent in UNITS:
        units[key] = await identity.create_organisation(SYSTEM, name, units[parent].id if parent else None)
    actors: dict[str, Actor] = {"system": SYSTEM}
    for name, unit, role, where, reach in PEOPLE:
        account = await identity.create_account(SYSTEM, name, f"{name}员", PASSWORD, units[unit].id)
        if role:
            await permissions.grant(SYSTEM, role, units[where].id, reach, account_id=account.id)
        grants, allowed, denied = await permissions.grants_of(account.id)
        actors[name] = Actor(
            account_id=account.id,
            name=account.name,
            organisation_id=units[unit].id,
            grants=grants,
            allowed=allowed,
            denied=denied,
        )
    return Town(hall, units, actors)


def form(number: int = 0, **changes: Any) -> dict[str, Any]:
    """One of the sample forms, changed."""
    return {**deepcopy(sample_forms()[number]), **changes}


def upload(*forms: dict[str, Any], name: str = "申报表.txt") -> Upload:
    return Upload(name, "\n\n".join(form_text(one) for one in forms).encode())


DRINKING, TRAINING, SIGNALS, SLUICES, TOURISM = 0, 1, 4, 5, 7
"""Places of telling sample forms: a good one, a poor one, two with copied dates, a slogan."""
