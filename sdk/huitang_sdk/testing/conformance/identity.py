"""What the service that knows people must do."""

from __future__ import annotations

import pytest

from huitang_sdk.contracts import Account, Identity, Organisation
from huitang_sdk.db import new_id

Units = dict[str, Organisation]
People = dict[str, Account]


class IdentityContract:
    """Give `identity`, `units` and `people`.

    Units by name: 云江市, below it 东江区 and 西江区, below each of these a 预算工委 (`units` has the one of 东江区).
    People by user name: chen (陈静, of 云江市), lin (林秀英, of 东江区), wang (王一, of the 预算工委 of 东江区),
    gone (林退休, of 东江区, inactive).
    """

    @pytest.fixture
    def identity(self) -> Identity:
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

    async def test_one_or_none(self, identity: Identity, units: Units, people: People) -> None:
        """Inactive people are still known by their id."""
        assert await identity.account(people["gone"].id) == people["gone"]
        assert await identity.account(new_id()) is None
        assert await identity.organisation(units["东江区"].id) == units["东江区"]
        assert await identity.organisation(new_id()) is None

    async def test_several_are_those_that_exist(self, identity: Identity, people: People) -> None:
        """By id."""
        lin, gone = people["lin"], people["gone"]
        assert await identity.accounts([lin.id, gone.id, new_id()]) == {lin.id: lin, gone.id: gone}
        assert await identity.accounts([]) == {}

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("林", ["lin"]),
            ("WANG", ["wang"]),
            ("静", ["chen"]),
            ("n", ["chen", "lin", "wang"]),
            ("%", []),
            ("退休", []),
        ],
    )
    async def test_people_are_found_by_name_or_user_name(
        self, identity: Identity, people: People, text: str, found: list[str]
    ) -> None:
        """Active ones; the words are no pattern."""
        assert sorted(one.username for one in await identity.find_accounts(text)) == found

    async def test_people_are_found_in_a_unit_and_below(self, identity: Identity, units: Units, people: People) -> None:
        """At most as many as asked for."""
        inside = await identity.find_accounts(organisation_id=units["东江区"].id)
        assert {one.username for one in inside} == {"lin", "wang"}
        assert len(await identity.find_accounts(limit=1)) == 1

    async def test_parents_come_before_children(self, identity: Identity, units: Units) -> None:
        """And depth and path agree with them."""
        seen: dict[object, Organisation] = {}
        for unit in await identity.organisations():
            parent = seen.get(unit.parent_id)
            assert (unit.parent_id is None) == (parent is None)
            assert unit.depth == (parent.depth + 1 if parent else 0)
            assert unit.path == (f"{parent.path} / {unit.name}" if parent else unit.name)
            seen[unit.id] = unit
        assert {unit.id for unit in units.values()} <= seen.keys()

    async def test_a_unit_is_named_when_only_one_is(self, identity: Identity, units: Units) -> None:
        """Spaces aside; two of the same name are none."""
        assert await identity.organisation_named(" 东 江区") == units["东江区"]
        assert await identity.organisation_named("东江") is None
        assert await identity.organisation_named("预算工委") is None
