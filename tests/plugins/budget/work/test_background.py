"""What happens by itself: reminders, comparisons, search, health; and the samples of the demo."""

from __future__ import annotations

from datetime import datetime, timedelta

from town import SIGNALS, SLUICES, TRAINING, form, open_town, upload

from huitang_budget import samples
from huitang_budget.health import check_rules, check_waiting
from huitang_budget.plugin import BudgetPlugin
from huitang_budget.search import all_ids, document
from huitang_budget.services.assigning import assign
from huitang_budget.services.charts import amounts_by_unit, findings_by, progress
from huitang_budget.services.deciding import decide_finding, finish_review
from huitang_budget.services.detail import get_declaration
from huitang_budget.services.importing import import_files
from huitang_sdk.contracts import Run
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.i18n import TIMEZONE


async def run_on(town, day, hour=8):
    due = datetime(day.year, day.month, day.day, hour, 30, tzinfo=TIMEZONE)
    return await town.hall.services.workflow.watch(None, Run(id=new_id(), job="workflow.watch", due=due))


async def test_a_reviewer_is_reminded_once_for_every_threshold(town):
    clerk, reviewer = town.actors["clerk"], town.actors["reviewer"]
    one = (await import_files(town.ctx, clerk, [upload(form(TRAINING))]))[0].forms[0].id
    due = town.ctx.clock.today() + timedelta(days=5)
    await assign(town.ctx, clerk, one, reviewer.account_id, due=due)
    said = []
    for days in (5, 4, 3, 3, 2, 1, 1, 0, 0, -1, -2):
        await run_on(town, due - timedelta(days=days), hour=8 + len(said) % 3)
        said.append(await town.one("SELECT count(*) FROM notifications.notice WHERE kind = 'budget.due_soon'"))
    assert said == [0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4]
    titles = await town.fetch("SELECT title FROM notifications.notice WHERE kind = 'budget.due_soon' ORDER BY id")
    assert [row["title"][:8] for row in titles] == [
        "审查还剩 3 天",
        "审查还剩 1 天",
        "审查今天到期：《",
        "审查已逾期 1 ",
    ]
    assert (await town.ctx.todos.mine(reviewer))[0].urged == 4
    await assign(town.ctx, clerk, one, reviewer.account_id, due=due + timedelta(days=7))
    await run_on(town, due + timedelta(days=4))
    assert await town.one("SELECT count(*) FROM notifications.notice WHERE kind = 'budget.due_soon'") == 5


async def test_a_missed_day_is_made_up_and_a_finished_review_is_left_alone(town):
    clerk, reviewer = town.actors["clerk"], town.actors["reviewer"]
    outcomes = await import_files(town.ctx, clerk, [upload(form(TRAINING)), upload(form(SLUICES))])
    due = town.ctx.clock.today() + timedelta(days=9)
    for outcome in outcomes:
        await assign(town.ctx, clerk, outcome.forms[0].id, reviewer.account_id, due=due)
    finished = outcomes[1].forms[0].id
    for finding in (await get_declaration(town.ctx, reviewer, finished)).findings:
        await decide_finding(town.ctx, reviewer, finding.id, "accepted")
    await finish_review(town.ctx, reviewer, finished, "pass")
    assert await run_on(town, due - timedelta(days=2)) == "已处理 1 个期限提醒"


async def test_the_older_form_learns_of_its_copy(town):
    clerk, reviewer = town.actors["clerk"], town.actors["reviewer"]
    first = (await import_files(town.ctx, clerk, [upload(form(SIGNALS))]))[0].forms[0].id
    second = (await import_files(town.ctx, clerk, [upload(form(SLUICES))]))[0].forms[0].id
    while await town.hall.dispatcher.deliver_due():
        pass
    found = (await get_declaration(town.ctx, reviewer, first)).findings
    assert [f.related_ids for f in found if f.rule == "comparison.same-dates"] == [[second]]
    checks = "SELECT count(*) FROM workflow.history WHERE action = 'budget.declaration.checked'"
    assert await town.one(checks) == 1
    await town.hall.core.database.execute("UPDATE kernel.outbox_delivery SET done_at = NULL, next_at = now()")
    while await town.hall.dispatcher.deliver_due():
        pass
    assert await town.one(checks) == 1


