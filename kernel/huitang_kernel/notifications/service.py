"""Notices, e-mail and to-dos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from huitang_kernel.config import ConfigError
from huitang_kernel.core import Core
from huitang_kernel.db.database import inside_write
from huitang_kernel.notifications.inbox import Inbox
from huitang_kernel.notifications.preferences import Preferences
from huitang_kernel.notifications.reading import Reading
from huitang_kernel.notifications.sender import Sender
from huitang_kernel.notifications.settings import NotificationsSettings
from huitang_kernel.notifications.telling import CHANNEL, Telling
from huitang_kernel.notifications.todos import PluginTodos, TodoList
from huitang_kernel.notifications.withdrawing import Withdrawing
from huitang_kernel.notifications.wording import problems
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Notifications, Ref, Todos
from huitang_sdk.errors import DeclarationError


class NotificationsService:
    """Implements the contracts in huitang_sdk.contracts.notifications, one view per plugin."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: NotificationsSettings) -> None:
        if settings.problems():
            raise ConfigError(settings.problems())
        self.core = core
        self.settings = settings
        self.preferences = Preferences(core.database)
        self.inbox = Inbox()
        self.todo_list = TodoList(core, self.inbox)
        self.telling = Telling(core, self.preferences, self.inbox, has_email=bool(settings.smtp.host))
        self.withdrawing = Withdrawing(core, self.inbox)
        self.reading = Reading(core.database, self.inbox)
        self.sender = Sender(core, settings, self.preferences)

    def scoped(self, plugin: str) -> Notifications:
        return PluginNotifications(self, plugin)

    def todos_of(self, plugin: str) -> Todos:
        return PluginTodos(self.core, self.todo_list, plugin)

    def start(self, ctx: PluginContext[Any]) -> None:
        """Check everybody's templates, then have e-mail sent from this node."""
        self.context = ctx
        self.inbox.live = ctx.live
        self.telling.identity = self.sender.identity = ctx.identity
        self._check_templates()
        if self.settings.smtp.host:
            self.core.listener.on(CHANNEL, self.sender.wake)
            self.core.background.on_node("notifications", self.sender.run)

    def _check_templates(self) -> None:
        """A kind without words in every language is a mistake of its declaration: the plugin fails, by name."""
        for record in self.core.registry:
            if record.plugin is None or not record.is_healthy:
                continue
            found = list(problems(record))
            if found and record.builtin:
                raise DeclarationError("; ".join(found))
            if found:
                record.fail("declare", "; ".join(found))


class PluginNotifications:
    """One plugin's view: only its own kinds."""

    def __init__(self, service: NotificationsService, plugin: str) -> None:
        self._service = service
        self._plugin = plugin

    async def send(
        self,
        kind: str,
        recipients: Iterable[UUID],
        *,
        key: str,
        url: str,
        data: Mapping[str, str],
        subject: Ref | None = None,
    ) -> None:
        record = self._service.core.registry.get(self._plugin)
        declared = record.declarations.notification_kinds if record else ()
        found = next((k for k in declared if k.id == kind), None)
        if record is None or found is None:
            raise ValueError(f"plugin {self._plugin} declares no notification kind {kind!r}")
        inside_write("notifications.send")
        await self._service.telling.send(record, found, recipients, key=key, url=url, data=data, subject=subject)

    async def recipients(self, subject: Ref) -> Sequence[UUID]:
        return await self._service.withdrawing.recipients(self._plugin, subject)

    async def withdraw(self, subject: Ref, *, recipient: UUID | None = None) -> int:
        inside_write("notifications.withdraw")
        return await self._service.withdrawing.withdraw(self._plugin, subject, recipient)
