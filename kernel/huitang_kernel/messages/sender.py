"""Sends what is in the ledger, on every node: exactly once where the gateway keeps idempotency keys.

Of a try that ends without an answer nobody knows whether the message was taken. As long as the gateway knows the key it
is tried again with the same key, however often, which sends it once whatever happened. Where the gateway keeps no keys,
or has forgotten them, the kind decides: at least once (try again, it may come twice) or at most once (give up, as
unknown).
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from huitang_kernel.background import DueWork
from huitang_kernel.core import Core
from huitang_kernel.messages.gateways.outcome import (
    Gateway,
    NotSent,
    Outgoing,
    PutOff,
    Refused,
    Unreachable,
    Unsure,
    still_known,
)
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
        if row.recipient is None or row.text is None:
            await self.ledger.dead(row, "forgotten", "", row.unsure_before)
            return True
        try:
            message = self._open(row)
        except SealBroken as error:
            self._note(error)
            await self.ledger.dead(row, "unreadable", "", row.unsure_before)
            return True
        reason = self._reason_to_give_up(row, message)
        if reason:
            await self.ledger.dead(row, reason, "", row.unsure_before)
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

    def _reason_to_give_up(self, row: Leased, message: Outgoing) -> str:
        """ "" when it is to be tried: also after the last pause, while that can still settle a doubt."""
        is_over = row.attempts > len(self._settings.retry_seconds) + 1
        if row.expires_at and row.expires_at <= self._core.clock.now():
            return UNKNOWN if row.unsure_before else "too-late"
        if row.unsure_before is None:
            return "given-up" if is_over else ""
        if self._still_known(row.unsure_before, message):
            return ""
        return UNKNOWN if is_over or self._once(row) == "at-most-once" else ""

    def _open(self, row: Leased) -> Outgoing:
        address = self.personal.unseal(RECIPIENT, row.id, row.recipient)
        text = self.personal.unseal(TEXT, row.id, row.text)
        return Outgoing(row.id, row.round, address, text, row.wechat_template)

    def _still_known(self, since: datetime, message: Outgoing, pause: float = 0.0) -> bool:
        """Whether the gateway would still recognise the message when a try after a pause arrives, however slowly."""
        age = self._core.clock.now() - since
        return still_known(self.gateway, message, age, pause + self._settings.lease_seconds)

    def _once(self, row: Leased) -> str:
        """The operator's decision, else the plugin's."""
        record = self._core.registry.get(row.plugin)
        kinds = record.declarations.message_kinds if record else ()
        declared = next((kind.once for kind in kinds if kind.id == row.kind), "at-least-once")
        return row.once or declared

    async def _failed(self, row: Leased, message: Outgoing, error: Exception) -> None:
        """Try again after a pause that grows. After the last one give up, unless it may have been taken and the gateway
        will still know: then as often as that pause allows.
        """
        self._note(error)
        code = error.code if isinstance(error, NotSent) else type(error).__name__
        if isinstance(error, Refused):
            await self.ledger.dead(row, "refused", code, None)
            return
        is_certain = isinstance(error, PutOff)
        unsure = row.unsure_before if is_certain else (row.unsure_before or self._core.clock.now())
        pauses = self._settings.retry_seconds or (self._settings.lease_seconds,)
        pause = max(pauses[min(row.attempts, len(pauses)) - 1], error.after if isinstance(error, PutOff) else 0.0)
        is_last = row.attempts > len(self._settings.retry_seconds)
        if is_last and not (unsure and self._still_known(unsure, message, pause)):
            await self.ledger.dead(row, UNKNOWN if unsure else "given-up", code, unsure)
            return
        again: datetime = self._core.clock.now() + timedelta(seconds=pause)
        await self.ledger.again(row, "put-off" if is_certain else "unsure", code, again, unsure)

    def _note(self, error: Exception) -> None:
        """Only the code: an exception of a library may carry the request, and with it the text."""
        code = error.code if isinstance(error, NotSent) else type(error).__name__
        log.warning("a message (%s) could not be sent: %s", self.channel, code)
        record = self._core.registry.get("messages")
        if record is not None:
            record.note_trouble(self.channel, error if isinstance(error, NotSent) else Unsure(code))
