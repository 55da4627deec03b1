"""Permissions decided by the roles that a plugin proposes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import structs

from huitang_sdk.contracts import Actor, Explanation, Grant, Scope
from huitang_sdk.declare import Role
from huitang_sdk.errors import Forbidden, NotSignedIn
from huitang_sdk.testing.people import FakeIdentity


class FakePermissions:
    """Implements `huitang_sdk.contracts.Permissions`.

        permissions = FakePermissions(plugin.roles(), FakeIdentity([city, east]))
        permissions.scope(actor("周明", ("budget.clerk", east.id, "unit")), "budget.declaration.read")

    Roles that refuse or inherit are the operator's business and left out.
    """

    def __init__(self, roles: Iterable[Role] = (), identity: FakeIdentity | None = None) -> None:
        self.identity = identity or FakeIdentity()
        self._roles = {role.id: frozenset(role.permissions) for role in roles}
        self._granted: list[tuple[UUID, Grant]] = []

    def grant(self, account_id: UUID, role: str, organisation_id: UUID, reach: str = "below") -> None:
        """Give an account a role, as `explain` and `holders` see it. Actors bring their own grants."""
        if role not in self._roles:
            raise ValueError(f"there is no role {role!r}")
        self._granted.append((account_id, Grant(role, organisation_id, reach)))

    def may(self, actor: Actor, permission: str) -> bool:
        """See the contract."""
        return actor.is_system or bool(self._giving(actor, permission) or self._rows(actor, permission))

    def require(self, actor: Actor, permission: str) -> None:
        """See the contract."""
        if self.may(actor, permission):
            return
        if not actor.is_known:
            raise NotSignedIn
        raise Forbidden(f"{actor.name} lacks {permission}", permission=permission)

    def scope(self, actor: Actor, permission: str) -> Scope:
        """See the contract."""
        if actor.is_system:
            return Scope(permission=permission, everything=True)
        giving, rows = self._giving(actor, permission), self._rows(actor, permission)
        if not giving and not rows:
            return Scope(permission=permission)
        denied = actor.denied.get(permission, ())
        if any(grant.reach == "all" for grant in giving):
            return Scope(permission=permission, everything=True, denied=denied)
        return Scope(
            permission=permission,
            organisations=tuple(dict.fromkeys(unit for grant in giving for unit in self._units(grant))),
            owner=actor.id if any(grant.reach == "own" for grant in giving) else None,
            allowed=rows,
            denied=denied,
        )

    async def explain(self, account_id: UUID, permission: str) -> Explanation:
        """See the contract; the reasons are for programmers."""
        person = await self.identity.account(account_id)
        if person is None or not person.is_active:
            return Explanation(permission, False, ("There is no active account.",))
        giving = self._giving(self._as_actor(account_id), permission)
        reasons = tuple(f"{grant.role} over {grant.organisation_id}, {grant.reach}" for grant in giving)
        return Explanation(permission, bool(giving), reasons or (f"No role held gives {permission}.",))

    async def as_actor(self, account_id: UUID) -> Actor | None:
        """See the contract."""
        person = await self.identity.account(account_id)
        if person is None or not person.is_active:
            return None
        held = self._as_actor(account_id)
        return structs.replace(held, name=person.name, organisation_id=person.organisation_id, locale=person.locale)

    async def holders(self, permission: str, organisation_id: UUID) -> Sequence[UUID]:
        """See the contract."""
        people = sorted(self.identity.people, key=lambda one: (one.name, one.id))
        reached = [(one, self.scope(self._as_actor(one.id), permission)) for one in people if one.is_active]
        return [one.id for one, scope in reached if scope.everything or organisation_id in scope.organisations]

    def _as_actor(self, account_id: UUID) -> Actor:
        held = tuple(grant for holder, grant in self._granted if holder == account_id)
        return Actor(account_id=account_id, grants=held)

    def _giving(self, actor: Actor, permission: str) -> list[Grant]:
        held = actor.grants if actor.is_known else ()
        return [grant for grant in held if permission in self._roles.get(grant.role, ())]

    def _rows(self, actor: Actor, permission: str) -> tuple[UUID, ...]:
        return actor.allowed.get(permission, ()) if actor.is_known else ()

    def _units(self, grant: Grant) -> tuple[UUID, ...]:
        if grant.reach == "below":
            return self.identity.below(grant.organisation_id)
        return (grant.organisation_id,) if grant.reach == "unit" else ()
