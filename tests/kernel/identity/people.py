"""A small fictional city for the tests of identity and permissions: 云江市, two districts, an office in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from huitang_kernel.identity.testing import PASSWORD
from huitang_kernel.testing import client_of
from huitang_sdk.contracts.identity import SYSTEM

CHEAP = {"argon2_memory_kib": 64, "argon2_time": 1}
"""Passwords that cost next to nothing, so that tests of everything else are quick."""


def identity_settings(**more: Any) -> dict[str, Any]:
    """Settings for `open_hall(plugins=…)`."""
    return {"identity": {**CHEAP, **more}}


@dataclass
class City:
    hall: Any
    city: UUID
    east: UUID
    west: UUID
    office: UUID

    @property
    def identity(self) -> Any:
        return self.hall.services.identity

    @property
    def permissions(self) -> Any:
        return self.hall.services.permissions

    async def person(self, username: str, unit: UUID | None = None, *roles: tuple[str, UUID, str], **more: Any) -> UUID:
        """An account with roles as (role, organisation, reach); its password is PASSWORD."""
        account = await self.identity.create_account(
            SYSTEM, username, more.pop("name", f"测试{username}"), PASSWORD, unit or self.city, **more
        )
        for role, organisation, reach in roles:
            await self.permissions.grant(SYSTEM, role, organisation, reach, account_id=account.id)
        return account.id

    async def operator(self, username: str = "operator") -> UUID:
        return await self.person(username, self.city, ("permissions.operator", self.city, "all"))

    def client(self, **options: Any) -> Any:
        return client_of(self.hall, **options)


async def build_city(hall: Any) -> City:
    create = hall.services.identity.create_organisation
    city = await create(SYSTEM, "云江市人大常委会", code="YJ")
    east = await create(SYSTEM, "东江区人大", city.id)
    west = await create(SYSTEM, "西江区人大", city.id)
    office = await create(SYSTEM, "东江区预算工委", east.id)
    return City(hall, city.id, east.id, west.id, office.id)


async def audit_of(hall: Any, action: str) -> list[Any]:
    """The audit records of one action, newest first."""
    return list(await hall.audit.entries(action=action, limit=100))
