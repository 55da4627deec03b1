"""What the service that knows devices must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from huitang_sdk.contracts import Actor, Devices, NewDevice, Organisation
from huitang_sdk.contracts.identity import ANONYMOUS, SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Invalid, NotFound

ROLE = "demo.reader"
Behind = Callable[[str], Awaitable[Actor]]
Units = dict[str, Organisation]
Write = Callable[[], AbstractAsyncContextManager[Any]]


class DevicesContract:
    """Give `devices`, `units` as `IdentityContract` has them, `write` (a transaction of the platform's), and `behind`:
    the actor of a request that comes with a token. The plugin declares the role demo.reader.
    """

    @pytest.fixture
    def devices(self) -> Devices:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def units(self) -> Units:
        """The organisations by name."""
        raise NotImplementedError

    @pytest.fixture
    def write(self) -> Write:
        """Opens a transaction."""
        raise NotImplementedError

    @pytest.fixture
    def behind(self) -> Behind:
        """Who is behind a token."""
        raise NotImplementedError

    async def test_a_code_becomes_a_token_once(
        self, devices: Devices, units: Units, write: Write, behind: Behind
    ) -> None:
        """The device is who it was invited as: its place, its organisation, its role; and no person."""
        east = units["东江区"].id
        async with write():
            (invited,) = await devices.invite([NewDevice("12排8座", "12-8", ROLE)], organisation_id=east, actor=SYSTEM)
        assert not invited.device.is_enrolled
        assert invited.expires_at > invited.device.invited_at
        device, token = await devices.enrol(f" {invited.code.lower().replace('-', '')} ")
        assert (device.id, device.place, device.is_enrolled) == (invited.device.id, "12-8", True)
        actor = await behind(token)
        assert (actor.device_id, actor.account_id, actor.place) == (device.id, None, "12-8")
        assert actor.organisation_id == east
        assert [(grant.role, grant.organisation_id) for grant in actor.grants] == [(ROLE, east)]
        assert actor.is_known
        assert not actor.is_signed_in
        with pytest.raises(Invalid):
            await devices.enrol(invited.code)
        assert await behind(token) == actor
        assert await devices.device(device.id) == device

    async def test_nobody_is_behind_another_token(self, behind: Behind) -> None:
        """Whatever it looks like."""
        for token in ("", "hd_", "hd_" + "x" * 43):
            assert await behind(token) == ANONYMOUS

    async def test_many_at_once(self, devices: Devices, units: Units, write: Write) -> None:
        """In the order that was asked for, each with a code of its own; found by place, organisation and id."""
        east, west = units["东江区"].id, units["西江区"].id
        rows = [NewDevice(f"{seat}座", f"{seat:03}", ROLE) for seat in range(1, 301)]
        async with write():
            invited = await devices.invite(rows, organisation_id=east, actor=SYSTEM)
            (screen,) = await devices.invite([NewDevice("大屏", "", ROLE)], organisation_id=west, actor=SYSTEM)
        assert [(one.device.name, one.device.place) for one in invited] == [(row.name, row.place) for row in rows]
        assert len({one.code for one in invited}) == 300
        assert [one.name for one in await devices.devices(place="007")] == ["7座"]
        assert [one.id for one in await devices.devices(organisation_id=west)] == [screen.device.id]
        assert [one.place for one in await devices.devices(organisation_id=east)] == [row.place for row in rows]
        wanted = {screen.device.id, invited[0].device.id}
        assert {one.id for one in await devices.devices(ids=[*wanted, new_id()])} == wanted
        assert await devices.devices(ids=[]) == []

    async def test_a_revoked_device_is_nobody(
        self, devices: Devices, units: Units, write: Write, behind: Behind
    ) -> None:
        """At once, whether it held a token or a code; inviting it again does not bring the old token back."""
        rows = [NewDevice("甲", "1", ROLE), NewDevice("乙", "2", ROLE)]
        async with write():
            one, two = await devices.invite(rows, organisation_id=units["东江区"].id, actor=SYSTEM)
        _, token = await devices.enrol(one.code)
        for invited in (one, two):
            async with write():
                await devices.revoke(invited.device.id, actor=SYSTEM, reason="丢失")
        assert await behind(token) == ANONYMOUS
        with pytest.raises(Invalid):
            await devices.enrol(two.code)
        revoked = await devices.device(one.device.id)
        assert revoked is not None
        assert revoked.revoked_at is not None
        assert not revoked.is_enrolled
        async with write():
            again = await devices.reinvite(one.device.id, actor=SYSTEM)
        device, new = await devices.enrol(again.code)
        assert device.is_enrolled
        assert (await behind(new)).device_id == device.id
        assert await behind(token) == ANONYMOUS

    async def test_inviting_again_ends_what_was_held(
        self, devices: Devices, units: Units, write: Write, behind: Behind
    ) -> None:
        """The former code, the former token."""
        async with write():
            (first,) = await devices.invite(
                [NewDevice("甲", "1", ROLE)], organisation_id=units["东江区"].id, actor=SYSTEM
            )
            second = await devices.reinvite(first.device.id, actor=SYSTEM)
        with pytest.raises(Invalid):
            await devices.enrol(first.code)
        _, token = await devices.enrol(second.code)
        async with write():
            third = await devices.reinvite(first.device.id, actor=SYSTEM)
        assert not third.device.is_enrolled
        assert await behind(token) == ANONYMOUS

    async def test_a_device_moves_without_being_enrolled_again(
        self, devices: Devices, units: Units, write: Write, behind: Behind
    ) -> None:
        """Its next request says so."""
        async with write():
            (invited,) = await devices.invite(
                [NewDevice("甲", "1", ROLE)], organisation_id=units["东江区"].id, actor=SYSTEM
            )
        _, token = await devices.enrol(invited.code)
        assert (await behind(token)).place == "1"
        async with write():
            moved = await devices.move(invited.device.id, "2", actor=SYSTEM)
        assert moved.place == "2"
        assert (await behind(token)).place == "2"

    async def test_a_code_runs_out(self, devices: Devices, units: Units, write: Write) -> None:
        """Zero hours are over at once."""
        async with write():
            (late,) = await devices.invite(
                [NewDevice("甲", "1", ROLE)], organisation_id=units["东江区"].id, actor=SYSTEM, valid_hours=0
            )
        with pytest.raises(Invalid):
            await devices.enrol(late.code)

    async def test_what_is_refused(self, devices: Devices, units: Units, write: Write) -> None:
        """Roles of others, empty names, devices that do not exist."""
        east = units["东江区"].id
        with pytest.raises(ValueError, match=r"other\.role"):
            await devices.invite([NewDevice("甲", "1", "other.role")], organisation_id=east, actor=SYSTEM)
        with pytest.raises(Invalid):
            async with write():
                await devices.invite([NewDevice(" ", "1", ROLE)], organisation_id=east, actor=SYSTEM)
        for act in (
            devices.reinvite(new_id(), actor=SYSTEM),
            devices.move(new_id(), "3", actor=SYSTEM),
            devices.revoke(new_id(), actor=SYSTEM, reason="—"),
        ):
            with pytest.raises(NotFound):
                async with write():
                    await act
        assert await devices.device(new_id()) is None
