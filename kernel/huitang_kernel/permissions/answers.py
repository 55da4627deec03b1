"""Questions about others: why may she, who could do this, may this account be touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from huitang_kernel.permissions.policy import DENY, plugin_of
from huitang_kernel.permissions.scopes import scope_of
from huitang_kernel.permissions.store import Held
from huitang_sdk.contracts import Account, Actor, Explanation, Grant, Scope
from huitang_sdk.i18n import Translator

if TYPE_CHECKING:
    from huitang_kernel.permissions.service import PermissionsService

_ = Translator("permissions")


class Answers:
    """Reads the database each time: for the console and for picking people, not for every request."""

    def __init__(self, service: PermissionsService) -> None:
        self._service = service

    async def explain(self, account_id: UUID, permission: str) -> Explanation:
        """Every rule that counts, the deciding one first."""
        account = await self._service.context.identity.account(account_id)
        obstacle = self._obstacle(account, permission)
        if account is None:
            return Explanation(permission, False, (obstacle,))
        held = await self._held(account_id)
        scope = self._scope(account, held, permission)
        titles = {role.id: role.title for role in await self._service.store.roles()}
        allowing = [self._sentence(account, grant, permission, titles) for grant in self._with(held, permission)]
        refusing = [self._refusal(account, grant, permission, titles) for grant in self._against(held, permission)]
        singles = self._singles(held, permission)
        if obstacle:
            return Explanation(permission, False, (obstacle, *refusing, *allowing, *singles))
        if scope.is_empty:
            reasons = (*refusing, *allowing, *singles) or self._nothing(account, held, permission, titles)
            return Explanation(permission, False, tuple(reasons))
        return Explanation(permission, True, (*allowing, *refusing, *singles))

    async def holders(self, permission: str, organisation_id: UUID) -> Sequence[UUID]:
        """Active accounts that reach rows of the organisation, by name."""
        service = self._service
        if not service.registry.is_active(plugin_of(permission)):
            return []
        policy, identity = service.policy, service.context.identity
        roles = policy.roles_with(permission)
        refusing = [role for role, denied in policy.denied.items() if permission in denied]
        grants = await service.store.grants(roles=[*roles, *refusing])
        above = set(service.units.above(organisation_id))
        members = await identity.group_members([g.group_id for g in grants if g.group_id])  # type: ignore[attr-defined]
        yes: set[UUID] = set()
        no: set[UUID] = set()
        for grant in grants:
            people = (grant.account_id,) if grant.account_id else members.get(grant.group_id, ())
            near = grant.organisation_id == organisation_id
            covers = grant.reach == "all" or near if grant.reach != "below" else grant.organisation_id in above
            if grant.role in refusing and (covers or grant.reach == "own"):
                no.update(people)
            elif grant.role not in refusing and covers and grant.reach != "own":
                yes.update(people)
        accounts = await identity.accounts(yes - no)
        return [account.id for account in sorted(accounts.values(), key=lambda a: (a.name, a.id)) if account.is_active]

    async def may_handle(self, actor: Actor, account_id: UUID) -> bool:
        """False when the account holds something of the console that the actor does not hold as widely."""
        service = self._service
        if actor.is_system:
            return True
        held = await self._held(account_id)
        console = service.catalogue.known().console
        for grant in held.grants:
            for permission in service.policy.allowed.get(grant.role, frozenset()) & console:
                mine = service.scope(actor, permission)
                wide = grant.reach == "all"
                if mine.is_empty or (wide and not mine.everything):
                    return False
                if not mine.everything and grant.organisation_id not in mine.organisations:
                    return False
        return True

    async def as_actor(self, account_id: UUID) -> Actor | None:
        account = await self._service.context.identity.account(account_id)
        if account is None or not account.is_active:
            return None
        held = await self._held(account_id)
        return Actor(
            account_id=account.id,
            name=account.name,
            organisation_id=account.organisation_id,
            locale=account.locale,
            grants=held.grants,
            allowed=held.allowed,
            denied=held.denied,
        )

    async def _held(self, account_id: UUID) -> Held:
        groups = await self._service.context.identity.groups_of(account_id)  # type: ignore[attr-defined]
        return await self._service.store.held(account_id, groups)

    def _scope(self, account: Account, held: Held, permission: str) -> Scope:
        actor = Actor(account_id=account.id, grants=held.grants, allowed=held.allowed, denied=held.denied)
        return scope_of(actor, permission, self._service.policy, self._service.units)

    def _obstacle(self, account: Account | None, permission: str) -> str:
        """What stands in the way of everybody, or of this account altogether; "" for nothing."""
        catalogue, plugin = self._service.catalogue, plugin_of(permission)
        if account is None:
            return _("This account does not exist.")
        if not account.is_active:
            return _("The account of {name} is switched off.", name=account.name)
        if permission not in catalogue.known().permissions:
            return _("No plugin declares the permission {permission}.", permission=permission)
        if not catalogue.is_active(plugin):
            title = catalogue.plugin_title(plugin)
            return _("“{plugin}” is switched off, so nobody holds its permissions.", plugin=title)
        return ""

    def _with(self, held: Held, permission: str) -> list[Grant]:
        allowed = self._service.policy.allowed
        return [grant for grant in held.grants if permission in allowed.get(grant.role, frozenset())]

    def _against(self, held: Held, permission: str) -> list[Grant]:
        denied = self._service.policy.denied
        return [grant for grant in held.grants if permission in denied.get(grant.role, frozenset())]

    def _sentence(self, account: Account, grant: Grant, permission: str, titles: dict[str, str]) -> str:
        values = self._values(account, grant, permission, titles)
        if values["source"] == values["role"]:
            return _("{name} holds the role “{role}” in {unit}, which allows “{permission}” on {rows}.", **values)
        return _(
            "{name} holds the role “{role}” in {unit}, which through “{source}” allows “{permission}” on {rows}.",
            **values,
        )

    def _refusal(self, account: Account, grant: Grant, permission: str, titles: dict[str, str]) -> str:
        values = self._values(account, grant, permission, titles)
        return _("{name} holds the role “{role}” in {unit}, which refuses “{permission}” on {rows}.", **values)

    def _values(self, account: Account, grant: Grant, permission: str, titles: dict[str, str]) -> dict[str, str]:
        service = self._service
        source = self._source(grant.role, permission)
        return {
            "name": account.name,
            "role": service.catalogue.role_title(grant.role, titles.get(grant.role, grant.role)),
            "source": service.catalogue.role_title(source, titles.get(source, source)),
            "unit": service.units.path(grant.organisation_id) or _("an organisation that no longer exists"),
            "rows": reach_words(grant.reach),
            "permission": service.catalogue.title(permission),
        }

    def _source(self, role: str, permission: str) -> str:
        """The role, itself or inherited, whose rule decides."""
        policy, known = self._service.policy, self._service.catalogue.known()
        refused = permission in policy.denied.get(role, frozenset())
        for ancestor in policy.ancestors.get(role, (role,)):
            for rule in policy.rules.get(ancestor, ()):
                if permission in known.matching(rule.permission) and (rule.effect == DENY) == refused:
                    return ancestor
        return role

    def _singles(self, held: Held, permission: str) -> list[str]:
        allowed, denied = held.allowed.get(permission, ()), held.denied.get(permission, ())
        found = []
        if allowed:
            found.append(_("{count} single rows are allowed one by one.", count=len(allowed)))
        if denied:
            found.append(_("{count} single rows are refused one by one.", count=len(denied)))
        return found

    def _nothing(self, account: Account, held: Held, permission: str, titles: dict[str, str]) -> list[str]:
        catalogue, policy = self._service.catalogue, self._service.policy
        title = catalogue.title(permission)
        comma = _(", ")
        if held.grants:
            roles = comma.join(
                catalogue.role_title(r, titles.get(r, r)) for r in sorted({grant.role for grant in held.grants})
            )
            first = _(
                "None of the roles that {name} holds ({roles}) allows “{permission}”.",
                name=account.name,
                roles=roles,
                permission=title,
            )
        else:
            first = _("{name} holds no role at all.", name=account.name)
        givers = comma.join(catalogue.role_title(r, titles.get(r, r)) for r in policy.roles_with(permission))
        return [first, _("Roles that allow it: {roles}.", roles=givers) if givers else _("No role allows it.")]


def reach_words(reach: str) -> str:
    """How far a grant reaches, as part of a sentence."""
    return {
        "own": _("rows of one's own"),
        "unit": _("rows of this unit"),
        "below": _("rows of this unit and all below it"),
        "all": _("all rows"),
    }[reach]
