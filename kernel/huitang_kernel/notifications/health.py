"""What the console and `huitang doctor` ask about notifications."""

from __future__ import annotations

from typing import Any

from huitang_sdk import PluginContext
from huitang_sdk.declare import HealthStatus
from huitang_sdk.i18n import Translator

_ = Translator("notifications")
LATE_MINUTES = 10
RECENT_DAYS = 7


async def check_dead(ctx: PluginContext[Any]) -> HealthStatus:
    """No e-mail was given up lately."""
    rows = await ctx.db.fetch(
        "SELECT count(*) AS count FROM notifications.delivery"
        " WHERE state = 'dead' AND created_at > now() - make_interval(days => $1)",
        RECENT_DAYS,
    )
    count = rows[0]["count"]
    if not count:
        return HealthStatus(True)
    message = _("{count} e-mails of the last {days} days were given up.", count=count, days=RECENT_DAYS)
    return HealthStatus(False, message, _("Open the deliveries, mend the cause shown there, and send them again."))


async def check_late(ctx: PluginContext[Any]) -> HealthStatus:
    """Nothing that is due stays behind."""
    rows = await ctx.db.fetch(
        "SELECT count(*) AS count FROM notifications.delivery"
        " WHERE state IN ('queued', 'failed') AND next_at < now() - make_interval(mins => $1)",
        LATE_MINUTES,
    )
    count = rows[0]["count"]
    if not count:
        return HealthStatus(True)
    message = _("{count} e-mails have been due for more than {minutes} minutes.", count=count, minutes=LATE_MINUTES)
    remedy = _("Check that a node with background work runs, and that the mail server in the settings answers.")
    return HealthStatus(False, message, remedy)


async def check_set_up(ctx: PluginContext[Any]) -> HealthStatus:
    """A mail server is named; without one people are told on the platform only."""
    if ctx.settings.smtp.host:
        return HealthStatus(True)
    return HealthStatus(True, _("No mail server is set up; people are told on the platform only."))
