"""Messages to people outside, who need no account: by SMS and by the WeChat official account; and what they write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts.audit import Ref
from huitang_sdk.contracts.events import Event

MessageChannel = Literal["sms", "wechat"]
MessageForm = Literal["text", "voice", "picture", "video", "place", "link", "other", "followed"]
"""What a message came as. WeChat brings all of them; what the words of the others are, `ReceivedMessage` says."""
MessageState = Literal["queued", "sending", "accepted", "delivered", "failed", "dead", "skipped"]
"""queued: waits. sending: a node is at it. accepted: the gateway has it. delivered: the receipt says it arrived.
failed: will be tried again. dead: given up; an operator can send it again. skipped: never tried, the reason says why.
"""


class Recipient(Struct, frozen=True):
    """Who is to be told: a phone number as people write it, an OpenID of the official account, or both; a language.

    >>> Recipient("138 0000 1234")
    Recipient(phone='…', open_id='', locale='zh-CN')
    """

    phone: str = ""
    open_id: str = ""
    locale: str = "zh-CN"

    def __repr__(self) -> str:
        """Without the address, so that it cannot get into a log."""
        shown = {"phone": "…" if self.phone else "", "open_id": "…" if self.open_id else "", "locale": self.locale}
        return f"Recipient({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


class SentMessage(Struct, frozen=True):
    """What became of one message on one channel. `recipient` is masked ("138****1234"), `changed_at` is when the state
    was reached, `reason` a stable word for why it is failed, dead or skipped ("no-gateway", "bad-number"), else "".
    """

    id: UUID
    kind: str
    channel: MessageChannel
    state: MessageState
    recipient: str
    created_at: datetime
    changed_at: datetime
    reason: str = ""


class ReceivedMessage(Struct, frozen=True):
    """What somebody wrote to us. `sender` is a phone number (SMS) or an OpenID (WeChat), in clear: seal what you keep
    of it.

    `text` of a voice is what WeChat recognised, or ""; of a place its name and degrees; of a link title, description
    and address; of pictures and films "". "followed" is no message: the sender follows the account from now on.
    """

    id: UUID
    channel: MessageChannel
    sender: str
    text: str
    at: datetime
    form: MessageForm = "text"

    def __repr__(self) -> str:
        """Without sender and text, so that they cannot get into a log."""
        return f"ReceivedMessage(id={self.id!r}, channel={self.channel!r}, sender='…', text='…', at={self.at!r})"


class MessageReceived(Event, frozen=True, tag="messages.message.received"):
    """Somebody wrote to us. Read it with `ctx.messages.received(event.id)`: the event says nothing of anybody."""

    id: UUID
    channel: MessageChannel


class Messages(Protocol):
    """Telling people outside; `ctx.messages`. Recipients and texts are sealed in the database and in no log.

    Raises ValueError for a kind the plugin has not declared.
    """

    async def send(
        self,
        kind: str,
        recipient: Recipient,
        *,
        key: str,
        data: Mapping[str, str],
        subject: Ref | None = None,
    ) -> None:
        """Tell one person, inside `ctx.db.write`: it is part of the change and goes out after its commit.

        `kind` is a declared `MessageKind`; the message goes out on each of its channels for which the recipient has an
        address. `data` fills the words and must have every name of the kind's `sample`, else ValueError. `key` makes it
        idempotent: the same kind, key and address are told once a channel.

            async with ctx.db.write(actor) as write:
                await write.audit("petitions.matter.registered", Ref("petitions.matter", matter.id))
                await ctx.messages.send(
                    "petitions.registered", Recipient(phone), key=str(matter.id), data={"code": code},
                    subject=Ref("petitions.matter", matter.id),
                )

        An address that cannot be right and a channel that is not set up cost nobody the change: the message is
        `skipped`.
        """

    async def about(self, subject: Ref) -> Sequence[SentMessage]:
        """What the plugin sent about a thing, oldest first: the proof of telling. The scope is the caller's to ask."""

    async def received(self, message_id: UUID) -> ReceivedMessage:
        """What somebody wrote, by the id of a `MessageReceived`. Raises NotFound, also once it has been forgotten."""
