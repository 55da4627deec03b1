"""What people write to us: sealed, kept once however often a gateway delivers it, and told to plugins as an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from huitang_kernel.db import PostgresDatabase
from huitang_sdk.contracts import Clock, MessageReceived, Personal, ReceivedMessage, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.contracts.messages import MessageChannel, MessageForm
from huitang_sdk.db import new_id
from huitang_sdk.errors import NotFound
from huitang_sdk.i18n import Translator

_ = Translator("messages")
SENDER, TEXT = "incoming.sender", "incoming.text"
MAX_TEXT = 5000
KNOWN = "SELECT 1 FROM messages.incoming WHERE channel = $1 AND gateway_id = $2"
NEW = """
INSERT INTO messages.incoming (id, channel, gateway_id, sender, sender_index, text, at, heard_at, form)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (channel, gateway_id) DO NOTHING RETURNING id
"""


class _Known(Exception):
    """Another node was quicker: take everything back."""


class Incoming:
    """`personal` is set when the service starts."""

    personal: Personal

    def __init__(self, database: PostgresDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def take(
        self,
        channel: MessageChannel,
        gateway_id: str,
        sender: str,
        text: str,
        at: datetime,
        form: MessageForm = "text",
    ) -> UUID | None:
        """Keep one message; None when it was kept before."""
        if await self._database.fetch(KNOWN, channel, gateway_id):
            return None
        identifier = new_id()
        row: tuple[Any, ...] = (
            *(identifier, channel, gateway_id),
            self.personal.seal(SENDER, identifier, sender),
            self.personal.index(SENDER, sender),
            self.personal.seal(TEXT, identifier, text[:MAX_TEXT]),
            *(at, self._clock.now(), form),
        )
        try:
            async with self._database.write(SYSTEM) as write:
                if not await self._database.fetch(NEW, *row):
                    raise _Known
                subject = Ref("messages.incoming", identifier)
                await write.audit("messages.message.received", subject, detail={"channel": channel, "form": form})
                await write.emit(MessageReceived(id=identifier, channel=channel))
        except _Known:
            return None
        return identifier

    async def read(self, identifier: UUID) -> ReceivedMessage:
        """One message in clear. Raises NotFound, also once it was erased."""
        rows = await self._database.fetch(
            "SELECT id, channel, sender, text, at, form FROM messages.incoming WHERE id = $1 AND text IS NOT NULL",
            identifier,
        )
        if not rows:
            raise NotFound(_("There is no such message, or it has been erased."))
        row = rows[0]
        sender = self.personal.unseal(SENDER, row["id"], row["sender"])
        text = self.personal.unseal(TEXT, row["id"], row["text"])
        return ReceivedMessage(row["id"], row["channel"], sender, text, row["at"], row["form"])
