"""The service: what plugins send to people outside, the ways out, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from huitang_kernel.config import ConfigError
from huitang_kernel.core import Core
from huitang_kernel.db.database import inside_write
from huitang_kernel.messages.gateways.outcome import Gateway
from huitang_kernel.messages.gateways.sms import SmsGateway
from huitang_kernel.messages.gateways.wechat import WechatGateway
from huitang_kernel.messages.incoming import Incoming
from huitang_kernel.messages.reading import Reading
from huitang_kernel.messages.receipts import Receipts
from huitang_kernel.messages.sender import Sender
from huitang_kernel.messages.settings import MessagesSettings
from huitang_kernel.messages.telling import CHANNEL, Telling
from huitang_kernel.messages.wording import Wording
from huitang_kernel.plugins.registry import PluginRecord
from huitang_kernel.plugins.withholding import Withholding
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Messages, ReceivedMessage, Recipient, Ref, SentMessage
from huitang_sdk.declare import MessageKind
from huitang_sdk.errors import DeclarationError, NotFound
from huitang_sdk.i18n import Translator
from huitang_sdk.messages import own_words_problems

_ = Translator("messages")


class MessagesService:
    """Implements the contract in huitang_sdk.contracts.messages, one view per plugin."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: MessagesSettings) -> None:
        if settings.problems():
            raise ConfigError(settings.problems())
        self.core = core
        self.settings = settings
        self.gateways: dict[str, Gateway] = {}
        if settings.sms.url:
            self.gateways["sms"] = SmsGateway(settings.sms)
        if settings.wechat.app_id:
            self.gateways["wechat"] = WechatGateway(settings.wechat)
        self.receipts = Receipts(core.database)
        self.telling = Telling(core, frozenset(self.gateways))
        self.reading = Reading(
            core.database, core.clock, self.gateways, settings.lease_seconds, Withholding(core.registry)
        )
        self.wording = Wording(core.database, core.clock)
        self.incoming = Incoming(core.database, core.clock)
        self.senders = [
            Sender(core, settings, channel, gateway, self.receipts) for channel, gateway in self.gateways.items()
        ]

    def scoped(self, plugin: str) -> Messages:
        return PluginMessages(self, plugin)

    def start(self, ctx: PluginContext[Any]) -> None:
        """Check everybody's words, then have messages sent from this node."""
        self.context = ctx
        self.telling.personal = self.reading.personal = self.incoming.personal = ctx.personal
        for sender in self.senders:
            sender.personal = ctx.personal
        self._check_words()
        for sender in self.senders:
            self.core.listener.on(CHANNEL, sender.wake)
            self.core.background.on_node(f"messages-{sender.channel}", sender.run)

    def declared(self) -> list[tuple[PluginRecord, MessageKind]]:
        """The kinds of all plugins that are there."""
        return [(r, kind) for r in self.core.registry if r.is_healthy for kind in r.declarations.message_kinds]

    def find(self, kind: str) -> tuple[PluginRecord, MessageKind]:
        """One of them. Raises NotFound."""
        for record, declared in self.declared():
            if declared.id == kind:
                return record, declared
        raise NotFound(_("There is no such kind of message."))

    def _check_words(self) -> None:
        """A kind without words in every language is a mistake of its declaration: the plugin fails, by name."""
        for record in self.core.registry:
            if record.plugin is None or not record.is_healthy:
                continue
            folder = record.plugin.folder
            kinds = record.declarations.message_kinds
            found = [line for kind in kinds for line in own_words_problems(folder, record.id, kind)]
            if found and record.builtin:
                raise DeclarationError("; ".join(found))
            if found:
                record.fail("declare", "; ".join(found))


class PluginMessages:
    """One plugin's view: only its own kinds."""

    def __init__(self, service: MessagesService, plugin: str) -> None:
        self._service = service
        self._plugin = plugin

    async def send(
        self,
        kind: str,
        recipient: Recipient,
        *,
        key: str,
        data: Mapping[str, str],
        subject: Ref | None = None,
    ) -> None:
        record = self._service.core.registry.get(self._plugin)
        declared = record.declarations.message_kinds if record else ()
        found = next((k for k in declared if k.id == kind), None)
        if record is None or found is None:
            raise ValueError(f"plugin {self._plugin} declares no message kind {kind!r}")
        inside_write("messages.send")
        await self._service.telling.send(record, found, recipient, key=key, data=data, subject=subject)

    async def about(self, subject: Ref) -> Sequence[SentMessage]:
        return await self._service.reading.about(self._plugin, subject)

    async def received(self, message_id: UUID) -> ReceivedMessage:
        return await self._service.incoming.read(message_id)
