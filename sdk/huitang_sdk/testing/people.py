"""Actors, organisations and accounts in a line each, and the identity service over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from msgspec import structs

from huitang_sdk.contracts import Account, Actor, Grant, Organisation
from huitang_sdk.db import new_id


def actor(name: str = "林秀英", *grants: Grant | tuple[str, UUID, str], **more: Any) -> Actor:
    """Somebody who is signed in, with grants as (role, organisation, reach); `more` are fields of `Actor`.

    >>> actor("周明", ("budget.clerk", UUID(int=7), "below")).grants[0].role
    'budget.clerk'
    """
    held = tuple(grant if isinstance(grant, Grant) else Grant(*grant) for grant in grants)
    return Actor(**{"account_id": new_id(), "name": name, "grants": held, **more})


def device_actor(place: str = "12-8", *grants: Grant | tuple[str, UUID, str], **more: Any) -> Actor:
    """A device that is enrolled at `place`, with grants like `actor`.

    >>> device_actor("12-8").is_signed_in, device_actor("12-8").place
    (False, '12-8')
    """
    itself = {"account_id": None, "device_id": new_id(), "place": place}
    return actor(f"设备 {place}", *grants, **{**itself, **more})


def organisation(name: str, parent: Organisation | None = None, **more: Any) -> Organisation:
    """A unit below `parent`, or a root; `more` are fields of `Organisation`.

    >>> city = organisation("云江市")
    >>> organisation("东江区", city).path
    '云江市 / 东江区'
    """
    path = f"{parent.path} / {name}" if parent else name
    place = {"parent_id": parent.id if parent else None, "path": path, "depth": parent.depth + 1 if parent else 0}
    return Organisation(**{"id": new_id(), "name": name, **place, **more})


def account(username: str, name: str = "", unit: Organisation | None = None, **more: Any) -> Account:
    """A person who can sign in, in an organisation; `more` are fields of `Account`."""
    home = {"organisation_id": unit.id if unit else None, "organisation_name": unit.name if unit else ""}
    values = {"id": new_id(), "username": username, "name": name or username, "email": "", "is_active": True}
    return Account(**{**values, **home, **more})


class FakeIdentity:
    """Implements `huitang_sdk.contracts.Identity` over two lists, which tests may change."""

    def __init__(self, organisations: Iterable[Organisation] = (), accounts: Iterable[Account] = ()) -> None:
        """`organisations`: parents before children."""
        self.units = list(organisations)
        self.people = list(accounts)

    async def account(self, account_id: UUID) -> Account | None:
        """See the contract."""
        return (await self.accounts([account_id])).get(account_id)

    async def accounts(self, ids: Iterable[UUID]) -> dict[UUID, Account]:
        """See the contract."""
        wanted = set(ids)
        return {one.id: one for one in self.people if one.id in wanted}

    async def find_accounts(
        self, text: str = "", *, organisation_id: UUID | None = None, limit: int = 20
    ) -> Sequence[Account]:
        """See the contract."""
        words = text.strip().lower()
        units = self.below(organisation_id) if organisation_id else None
        found = [
            one
            for one in self.people
            if one.is_active
            and (words in one.name.lower() or words in one.username.lower())
            and (units is None or one.organisation_id in units)
        ]
        return sorted(found, key=lambda one: (one.name, one.username))[:limit]

    async def organisation(self, organisation_id: UUID) -> Organisation | None:
        """See the contract."""
        return next((unit for unit in self.units if unit.id == organisation_id), None)

    async def organisations(self) -> Sequence[Organisation]:
        """See the contract."""
        return tuple(self.units)

    async def organisation_named(self, name: str) -> Organisation | None:
        """See the contract."""
        found = [unit for unit in self.units if "".join(unit.name.split()) == "".join(name.split())]
        return found[0] if len(found) == 1 else None

    def below(self, organisation_id: UUID) -> tuple[UUID, ...]:
        """The organisation itself, and all below it."""
        found = [organisation_id]
        for unit in self.units:
            if unit.parent_id in found:
                found.append(unit.id)
        return tuple(found)

    def change(self, account_id: UUID, **changes: Any) -> None:
        """Replace fields of one account, for instance `is_active=False`."""
        self.people = [structs.replace(one, **changes) if one.id == account_id else one for one in self.people]
