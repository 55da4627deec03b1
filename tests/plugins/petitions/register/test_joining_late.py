"""Who joins late misses nothing: what happened is caught up with, their limits are climbed for, handlers reach them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huitang_petitions.events import MatterSupplemented
from huitang_petitions.services import access, alerting, merging, protecting, supervision
from huitang_petitions.services.letters import making
from huitang_petitions.services.registering import register
from huitang_petitions.services.steps import Wanted, note, take
from huitang_sdk.contracts import Delivery
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, NotFound
from tests.plugins.petitions.intake.letters import intake
from tests.plugins.petitions.register.matters import at, happens, received, wanted
from tests.plugins.petitions.register.test_supervision import next_day, steps, todos

DUTIES = "SELECT limit_id, state, starts, due FROM petitions.deadline WHERE matter_id = $1 AND duty"
KINDS = "SELECT kind FROM petitions.event WHERE matter_id = $1 ORDER BY at, id"
SENT = "SELECT kind FROM messages.message WHERE subject_id = $1 ORDER BY created_at, id"
WROTE = "SELECT recipient_id FROM notifications.notice WHERE kind = 'petitions.wrote'"
LADDER = ["yellow", "red", "urge", "supervise", "escalate", "inspect"]


async def duties(town, matter) -> dict[str, str]:
    return {row["limit_id"]: row["state"] for row in await town.fetch(DUTIES, matter)}


async def kinds(town, matter) -> list[str]:
    return [row["kind"] for row in await town.fetch(KINDS, matter)]


async def handled(town, ctx, **values) -> tuple:
    """One matter that the committee handles, and told its petitioner of; and two more that came in."""
    officer, handler = town.actors["officer"], town.actors["handler"]
    main, other, third = await received(town, ctx, 3, kind="appeal", **values)
    await take(ctx, officer, main, "transfer", Wanted(organisation_id=town.units["committee"].id))
    await take(ctx, handler, main, "take_up", Wanted())
    await note(ctx, handler, main, "told")
    return main, other, third


async def test_what_was_accepted_is_accepted_for_whoever_joins_later_with_60_days_of_their_own(town):
    ctx, clock = at(town)
    main, other, _third = await handled(town, ctx)
    clock.forward(days=10)
    await merging.join(ctx, town.actors["officer"], other, main)
    assert await duties(town, other) == {"tell": "met", "tell_transferred": "met", "handle": "running"}
    (limit,) = [row for row in await town.fetch(DUTIES, other) if row["limit_id"] == "handle"]
    assert (limit["starts"], limit["due"]) == (clock.today(), clock.today() + timedelta(days=60))
    assert {"transferred_out", "told", "accepted", "merged"} <= set(await kinds(town, other))
    clock.forward(days=1)
    await take(ctx, town.actors["handler"], main, "answer", wanted("answer"))
    assert (await duties(town, other))["handle"] == "met"
    assert (await kinds(town, other)).count("accepted") == 1


async def test_each_petitioner_who_joins_is_told_and_gets_the_letter(town):
    ctx, clock = at(town)
    main, _other, _third = await handled(town, ctx)
    clock.forward(days=2)
    words = {"kind": "appeal", "organisation_id": town.units["office"].id, "channel": "visit"}
    late = (await register(ctx, SYSTEM, intake(**words, key="late"))).id
    clock.forward(days=1)
    with pytest.raises(Conflict):
        await making.draft(ctx, town.actors["officer"], late, "acceptance")
    await merging.join(ctx, town.actors["officer"], late, main)
    sent = [row["kind"] for row in await town.fetch(SENT, late)]
    assert set(sent) >= {"petitions.merged", "petitions.told", "petitions.accepted"}
    assert len(sent) == len(set(sent))
    draft = await making.draft(ctx, town.actors["handler"], late, "acceptance")
    assert draft.facts["limits"]
    page = await (await town.sign_in("handler")).get(f"/petitions/matters/{late}/way")
    assert f"/petitions/matters/{late}/letters/acceptance" in page.text


async def test_nobody_handles_them_and_the_ladder_is_climbed_once_for_both(town):
    ctx, clock = at(town)
    main, other, third = await handled(town, ctx)
    await next_day(ctx, clock, 5)
    await merging.join(ctx, town.actors["officer"], other, main)
    await next_day(ctx, clock, 80)
    handle = "SELECT step FROM petitions.supervision WHERE matter_id = $1 AND limit_id = 'handle' ORDER BY at, id"
    assert [row["step"] for row in await town.fetch(handle, main)] == LADDER
    # One and the same answer meets both limits: only the one that ends first is climbed for.
    assert await steps(town, other) == []
    assert (await duties(town, main))["handle"] == (await duties(town, other))["handle"] == "late"
    assert await steps(town, third) == LADDER
    # Taken out, the other goes up by itself.
    await merging.part(ctx, town.actors["officer"], other)
    await next_day(ctx, clock)
    assert await steps(town, other) == LADDER


async def test_handled_in_time_nobody_is_urged(town):
    ctx, clock = at(town)
    main, other, third = await handled(town, ctx)
    await merging.join(ctx, town.actors["officer"], third, main)
    await next_day(ctx, clock, 5)
    await merging.join(ctx, town.actors["officer"], other, main)
    await next_day(ctx, clock, 30)
    await take(ctx, town.actors["handler"], main, "answer", wanted("answer"))
    await next_day(ctx, clock, 80)
    for one in (main, other, third):
        assert set((await duties(town, one)).values()) == {"met"}
        assert await steps(town, one) == []


async def test_a_limit_that_only_the_joined_matter_has_is_urged_about_to_whoever_handles_the_main_one(town):
    ctx, clock = at(town)
    committee = town.units["committee"].id
    main, other = await received(town, ctx, 2, handler_id=committee, state="handling")
    await merging.join(ctx, town.actors["officer"], other, main)
    await happens(town, ctx, main, "told")  # its petitioner alone, by word of mouth
    await next_day(ctx, clock, 16)
    assert (await steps(town, main), await steps(town, other)) == ([], LADDER[:3])
    assert await todos(town) == {("petitions.urged", "handler")}
    # Their answer is on record with the joined matter, and what is told takes it off the list.
    act = await town.one("SELECT id FROM petitions.supervision WHERE step = 'urge'")
    await supervision.answer(ctx, town.actors["handler"], act, "今日告知")
    await note(ctx, town.actors["handler"], other, "told")
    assert (await duties(town, other))["tell"] == "met_late"


async def test_a_report_in_confidence_hides_no_limit_of_the_matter_it_is_joined_to(town):
    ctx, clock = at(town)
    main, _other, _third = await handled(town, ctx)
    secret = (await received(town, ctx, 1, kind="appeal", whistle=True))[0]
    await take(ctx, town.actors["head"], secret, "accept", Wanted())
    await merging.join(ctx, town.actors["head"], secret, main)
    await next_day(ctx, clock, 61)
    told = await town.fetch("SELECT told FROM petitions.supervision WHERE matter_id = $1 AND step = 'urge'", main)
    assert [row["told"] for row in told] == [[town.actors["handler"].account_id]]
    told = await town.fetch("SELECT told FROM petitions.supervision WHERE matter_id = $1", secret)
    assert not any(town.actors["handler"].account_id in row["told"] for row in told)


async def test_whoever_may_not_read_a_report_in_confidence_does_not_learn_that_one_was_joined(town):
    ctx, _clock = at(town)
    office, head = town.units["office"].id, town.actors["head"]
    came = [await register(ctx, SYSTEM, intake(organisation_id=office)) for _one in range(2)]
    main, plain = (one.id for one in came)
    report = intake(channel="web", persons=(), anonymous=True, whistle=True, organisation_id=office)
    secret = (await register(ctx, SYSTEM, report)).id
    for one in (main, plain, secret):
        await take(ctx, head, one, "accept", Wanted())
    officer, page = await town.sign_in("officer"), f"/petitions/matters/{main}"
    before = [(await officer.get(path)).text for path in (page, f"{page}/way")]
    assert all(came[0].number in text for text in before)
    with pytest.raises(Conflict):
        await merging.join(ctx, head, plain, secret)
    await merging.join(ctx, head, secret, main)
    assert [(await officer.get(path)).text for path in (page, f"{page}/way")] == before


async def test_what_was_opened_again_is_accepted_and_what_is_reviewed_takes_nobody_in(town):
    ctx, clock = at(town)
    main, other, third = await handled(town, ctx)
    officer, head = town.actors["officer"], town.actors["head"]
    await take(ctx, town.actors["handler"], main, "answer", wanted("answer"))
    await take(ctx, officer, main, "reopen", Wanted(note="仍未解决"))
    clock.forward(days=1)
    await merging.join(ctx, officer, other, main)
    assert (await duties(town, other))["handle"] == "running"
    await take(ctx, town.actors["handler"], main, "answer", wanted("answer"))
    assert (await duties(town, other))["handle"] == "met"
    await take(ctx, head, main, "review", Wanted())
    with pytest.raises(Conflict):
        await merging.join(ctx, officer, third, main)


async def test_the_unit_that_handles_a_matter_reaches_those_joined_to_it_and_hears_of_what_is_added(town):
    ctx, _clock = at(town)
    main, other, third = await handled(town, ctx)
    officer, handler, county = (town.actors[name] for name in ("officer", "handler", "county"))
    with pytest.raises(NotFound):
        await access.matter_for(ctx, handler, other, access.READ)
    await merging.join(ctx, officer, other, main)
    await access.matter_for(ctx, handler, other, access.HANDLE)
    await alerting.on_supplement(ctx, MatterSupplemented(matter_id=other), Delivery(new_id(), 1, None))
    assert await town.fetch(WROTE) == [{"recipient_id": handler.account_id}]
    # Nobody who must stay away from the joined matter reaches it by this way.
    await protecting.recuse(ctx, officer, other, handler.account_id, "亲属")
    with pytest.raises(NotFound):
        await access.matter_for(ctx, handler, other, access.READ)
    await merging.part(ctx, officer, other)
    # It follows the main matter into other hands, and goes back into its own.
    main, other, _third = await received(town, ctx, 3, kind="appeal")
    await take(ctx, officer, other, "transfer", Wanted(organisation_id=town.units["committee"].id))
    await merging.join(ctx, officer, other, main)
    await merging.join(ctx, officer, third, main)
    await take(ctx, officer, main, "assign", Wanted(organisation_id=town.units["east"].id))
    for one in (other, third):
        await access.matter_for(ctx, county, one, access.READ)
        await merging.part(ctx, officer, one)
        with pytest.raises(NotFound):
            await access.matter_for(ctx, county, one, access.READ)
    await access.matter_for(ctx, handler, other, access.READ)
