"""The forms of a process: each for those who may, and whoever sent one goes back to the page."""

from __future__ import annotations

from datetime import date, timedelta

from huitang_kernel.web.templates import make_environment
from huitang_kernel.workflow.overview import READ
from huitang_sdk.contracts import Actor, Grant, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.workflow import process_view
from tests.sdk.demo_plugin import CASE


def environment_of(hall):
    environment = make_environment(hall.registry, hall.services.permissions)
    hall.services.portal.add_globals(environment, hall)
    return environment


def address(subject, part):
    return f"/workflow/processes/{subject.kind}/{subject.id}/{part}"


async def test_a_move_leads_back_to_the_page_and_is_made_once(office):
    begun = await office.begin()
    await office.grant("lin")
    client = await office.client("lin")
    form = {"transition": "take", "version": "1", "note": "马上办"}
    answer = await client.post(address(begun.subject, "move"), data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/demo/{begun.subject.id}")
    stale = await client.post(address(begun.subject, "move"), data=form)
    assert stale.status_code == 409
    assert "已有他人作了修改" in stale.text
    step = (await office.workflow.history(begun.subject))[0]
    assert (step.transition, step.actor_name, step.note) == ("take", "林秀英", "马上办")


async def test_who_may_not_is_turned_away(office):
    begun = await office.begin()
    await office.grant("lin", "demo.case_reader")
    reader, stranger = await office.client("lin"), await office.client("chen")
    form = {"transition": "take", "version": "1"}
    assert (await reader.post(address(begun.subject, "move"), data=form)).status_code == 403
    assert (await stranger.post(address(begun.subject, "move"), data=form)).status_code == 404
    for wrong in (Ref("demo.case", new_id()), Ref("demo.other", begun.subject.id), Ref("nobody.case", new_id())):
        assert (await reader.post(address(wrong, "move"), data=form)).status_code == 404
    assert (await reader.post(address(begun.subject, "move"), data={"transition": "fly"})).status_code in (404, 422)
    assert await office.workflow.process(begun.subject) == begun


async def test_pauses_and_extensions_by_form(office):
    begun = await office.begin()
    await office.grant("lin")
    await office.grant("chen", unit="云江市")
    handler, head = await office.client("lin"), await office.client("chen")
    assert (await handler.post(address(begun.subject, "pause"), data={"version": "1"})).status_code == 422
    reason = {"version": "1", "note": "听证"}
    assert (await handler.post(address(begun.subject, "pause"), data=reason)).status_code == 303
    assert (await handler.post(address(begun.subject, "resume"), data={"version": "2"})).status_code == 303
    asked = {"deadline": "handle", "days": "30", "note": "情况复杂"}
    assert (await handler.post(address(begun.subject, "extensions"), data=asked)).status_code == 303
    assert (await handler.post(address(begun.subject, "extensions"), data={**asked, "days": "x"})).status_code == 422
    extension = (await office.workflow.extensions(begun.subject))[0].id
    decision = f"/workflow/extensions/demo.case/{extension}"
    assert (await handler.post(decision, data={"granted": "yes"})).status_code == 403
    assert (await head.post(decision, data={"granted": "yes", "note": "同意"})).status_code == 303
    assert (await office.workflow.process(begun.subject)).limit("handle").extended == 30


async def test_what_a_reader_sees_of_it(office):
    """The parts of the template, filled for somebody who may act and for somebody who may look."""
    begun = await office.begin()
    person = await office.grant("lin")
    async with office.ctx.db.write(SYSTEM) as write:
        await office.workflow.ask_extension(write, SYSTEM, begun.subject, "handle", 10, reason="情况复杂")
    actor = Actor(account_id=person, name="林秀英", grants=(Grant("demo.handler", office.units["东江区"].id, "below"),))
    view = await process_view(office.ctx, CASE, actor, begun.subject)
    assert [act.transition for act in view.acts] == ["take", "drop"]
    assert (view.can_pause, view.can_resume, view.limits[0].can_extend) == (True, False, 0)
    assert [(one.days, one.may_decide) for one in view.extensions] == [(10, True)]
    part = '{% from "workflow/process.html" import process_card %}{{ process_card(view) }}'
    html = environment_of(office.hall).from_string(part).render(view=view)
    assert html.count("<form") == 4
    assert "情况复杂" in html
    assert "<svg" in html


async def test_operators_see_how_much_stands_where(office):
    started = [await office.begin(since=office.ctx.clock.today() - timedelta(90)) for _ in range(2)]
    await office.move(started[0].subject, "take")
    root = office.units["云江市"].id
    role = await office.hall.services.permissions.create_role(SYSTEM, "watcher", "看", allows=[READ])
    await office.hall.services.permissions.grant(SYSTEM, role, root, "all", account_id=office.people["lin"].id)
    client, stranger = await office.client("lin"), await office.client("chen")
    page = await client.get("/workflow/")
    assert "<svg" in page.text
    assert "2 个期限已过" in page.text
    assert (await stranger.get("/workflow/")).status_code == 403


async def test_reminders_that_do_not_come_are_a_matter_of_health(office):
    check = office.hall.registry.get("workflow").declarations.health_checks[0].check
    ctx = office.hall.registry.get("workflow").context
    await office.begin(since=date(2026, 4, 1))
    assert not (await check(ctx)).ok
    await office.hall.services.workflow.watch_on(ctx.clock.today())
    assert (await check(ctx)).ok
