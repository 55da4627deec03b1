"""Residents in memory."""

from __future__ import annotations

from uuid import UUID

from huitang_sdk.contracts import Resident
from huitang_sdk.db import new_id
from huitang_sdk.errors import NotFound
from huitang_sdk.personal import masked


def resident(phone: str = "13800000000") -> Resident:
    """Somebody who signed in with this number.

    >>> resident("13800001234").phone
    '138****1234'
    """
    return Resident(id=new_id(), phone=masked("phone", phone), session_id=new_id())


class FakeResidents:
    """Implements `huitang_sdk.contracts.Residents`.

    lin = residents.add("13800000000")
    """

    def __init__(self) -> None:
        self._residents: dict[UUID, tuple[Resident, str]] = {}

    def add(self, phone: str) -> Resident:
        """Somebody signs in with this number for the first time."""
        new = resident(phone)
        self._residents[new.id] = (new, phone)
        return new

    def remove(self, resident_id: UUID) -> None:
        """He or she deletes the account."""
        self._residents.pop(resident_id, None)

    async def resident(self, resident_id: UUID) -> Resident | None:
        """See the contract."""
        known = self._residents.get(resident_id)
        return known[0] if known else None

    async def phone(self, resident_id: UUID) -> str:
        """See the contract."""
        if resident_id not in self._residents:
            raise NotFound("This resident does not exist.")
        return self._residents[resident_id][1]
