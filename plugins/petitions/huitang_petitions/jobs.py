"""Work at set times."""

from __future__ import annotations

from huitang_petitions.services import (
    attending,
    behind,
    drafts,
    likeness,
    limits,
    office_data,
    office_rules,
    sealing,
    similar,
    suggesting,
    supervision,
    unreckoned,
)
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.closing import visiting
from huitang_petitions.services.renewing import renew_all
from huitang_sdk.contracts import Run
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import HealthCheck, HealthStatus, Job
from huitang_sdk.i18n import TIMEZONE


async def turn_day(ctx: Ctx, run: Run) -> str:
    """Mark what the new day makes yellow, red or late, and climb the ladder of supervision.

    A run that comes late is about the day it comes on.
    """
    today = max(run.due.astimezone(TIMEZONE).date(), ctx.clock.today())
    async with ctx.db.write(SYSTEM) as write:
        changed = await limits.turn_day(ctx, today)
        await write.audit("petitions.limit.turned", limits.REF, detail={"day": str(today), "changed": changed})
    await unreckoned.see_to(ctx, today)
    steps = await supervision.climb(ctx, today)
    return _("{count} limits marked, {steps} steps of supervision", count=changed, steps=steps)


async def check_calendar(ctx: Ctx) -> HealthStatus:
    """No limit waits for the holidays of a year that nobody has entered."""
    rows = await ctx.db.fetch("SELECT count(*) AS count FROM petitions.deadline WHERE state = 'unknown'")
    count = rows[0]["count"]
    if count:
        return HealthStatus(
            ok=False,
            message=_(
                "{count} limits cannot be reckoned, so nothing marks them: working days are known up to {year} only.",
                count=count,
                year=max(ctx.workflow.calendar.years),
            ),
            remedy=_(
                "Add the year to the file that the setting plugins.workflow.calendar_file names, and start anew. "
                "The limits are reckoned the night after."
            ),
        )
    return HealthStatus(ok=True, message=_("Every limit can be reckoned."))


async def check_own_rules(ctx: Ctx) -> HealthStatus:
    """The office judges by the files it gave, not by the shipped ones."""
    found = office_rules.broken(await office_rules.own_files(ctx))
    if found is None:
        return HealthStatus(ok=True, message=_("The office's own rules can be used."))
    return HealthStatus(
        ok=False,
        message=_(
            "“{title}” cannot be used: what comes with the platform holds.", title=office_data.name_of(found.kind)
        ),
        remedy=_("Under “Categories, remits and districts” the file says what to mend."),
    )


async def sweep_drafts(ctx: Ctx, run: Run) -> str:
    """Forget what nobody went on writing for as long as the settings say."""
    return _("{count} drafts forgotten", count=await drafts.sweep(ctx))


async def draw_visits(ctx: Ctx, run: Run) -> str:
    """Open the follow-up visits that the rules and the sample want of what ended lately."""
    return _("{count} follow-up visits opened", count=await visiting.draw(ctx))


async def renew(ctx: Ctx, run: Run) -> str:
    """Reckon every limit anew, after a profile or the calendar has changed; begun again it goes on where it matters."""
    done = await renew_all(ctx, SYSTEM)
    wrong = _(", {count} matters do not fit their profile and keep their limits", count=len(done.wrong))
    return _("{count} matters, {changed} changed", count=done.matters, changed=done.changed) + (
        wrong if done.wrong else ""
    )


async def learn_anew(ctx: Ctx, run: Run) -> str:
    """Learn suggestions anew, from what people have decided, too."""
    return _("{count} decided matters learnt from", count=await suggesting.learn_anew(ctx))


async def compare_anew(ctx: Ctx, run: Run) -> str:
    """Read letters anew for comparing whose features an earlier version made, and compare new ones that nobody has
    compared yet; without any it is two quick questions."""
    anew = await similar.read_anew(ctx, run.is_stopping)
    compared = await likeness.compare_rest(ctx, run.is_stopping)
    return _("{count} letters read anew for comparing, {compared} new ones compared", count=anew, compared=compared)


async def seal_old(ctx: Ctx, run: Run) -> str:
    """Seal what an earlier version kept in clear; without any it is one quick question."""
    return _("{count} texts sealed", count=await sealing.seal_old(ctx, run.is_stopping))


async def catch_up(ctx: Ctx, run: Run) -> str:
    """Give matters that an earlier version joined the clock they lack; without any it is one quick question."""
    return _("{count} joined matters caught up", count=await behind.catch_up(ctx))


async def attend(ctx: Ctx, run: Run) -> str:
    """See whether somebody may still look after every matter: accounts go, and roles are taken back.

    How many there are is not said: everybody who reads the console would read it.
    """
    await attending.see_to(ctx)
    return _("looked")


JOBS = (
    Job("petitions.renew", "Reckon every limit anew", renew),
    Job("petitions.turn_day", "Mark limits that become due, and urge", turn_day, cron="2 0 * * *", grace=86400),
    Job("petitions.drafts", "Forget drafts that nobody touched for long", sweep_drafts, cron="25 3 * * *"),
    Job("petitions.visits", "Draw matters for follow-up visits", draw_visits, cron="35 3 * * *", grace=86400),
    Job(
        "petitions.compare",
        "Compare new letters, and read all anew after an upgrade",
        compare_anew,
        cron="*/10 * * * *",
    ),
    Job("petitions.attend", "See that somebody may look after every matter", attend, cron="20 * * * *"),
    Job("petitions.seal", "Seal texts that were kept in clear, after an upgrade", seal_old, cron="5 * * * *"),
    # In office hours: petitioners are told of it.
    Job("petitions.catch_up", "Let matters joined by an earlier version catch up", catch_up, cron="15 9-16 * * *"),
    Job("petitions.learn", "Learn suggestions from decided matters", learn_anew, cron="50 3 * * *"),
)
CHECKS = (
    HealthCheck("petitions.calendar", "Working days are known", check_calendar),
    HealthCheck("petitions.office_data", "The office's own rules can be used", check_own_rules),
    *attending.CHECKS,
)
