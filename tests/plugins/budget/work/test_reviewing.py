"""Assigning, deciding, concluding: each on record, none lost to a second pair of hands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from town import DRINKING, SIGNALS, SLUICES, TRAINING, form, upload

from huitang_budget.services.assigning import assign, assign_many
from huitang_budget.services.checking import check_again
from huitang_budget.services.deciding import decide_finding, finish_review, reopen_review, write_opinion
from huitang_budget.services.detail import get_declaration
from huitang_budget.services.history import action_of, timeline
from huitang_budget.services.importing import import_files
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound


@pytest.fixture
async def poor(town):
    """The id of a declaration with many findings."""
    return (await import_files(town.ctx, town.actors["clerk"], [upload(form(TRAINING))]))[0].forms[0].id


async def findings_of(town, declaration_id, who="reviewer"):
    return (await get_declaration(town.ctx, town.actors[who], declaration_id)).findings


async def test_deciding_keeps_who_when_and_why(town, poor):
    reviewer = town.actors["reviewer"]
    first, second, *_ = await findings_of(town, poor)
    await decide_finding(town.ctx, reviewer, first.id, "accepted", version=first.version)
    await decide_finding(town.ctx, reviewer, second.id, "dismissed", reason=" 附件已有说明 ", version=second.version)
    found = {f.id: f for f in await findings_of(town, poor)}
    assert (found[first.id].state, found[first.id].decided_by) == ("accepted", reviewer.account_id)
    assert (found[second.id].state, found[second.id].reason) == ("dismissed", "附件已有说明")
    assert (await get_declaration(town.ctx, reviewer, poor)).status == "in_review"
    entry = (await town.hall.audit.entries(action="budget.finding.dismissed"))[0]
    assert entry.reason == "附件已有说明"
    assert entry.detail["before"]["state"] == "open"
    assert entry.detail["after"]["state"] == "dismissed"
    await decide_finding(town.ctx, reviewer, second.id, "open")
    again = {f.id: f for f in await findings_of(town, poor)}[second.id]
    assert (again.state, again.reason, again.decided_by) == ("open", "", None)


async def test_a_dismissal_needs_a_reason(town, poor):
    finding = (await findings_of(town, poor))[0]
    with pytest.raises(Invalid) as refused:
        await decide_finding(town.ctx, town.actors["reviewer"], finding.id, "dismissed", reason="  ")
    assert "reason" in refused.value.fields
    assert (await findings_of(town, poor))[0].state == "open"


async def test_the_second_of_two_decisions_is_told(town, poor):
    finding = (await findings_of(town, poor))[0]
    await decide_finding(town.ctx, town.actors["reviewer"], finding.id, "accepted", version=finding.version)
    with pytest.raises(Conflict):
        await decide_finding(
            town.ctx, town.actors["second"], finding.id, "dismissed", reason="不同意", version=finding.version
        )
    assert (await findings_of(town, poor))[0].state == "accepted"
    assert await town.one("SELECT count(*) FROM kernel.audit_record WHERE action LIKE 'budget.finding.%'") == 1


async def test_assigning_opens_a_todo_tells_and_hands_over(town, poor):
    clerk, reviewer, second = (town.actors[name] for name in ("clerk", "reviewer", "second"))
    due = town.ctx.clock.today() + timedelta(days=5)
    await assign(town.ctx, clerk, poor, reviewer.account_id, due=due, note="请先看预算")
    todos = await town.ctx.todos.mine(reviewer)
    assert [(t.due, t.subject.id, t.title) for t in todos] == [(due, poor, "审查：中小学教师数字素养研修项目")]
    told = await town.fetch("SELECT recipient_id, title FROM notifications.notice WHERE kind = 'budget.assigned'")
    assert [row["recipient_id"] for row in told] == [reviewer.account_id]
    await assign(town.ctx, clerk, poor, second.account_id)
    assert await town.ctx.todos.mine(reviewer) == []
    assert len(await town.ctx.todos.mine(second)) == 1
    steps = [action_of(step) for step in await timeline(town.ctx, poor)]
    assert steps == ["declaration.assigned", "declaration.assigned", "declaration.imported"]
    newest = (await timeline(town.ctx, poor))[1]
    assert (newest.detail["assignee"], newest.note) == ("reviewer员", "请先看预算")


async def test_only_reviewers_of_the_unit_can_be_assigned_and_no_day_that_is_past(town, poor):
    clerk = town.actors["clerk"]
    with pytest.raises(Invalid) as refused:
        await assign(town.ctx, clerk, poor, town.actors["stranger"].account_id)
    assert "assignee" in refused.value.fields
    yesterday = town.ctx.clock.today() - timedelta(days=1)
    with pytest.raises(Invalid) as refused:
        await assign(town.ctx, clerk, poor, town.actors["reviewer"].account_id, due=yesterday)
    assert "due" in refused.value.fields
    assert (await get_declaration(town.ctx, clerk, poor)).assignee_id is None


async def test_a_stale_form_changes_nothing(town, poor):
    clerk, reviewer = town.actors["clerk"], town.actors["reviewer"]
    version = (await get_declaration(town.ctx, clerk, poor)).version
    await assign(town.ctx, clerk, poor, reviewer.account_id, version=version)
    for act in (
        assign(town.ctx, clerk, poor, town.actors["second"].account_id, version=version),
        write_opinion(town.ctx, reviewer, poor, "意见", version=version),
        finish_review(town.ctx, reviewer, poor, "pass", version=version),
        check_again(town.ctx, reviewer, poor, version=version),
    ):
        with pytest.raises(Conflict):
            await act
    detail = await get_declaration(town.ctx, clerk, poor)
    assert (detail.assignee_id, detail.opinion, detail.status) == (reviewer.account_id, "", "assigned")


async def test_bulk_assignment_says_which_were_not_assigned(town, poor):
    clerk, reviewer = town.actors["clerk"], town.actors["reviewer"]
    outcomes = await import_files(
        town.ctx, town.actors["system"], [upload(form())], organisation_id=town.units["east"].id
    )
    foreign = outcomes[0].forms[0].id
    done, refused = await assign_many(town.ctx, clerk, [poor, foreign], reviewer.account_id)
    assert done == 1
    assert [one.id for one in refused] == [foreign]


async def test_a_review_is_finished_when_every_finding_is_decided(town, poor):
    reviewer = town.actors["reviewer"]
    await assign(town.ctx, town.actors["clerk"], poor, reviewer.account_id)
    with pytest.raises(Conflict):
        await finish_review(town.ctx, reviewer, poor, "revise")
    for finding in await findings_of(town, poor):
        await decide_finding(town.ctx, reviewer, finding.id, "accepted")
    with pytest.raises(Invalid):
        await finish_review(town.ctx, reviewer, poor, "whatever")
    await write_opinion(town.ctx, reviewer, poor, "请修改后重报。")
    await finish_review(town.ctx, reviewer, poor, "revise")
    assert await town.ctx.todos.mine(reviewer) == []
    events = await town.fetch("SELECT name FROM kernel.outbox ORDER BY position")
    assert events[-1]["name"] == "budget.review.finished"
    finding = (await findings_of(town, poor))[0]
    for act in (
        decide_finding(town.ctx, reviewer, finding.id, "open"),
        write_opinion(town.ctx, reviewer, poor, "又改"),
        assign(town.ctx, town.actors["clerk"], poor, reviewer.account_id),
        finish_review(town.ctx, reviewer, poor, "pass"),
    ):
        with pytest.raises(Conflict):
            await act
    with pytest.raises(Invalid):
        await reopen_review(town.ctx, reviewer, poor, reason=" ")
    await reopen_review(town.ctx, reviewer, poor, reason="申报单位补充了材料")
    detail = await get_declaration(town.ctx, reviewer, poor)
    assert (detail.status, detail.conclusion, detail.opinion) == ("in_review", "", "请修改后重报。")
    assert len(await town.ctx.todos.mine(reviewer)) == 1


async def test_running_the_rules_again_keeps_decisions_and_finds_new_copies(town):
    clerk, reviewer = town.actors["clerk"], town.actors["reviewer"]
    first = (await import_files(town.ctx, clerk, [upload(form(SIGNALS))]))[0].forms[0].id
    decided, *_ = await findings_of(town, first)
    await decide_finding(town.ctx, reviewer, decided.id, "dismissed", reason="已核实")
    await import_files(town.ctx, clerk, [upload(form(SLUICES))])
    changed = await check_again(town.ctx, reviewer, first)
    assert changed["new"] == 1
    assert changed["gone"] == 0
    found = await findings_of(town, first)
    assert next(f for f in found if f.id == decided.id).reason == "已核实"
    assert any(f.rule == "comparison.same-dates" for f in found)
    assert await check_again(town.ctx, reviewer, first) == {"new": 0, "kept": len(found), "gone": 0}


async def test_who_may_only_read_changes_nothing(town, poor):
    reader = town.actors["reader"]
    finding = (await findings_of(town, poor, "reader"))[0]
    for act in (
        decide_finding(town.ctx, reader, finding.id, "accepted"),
        write_opinion(town.ctx, reader, poor, "x"),
        finish_review(town.ctx, reader, poor, "pass"),
        check_again(town.ctx, reader, poor),
        assign(town.ctx, reader, poor, reader.account_id),
    ):
        with pytest.raises(Forbidden):
            await act
    stranger = town.actors["stranger"]
    for act in (
        get_declaration(town.ctx, stranger, poor),
        decide_finding(town.ctx, stranger, finding.id, "accepted"),
        assign(town.ctx, stranger, poor, stranger.account_id),
    ):
        with pytest.raises((NotFound, Forbidden)) as refused:
            await act
        assert refused.value.status == 404


async def test_a_good_form_has_nothing_to_decide(town):
    reviewer = town.actors["reviewer"]
    good = (await import_files(town.ctx, town.actors["clerk"], [upload(form(DRINKING))]))[0].forms[0]
    assert good.findings == 0
    await finish_review(town.ctx, reviewer, good.id, "pass")
    assert (await get_declaration(town.ctx, reviewer, good.id)).status == "reviewed"
