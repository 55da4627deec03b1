"""The context of one plugin, made of fakes."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct

from huitang_sdk.contracts import Account, Database, Organisation
from huitang_sdk.plugin import Plugin, PluginContext
from huitang_sdk.testing.clock import FixedClock
from huitang_sdk.testing.devices import FakeDevices
from huitang_sdk.testing.documents import FakeDocuments
from huitang_sdk.testing.files import FakeFiles
from huitang_sdk.testing.keys import FakeKeys
from huitang_sdk.testing.limits import FakeLimits
from huitang_sdk.testing.live import FakeLive
from huitang_sdk.testing.messages import FakeMessages
from huitang_sdk.testing.notifications import FakeNotifications, FakeTodos
from huitang_sdk.testing.people import FakeIdentity
from huitang_sdk.testing.permissions import FakePermissions
from huitang_sdk.testing.personal import FakePersonal
from huitang_sdk.testing.residents import FakeResidents
from huitang_sdk.testing.scheduling import FakeScheduling
from huitang_sdk.testing.search import FakeSearch
from huitang_sdk.testing.workflow import FakeWorkflow


def fake_context(
    plugin: Plugin,
    db: Database,
    *,
    settings: Struct | None = None,
    organisations: Iterable[Organisation] = (),
    accounts: Iterable[Account] = (),
) -> PluginContext[Any]:
    """What `Plugin.start` is given, with fakes for everything but the database.

    The fakes know what the plugin declares and share one `FixedClock`. `settings` are the defaults unless given.
    """

    def declared(hook: str) -> Any:
        return getattr(plugin, hook, tuple)()

    clock, identity = FixedClock(), FakeIdentity(organisations, accounts)
    permissions = FakePermissions(declared("roles"), identity)
    search = FakeSearch(declared("search_sources"), permissions)
    kinds = declared("notification_kinds")
    workflow = FakeWorkflow(declared("workflows"))
    search.context = workflow.context = PluginContext(
        plugin=plugin.manifest.id,
        settings=settings or plugin.settings_type(),
        db=db,
        identity=identity,
        devices=FakeDevices(declared("roles"), plugin=plugin.manifest.id, clock=clock),
        residents=FakeResidents(),
        permissions=permissions,
        files=FakeFiles(clock=clock),
        documents=FakeDocuments(declared("document_templates"), plugin.folder, clock=clock),
        search=search,
        notifications=FakeNotifications(kinds),
        messages=FakeMessages(declared("message_kinds"), plugin.folder, plugin.manifest.id, clock=clock),
        todos=FakeTodos(kinds, clock=clock),
        workflow=workflow,
        scheduling=FakeScheduling(declared("jobs"), clock=clock),
        keys=FakeKeys(),
        limits=FakeLimits(clock=clock),
        personal=FakePersonal(declared("personal_columns"), permissions, plugin=plugin.manifest.id),
        live=FakeLive(declared("live_topics")),
        clock=clock,
        log=logging.getLogger(f"huitang.plugins.{plugin.manifest.id}"),
        folder=Path(tempfile.mkdtemp(prefix="huitang-plugin-")),
    )
    return search.context
