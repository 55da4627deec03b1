"""Whether search can answer, and whether it keeps up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio.to_thread

from huitang_sdk import PluginContext
from huitang_sdk.declare import HealthCheck, HealthStatus
from huitang_sdk.i18n import Translator

if TYPE_CHECKING:
    from huitang_kernel.search.service import SearchService

_ = Translator("search")
LATE_MINUTES = 10
LATE = f"""
SELECT count(*) AS late FROM search.pending
WHERE applied_at IS NULL AND requested_at < now() - interval '{LATE_MINUTES} minutes'
"""


def health_checks(service: SearchService) -> list[HealthCheck]:
    async def up_to_date(ctx: PluginContext[Any]) -> HealthStatus:
        if await anyio.to_thread.run_sync(service.folder.current) is None:
            return HealthStatus(
                False,
                _("There is no search index yet."),
                _("A worker or a server with background work must be running: its leader builds the index by itself."),
            )
        late = (await ctx.db.fetch(LATE))[0]["late"]
        if late:
            return HealthStatus(
                False,
                _(
                    "{count} changes have been waiting for more than {minutes} minutes.",
                    count=late,
                    minutes=LATE_MINUTES,
                ),
                _(
                    "Look at the search index in the console: it names what cannot be read."
                    " Rebuilding helps when the index is damaged."
                ),
            )
        return HealthStatus(True)

    return [HealthCheck("search.index", "The search index is there and up to date", up_to_date)]
