"""What the service that decides must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from huitang_sdk.contracts import Account, Organisation, Permissions
from huitang_sdk.contracts.identity import ANONYMOUS, SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Forbidden, NotSignedIn
from huitang_sdk.testing.people import actor

READ, WRITE, READER = "demo.thing.read", "demo.thing.write", "demo.reader"
Grant = Callable[[UUID, str, UUID, str], Awaitable[Any]]
Units = dict[str, Organisation]
People = dict[str, Account]


class PermissionsContract:
    """Give `permissions`, `units` and `people` as `IdentityContract` has them, and `grant` (account, role,
    organisation, reach). The role demo.reader has the permission demo.thing.read; demo.thing.write is declared, and
    in no role.
    """

    @pytest.fixture
    def permissions(self) -> Permissions:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def units(self) -> Units:
        """The organisations by name."""
        raise NotImplementedError

    @pytest.fixture
    def people(self) -> People:
        """The accounts by user name."""
        raise NotImplementedError

    @pytest.fixture
    def grant(self) -> Grant:
        """Gives an account a role."""
        raise NotImplementedError

    def test_the_platform_may_everything_and_nobody_nothing(self, permissions: Permissions) -> None:
        """Whatever is asked."""
        permissions.require(SYSTEM, WRITE)
        assert permissions.scope(SYSTEM, WRITE).everything
        assert not permissions.may(ANONYMOUS, READ)
        assert permissions.scope(ANONYMOUS, READ).is_empty
        with pytest.raises(NotSignedIn):
            permissions.require(ANONYMOUS, READ)

    def test_a_role_gives_what_it_holds_and_no_more(self, permissions: Permissions, units: Units) -> None:
        """The error names what is missing."""
        reader = actor("读者", (READER, units["东江区"].id, "unit"))
        permissions.require(reader, READ)
        assert not permissions.may(reader, WRITE)
        assert permissions.scope(reader, WRITE).is_empty
        with pytest.raises(Forbidden) as refused:
            permissions.require(reader, WRITE)
        assert refused.value.permission == WRITE

    def test_reaches(self, permissions: Permissions, units: Units) -> None:
        """Own rows, one unit, a unit and all below, everything."""
        city, east, office = units["云江市"].id, units["东江区"].id, units["预算工委"].id
        for reach, inside in (("unit", {east}), ("below", {east, office}), ("all", {city, east, office})):
            scope = permissions.scope(actor("读者", (READER, east, reach)), READ)
            found = {unit for unit in (city, east, office) if scope.includes(key=new_id(), organisation=unit)}
            assert found == inside, reach
        me = actor("读者", (READER, east, "own"))
        own = permissions.scope(me, READ)
        assert own.includes(key=new_id(), organisation=None, owner=me.account_id)
        assert not own.includes(key=new_id(), organisation=east, owner=new_id())

    def test_grants_add_up(self, permissions: Permissions, units: Units) -> None:
        """The rows of one and of the other."""
        grants = [(READER, units["东江区"].id, "unit"), (READER, units["西江区"].id, "unit")]
        assert set(permissions.scope(actor("读者", *grants), READ).organisations) == {unit for _, unit, _ in grants}

    def test_single_rows_and_refusals(self, permissions: Permissions, units: Units) -> None:
        """One row granted opens the door; one refused stays shut whatever else is held."""
        one, two, east = new_id(), new_id(), units["东江区"].id
        guest = actor("客", allowed={READ: (one, two)}, denied={READ: (two,)})
        assert permissions.may(guest, READ)
        scope = permissions.scope(guest, READ)
        assert [scope.includes(key=key, organisation=east) for key in (one, two, new_id())] == [True, False, False]
        reader = actor("读者", (READER, east, "all"), denied={READ: (two,)})
        assert not permissions.scope(reader, READ).includes(key=two, organisation=east)

    async def test_holders_are_who_reaches_the_unit(
        self, permissions: Permissions, units: Units, people: People, grant: Grant
    ) -> None:
        """From above, from inside, never those who left or see their own rows only."""
        city, east, office = units["云江市"].id, units["东江区"].id, units["预算工委"].id
        await grant(people["chen"].id, READER, city, "below")
        await grant(people["lin"].id, READER, east, "unit")
        await grant(people["wang"].id, READER, office, "own")
        await grant(people["gone"].id, READER, city, "all")
        chen, lin = people["chen"].id, people["lin"].id
        assert set(await permissions.holders(READ, east)) == {chen, lin}
        assert list(await permissions.holders(READ, office)) == [chen]
        assert list(await permissions.holders(WRITE, east)) == []

    async def test_somebody_else_as_an_actor_reaches_what_they_reach(
        self, permissions: Permissions, units: Units, people: People, grant: Grant
    ) -> None:
        """Active accounts only."""
        east, lin = units["东江区"].id, people["lin"]
        await grant(lin.id, READER, east, "unit")
        found = await permissions.as_actor(lin.id)
        assert found is not None
        assert (found.account_id, found.name, found.organisation_id) == (lin.id, lin.name, lin.organisation_id)
        assert permissions.scope(found, READ).organisations == (east,)
        assert permissions.scope(found, WRITE).is_empty
        assert await permissions.as_actor(people["gone"].id) is None
        assert await permissions.as_actor(new_id()) is None

    async def test_an_explanation_has_reasons(
        self, permissions: Permissions, units: Units, people: People, grant: Grant
    ) -> None:
        """For yes and for no, and for people who do not exist."""
        await grant(people["lin"].id, READER, units["东江区"].id, "unit")
        asked = [(people["lin"].id, READ), (people["lin"].id, WRITE), (people["chen"].id, READ), (new_id(), READ)]
        answers = [await permissions.explain(account_id, permission) for account_id, permission in asked]
        assert [answer.allowed for answer in answers] == [True, False, False, False]
        assert all(answer.reasons for answer in answers)
        assert [answer.permission for answer in answers] == [READ, WRITE, READ, READ]
