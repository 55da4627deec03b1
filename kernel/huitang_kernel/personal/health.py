"""Is everything under the current key, and does it open?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from huitang_sdk import PluginContext
from huitang_sdk.declare import HealthCheck, HealthStatus
from huitang_sdk.i18n import Translator, format_date

if TYPE_CHECKING:
    from huitang_kernel.personal.service import PersonalService

_ = Translator("personal")
LATE = timedelta(days=1)


async def check_keys(service: PersonalService, now: datetime) -> HealthStatus:
    """A change of keys was finished, and the key is not too old."""
    states, tables = await service.states.keys(), await service.states.tables()
    newest = states[0]
    behind = [table.name for table in tables if table.is_behind]
    if (behind or newest.used_from is None) and now - newest.made_at > LATE:
        return HealthStatus(
            False,
            _(
                "A change of keys was begun and not finished. Not yet under the new key: {tables}",
                tables=", ".join(behind),
            ),
            _("Run `huitang personal rotate`: it finishes what was begun."),
        )
    days = service.settings.max_key_days
    if days and newest.used_from is not None and now - newest.used_from > timedelta(days=days):
        return HealthStatus(
            False,
            _("The key of personal data is more than {days} days old.", days=days),
            _("Change it under “Personal data” in the console, or with `huitang personal rotate`."),
        )
    current = max(key.id for key in states if key.used_from)
    return HealthStatus(
        True,
        _(
            "{count} tables are under key {key} of {date}.",
            count=len(tables) - len(behind),
            key=current,
            date=format_date(next(key.made_at for key in states if key.id == current)),
        ),
    )


async def check_columns(service: PersonalService) -> HealthStatus:
    """What is declared is there, and what was last sealed anew could be opened."""
    tables = await service.states.tables()
    missing = [f"{table.name}.{column}" for table in tables for column in table.missing]
    if missing:
        return HealthStatus(
            False,
            _(
                "Declared as personal data, but not in the database or of another type: {columns}",
                columns=", ".join(missing),
            ),
            _("The plugin's declaration and its tables disagree: tell its makers."),
        )
    broken = [f"{table.name}: {table.broken}" for table in tables if table.broken]
    if broken:
        return HealthStatus(
            False,
            _("Rows with values that cannot be opened: {tables}", tables=", ".join(broken)),
            _("They were altered in the database, or copied from another row. Restore them from a backup."),
        )
    return HealthStatus(True)


def health_checks(service: PersonalService) -> list[HealthCheck]:
    """What `huitang doctor` and the console ask."""

    async def keys(ctx: PluginContext[Any]) -> HealthStatus:
        return await check_keys(service, ctx.clock.now())

    async def master(_ctx: PluginContext[Any]) -> HealthStatus:
        if not service.keeper.has_wrong_key:
            return HealthStatus(True)
        return HealthStatus(
            False,
            _("The personal data in this database were sealed with another master key."),
            _("Give every node the same key: the setting key_file, or the file master.key of the first one."),
        )

    async def columns(_ctx: PluginContext[Any]) -> HealthStatus:
        return await check_columns(service)

    return [
        HealthCheck("personal.master", "This node has the master key of the database", master, critical=True),
        HealthCheck("personal.keys", "Personal data are under the current key", keys),
        HealthCheck("personal.columns", "Personal data can be opened", columns),
    ]