async def test_the_index_gets_the_text_and_the_findings_but_no_comparison(town):
    clerk = town.actors["clerk"]
    one = (await import_files(town.ctx, clerk, [upload(form(SIGNALS))]))[0].forms[0].id
    two = (await import_files(town.ctx, clerk, [upload(form(SLUICES))]))[0].forms[0].id
    assert [key async for key in all_ids(town.ctx)] == [one, two]
    found = await document(town.ctx, two)
    assert found.title == "城市内河闸站自动监测系统建设"
    assert "人工巡测" in found.body
    assert "春节假期" in found.body
    assert "智慧信号灯" not in found.body
    assert (found.organisation_id, found.facets) == (
        town.units["water"].id,
        {"year": "2026", "unit": "云江市水务局"},
    )
    assert await document(town.ctx, new_id()) is None


async def test_health_says_what_waits_and_what_to_do(town):
    assert (await check_rules(town.ctx)).ok
    assert (await check_waiting(town.ctx)).ok
    await import_files(town.ctx, town.actors["clerk"], [upload(form(TRAINING))])
    await town.hall.core.database.execute("UPDATE budget.declaration SET imported_at = now() - interval '30 days'")
    status = await check_waiting(town.ctx)
    assert not status.ok
    assert "1 份申报表超过 10 天未分派" in status.message
    assert status.remedy


async def test_the_operator_changes_rules(open_hall):
    rules = {"indicators.no-cost": {"enabled": False}}
    town = await open_town(open_hall, plugins={"budget": {"rules": rules}})
    one = (await import_files(town.ctx, town.actors["clerk"], [upload(form(TRAINING))]))[0].forms[0].id
    found = (await get_declaration(town.ctx, town.actors["reviewer"], one)).findings
    assert not any(f.rule == "indicators.no-cost" for f in found)


async def test_a_mistake_in_the_operator_s_rules_names_itself(open_hall):
    wrong = {"budget": {"rules": {"no.such-rule": {"enabled": False}}}}
    hall = await open_hall(BudgetPlugin(), plugins=wrong)
    assert "no.such-rule" in hall.registry.get("budget").cause


async def test_the_samples_fill_every_page_and_load_once(town):
    await samples.load(town.ctx, None)
    counts = "SELECT count(*) AS declarations, count(DISTINCT unit) AS units FROM budget.declaration"
    loaded = (await town.fetch(counts))[0]
    assert 12 <= loaded["declarations"] <= 20
    assert loaded["units"] >= 7
    statuses = await town.fetch("SELECT DISTINCT status FROM budget.declaration")
    assert {row["status"] for row in statuses} == {"imported", "assigned", "in_review", "reviewed"}
    states = await town.fetch("SELECT DISTINCT state FROM budget.finding")
    assert {row["state"] for row in states} == {"open", "accepted", "dismissed"}
    audited = await town.one("SELECT count(*) FROM kernel.audit_record")
    await samples.load(town.ctx, None)
    assert await town.one("SELECT count(*) FROM kernel.audit_record") == audited
    assert len(await amounts_by_unit(town.ctx, SYSTEM, 2026)) >= 6
    assert {count.code for count in await findings_by(town.ctx, SYSTEM, "criterion")} == {
        "completeness",
        "relevance",
        "adequacy",
        "feasibility",
    }
    assert (await progress(town.ctx, SYSTEM)).reviewed > 0


async def test_decisions_are_told_to_others_by_events(town):
    one = (await import_files(town.ctx, town.actors["clerk"], [upload(form(TRAINING))]))[0].forms[0].id
    finding = (await get_declaration(town.ctx, town.actors["reviewer"], one)).findings[0]
    await decide_finding(town.ctx, town.actors["reviewer"], finding.id, "accepted")
    rows = await town.fetch("SELECT name, payload FROM kernel.outbox ORDER BY position DESC LIMIT 1")
    assert rows[0]["name"] == "budget.finding.decided"
    assert str(finding.id) in rows[0]["payload"]
