"""The services of one process, and the context in which each plugin sees them."""

from __future__ import annotations

import logging
from typing import Any

from msgspec import Struct

from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.documents.plugin import DocumentsPlugin
from huitang_kernel.documents.service import DocumentsService
from huitang_kernel.files.plugin import FilesPlugin
from huitang_kernel.files.service import FilesService
from huitang_kernel.identity.plugin import IdentityPlugin
from huitang_kernel.identity.service import IdentityService
from huitang_kernel.live.plugin import LivePlugin
from huitang_kernel.live.service import LiveService
from huitang_kernel.messages.plugin import MessagesPlugin
from huitang_kernel.messages.service import MessagesService
from huitang_kernel.notifications.plugin import NotificationsPlugin
from huitang_kernel.notifications.service import NotificationsService
from huitang_kernel.permissions.plugin import PermissionsPlugin
from huitang_kernel.permissions.service import PermissionsService
from huitang_kernel.personal.plugin import PersonalPlugin
from huitang_kernel.personal.service import PersonalService
from huitang_kernel.plugins.registry import PluginRecord
from huitang_kernel.portal.plugin import PortalPlugin
from huitang_kernel.portal.service import PortalService
from huitang_kernel.scheduling.plugin import SchedulingPlugin
from huitang_kernel.scheduling.service import SchedulingService
from huitang_kernel.search.plugin import SearchPlugin
from huitang_kernel.search.service import SearchService
from huitang_kernel.workflow.plugin import WorkflowPlugin
from huitang_kernel.workflow.service import WorkflowService
from huitang_sdk import PluginContext

BUILTINS: tuple[type[BuiltinPlugin], ...] = (
    PersonalPlugin,
    IdentityPlugin,
    PermissionsPlugin,
    FilesPlugin,
    DocumentsPlugin,
    SearchPlugin,
    LivePlugin,
    NotificationsPlugin,
    MessagesPlugin,
    SchedulingPlugin,
    WorkflowPlugin,
    PortalPlugin,
)
"""In start order."""


class Services(Struct, frozen=True, kw_only=True):
    """Named like the built-in plugins that make them."""

    personal: PersonalService
    identity: IdentityService
    permissions: PermissionsService
    files: FilesService
    documents: DocumentsService
    search: SearchService
    live: LiveService
    notifications: NotificationsService
    messages: MessagesService
    scheduling: SchedulingService
    workflow: WorkflowService
    portal: PortalService


def build_services(core: Core) -> Services:
    """Let every built-in plugin make its service."""
    built: dict[str, Any] = {}
    for record in core.registry:
        if isinstance(record.plugin, BuiltinPlugin):
            built[record.id] = record.plugin.build(core, record.settings)
    return Services(**built)


def context_for(record: PluginRecord, core: Core, services: Services) -> PluginContext[Any]:
    """The plugin's own view of the services."""
    return PluginContext(
        plugin=record.id,
        settings=record.settings,
        db=core.database,
        identity=services.identity,
        devices=services.identity.devices_of(record.id),
        residents=services.identity.residents,
        permissions=services.permissions,
        files=services.files.scoped(record.id),
        documents=services.documents.scoped(record.id),
        search=services.search,
        notifications=services.notifications.scoped(record.id),
        messages=services.messages.scoped(record.id),
        todos=services.notifications.todos_of(record.id),
        scheduling=services.scheduling.scoped(record.id),
        workflow=services.workflow.scoped(record.id),
        keys=core.keys.scoped(record.id),
        limits=core.limits.scoped(record.id),
        personal=services.personal.scoped(record.id),
        live=services.live.scoped(record.id),
        clock=core.clock,
        log=logging.getLogger(f"huitang.plugins.{record.id}"),
        folder=core.data_dir / "plugins" / record.id,
    )
