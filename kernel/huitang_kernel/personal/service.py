"""The service: keys, and the personal columns that plugins declare."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from huitang_kernel.core import Core
from huitang_kernel.personal.keeper import CHANNEL, Keeper
from huitang_kernel.personal.ring import SECRET, wrap
from huitang_kernel.personal.rotation import Rotation
from huitang_kernel.personal.sealing import PluginPersonal
from huitang_kernel.personal.settings import PersonalSettings
from huitang_kernel.personal.states import States
from huitang_kernel.personal.tables import SealedTable, declared_tables
from huitang_sdk import PluginContext
from huitang_sdk.declare import PersonalColumn

FIRST = """
INSERT INTO personal.key (id, wrapped, used_from)
SELECT 1, $1, now() WHERE NOT EXISTS (SELECT FROM personal.key) ON CONFLICT DO NOTHING
"""


class PersonalService:
    """`scoped` gives each plugin its own columns; the rest is for operators."""

    context: PluginContext[Any]

    def __init__(self, core: Core, settings: PersonalSettings) -> None:
        self.settings = settings
        self.database = core.database
        self.registry = core.registry
        self.outer = core.keys.derive("personal.wrap")
        self.keeper = Keeper(core.database, self.outer, settings.lease_seconds)
        self.states = States(core.database, self.tables)
        self.rotation = Rotation(core.database, self.keeper, self.outer, self.states, settings.batch_rows)
        core.listener.on(CHANNEL, self.keeper.told)

    async def start(self, ctx: PluginContext[Any]) -> None:
        """A database that is new gets its first key."""
        self.context = ctx
        await self.database.execute(FIRST, wrap(self.outer, 1, secrets.token_bytes(SECRET)))
        await self.keeper.start()
        if not self.keeper.has_wrong_key:
            await self.rotation.register()

    async def stop(self) -> None:
        await self.keeper.stop()

    def scoped(self, plugin: str) -> PluginPersonal:
        """`ctx.personal` of a plugin."""
        return PluginPersonal(self, plugin)

    def tables(self) -> list[SealedTable]:
        """Everything that is sealed, of all plugins that are installed."""
        return declared_tables(self.registry)

    def columns_of(self, plugin: str) -> Sequence[PersonalColumn]:
        """What a plugin declares, switched on or not."""
        record = self.registry.get(plugin)
        return record.declarations.personal_columns if record else ()
