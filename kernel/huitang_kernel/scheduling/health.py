"""What the console and `huitang doctor` ask about scheduling."""

from __future__ import annotations

from typing import Any

from huitang_sdk import PluginContext
from huitang_sdk.declare import HealthStatus
from huitang_sdk.i18n import Translator

_ = Translator("scheduling")
SILENT_SECONDS = 15
LAST_RUNS = 3

FAILED = """
SELECT job FROM (
    SELECT job, state, row_number() OVER (PARTITION BY job ORDER BY due DESC) AS nth
    FROM scheduling.run WHERE state IN ('done', 'failed') AND due > now() - interval '90 days') r
WHERE nth <= $1 AND state = 'failed' AND job = ANY($2) GROUP BY job ORDER BY job
"""


async def check_leader(ctx: PluginContext[Any]) -> HealthStatus:
    """A node leads and gives a sign of life."""
    rows = await ctx.db.fetch(
        "SELECT 1 FROM scheduling.leader WHERE heartbeat_at > now() - make_interval(secs => $1)", float(SILENT_SECONDS)
    )
    if rows:
        return HealthStatus(True)
    message = _("No node has run the timetable for {seconds} seconds: no job starts.", seconds=SILENT_SECONDS)
    return HealthStatus(False, message, _("Start a node with background work (server.background, or huitang worker)."))


async def check_failed(ctx: PluginContext[Any], jobs: list[str]) -> HealthStatus:
    """None of the jobs that run has failed lately."""
    failed = [row["job"] for row in await ctx.db.fetch(FAILED, LAST_RUNS, jobs)]
    if not failed:
        return HealthStatus(True)
    message = _("Failed in one of the last {count} runs: {jobs}", count=LAST_RUNS, jobs=", ".join(failed))
    return HealthStatus(False, message, _("Open the job, read its error, mend the cause, and run it again."))
