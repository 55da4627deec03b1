"""The limits kept with a matter are those of the clock, on every day, whatever happened."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, date, datetime, timedelta

import pytest

from huitang_petitions import jobs
from huitang_petitions.plugin import PetitionsPlugin
from huitang_petitions.services import happening, limits, renewing, rules
from huitang_petitions.services.registering import register
from huitang_sdk.contracts import Run
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid
from tests.plugins.petitions.intake.letters import intake
from tests.plugins.petitions.register.matters import OWN, at, happens, put, received

ROWS = "SELECT limit_id, state, due, mark FROM petitions.deadline WHERE matter_id = $1 ORDER BY limit_id"


async def rows(town, matter) -> dict[str, tuple]:
    found = await town.fetch(ROWS, matter)
    return {row["limit_id"]: (row["state"], row["due"], row["mark"]) for row in found}


async def copy(town, matter) -> tuple:
    (row,) = await town.fetch("SELECT due, due_limit, mark FROM petitions.matter WHERE id = $1", matter)
    return row["due"], row["due_limit"], row["mark"]


async def test_a_letter_that_arrives_has_fifteen_days_to_be_told(town):
    ctx, _clock = at(town)
    (matter,) = await received(town, ctx, 1)
    assert await rows(town, matter) == {"tell": ("running", date(2026, 3, 17), "green")}
    assert await copy(town, matter) == (date(2026, 3, 17), "tell", "green")


async def test_an_accepted_appeal_has_sixty_days_and_a_second_extension_has_no_effect(town):
    ctx, clock = at(town)
    (matter,) = await received(town, ctx, 1, kind="appeal")
    clock.forward(days=3)
    await happens(town, ctx, matter, "told")
    await happens(town, ctx, matter, "accepted")
    assert (await rows(town, matter))["handle"] == ("running", date(2026, 5, 4), "green")
    clock.forward(days=50)
    extension = {"days": 30, "approver": "周主任", "reason": "情况复杂"}
    await happens(town, ctx, matter, "extended", detail=extension)
    assert (await rows(town, matter))["handle"][:2] == ("extended", date(2026, 6, 3))
    clock.forward(days=10)
    before = await town.fetch("SELECT * FROM petitions.event WHERE matter_id = $1", matter)
    with pytest.raises(Conflict, match="延"):
        await happens(town, ctx, matter, "extended", detail=extension)
    assert await town.fetch("SELECT * FROM petitions.event WHERE matter_id = $1", matter) == before
    assert (await rows(town, matter))["handle"][:2] == ("extended", date(2026, 6, 3))


async def test_what_contradicts_is_refused_with_the_clock_s_words_and_leaves_nothing(town):
    ctx, clock = at(town)
    (matter,) = await received(town, ctx, 1)
    clock.forward(days=1)
    await happens(town, ctx, matter, "refused")
    with pytest.raises(Conflict, match="受理"):
        await happens(town, ctx, matter, "accepted")
    assert await town.one("SELECT count(*) FROM petitions.event WHERE matter_id = $1", matter) == 2


async def test_every_day_of_half_a_year_turns_to_what_the_clock_says_of_it(town):
    ctx, clock = at(town)
    some = random.Random(20260302)
    matters = await received(town, ctx, 12, kind="appeal")
    for _day in range(150):
        clock.forward(days=1)
        async with ctx.db.write(SYSTEM) as write:
            await limits.turn_day(ctx, clock.today())
            await write.audit("petitions.limit.turned", limits.REF)
        for matter in matters:
            if some.random() < 0.03:
                kind = some.choice(["told", "accepted", "answered", "review_requested", "hearing_started", "closed"])
                try:
                    await happens(town, ctx, matter, kind)
                except Conflict:
                    continue
        kept = {matter: (await rows(town, matter), await copy(town, matter)) for matter in matters}
        async with ctx.db.write(SYSTEM) as write:
            for matter in matters:
                (row,) = await ctx.db.fetch("SELECT * FROM petitions.matter WHERE id = $1", matter)
                await limits.renew(ctx, row)
            await write.audit("petitions.limit.renewed", limits.REF)
        assert {matter: (await rows(town, matter), await copy(town, matter)) for matter in matters} == kept


async def test_a_year_without_calendar_data_leaves_only_its_limits_unknown(town):
    ctx, _clock = at(town)
    matter = await put(town, ctx.clock.now())
    detail = {"organ": "望月县住建局"}
    await happens(town, ctx, matter, "received", at=ctx.clock.now() - timedelta(days=1))
    await happens(town, ctx, matter, "transferred_in", detail=detail)
    assert (await rows(town, matter))["object"] == ("running", date(2026, 3, 9), "green")
    far = ctx.clock.now() + timedelta(days=365 * 12)
    ctx, _clock = at(town, far)
    other = await put(town, far)
    await happens(town, ctx, other, "transferred_in", detail=detail)
    found = await rows(town, other)
    assert found["object"] == ("unknown", None, "")
    assert found["tell_transferred"][0] == "running"


async def test_an_office_follows_its_own_profile_from_a_day_on_and_passes_it_down(town):
    ctx, clock = at(town)
    (before,) = await received(town, ctx, 1, organisation_id=town.units["bureau"].id)
    clock.forward(days=2)
    head = town.actors["head"]
    await rules.choose(ctx, head, town.units["east"].id, date(2026, 3, 4), content=OWN)
    (after,) = await received(town, ctx, 1, organisation_id=town.units["bureau"].id)
    (elsewhere,) = await received(town, ctx, 1)
    assert (await rows(town, before))["tell"][1] == date(2026, 3, 17)
    assert (await rows(town, after))["tell"][1] == date(2026, 3, 9)
    assert (await rows(town, elsewhere))["tell"][1] == date(2026, 3, 19)
    with pytest.raises(Invalid) as wrong:
        await rules.choose(ctx, head, town.units["east"].id, date(2026, 3, 4), content=OWN.replace("5", "0"))
    assert "length" in wrong.value.fields["content"]


async def test_all_are_renewed_after_a_change_and_a_second_time_writes_nothing(town):
    ctx, clock = at(town)
    matters = await received(town, ctx, 30, kind="appeal")
    clock.forward(days=2)
    for matter in matters[::3]:
        await happens(town, ctx, matter, "told")
    kept = [await rows(town, matter) for matter in matters]
    done = await renewing.renew_all(ctx, SYSTEM, workers=1)
    assert (done.matters, done.changed, done.wrong) == (30, 0, [])
    await rules.choose(ctx, town.actors["head"], town.units["city"].id, date(2026, 3, 1), content=OWN)
    heard = []
    done = await renewing.renew_all(
        ctx, SYSTEM, workers=2, progress=lambda renewed: heard.append((renewed.matters, renewed.changed))
    )
    # Those that were told in time keep what they have but for the new due date.
    assert heard == [(30, 30)]
    assert [await rows(town, matter) for matter in matters] != kept
    assert (await rows(town, matters[1]))["tell"] == ("running", date(2026, 3, 7), "green")
    assert await copy(town, matters[1]) == (date(2026, 3, 7), "tell", "green")
    await town.hall.core.database.execute(
        "INSERT INTO petitions.event SELECT gen_random_uuid(), $1, 'handed_back', now(), '{}', false, NULL, now()",
        matters[0],
    )
    done = await renewing.renew_all(ctx, SYSTEM, workers=1)
    assert (done.changed, done.wrong) == (0, [matters[0]])


async def test_what_moved_while_it_was_reckoned_keeps_what_its_event_made_of_it(town):
    ctx, clock = at(town)
    (matter,) = await received(town, ctx, 1)
    await rules.choose(ctx, town.actors["head"], town.units["city"].id, date(2026, 3, 1), content=OWN)
    (batch,) = [batch async for batch in renewing._batches(ctx)]
    outcome = asyncio.get_running_loop().create_future()
    outcome.set_result(renewing.reckon_batch(await rules.rule_book(ctx), batch.stored, clock.today()))
    assert [one.id for one in outcome.result()[0]] == [matter]
    clock.forward(days=1)
    await happens(town, ctx, matter, "told")
    kept = await rows(town, matter)
    await renewing._keep(ctx, SYSTEM, 1, outcome, clock.today(), renewing.Renewed())
    assert await rows(town, matter) == kept


async def test_the_job_of_a_new_day_marks_and_is_audited(town):
    ctx, clock = at(town)
    (matter,) = await received(town, ctx, 1)
    clock.forward(days=16)
    run = Run(id=new_id(), job="petitions.turn_day", due=clock.now())
    await jobs.turn_day(ctx, run)
    assert (await rows(town, matter))["tell"] == ("late", date(2026, 3, 17), "late")
    assert await copy(town, matter) == (date(2026, 3, 17), "tell", "late")
    assert "0" in await jobs.turn_day(ctx, run)


YEARS = '[{year}]\nholidays = ["{year}-01-01"]\n'


async def with_years(open_hall, town, tmp_path, *years):
    """The platform started anew with a calendar file of the operator's."""
    path = tmp_path / "years.toml"
    path.write_text("".join(YEARS.format(year=year) for year in years), encoding="utf-8")
    await open_hall.close(town.hall)
    town.hall = await open_hall(PetitionsPlugin(), serve=False, plugins={"workflow": {"calendar_file": str(path)}})


