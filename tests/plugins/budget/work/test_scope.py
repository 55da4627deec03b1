"""Nobody sees, counts, exports or infers a declaration out of scope."""

from __future__ import annotations

import io

import msgspec
import pytest
from python_calamine import CalamineWorkbook
from town import SIGNALS, SLUICES, TRAINING, form, upload

from huitang_budget.services.access import EXPORT, READ
from huitang_budget.services.assigning import assign
from huitang_budget.services.charts import amounts_by_unit, findings_by, progress
from huitang_budget.services.detail import get_declaration, mentions_of
from huitang_budget.services.exporting import export_list
from huitang_budget.services.importing import import_files
from huitang_budget.services.listing import Filter, filter_choices, list_declarations
from huitang_sdk.contracts.identity import SYSTEM


@pytest.fixture
async def filled(town):
    """Education and water share copied dates; the county has one of its own with a poor form."""
    ctx, clerk = town.ctx, town.actors["clerk"]
    files = [upload(form(SIGNALS, unit="云江市教育局")), upload(form(SLUICES))]
    ids = [outcome.forms[0].id for outcome in await import_files(ctx, clerk, files)]
    await town.hall.dispatcher.deliver_due()
    county = await import_files(ctx, SYSTEM, [upload(form(TRAINING))], organisation_id=town.units["east"].id)
    return [*ids, county[0].forms[0].id]


async def test_lists_counts_and_choices_stay_within_scope(town, filled):
    education, water, county = filled
    seen = {}
    for name in ("clerk", "reviewer", "reader", "stranger", "plain", "system"):
        listing = await list_declarations(town.ctx, town.actors[name], Filter())
        assert listing.total == len(listing.rows)
        seen[name] = {row.id for row in listing.rows}
    everything = {education, water, county}
    assert seen == {
        "clerk": {education, water},
        "reviewer": {education, water},
        "reader": {education},
        "stranger": {county},
        "plain": set(),
        "system": everything,
    }
    offered = await filter_choices(town.ctx, town.actors["reader"])
    assert offered.units == ("云江市教育局",)
    assert [row.unit for row in await amounts_by_unit(town.ctx, town.actors["reader"])] == ["云江市教育局"]
    assert (await progress(town.ctx, town.actors["plain"])).imported == 0
    assert await findings_by(town.ctx, town.actors["plain"], "severity") == []


async def test_a_comparison_is_shown_only_to_who_may_read_both_sides(town, filled):
    education, water, _county = filled
    for name, shown in (("reviewer", True), ("reader", False)):
        actor = town.actors[name]
        detail = await get_declaration(town.ctx, actor, education)
        assert any(f.rule == "comparison.same-dates" for f in detail.findings) == shown
        row = (await list_declarations(town.ctx, actor, Filter(text="信号"))).rows[0]
        assert row.high + row.medium + row.low + row.info == len(detail.findings)
        counted = sum(count.total for count in await findings_by(town.ctx, actor, "criterion"))
        rows = (await list_declarations(town.ctx, actor, Filter())).rows
        assert counted == sum(row.high + row.medium + row.low + row.info for row in rows)
    assert [m.declaration_id for m in await mentions_of(town.ctx, town.actors["reviewer"], water)] == [education]
    assert await mentions_of(town.ctx, town.actors["reader"], education) == []


async def test_a_comparison_with_a_declaration_of_nobody_is_not_for_who_reads_only_the_own_ones(town, filled):
    education, water, _county = filled
    reviewer = town.actors["reviewer"]
    grants = tuple(msgspec.structs.replace(grant, reach="own") for grant in reviewer.grants)
    own = msgspec.structs.replace(reviewer, grants=grants)
    await assign(town.ctx, town.actors["clerk"], education, reviewer.account_id)
    assert {row.id for row in (await list_declarations(town.ctx, own, Filter())).rows} == {education}
    assert all(water not in f.related_ids for f in (await get_declaration(town.ctx, own, education)).findings)
    await assign(town.ctx, town.actors["clerk"], water, reviewer.account_id)
    assert any(water in f.related_ids for f in (await get_declaration(town.ctx, own, education)).findings)


