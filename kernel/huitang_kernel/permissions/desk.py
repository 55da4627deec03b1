"""What the console does with roles and grants: the service, with the question who may.

Whoever may grant roles within some units only cannot give more than that: nothing outside these units, nothing that
reaches all rows, and no role with rights in the console that they do not hold themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from huitang_kernel.permissions.answers import reach_words
from huitang_kernel.permissions.policy import CONSOLE, EVERYTHING
from huitang_kernel.permissions.store import StoredGrant, StoredRole
from huitang_sdk.contracts import Account, Actor, Organisation
from huitang_sdk.errors import Forbidden, NotFound
from huitang_sdk.i18n import Translator

if TYPE_CHECKING:
    from huitang_kernel.permissions.service import PermissionsService

_ = Translator("permissions")
READ, MANAGE, GRANT = "permissions.role.read", "permissions.role.manage", "permissions.grant.manage"
FOUND = 20


class Choice(Struct, frozen=True):
    """A permission (or pattern) as a line of the role's page."""

    id: str
    title: str


class Section(Struct, frozen=True):
    """The permissions of one plugin."""

    title: str
    choices: tuple[Choice, ...]


class GrantLine(Struct, frozen=True):
    """A grant in words."""

    id: UUID
    holder: str
    account_id: UUID | None
    role: str
    role_title: str
    unit: str
    reach: str
    may_revoke: bool


class Desk:
    def __init__(self, service: PermissionsService) -> None:
        self.service = service

    def title(self, role: StoredRole) -> str:
        return self.service.catalogue.role_title(role.id, role.title)

    def sections(self, role: StoredRole | None = None) -> list[Section]:
        """Everything a role can allow or refuse, by plugin; what the role names and nobody declares comes last."""
        catalogue = self.service.catalogue
        general = tuple(Choice(pattern, catalogue.title(pattern)) for pattern in (CONSOLE, EVERYTHING))
        found = [Section(_("In general"), general)]
        for plugin, permissions in catalogue.permissions().items():
            whole = f"{plugin}.*"
            lines = [Choice(whole, catalogue.title(whole)), *(Choice(p.id, catalogue.title(p.id)) for p in permissions)]
            found.append(Section(catalogue.plugin_title(plugin), tuple(lines)))
        if role is not None:
            known = {choice.id for section in found for choice in section.choices}
            rest = [name for name in (*role.allows, *role.denies) if name not in known]
            if rest:
                found.append(Section(_("Of plugins that are not installed"), tuple(Choice(n, n) for n in rest)))
        return found

    def check_roles(self, actor: Actor) -> None:
        """Roles hold for the whole platform, so changing them needs the right everywhere. Raises Forbidden."""
        if not self.service.scope(actor, MANAGE).everything:
            raise Forbidden(_("Roles are the same everywhere; only a platform operator may change them."))

    async def role(self, role_id: str) -> StoredRole:
        role = await self.service.store.role(role_id)
        if role is None:
            raise NotFound(_("This role does not exist."))
        return role

    async def account(self, actor: Actor, account_id: UUID, permission: str = READ) -> Account:
        """An account in scope. Raises NotFound."""
        account = await self.service.context.identity.account(account_id)
        scope = self.service.scope(actor, permission)
        if account is None or not scope.includes(
            key=account.id, organisation=account.organisation_id, owner=account.id
        ):
            raise NotFound(_("This account does not exist."))
        return account

    async def find(self, actor: Actor, text: str) -> Sequence[Account]:
        """Accounts in scope whose name contains `text`; at most 20."""
        identity, scope = self.service.context.identity, self.service.scope(actor, READ)
        if scope.everything:
            return await identity.find_accounts(text, limit=FOUND)
        nodes = {node.id: node for node in await identity.organisations()}
        mine = set(scope.organisations)
        tops = [unit for unit in mine if unit in nodes and nodes[unit].parent_id not in mine]
        found = {a.id: a for top in tops for a in await identity.find_accounts(text, organisation_id=top, limit=200)}
        seen = [a for a in found.values() if scope.includes(key=a.id, organisation=a.organisation_id, owner=a.id)]
        return sorted(seen, key=lambda account: account.name)[:FOUND]

    async def units(self, actor: Actor) -> Sequence[Organisation]:
        """Where the actor may grant roles."""
        scope = self.service.scope(actor, GRANT)
        nodes = await self.service.context.identity.organisations()
        return nodes if scope.everything else [node for node in nodes if node.id in scope.organisations]

    async def roles(self, actor: Actor) -> list[StoredRole]:
        """The roles the actor may grant."""
        return [role for role in await self.service.store.roles() if self._may_give(actor, role.id)]

    def check_grant(self, actor: Actor, role: str, organisation_id: UUID, reach: str) -> None:
        """Raises Forbidden when the actor may not give (or take) this."""
        scope = self.service.scope(actor, GRANT)
        if scope.everything:
            return
        if organisation_id not in scope.organisations or reach == "all":
            raise Forbidden(_("You may grant and revoke roles in your own units only."), permission=GRANT)
        below = set(self.service.units.below(organisation_id)) if reach == "below" else set()
        if not below <= set(scope.organisations) or not self._may_give(actor, role):
            raise Forbidden(_("You cannot hand out more than you hold yourself."), permission=GRANT)

    def _may_give(self, actor: Actor, role: str) -> bool:
        service = self.service
        if service.scope(actor, GRANT).everything:
            return True
        powers = service.policy.allowed.get(role, frozenset()) & service.catalogue.known().console
        return all(service.may(actor, permission) for permission in powers)

    async def lines(self, actor: Actor, grants: Sequence[StoredGrant]) -> list[GrantLine]:
        """Grants in words, for those the actor may see; a grant says whether the actor may take it back."""
        service, identity = self.service, self.service.context.identity
        scope = service.scope(actor, READ)
        accounts = await identity.accounts([grant.account_id for grant in grants if grant.account_id])
        groups = await identity.group_names()  # type: ignore[attr-defined]
        titles = {role.id: self.title(role) for role in await service.store.roles()}
        found = []
        for grant in grants:
            account = accounts.get(grant.account_id) if grant.account_id else None
            home = account.organisation_id if account else grant.organisation_id
            if not scope.includes(key=grant.account_id or grant.id, organisation=home, owner=grant.account_id):
                continue
            holder = account.name if account else _("Group {name}", name=groups.get(grant.group_id, "—"))
            unit = service.units.path(grant.organisation_id) or _("an organisation that no longer exists")
            found.append(
                GrantLine(
                    grant.id,
                    holder,
                    grant.account_id,
                    grant.role,
                    titles.get(grant.role, grant.role),
                    unit,
                    reach_words(grant.reach),
                    self._may_revoke(actor, grant),
                )
            )
        return found

    def _may_revoke(self, actor: Actor, grant: StoredGrant) -> bool:
        if not self.service.may(actor, GRANT):
            return False
        try:
            self.check_grant(actor, grant.role, grant.organisation_id, grant.reach)
        except Forbidden:
            return False
        return True
