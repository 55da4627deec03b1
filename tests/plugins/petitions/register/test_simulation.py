"""A hundred and twenty days of an office: no deadline is missed, nobody is urged twice, and nobody without cause.

The suite simulates a hundred matters; `SIMULATED_MATTERS=10000` as many as a large city brings.
"""

from __future__ import annotations

import os
import random
from datetime import date, timedelta
from uuid import UUID

import pytest

from huitang_petitions import jobs
from huitang_petitions.clock import builtin_profiles
from huitang_petitions.services import limits
from huitang_petitions.services.access import ref
from huitang_petitions.services.limits import Happened
from huitang_sdk.calendar import WorkingCalendar
from huitang_sdk.contracts import Run
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict
from tests.plugins.petitions.register.matters import at, happens, put

MATTERS = int(os.environ.get("SIMULATED_MATTERS", "100"))
DAYS = 120
NEXT = {
    "received": ("told", "accepted", "refused"),
    "told": ("accepted", "refused"),
    "accepted": ("answered", "extended"),
    "answered": ("review_requested", "closed", "reopened"),
    "closed": ("reopened",),
    "reopened": ("accepted", "answered"),
    "review_requested": ("review_answered",),
    "review_answered": ("recheck_requested",),
    "recheck_requested": ("hearing_started", "recheck_answered"),
    "hearing_started": ("hearing_ended",),
    "hearing_ended": ("recheck_answered",),
}
SLOW, QUICK = 0.012, 0.08
"""The chance of a step a day: half of the matters lie, half are taken through every stage."""
PROFILE = builtin_profiles()["regulations-2022"]


class Office:
    """The matters as the simulation itself knows them: what happened, in memory, reckoned without the database."""

    def __init__(self) -> None:
        self.happened: dict[UUID, list[Happened]] = {}

    def wanted(self, rungs, today: date) -> set[tuple]:
        """Every rung that has to be climbed by this day, by the clock alone."""
        found = set()
        for matter, happened in self.happened.items():
            due, _refused = limits.reckon(PROFILE, "appeal", happened, today, WorkingCalendar())
            for one in due:
                if one.kind != "duty" or one.state not in ("running", "extended", "late") or one.due is None:
                    continue
                marks = {"yellow": one.yellow_on, "red": one.red_on}
                for rung in rungs:
                    day = marks.get(rung.step) or one.due + timedelta(rung.late or 0)
                    if day <= today:
                        found.add((matter, one.limit, one.due, rung.step))
        return found


@pytest.mark.timeout(7200)
async def test_nothing_is_missed_and_nobody_is_urged_twice(town):
    ctx, clock = at(town)
    some, office = random.Random(20260302), Office()
    arriving = [some.randrange(60) for _matter in range(MATTERS)]
    climbed: set[tuple] = set()
    for day in range(DAYS):
        await arrive(ctx, town, clock, office, arriving.count(day))
        await handle(ctx, town, clock, office, some)
        clock.forward(days=1)
        await jobs.turn_day(ctx, Run(id=new_id(), job="petitions.turn_day", due=clock.now()))
        climbed |= office.wanted(ctx.settings.ladder, clock.today())
    rows = await town.fetch("SELECT matter_id, limit_id, due, step FROM petitions.supervision")
    made = [(row["matter_id"], row["limit_id"], row["due"], row["step"]) for row in rows]
    assert len(made) == len(set(made))
    assert set(made) == climbed
    assert {step for *_what, step in made} == {rung.step for rung in ctx.settings.ladder}
    if MATTERS >= 100:
        assert {"tell", "tell_transferred", "handle", "review_decide"} <= {limit for _matter, limit, *_what in made}
    twice = "SELECT subject_id, assignee_id FROM notifications.todo GROUP BY 1, 2 HAVING count(*) > 1"
    assert await town.fetch(twice) == []


async def arrive(ctx, town, clock, office: Office, count: int) -> None:
    if not count:
        return
    async with ctx.db.write(SYSTEM) as write:
        for _matter in range(count):
            matter = await put(town, clock.now(), kind="appeal", assignee_id=town.actors["officer"].account_id)
            row = {"id": matter, "organisation_id": town.units["office"].id, "kind": "appeal"}
            row["received_at"] = clock.now()
            kind = "transferred_in" if len(office.happened) % 3 == 0 else "received"
            happened = [Happened(kind, clock.now())]
            await ctx.db.execute(
                "INSERT INTO petitions.event VALUES (gen_random_uuid(), $1, $3, $2, '{}', true, NULL, $2)",
                matter,
                clock.now(),
                kind,
            )
            await limits.store(ctx, await limits.rule_book(ctx), row, happened)
            office.happened[matter] = happened
        await write.audit("petitions.test.filled", ref(matter))


async def handle(ctx, town, clock, office: Office, some: random.Random) -> None:
    """Officers go on with some of the matters, in a way that the law allows or not; what it does not is refused."""
    for number, (matter, happened) in enumerate(office.happened.items()):
        if some.random() > (QUICK if number % 2 else SLOW) or happened[-1].at == clock.now():
            continue
        kind = some.choice(NEXT.get(happened[-1].kind, ("told", "accepted", "answered")))
        detail = {"days": 30, "approver": "周主任", "reason": "复杂"} if kind == "extended" else {}
        try:
            await happens(town, ctx, matter, kind, detail=detail)
        except Conflict:
            continue
        happened.append(Happened(kind, clock.now(), detail))