async def test_a_summing_comparison_needs_every_unit_in_it(town, filled):
    """Such findings name nobody, yet they count others: they are for those who may read all of them."""
    education, *_ = filled
    await town.hall.core.database.execute(
        "UPDATE budget.finding SET compared_units = $1 WHERE rule = 'indicators.no-cost' AND declaration_id = $2",
        [town.units["water"].id],
        education,
    )
    for name, shown in (("reviewer", True), ("reader", False)):
        detail = await get_declaration(town.ctx, town.actors[name], education)
        assert any(f.rule == "indicators.no-cost" for f in detail.findings) == shown


async def test_filters_by_finding_do_not_reveal_hidden_ones(town, filled):
    wanted = Filter(text="信号", criterion="feasibility", severity="medium")
    for name in ("reviewer", "reader"):
        await list_declarations(town.ctx, town.actors[name], wanted)
    await town.hall.core.database.execute(
        "DELETE FROM budget.finding WHERE severity = 'medium' AND rule <> 'comparison.same-dates'"
    )
    wanted = Filter(severity="medium")
    assert (await list_declarations(town.ctx, town.actors["reviewer"], wanted)).total == 2
    assert (await list_declarations(town.ctx, town.actors["reader"], wanted)).total == 0


async def test_the_export_has_the_list_and_no_more(town, filled):
    reviewer = town.actors["reviewer"]
    content = await export_list(town.ctx, reviewer, Filter(sort="unit", direction="asc"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["绩效目标申报表", "审查发现"]
    head, *rows = book.get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows] == ["智慧信号灯联网控制平台建设", "城市内河闸站自动监测系统建设"]
    assert rows[0][head.index("当年预算（元）")] == 12_600_000
    findings = book.get_sheet_by_index(1).to_python()[1:]
    listing = await list_declarations(town.ctx, reviewer, Filter())
    assert len(findings) == sum(row.high + row.medium + row.low + row.info for row in listing.rows)
    assert "金" not in {row[0] for row in findings}
    empty = CalamineWorkbook.from_filelike(io.BytesIO(await export_list(town.ctx, town.actors["reader"], Filter())))
    assert len(empty.get_sheet_by_index(0).to_python()) == 1
    chosen = await export_list(town.ctx, reviewer, Filter(), filled)
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(chosen)).get_sheet_by_index(0).to_python()) == 3
    audit = await town.hall.audit.entries(action="budget.declaration.exported")
    assert [entry.detail["declarations"] for entry in audit] == [2, 0, 2]


async def test_rows_refused_one_by_one_are_gone_everywhere(town, filled):
    education, water, _county = filled
    reviewer = town.actors["reviewer"]
    for permission in (READ, EXPORT):
        await town.hall.services.permissions.rule_rows(SYSTEM, reviewer.account_id, permission, [water], "deny")
    grants, allowed, denied = await town.hall.services.permissions.grants_of(reviewer.account_id)
    limited = msgspec.structs.replace(reviewer, grants=grants, allowed=allowed, denied=denied)
    assert [row.id for row in (await list_declarations(town.ctx, limited, Filter())).rows] == [education]
    assert all(not f.related_ids for f in (await get_declaration(town.ctx, limited, education)).findings)


async def test_filters_and_order(town, filled):
    ctx, clerk, reviewer = town.ctx, town.actors["clerk"], town.actors["reviewer"]
    education, water, _county = filled
    await assign(ctx, clerk, water, reviewer.account_id)

    async def ids(**wanted):
        return [row.id for row in (await list_declarations(ctx, reviewer, Filter(**wanted))).rows]

    assert await ids(assignee="me") == [water]
    assert await ids(assignee="none") == [education]
    assert await ids(assignee="nonsense") == []
    assert await ids(status="assigned") == [water]
    assert await ids(text="闸站") == [water]
    assert await ids(text="100%") == []
    assert await ids(year=2025) == []
    assert await ids(unit="云江市教育局") == [education]
    assert await ids(overdue=True) == []
    assert await ids(sort="amount", direction="asc") == [water, education]
    assert await ids(sort="due", direction="asc") == [water, education]
    assert await ids(sort="project; DROP TABLE x") == [water, education]
    assert [row.id for row in (await list_declarations(ctx, reviewer, Filter(size=1, page=2))).rows] == [education]
