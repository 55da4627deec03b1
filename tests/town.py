"""A town for tests of a plugin: a real hall with organisations, and people who hold real roles in them.

town = await settle(open_hall, PetitionsPlugin(), UNITS, PEOPLE)
town.ctx                                    # the plugin's own context
town.actors["clerk"]                        # acts in services
client = await town.sign_in("clerk")        # a browser's session
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from huitang_kernel.testing import client_of
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.plugin import Plugin

PASSWORD = "a-long-password-for-tests"


class Town(Struct):
    """The hall with its people."""

    hall: Any
    plugin: str
    units: dict[str, Any]
    actors: dict[str, Actor]

    @property
    def ctx(self) -> Any:
        return self.hall.registry.get(self.plugin).context

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

    async def add_person(self, name: str, unit: str, role: str, where: str = "", reach: str = "below") -> Actor:
        """One more account with a role at `where` (default: its own unit); `actors[name]` acts as it."""
        identity, permissions = self.hall.services.identity, self.hall.services.permissions
        account = await identity.create_account(SYSTEM, name, f"{name}员", PASSWORD, self.units[unit].id)
        if role:
            await permissions.grant(SYSTEM, role, self.units[where or unit].id, reach, account_id=account.id)
        grants, allowed, denied = await permissions.grants_of(account.id)
        self.actors[name] = Actor(
            account_id=account.id,
            name=account.name,
            organisation_id=self.units[unit].id,
            grants=grants,
            allowed=allowed,
            denied=denied,
        )
        return self.actors[name]


async def settle(
    open_hall: Any,
    plugin: Plugin,
    units: Iterable[tuple[str, str, str]],
    people: Iterable[tuple[str, str, str, str, str]],
    **options: Any,
) -> Town:
    """Open a hall with the plugin; `units` are (key, name, parent's key), `people` what `add_person` takes."""
    hall = await open_hall(plugin, serve=False, **options)
    record = hall.registry.get(plugin.manifest.id)
    assert record.is_active, record.cause
    made: dict[str, Any] = {}
    for key, name, parent in units:
        made[key] = await hall.services.identity.create_organisation(SYSTEM, name, made[parent].id if parent else None)
    town = Town(hall, plugin.manifest.id, made, {"system": SYSTEM})
    for person in people:
        await town.add_person(*person)
    return town
