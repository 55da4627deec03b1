"""What the console and `huitang doctor` ask about messages to people outside."""

from __future__ import annotations

from typing import Any

from huitang_sdk import PluginContext
from huitang_sdk.declare import HealthCheck, HealthStatus
from huitang_sdk.i18n import Translator

_ = Translator("messages")
LATE_MINUTES = 10
SILENT_HOURS = 24
RECENT_DAYS = 7
DEAD = """
SELECT count(*) AS count FROM messages.message
WHERE state = 'dead' AND reason <> 'undelivered' AND created_at > now() - make_interval(days => $1)
"""
LATE = """
SELECT count(*) AS count FROM messages.message
WHERE state IN ('queued', 'sending', 'failed') AND next_at < now() - make_interval(mins => $1)
"""
SILENT = """
SELECT count(*) FILTER (WHERE state = 'accepted') AS silent, count(*) AS count FROM messages.message
WHERE channel = 'sms' AND state IN ('accepted', 'delivered')
    AND changed_at BETWEEN now() - make_interval(days => $1) AND now() - make_interval(hours => $2)
"""


async def _count(ctx: PluginContext[Any], sql: str, *values: int) -> int:
    count: int = (await ctx.db.fetch(sql, *values))[0]["count"]
    return count


async def check_set_up(ctx: PluginContext[Any]) -> HealthStatus:
    """Which ways out there are; none is no fault."""
    named = [
        name for name, there in ((_("SMS"), ctx.settings.sms.url), (_("WeChat"), ctx.settings.wechat.app_id)) if there
    ]
    if not named:
        return HealthStatus(True, _("Neither an SMS gateway nor a WeChat account is set up; nobody outside is told."))
    if ctx.settings.sms.url and not ctx.settings.sms.webhook_secret.reveal():
        remedy = _("Set plugins.messages.sms.webhook_secret, and give the gateway the same secret.")
        return HealthStatus(
            False, _("The SMS gateway cannot report back: receipts and incoming SMS are refused."), remedy
        )
    return HealthStatus(True, _("Set up: {channels}", channels=_(", ").join(named)))


async def check_dead(ctx: PluginContext[Any]) -> HealthStatus:
    """Nothing was given up lately. What did not reach its recipient is theirs, not the platform's."""
    count = await _count(ctx, DEAD, RECENT_DAYS)
    if not count:
        return HealthStatus(True)
    message = _("{count} messages of the last {days} days were given up.", count=count, days=RECENT_DAYS)
    return HealthStatus(False, message, _("Open “Sent messages”, mend the cause shown there, and send them again."))


async def check_late(ctx: PluginContext[Any]) -> HealthStatus:
    """Nothing that is due stays behind."""
    count = await _count(ctx, LATE, LATE_MINUTES)
    if not count:
        return HealthStatus(True)
    message = _("{count} messages have been due for more than {minutes} minutes.", count=count, minutes=LATE_MINUTES)
    return HealthStatus(False, message, _("Check that a node with background work runs, and that the gateways answer."))


async def check_receipts(ctx: PluginContext[Any]) -> HealthStatus:
    """Where receipts come at all: of all that was taken a day ago and earlier, most are known to have arrived."""
    row = (await ctx.db.fetch(SILENT, RECENT_DAYS, SILENT_HOURS))[0]
    if row["count"] < 20 or row["silent"] * 2 < row["count"]:
        return HealthStatus(True)
    message = _("Of {count} SMS the gateway took, {silent} have no receipt after a day.", **row)
    return HealthStatus(False, message, _("Ask the gateway's operator whether its webhook reaches this platform."))


CHECKS = (
    HealthCheck("messages.set_up", "SMS and WeChat are set up", check_set_up),
    HealthCheck("messages.dead", "No message to people outside was given up", check_dead),
    HealthCheck("messages.late", "Messages to people outside leave in time", check_late),
    HealthCheck("messages.receipts", "The SMS gateway reports what arrived", check_receipts),
)
