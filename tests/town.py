"""A town for tests of a plugin: a real hall with organisations, and people who hold real roles in them.

town = await settle(open_hall, PetitionsPlugin(), UNITS, PEOPLE)
town.ctx                                    # the plugin's own context
town.actors["clerk"]                        # acts in services
client = await town.sign_in("clerk")        # a browser's session
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable
from copy import deepcopy
from typing import Any, TypeVar

from msgspec import Struct

from huitang_kernel.app import Hall
from huitang_kernel.testing import OpenHall, client_of
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

    async def people(
        self, units: Iterable[tuple[str, str, str]], people: Iterable[tuple[str, str, str, str, str]]
    ) -> None:
        """`units` are (key, name, parent's key), `people` what `add_person` takes."""
        identity = self.hall.services.identity
        for key, name, parent in units:
            self.units[key] = await identity.create_organisation(
                SYSTEM, name, self.units[parent].id if parent else None
            )
        for person in people:
            await self.add_person(*person)

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


T = TypeVar("T", bound=Town)
_kept: dict[Hashable, tuple[str, Town]] = {}
"""What was settled by whom and how → the database that was kept, and the town without its hall."""


async def settle(
    open_hall: OpenHall,
    plugin: Plugin,
    units: Iterable[tuple[str, str, str]],
    people: Iterable[tuple[str, str, str, str, str]],
    **options: Any,
) -> Town:
    """Open a hall with the plugin; `units` are (key, name, parent's key), `people` what `add_person` takes."""
    units, people = tuple(units), tuple(people)

    async def begin(town: Town) -> Town:
        await town.people(units, people)
        return town

    return await settle_once(open_hall, plugin, (units, people), begin, **options)


async def settle_once(
    open_hall: OpenHall, plugin: Plugin, what: Hashable, begin: Callable[[Town], Awaitable[T]], **options: Any
) -> T:
    """Let `begin` settle in a hall that is opened with `options`. Whoever asks for `what` with this plugin again gets a
    copy of the database that it left, in a tenth of the time, and a hall opened in it.

    Only for a town's first hall, in a database that nobody asked for before.
    """
    key, is_fresh = (type(plugin), what), not open_hall.database.is_made
    if is_fresh and key in _kept:
        name, town = _kept[key]
        return await _moved(open_hall, plugin, town, template=name, **options)
    town = await begin(Town(await _opened(open_hall, plugin, **options), plugin.manifest.id, {}, {"system": SYSTEM}))
    if not is_fresh:
        return town
    await open_hall.close(town.hall)
    town.hall = None
    _kept[key] = (await open_hall.database.keep(), town)
    return await _moved(open_hall, plugin, town, **options)


async def _moved(open_hall: OpenHall, plugin: Plugin, town: Any, **options: Any) -> Any:
    """The same town in another hall."""
    moved = deepcopy(town)
    moved.hall = await _opened(open_hall, plugin, **options)
    return moved


async def _opened(open_hall: OpenHall, plugin: Plugin, **options: Any) -> Hall:
    hall = await open_hall(plugin, serve=False, **options)
    record = hall.registry.get(plugin.manifest.id)
    assert record is not None
    assert record.is_active, record.cause
    return hall
