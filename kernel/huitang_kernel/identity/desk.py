"""What the console does with accounts and organisations: the same services, with the question who may."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from huitang_kernel.identity.service import IdentityService
from huitang_kernel.identity.tables import AccountRow
from huitang_sdk.contracts import Actor, Organisation, Permissions, Scope
from huitang_sdk.db import contains
from huitang_sdk.errors import Forbidden, NotFound
from huitang_sdk.i18n import Translator
from huitang_sdk.lists import ListQuery

_ = Translator("identity")
READ, MANAGE = "identity.account.read", "identity.account.manage"
UNITS_READ, UNITS_MANAGE = "identity.organisation.read", "identity.organisation.manage"
SORTABLE = {
    "name": AccountRow.name,
    "username": AccountRow.username,
    "signed_in": AccountRow.signed_in_at,
}
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without l, o, 0 and 1, which are mistaken for one another when read out."""


def first_password() -> str:
    """A password to be told by phone and changed at once: three groups of four, 60 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


class Desk:
    """Every method takes who asks; what is out of their scope does not exist for them."""

    def __init__(self, service: IdentityService) -> None:
        self.service = service

    @property
    def _permissions(self) -> Permissions:
        return self.service.context.permissions

    def _where(self, scope: Scope) -> Any:
        return scope.where(organisation=AccountRow.organisation_id, key=AccountRow.id, owner=AccountRow.id)

    async def accounts(self, actor: Actor, query: ListQuery) -> tuple[list[dict[str, Any]], int]:
        """One page of the accounts in scope, and how many there are."""
        condition = self._where(self._permissions.scope(actor, READ))
        if query.q:
            pattern = contains(query.q)
            words = (
                AccountRow.name.ilike(pattern) | AccountRow.username.ilike(pattern) | AccountRow.email.ilike(pattern)
            )
            condition = condition & words
        if query.filters["status"] in ("on", "off"):
            condition = condition & (AccountRow.is_active == (query.filters["status"] == "on"))
        unit = _uuid(query.filters["unit"])
        if unit is not None:
            below = [node.id for node in (await self.service.tree.read()).below(unit)]
            condition = condition & AccountRow.organisation_id.is_in(below or [unit])
        total = await AccountRow.count().where(condition)
        column = SORTABLE.get(query.sort, AccountRow.name)
        rows = await (
            AccountRow.select(
                AccountRow.id,
                AccountRow.name,
                AccountRow.username,
                AccountRow.organisation_id,
                AccountRow.is_active,
                AccountRow.must_change_password,
                AccountRow.signed_in_at,
            )
            .where(condition)
            .order_by(column, ascending=not query.descending)
            .order_by(AccountRow.id)
            .limit(query.size)
            .offset(query.offset)
        )
        return list(rows), int(total)

    async def account(self, actor: Actor, account_id: UUID, permission: str = READ) -> dict[str, Any]:
        """One account's row without its password. Raises NotFound out of scope."""
        rows = await self.service.people.rows([account_id])
        if not rows or not self._permissions.scope(actor, permission).includes(
            key=account_id, organisation=rows[0]["organisation_id"], owner=account_id
        ):
            raise NotFound(_("This account does not exist."))
        row = rows[0]
        row["phone"] = self.service.phones.open(row["phone"], account_id)
        row.pop("password")
        return row

    async def handled(self, actor: Actor, account_id: UUID) -> dict[str, Any]:
        """An account that `actor` may change: in scope, and not more powerful in the console than they are."""
        row = await self.account(actor, account_id, MANAGE)
        if not await self._permissions.may_handle(actor, account_id):  # type: ignore[attr-defined]
            raise Forbidden(
                _("This account has rights in the console that you do not have. A platform operator can change it."),
                permission=MANAGE,
            )
        return row

    def check_unit(self, actor: Actor, organisation_id: UUID | None) -> None:
        """Accounts are only put where the actor may manage them. Raises Forbidden."""
        scope = self._permissions.scope(actor, MANAGE)
        if scope.everything or (organisation_id is not None and organisation_id in scope.organisations):
            return
        raise Forbidden(_("You may look after accounts in your own units only."), permission=MANAGE)

    async def units(self, actor: Actor, permission: str) -> Sequence[Organisation]:
        """The organisations in scope, in tree order."""
        scope = self._permissions.scope(actor, permission)
        nodes = (await self.service.tree.read()).nodes
        if scope.everything:
            return nodes
        return [node for node in nodes if scope.includes(key=node.id, organisation=node.id)]

    async def unit(self, organisation_id: UUID) -> Organisation:
        """One organisation. Raises NotFound."""
        found = await self.service.organisation(organisation_id)
        if found is None:
            raise NotFound(_("This organisation does not exist any more."))
        return found

    async def check_unit_change(self, actor: Actor, *organisation_ids: UUID | None) -> None:
        """The tree may be changed here: all are in scope; None (the root) only for those who reach everything."""
        scope = self._permissions.scope(actor, UNITS_MANAGE)
        for organisation_id in organisation_ids:
            if scope.everything:
                continue
            if organisation_id is None:
                raise Forbidden(_("Only a platform operator may change the top of the tree."), permission=UNITS_MANAGE)
            if not scope.includes(key=organisation_id, organisation=organisation_id):
                raise NotFound(_("This organisation does not exist any more."))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
