"""The live topic of what waits for one account: only told to itself, and without a word of what it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor, Live
from huitang_sdk.declare import LiveTopic

INBOX = "notifications.inbox"


async def is_own(_ctx: PluginContext[Any], actor: Actor, key: str) -> bool:
    return actor.account_id is not None and str(actor.account_id) == key


TOPICS = (LiveTopic(INBOX, "Notices and to-dos of one account", None, is_own),)


class Inbox:
    """Says that something came or went. `live` is set when the service starts."""

    live: Live

    async def changed(self, accounts: Iterable[UUID]) -> None:
        """Inside the write that changes it."""
        for account in sorted(set(accounts)):
            await self.live.publish(INBOX, str(account), {})

    async def was_read(self, account: UUID) -> None:
        """For the other pages that the same person has open; nothing is lost if it does not reach them."""
        await self.live.passing(INBOX, str(account), {})
