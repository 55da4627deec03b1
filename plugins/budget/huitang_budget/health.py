"""The questions the console asks."""

from __future__ import annotations

from datetime import timedelta

from huitang_budget.services.access import Ctx
from huitang_budget.settings import catalogue_of
from huitang_sdk.declare import HealthCheck, HealthStatus
from huitang_sdk.i18n import Translator

_ = Translator("budget")
LEAST_RULES = 40


async def check_rules(ctx: Ctx) -> HealthStatus:
    """The catalogue loads and has rules that hold today."""
    today = ctx.clock.today()
    try:
        rules = [rule for rule in catalogue_of(ctx.settings).rules if rule.enabled and rule.holds_on(today)]
    except ValueError as error:
        return HealthStatus(
            ok=False,
            message=_("The catalogue of rules cannot be used: {reason}", reason=str(error)),
            remedy=_("Correct [plugins.budget.rules] in the settings."),
        )
    if len(rules) < LEAST_RULES:
        return HealthStatus(
            ok=False,
            message=_("Only {count} rules are valid today.", count=len(rules)),
            remedy=_("Look at the validity dates and at what the settings switch off."),
        )
    return HealthStatus(ok=True, message=_("{count} rules are valid today.", count=len(rules)))


async def check_waiting(ctx: Ctx) -> HealthStatus:
    """Declarations that nobody was asked to review, and reviews past their date."""
    rows = await ctx.db.fetch(
        "SELECT count(*) FILTER (WHERE status = 'imported' AND imported_at < $1) AS waiting,"
        " count(*) FILTER (WHERE status IN ('assigned', 'in_review') AND due < $2) AS overdue FROM budget.declaration",
        ctx.clock.now() - timedelta(days=ctx.settings.review_days),
        ctx.clock.today(),
    )
    waiting, overdue = rows[0]["waiting"], rows[0]["overdue"]
    if not waiting and not overdue:
        return HealthStatus(ok=True)
    return HealthStatus(
        ok=False,
        message=_(
            "{waiting} declarations wait for a reviewer for more than {days} days, {overdue} reviews are overdue.",
            waiting=waiting,
            days=ctx.settings.review_days,
            overdue=overdue,
        ),
        remedy=_("Assign them in the list of declarations, or choose another due date."),
    )


CHECKS = [
    HealthCheck("budget.rules", "The rules of review can be used", check_rules),
    HealthCheck("budget.waiting", "No declaration waits too long", check_waiting),
]
