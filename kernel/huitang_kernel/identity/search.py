"""Accounts in the search box, for those who may see them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from huitang_kernel.identity.tables import AccountRow
from huitang_sdk import PluginContext
from huitang_sdk.contracts import SearchDocument

BATCH = 500
KIND = "identity.account"


async def account_document(ctx: PluginContext[Any], account_id: UUID) -> SearchDocument | None:
    """Name, user name, position and organisation; nothing of an account that is switched off."""
    account = await ctx.identity.account(account_id)
    if account is None or not account.is_active:
        return None
    updated = await AccountRow.select(AccountRow.updated_at).where(AccountRow.id == account_id).first()
    words = [account.username, account.email, account.organisation_name, *(p.title for p in account.positions)]
    return SearchDocument(
        id=account.id,
        title=account.name,
        body=" ".join(word for word in words if word),
        url=f"/identity/accounts/{account.id}",
        updated_at=updated["updated_at"] if updated else ctx.clock.now(),
        organisation_id=account.organisation_id,
        owner_id=account.id,
    )


async def account_ids(ctx: PluginContext[Any]) -> AsyncIterator[UUID]:
    """All active accounts, a batch at a time."""
    last = UUID(int=0)
    while True:
        rows = await ctx.db.fetch(
            "SELECT id FROM identity.account WHERE is_active AND id > $1 ORDER BY id LIMIT $2", last, BATCH
        )
        for row in rows:
            yield row["id"]
        if len(rows) < BATCH:
            return
        last = rows[-1]["id"]