async def test_the_operator_s_years_count_for_the_register_and_its_renewals(open_hall, town, tmp_path):
    start = datetime(2098, 3, 3, 1, tzinfo=UTC)
    ctx, clock = at(town, start)
    waits = await put(town, start)
    await happens(town, ctx, waits, "transferred_in", detail={"organ": "望月县住建局"})
    assert (await rows(town, waits))["object"] == ("unknown", None, "")
    await with_years(open_hall, town, tmp_path, 2098)
    ctx, clock = at(town, start)
    other = await put(town, start)
    await happens(town, ctx, other, "transferred_in", detail={"organ": "望月县住建局"})
    assert (await rows(town, other))["object"] == ("running", date(2098, 3, 10), "green")
    assert (await rows(town, waits))["object"][0] == "unknown"
    assert "1" in (await jobs.check_calendar(ctx)).message
    clock.forward(days=1)
    await jobs.turn_day(ctx, Run(id=new_id(), job="petitions.turn_day", due=clock.now()))
    assert (await rows(town, waits))["object"] == ("running", date(2098, 3, 10), "green")
    assert (await jobs.check_calendar(ctx)).ok
    done = await renewing.renew_all(ctx, SYSTEM, workers=1)
    assert (done.matters, done.changed, done.wrong) == (2, 0, [])


