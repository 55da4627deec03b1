"""Work at set times, and the questions the console asks."""

from __future__ import annotations

from datetime import timedelta

from huitang_conference.rules import ProfileError, builtin_profiles
from huitang_conference.services.access import Ctx
from huitang_conference.services.notices import remind
from huitang_conference.services.reminding import remind_of_leave
from huitang_conference.services.voting.keychain import keychain
from huitang_sdk.contracts import Run
from huitang_sdk.declare import HealthCheck, HealthStatus, Job
from huitang_sdk.i18n import TIMEZONE, Translator

_ = Translator("conference")
LONGEST = timedelta(days=3)


async def remind_of_tomorrow(ctx: Ctx, run: Run) -> str:
    """Remind of tomorrow's meetings; the day is that of the due time, so a run that comes late says the same."""
    count = await remind(ctx, run.due.astimezone(TIMEZONE).date())
    return _("Reminded of {count} meetings", count=count)


async def remind_of_waiting_leave(ctx: Ctx, run: Run) -> str:
    """Remind of requests for leave that wait for an answer."""
    count = await remind_of_leave(ctx, run.due.astimezone(TIMEZONE).date())
    return _("Reminded of {count} requests for leave", count=count)


async def check_rules(ctx: Ctx) -> HealthStatus:
    """Every body has rules that can be read and hold today."""
    try:
        known = {key: profile.holds_on(ctx.clock.today()) for key, profile in builtin_profiles().items()}
    except ProfileError as error:
        return HealthStatus(ok=False, message=str(error), remedy=_("Install the plugin anew: its rules are damaged."))
    for row in await ctx.db.fetch("SELECT id, valid_from, valid_to FROM conference.profile"):
        today = ctx.clock.today()
        known[row["id"]] = row["valid_from"] <= today and (row["valid_to"] is None or today <= row["valid_to"])
    bodies = await ctx.db.fetch("SELECT name, profile_id FROM conference.body ORDER BY name")
    wrong = [row["name"] for row in bodies if not known.get(row["profile_id"])]
    if not wrong:
        return HealthStatus(ok=True, message=_("The rules of {count} bodies hold today.", count=len(bodies)))
    return HealthStatus(
        ok=False,
        message=_("The rules of these bodies are missing or no longer hold: {names}.", names="、".join(wrong)),
        remedy=_("Choose rules for them on the page of bodies."),
    )


async def check_left_open(ctx: Ctx) -> HealthStatus:
    """No meeting, no rehearsal and no vote is left open by mistake."""
    rows = await ctx.db.fetch(
        "SELECT title FROM conference.meeting WHERE state IN ('open', 'adjourned') AND opened_at < $1"
        " ORDER BY opened_at LIMIT 5",
        ctx.clock.now() - LONGEST,
    )
    if not rows:
        return HealthStatus(ok=True)
    return HealthStatus(
        ok=False,
        message=_("Open for more than three days: {titles}.", titles="、".join(row["title"] for row in rows)),
        remedy=_("Close the meeting, or end the rehearsal, on its page."),
    )


async def check_keys(ctx: Ctx) -> HealthStatus:
    """This node finds the keys of the secret votes that are open."""
    rows = await ctx.db.fetch("SELECT id FROM conference.poll WHERE state = 'open' AND secrecy = 'secret'")
    chain = keychain(ctx)
    lost = {row["id"] for row in rows} - set(chain.polls())
    if not lost:
        return HealthStatus(ok=True)
    return HealthStatus(
        ok=False,
        message=_("The keys of {count} open secret votes are not in {folder}.", count=len(lost), folder=chain.folder),
        remedy=_("Give all machines one key folder (`plugins.conference.key_folder`); void votes whose key is lost."),
    )


JOBS = [
    Job("conference.remind", "Remind of tomorrow's meetings", remind_of_tomorrow, cron="0 9 * * *", grace=8 * 3600),
    Job(
        "conference.remind_leave",
        "Remind of requests for leave that wait",
        remind_of_waiting_leave,
        cron="30 7 * * *",
        grace=8 * 3600,
    ),
]
CHECKS = [
    HealthCheck("conference.rules", "Every body has rules that hold today", check_rules),
    HealthCheck("conference.keys", "The keys of open secret votes are at hand", check_keys),
    HealthCheck("conference.left_open", "No meeting is left open", check_left_open),
]
