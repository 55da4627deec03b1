"""Questions about identity that the console and `huitang doctor` ask."""

from __future__ import annotations

from typing import Any

from huitang_sdk import PluginContext
from huitang_sdk.declare import HealthStatus
from huitang_sdk.i18n import Translator

_ = Translator("identity")


async def check_accounts(ctx: PluginContext[Any]) -> HealthStatus:
    """Somebody can sign in and reach the accounts: else nobody could mend anything from the console."""
    roots = [unit.id for unit in await ctx.identity.organisations() if unit.parent_id is None]
    if not roots:
        return HealthStatus(False, _("There is no organisation yet."), _("Make the first one: huitang users --help"))
    for root in roots:
        people = await ctx.permissions.holders("identity.account.manage", root)
        rows = await ctx.db.fetch("SELECT 1 FROM identity.account WHERE id = ANY($1) AND password <> ''", list(people))
        if rows:
            return HealthStatus(True, _("{count} people may look after accounts.", count=len(rows)))
    return HealthStatus(
        False,
        _("Nobody who can sign in may look after accounts."),
        _("Make an operator from the command line: huitang users --help"),
    )


async def check_silence(ctx: PluginContext[Any]) -> HealthStatus:
    """A resident has to sign in before the silence is over: only that shows that the number is still theirs. A session
    that is used does not, since whoever had the number before may still have one."""
    settings = ctx.settings
    if settings.resident_days < settings.resident_silence_days:
        return HealthStatus(True)
    return HealthStatus(
        False,
        _("Residents stay signed in so long that their number counts as passed on when they sign in again."),
        _("Set plugins.identity.resident_days to fewer days than resident_silence_days."),
    )
