"""Who may do what on which rows: the service behind the contract."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal
from uuid import UUID

import anyio.to_thread

from huitang_kernel.core import Core
from huitang_kernel.permissions.answers import Answers
from huitang_kernel.permissions.catalogue import Catalogue
from huitang_kernel.permissions.grants import Grants
from huitang_kernel.permissions.policy import NOTHING, Policy, compile_policy, plugin_of
from huitang_kernel.permissions.roles import CHANNEL, Roles
from huitang_kernel.permissions.scopes import Units, refusals, scope_of
from huitang_kernel.permissions.settings import PermissionsSettings
from huitang_kernel.permissions.store import Store
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor, Explanation, Grant, Scope
from huitang_sdk.errors import Forbidden, NotSignedIn
from huitang_sdk.i18n import Translator

_ = Translator("permissions")
log = logging.getLogger("huitang.permissions")
_NONE: frozenset[str] = frozenset()
OPERATOR = "permissions.operator"
GRANT = "permissions.grant.manage"


class PermissionsService:
    """Implements huitang_sdk.contracts.permissions.Permissions; below "kernel-internal" is what only the kernel calls.

    `may`, `require` and `scope` work on two things in memory: the compiled policy (roles) and the organisation tree.
    Both are replaced whole when they have changed anywhere; until they have been read, nothing is allowed.
    """

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: PermissionsSettings) -> None:
        self.registry = core.registry
        self.catalogue = Catalogue(core.registry)
        self.store = Store(core.database)
        self.roles = Roles(core.database, self.store)
        self.grants = Grants(core.database, self.store)
        self.policy: Policy = NOTHING
        self.units = Units()
        self.answers = Answers(self)
        self._reading = asyncio.Lock()
        core.listener.on(CHANNEL, self._changed)

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.context = ctx
        ctx.identity.watch_organisations(self._read_units)  # type: ignore[attr-defined]
        await self._read_units()
        await self.roles.ensure(self.catalogue.roles())
        await self.reload()

    # The contract

    def may(self, actor: Actor, permission: str) -> bool:
        if actor.is_system:
            return True
        if not actor.is_known or not self.registry.is_active(plugin_of(permission)):
            return False
        policy = self.policy
        if permission in policy.deniable and refusals(actor.grants, permission, policy.deniable, policy.denied):
            return not scope_of(actor, permission, policy, self.units).is_empty
        allowed = policy.allowed
        for grant in actor.grants:
            if permission in allowed.get(grant.role, _NONE):
                return True
        return bool(actor.allowed.get(permission))

    def require(self, actor: Actor, permission: str) -> None:
        if self.may(actor, permission):
            return
        if not actor.is_known:
            raise NotSignedIn(_("Please sign in first."))
        message = _(
            "You may not do this: it needs the permission “{title}”. Ask whoever looks after accounts in your unit.",
            title=self.catalogue.title(permission),
        )
        raise Forbidden(message, permission=permission)

    def scope(self, actor: Actor, permission: str) -> Scope:
        if actor.is_system:
            return Scope(permission=permission, everything=True)
        if not actor.is_known or not self.registry.is_active(plugin_of(permission)):
            return Scope(permission=permission)
        return scope_of(actor, permission, self.policy, self.units)

    async def explain(self, account_id: UUID, permission: str) -> Explanation:
        return await self.answers.explain(account_id, permission)

    async def as_actor(self, account_id: UUID) -> Actor | None:
        return await self.answers.as_actor(account_id)

    async def holders(self, permission: str, organisation_id: UUID) -> Sequence[UUID]:
        return await self.answers.holders(permission, organisation_id)

    # Kernel-internal

    async def grants_of(
        self, account_id: UUID, group_ids: tuple[UUID, ...] = ()
    ) -> tuple[tuple[Grant, ...], dict[str, tuple[UUID, ...]], dict[str, tuple[UUID, ...]]]:
        """(grants, rows allowed, rows refused) of an account and its groups: what identity puts into the actor."""
        held = await self.store.held(account_id, group_ids)
        if held.version != self.policy.version:
            await self.reload()  # a notification was lost, or the last reading failed
        return held.grants, held.allowed, held.denied

    async def grant(
        self,
        actor: Actor,
        role: str,
        organisation_id: UUID,
        reach: str = "below",
        *,
        account_id: UUID | None = None,
        group_id: UUID | None = None,
    ) -> UUID:
        """Give a role to an account or a group, over rows of an organisation: own | unit | below | all.

        Whether `actor` may hand it out is for the caller to ask (`may_grant`). Effective here at once, on other nodes
        within a moment. Raises Invalid for an unknown role. The operator's role is "permissions.operator".
        """
        grant_id = await self.grants.add(actor, role, organisation_id, reach, account_id=account_id, group_id=group_id)
        self._forget(account_id)
        return grant_id

    async def revoke(self, actor: Actor, grant_id: UUID) -> None:
        """Take a grant back. Raises NotFound."""
        grant = await self.grants.remove(actor, grant_id)
        self._forget(grant.account_id)

    async def rule_rows(
        self,
        actor: Actor,
        account_id: UUID,
        permission: str,
        object_ids: Sequence[UUID],
        effect: Literal["allow", "deny", ""],
        reason: str = "",
    ) -> None:
        """Allow or refuse single rows to one account ("" removes the rules)."""
        await self.grants.set_rows(actor, account_id, permission, object_ids, effect, reason)
        self._forget(account_id)

    async def save_role(
        self,
        actor: Actor,
        role_id: str,
        *,
        title: str,
        allows: Iterable[str],
        denies: Iterable[str] = (),
        parents: Iterable[str] = (),
        reach: str = "below",
    ) -> None:
        """Replace a role's title and rules; effective on every node within a moment."""
        await self.roles.save(actor, role_id, title=title, allows=allows, denies=denies, parents=parents, reach=reach)
        await self.reload()

    async def create_role(
        self,
        actor: Actor,
        name: str,
        title: str,
        *,
        allows: Iterable[str] = (),
        denies: Iterable[str] = (),
        parents: Iterable[str] = (),
        reach: str = "below",
    ) -> str:
        """Make the role "custom.<name>" and return its id."""
        role_id = await self.roles.create(
            actor, name, title, allows=allows, denies=denies, parents=parents, reach=reach
        )
        await self.reload()
        return role_id

    async def delete_role(self, actor: Actor, role_id: str) -> None:
        """Remove an operator's own role that nobody holds."""
        await self.roles.delete(actor, role_id)
        await self.reload()

    def may_hand_out(self, actor: Actor, role: str, organisation_id: UUID, reach: str) -> bool:
        """Whether `actor` may let a device have the role there: all of it is theirs, or they grant roles anyway."""
        if actor.is_system or self.scope(actor, GRANT).everything:
            return True
        units = set(self.units.below(organisation_id)) if reach == "below" else {organisation_id}
        scopes = [self.scope(actor, permission) for permission in self.policy.allowed.get(role, _NONE)]
        return all(scope.everything or (reach != "all" and units <= set(scope.organisations)) for scope in scopes)

    async def proposed_reach(self, role_id: str) -> str:
        """The reach with which a role is handed out unless somebody says otherwise; "" for an unknown role."""
        role = await self.store.role(role_id)
        return role.reach if role else ""

    async def may_handle(self, actor: Actor, account_id: UUID) -> bool:
        """Whether `actor` may change how this account signs in: not if it has console powers that actor lacks."""
        return await self.answers.may_handle(actor, account_id)

    @contextmanager
    def replaced_table(self, allowed: Mapping[str, frozenset[str]]) -> Iterator[None]:
        """Decide by another table (role → permissions) inside the block: for measuring, never for serving."""
        kept = self.policy
        self.policy = Policy(version=kept.version, allowed=allowed)
        try:
            yield
        finally:
            self.policy = kept

    async def reload(self) -> None:
        """Read all roles and compile them anew. If that fails nothing is allowed until a later reading succeeds."""
        async with self._reading:
            try:
                version, roles, rules, parents = await self.store.rules()
                if version != self.policy.version or self.policy is NOTHING:
                    known = self.catalogue.known()
                    self.policy = await anyio.to_thread.run_sync(compile_policy, version, roles, rules, parents, known)
            except Exception:
                self.policy = NOTHING
                log.exception("roles could not be read: nothing is allowed until they can")

    def _forget(self, account_id: UUID | None) -> None:
        self.context.identity.forget_grants(account_id)  # type: ignore[attr-defined]

    async def _read_units(self) -> None:
        self.units = Units(await self.context.identity.organisations())

    async def _changed(self, payload: str) -> None:
        """A role changed somewhere ("roles"), or anything may have (""). Grants are identity's to look up again."""
        if payload in ("", "roles"):
            await self.reload()
