"""Sends what is in the ledger, on every node: exactly once where the gateway keeps idempotency keys.

Of a try that ends without an answer nobody knows whether the message was taken. As long as the gateway knows the key it
is tried again with the same key, which sends it once whatever happened. Where the gateway keeps no keys, or has
forgotten them, the kind decides: at least once (try again, it may come twice) or at most once (give up, as unknown).
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from huitang_kernel.background import DueWork
from huitang_kernel.core import Core
from huitang_kernel.messages.gateways.outcome import Gateway, NotSent, Outgoing, PutOff, Refused, Unreachable, Unsure
from huitang_kernel.messages.ledger import UNKNOWN, Leased, Ledger
from huitang_kernel.messages.receipts import Receipts
from huitang_kernel.messages.settings import MessagesSettings
from huitang_kernel.messages.telling import RECIPIENT, TEXT
from huitang_sdk.contracts import Personal
from huitang_sdk.errors import SealBroken

log = logging.getLogger("huitang.messages")


class Sender:
    """One channel of one node. `run` goes on until it is cancelled: registered with `core.background.on_node`."""

    personal: Personal

    def __init__(
        self, core: Core, settings: MessagesSettings, channel: str, gateway: Gateway, receipts: Receipts
    ) -> None:
        self._core = core
        self._settings = settings
        self.channel = channel
        self.gateway = gateway
        self._receipts = receipts
        self.ledger = Ledger(core.database, channel, settings.lease_seconds)
        self._due = DueWork(self.send_due, self.ledger.seconds, gateway.close)
        self.wake, self.run = self._due.wake, self._due.run

    async def send_due(self) -> bool:
        """Try those that have waited longest, side by side; False when none is due or the gateway is down."""
        if self._core.drain.is_draining:
            return False
        with self._core.drain.busy():
            rows = await self.ledger.lease(self._settings.parallel)
            ends = await asyncio.gather(*(self._try(row) for row in rows), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        if not rows:
            return False
        if False in ends:
            self._due.is_down(self._settings.retry_seconds[0] if self._settings.retry_seconds else 1.0)
            return False
        self._due.is_up()
        return True

    async def _try(self, row: Leased) -> bool:
        """One row; False when the gateway cannot be reached."""
        reason = self._reason_to_give_up(row)
        if reason:
            await self.ledger.dead(row, reason, "")
            return True
        try:
            message = self._open(row)
        except SealBroken as error:
            self._note(error)
            await self.ledger.dead(row, "unreadable", "")
            return True
        if row.unsure_before and not self._knows_key(row, message) and self._once(row) == "at-most-once":
            await self.ledger.dead(row, UNKNOWN, "")
            return True
        try:
            async with asyncio.timeout(self._settings.lease_seconds * 0.8):
                gateway_id = await self.gateway.deliver(message)
        except Exception as error:
            await self._failed(row, message, error)
            return not isinstance(error, Unreachable)
        await self.ledger.taken(row, gateway_id)
        await self._receipts.settle(self.channel, gateway_id)
        return True

    def _reason_to_give_up(self, row: Leased) -> str:
        if row.recipient is None or row.text is None:
            return "forgotten"
        if row.expires_at and row.expires_at <= self._core.clock.now():
            return UNKNOWN if row.unsure_before else "too-late"
        if row.attempts > len(self._settings.retry_seconds) + 1:
            return UNKNOWN if row.unsure_before else "given-up"
        return ""

    def _open(self, row: Leased) -> Outgoing:
        address = self.personal.unseal(RECIPIENT, row.id, row.recipient)
        text = self.personal.unseal(TEXT, row.id, row.text)
        return Outgoing(row.id, row.round, address, text, row.wechat_template)

    def _knows_key(self, row: Leased, message: Outgoing) -> bool:
        """Whether the gateway would still recognise the message when this try arrives, however slowly."""
        assert row.unsure_before is not None
        age = self._core.clock.now() - row.unsure_before
        return age + timedelta(seconds=self._settings.lease_seconds) < self.gateway.memory(message)

    def _once(self, row: Leased) -> str:
        """The operator's decision, else the plugin's."""
        record = self._core.registry.get(row.plugin)
        kinds = record.declarations.message_kinds if record else ()
        declared = next((kind.once for kind in kinds if kind.id == row.kind), "at-least-once")
        return row.once or declared

    async def _failed(self, row: Leased, message: Outgoing, error: Exception) -> None:
        """Try again after a pause that grows; give up after the last one, or when trying again might send it twice."""
        self._note(error)
        code = error.code if isinstance(error, NotSent) else type(error).__name__
        if isinstance(error, Refused):
            await self.ledger.dead(row, "refused", code)
            return
        is_certain = isinstance(error, PutOff)
        unsure = row.unsure_before if is_certain else (row.unsure_before or self._core.clock.now())
        pauses = self._settings.retry_seconds
        if row.attempts > len(pauses):
            await self.ledger.dead(row, UNKNOWN if unsure else "given-up", code)
            return
        pause = max(pauses[row.attempts - 1], error.after if isinstance(error, PutOff) else 0.0)
        again: datetime = self._core.clock.now() + timedelta(seconds=pause)
        await self.ledger.again(row, "put-off" if is_certain else "unsure", code, again, unsure)

    def _note(self, error: Exception) -> None:
        """Only the code: an exception of a library may carry the request, and with it the text."""
        code = error.code if isinstance(error, NotSent) else type(error).__name__
        log.warning("a message (%s) could not be sent: %s", self.channel, code)
        record = self._core.registry.get("messages")
        if record is not None:
            record.note_trouble(self.channel, error if isinstance(error, NotSent) else Unsure(code))
