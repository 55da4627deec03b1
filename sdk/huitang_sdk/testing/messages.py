"""Messages to people outside that are kept instead of sent, and messages from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts import Clock, MessageReceived, ReceivedMessage, Recipient, Ref, SentMessage
from huitang_sdk.contracts.messages import MessageChannel, MessageForm
from huitang_sdk.db import new_id
from huitang_sdk.declare import MessageKind
from huitang_sdk.errors import NotFound
from huitang_sdk.i18n import DEFAULT_LOCALE, LOCALES
from huitang_sdk.messages import SITE, check_data, fill_words, phone_to_dial, words_file
from huitang_sdk.personal import masked
from huitang_sdk.testing.clock import FixedClock


class OutgoingMessage(Struct, frozen=True):
    """One message on one channel, in clear. `address` is the number that would be dialled, or the OpenID."""

    id: UUID
    kind: str
    channel: MessageChannel
    address: str
    key: str
    text: str
    data: dict[str, str]
    subject: Ref | None
    at: datetime


class FakeMessages:
    """Implements `huitang_sdk.contracts.Messages` for one plugin; `sent` has what would have gone out, in order.

    The words are really filled: a kind whose own words are missing or name what `data` lacks fails here, too.
    """

    def __init__(
        self, kinds: Iterable[MessageKind], folder: Path, plugin: str = "plugin", *, clock: Clock | None = None
    ) -> None:
        """`kinds` are those that the plugin declares, `folder` is its package."""
        self.sent: list[OutgoingMessage] = []
        self._received: dict[UUID, ReceivedMessage] = {}
        self._kinds = {kind.id: kind for kind in kinds}
        self._folder, self._plugin = folder, plugin
        self._clock = clock or FixedClock()

    async def send(
        self,
        kind: str,
        recipient: Recipient,
        *,
        key: str,
        data: Mapping[str, str],
        subject: Ref | None = None,
    ) -> None:
        """See the contract."""
        declared = self._kinds.get(kind)
        if declared is None:
            raise ValueError(f"the plugin declares no message kind {kind!r}")
        data = {SITE: "", **data} if SITE in declared.sample else data
        check_data(declared, data)
        told = {(message.kind, message.key, message.channel, message.address) for message in self.sent}
        for channel in declared.channels:
            address = phone_to_dial(recipient.phone) if channel == "sms" else recipient.open_id
            if address and (kind, key, channel, address) not in told:
                text = self._text(declared, recipient.locale, channel, data)
                now = self._clock.now()
                self.sent.append(OutgoingMessage(new_id(), kind, channel, address, key, text, dict(data), subject, now))

    async def about(self, subject: Ref) -> Sequence[SentMessage]:
        """See the contract; everything is delivered at once."""
        about = [message for message in self.sent if message.subject == subject]
        return [SentMessage(m.id, m.kind, m.channel, "delivered", _masked(m), m.at, m.at) for m in about]

    async def received(self, message_id: UUID) -> ReceivedMessage:
        """See the contract."""
        if message_id not in self._received:
            raise NotFound
        return self._received[message_id]

    def receive(self, channel: MessageChannel, sender: str, text: str, form: MessageForm = "text") -> MessageReceived:
        """Let somebody write to us; returns the event, to be handed to what the plugin subscribes with."""
        message = ReceivedMessage(new_id(), channel, sender, text, self._clock.now(), form)
        self._received[message.id] = message
        return MessageReceived(id=message.id, channel=channel)

    def _text(self, kind: MessageKind, locale: str, channel: str, data: Mapping[str, str]) -> str:
        language = locale if locale in LOCALES else DEFAULT_LOCALE
        path = words_file(self._folder, self._plugin, kind, language, channel)
        return fill_words(path.read_text(encoding="utf-8"), data)


def _masked(message: OutgoingMessage) -> str:
    return masked("phone" if message.channel == "sms" else "id", message.address)
