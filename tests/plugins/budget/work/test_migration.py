"""Reviews from before the platform kept them: status, reviewer, date, reminders and timeline go over unchanged."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

import huitang_budget
from huitang_budget.plugin import BudgetPlugin
from huitang_budget.services.access import ref
from huitang_budget.services.history import action_of, timeline
from huitang_kernel.db import Migrator
from huitang_kernel.testing import forget_migrations
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id

MIGRATIONS = Path(huitang_budget.__file__).parent / "migrations"
AT = datetime(2026, 9, 1, 2, tzinfo=UTC)
DECLARATION = """
INSERT INTO budget.declaration (id, organisation_id, unit, project, status, conclusion, opinion, assignee_id, due,
    file_id, file_name, form, fingerprint, content, compared, version, checked_on, imported_at, reviewed_at, updated_at)
VALUES ($1, $2, '市水务局', $3, $4, $5, '', $6, $7, $1, 'a.docx', 1, $3, '{}', '{}', 3, '2026-09-01', $8, $9, $8)
"""
HISTORY = "INSERT INTO budget.history VALUES ($1, $2, $3, NULL, '周明', $4, $5, $6)"
REMINDER = "INSERT INTO budget.reminder VALUES ($1, $2, $3, $4, $5, $6)"


@pytest.fixture
async def before(fresh_dsn, tmp_path):
    """A database as the last release left it, with three reviews: waiting, under way and reminded, finished."""
    folder = tmp_path / "before" / "migrations"
    folder.mkdir(parents=True)
    for path in sorted(MIGRATIONS.glob("*.sql"))[:2]:
        shutil.copy(path, folder)
    await forget_migrations(fresh_dsn, "budget")
    await Migrator(fresh_dsn).run("budget", folder.parent)
    unit, reviewer = new_id(), new_id()
    ids = {name: new_id() for name in ("waiting", "begun", "finished")}
    due = date(2026, 9, 20)
    connection = await asyncpg.connect(fresh_dsn)
    try:
        for name, status, conclusion, person, day in (
            ("waiting", "imported", "", None, None),
            ("begun", "in_review", "", reviewer, due),
            ("finished", "reviewed", "pass", reviewer, due),
        ):
            end = AT + timedelta(9) if status == "reviewed" else None
            await connection.execute(DECLARATION, ids[name], unit, name, status, conclusion, person, day, AT, end)
            await connection.execute(
                HISTORY, new_id(), ids[name], AT, "declaration.imported", '{"file": "a.docx", "findings": 3}', ""
            )
        handed = '{"before": {}, "after": {"assignee": "陈静", "due": "2026-09-20"}}'
        for name in ("begun", "finished"):
            await connection.execute(
                HISTORY, new_id(), ids[name], AT + timedelta(2), "declaration.assigned", handed, "请先看预算"
            )
        await connection.execute(REMINDER, new_id(), ids["begun"], reviewer, due, 3, AT)
    finally:
        await connection.close()
    return ids, reviewer, due


async def test_reviews_go_on_where_they_stood(before, open_hall):
    ids, reviewer, due = before
    hall = await open_hall(BudgetPlugin())
    ctx = hall.registry.get("budget").context
    found = {name: await ctx.workflow.process(ref(key)) for name, key in ids.items()}
    assert {name: process.state for name, process in found.items()} == {
        "waiting": "imported",
        "begun": "in_review",
        "finished": "reviewed",
    }
    assert found["waiting"].limits == ()
    limit = found["begun"].limit("review")
    assert (limit.starts, limit.due, limit.done_on, limit.reached) == (date(2026, 9, 3), due, None, -3)
    assert (found["finished"].due, found["finished"].limit("review").done_on) == (None, date(2026, 9, 10))
    assert {process.assignee_id for process in found.values()} == {None, reviewer}
    steps = await timeline(ctx, ids["begun"])
    assert [(action_of(step), step.actor_name, step.note) for step in steps] == [
        ("declaration.assigned", "周明", "请先看预算"),
        ("declaration.imported", "周明", ""),
    ]
    assert steps[0].detail["after"]["assignee"] == "陈静"


async def test_a_reminder_that_was_sent_is_not_sent_again(before, open_hall):
    ids, _reviewer, due = before
    hall = await open_hall(BudgetPlugin())
    ctx = hall.registry.get("budget").context
    assert [await ctx.workflow.watch(due - timedelta(days)) for days in (3, 2, 1, 1)] == [0, 0, 1, 0]
    async with ctx.db.write(SYSTEM) as write:
        await ctx.workflow.move(write, SYSTEM, ref(ids["finished"]), "reopen", note="补充材料")
    row = (await ctx.db.fetch("SELECT status, due FROM budget.declaration WHERE id = $1", ids["finished"]))[0]
    assert (row["status"], row["due"]) == ("in_review", due)