async def test_a_letter_that_arrives_in_the_operator_s_year_has_its_limit_at_once(open_hall, town, tmp_path):
    await with_years(open_hall, town, tmp_path, 2098)
    ctx, _clock = at(town, datetime(2098, 3, 3, 1, tzinfo=UTC))
    days = OWN.replace("length = 5", 'length = 5\nunit = "working"')
    await rules.choose(ctx, town.actors["head"], town.units["city"].id, date(2098, 1, 1), content=days)
    done = await register(ctx, SYSTEM, intake(organisation_id=town.units["office"].id))
    assert (await rows(town, done.id))["tell"] == ("running", date(2098, 3, 10), "green")
    (row,) = await town.fetch("SELECT * FROM petitions.matter WHERE id = $1", done.id)
    assert await happening.why_useless(ctx, row, "told", {}) == ""


async def test_supervisors_hear_once_a_week_that_limits_cannot_be_reckoned(town):
    ctx, clock = at(town, datetime(2098, 3, 3, 1, tzinfo=UTC))
    matter = await put(town, clock.now())
    await happens(town, ctx, matter, "transferred_in", detail={"organ": "望月县住建局"})
    for _day in range(3):
        clock.forward(days=1)
        await jobs.turn_day(ctx, Run(id=new_id(), job="petitions.turn_day", due=clock.now()))
    told = await town.fetch("SELECT recipient_id FROM notifications.notice WHERE kind = 'petitions.unreckoned'")
    names = {actor.account_id: name for name, actor in town.actors.items()}
    assert sorted(names[row["recipient_id"]] for row in told) == ["head", "supervisor"]
    found = await jobs.check_calendar(ctx)
    assert not found.ok
    assert "calendar_file" in found.remedy
