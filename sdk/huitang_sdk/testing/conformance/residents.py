"""What looking up residents must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from huitang_sdk.contracts import Resident, Residents
from huitang_sdk.db import new_id
from huitang_sdk.errors import NotFound


class ResidentsContract:
    """Give `residents`, `register` (a number signs in; its resident) and `unregister` (the account is deleted)."""

    @pytest.fixture
    def residents(self) -> Residents:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def register(self) -> Callable[[str], Awaitable[Resident]]:
        """Sign in with a number."""
        raise NotImplementedError

    @pytest.fixture
    def unregister(self) -> Callable[[UUID], Awaitable[None]]:
        """Delete an account."""
        raise NotImplementedError

    async def test_a_resident_is_known_by_a_masked_number(
        self, residents: Residents, register: Callable[[str], Awaitable[Resident]]
    ) -> None:
        """The number in clear is asked for by itself."""
        lin = await register("13800001234")
        found = await residents.resident(lin.id)
        assert found is not None
        assert (found.id, found.phone) == (lin.id, "138****1234")
        assert await residents.phone(lin.id) == "13800001234"
        assert "13800001234" not in repr(found)

    async def test_whoever_is_gone_is_nobody(
        self,
        residents: Residents,
        register: Callable[[str], Awaitable[Resident]],
        unregister: Callable[[UUID], Awaitable[None]],
    ) -> None:
        """As if there had never been such a resident."""
        lin = await register("13800001234")
        await unregister(lin.id)
        for nobody in (lin.id, new_id()):
            assert await residents.resident(nobody) is None
            with pytest.raises(NotFound):
                await residents.phone(nobody)
