"""What messages contribute: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.messages.api import API
from huitang_kernel.messages.health import CHECKS
from huitang_kernel.messages.jobs import JOBS
from huitang_kernel.messages.pages import PAGES
from huitang_kernel.messages.pages.common import MANAGE, READ, WORDS
from huitang_kernel.messages.reading import REVEAL
from huitang_kernel.messages.service import MessagesService
from huitang_kernel.messages.settings import MessagesSettings
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import HealthCheck, Job, MenuItem, Permission, PersonalColumn, Role


class MessagesPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="messages",
        title={"en": "Messages", "zh-CN": "短信与微信"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="message",
    )
    package = "huitang_kernel.messages"
    settings_type = MessagesSettings
    service: MessagesService

    def build(self, core: Core, settings: MessagesSettings) -> MessagesService:
        self.service = MessagesService(core, settings)
        return self.service

    async def start(self, ctx: PluginContext[Any]) -> None:
        self.service.start(ctx)

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [
            Permission(READ, "See what was sent to people outside, masked"),
            Permission(MANAGE, "Send messages again that were given up"),
            Permission(REVEAL, "See recipient and text of a message, with a reason"),
            Permission(WORDS, "Change words and rules of messages to people outside"),
        ]

    @hookimpl
    def roles(self) -> Sequence[Role]:
        return [Role("messages.postmaster", "Postmaster of SMS and WeChat", (READ, MANAGE, WORDS), reach="all")]

    @hookimpl
    def personal_columns(self) -> Sequence[PersonalColumn]:
        return [
            PersonalColumn("message", "recipient", "id", index="recipient_index"),
            PersonalColumn("message", "text", "text"),
            PersonalColumn("incoming", "sender", "id", index="sender_index"),
            PersonalColumn("incoming", "text", "text"),
        ]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [
            MenuItem("Sent messages", "/messages/", READ, icon="message", order=61, section="console"),
            MenuItem("Words of messages", "/messages/kinds", WORDS, icon="edit", order=66, section="console"),
        ]

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES

    @hookimpl
    def api(self) -> Sequence[Any]:
        return API

    @hookimpl
    def jobs(self) -> Sequence[Job]:
        return JOBS

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return CHECKS
