"""Who: organisations in a tree, people's accounts in them, and the actor of the current request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class Grant(Struct, frozen=True):
    """A role held somewhere. `reach` says over which rows: own | unit | below | all (below = the unit and all under
    it).
    """

    role: str
    organisation_id: UUID
    reach: str


class Actor(Struct, frozen=True, kw_only=True):
    """Whoever acts: a signed-in account, an enrolled device, the platform itself (a job, a command), or nobody yet."""

    account_id: UUID | None = None
    name: str = ""
    organisation_id: UUID | None = None
    locale: str = "zh-CN"
    grants: tuple[Grant, ...] = ()
    allowed: dict[str, tuple[UUID, ...]] = {}
    """Permission -> single rows granted explicitly."""
    denied: dict[str, tuple[UUID, ...]] = {}
    """Permission -> single rows refused explicitly; wins over everything."""
    session_id: UUID | None = None
    is_system: bool = False
    request_id: str = ""
    address: str = ""
    device_id: UUID | None = None
    """Set for a device (see `contracts.devices`), which is never signed in as a person at the same time."""
    place: str = ""
    """Where the device is bound to."""
    resident_id: UUID | None = None
    """Set for a resident (see `contracts.residents`), who is neither signed in nor known and never holds a permission.
    """

    @property
    def is_signed_in(self) -> bool:
        """True for an account; devices, the platform itself and whoever has not signed in yet are not."""
        return self.account_id is not None

    @property
    def is_known(self) -> bool:
        """True for an account or a device: somebody who can hold permissions."""
        return self.account_id is not None or self.device_id is not None

    @property
    def id(self) -> UUID | None:
        """The account's, the device's or the resident's id: who did it, on record."""
        return self.account_id or self.device_id or self.resident_id


SYSTEM = Actor(name="Huitang", is_system=True)
"""The platform itself: jobs, event consumers and commands act as it; it may do everything and is named in the audit
log.
"""

ANONYMOUS = Actor()


class Organisation(Struct, frozen=True):
    """A node of the tree: city → district → office or committee. `path` names it from the root, " / " between."""

    id: UUID
    name: str
    parent_id: UUID | None
    path: str
    depth: int
    code: str = ""


class Position(Struct, frozen=True):
    """A post a person holds in an organisation (处长, 委员)."""

    organisation_id: UUID
    title: str
    is_main: bool


class Account(Struct, frozen=True):
    """A person who can sign in, without secrets."""

    id: UUID
    username: str
    name: str
    email: str
    organisation_id: UUID | None
    organisation_name: str
    is_active: bool
    locale: str = "zh-CN"
    positions: tuple[Position, ...] = ()


class Identity(Protocol):
    """Looking up people and organisations; `ctx.identity`."""

    async def account(self, account_id: UUID) -> Account | None:
        """One account, or None."""

    async def accounts(self, ids: Iterable[UUID]) -> dict[UUID, Account]:
        """The accounts that exist among `ids`, by id: for lists that show names."""

    async def find_accounts(
        self, text: str = "", *, organisation_id: UUID | None = None, limit: int = 20
    ) -> Sequence[Account]:
        """Active accounts whose name or user name contains `text`, of `organisation_id` and below if given, by name."""

    async def organisation(self, organisation_id: UUID) -> Organisation | None:
        """One organisation, or None."""

    async def organisations(self) -> Sequence[Organisation]:
        """The whole tree, parents before children, siblings in their order."""

    async def organisation_named(self, name: str) -> Organisation | None:
        """The organisation with exactly this name (spaces aside), or None when there is none or more than one."""
