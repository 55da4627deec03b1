"""One node: run now, dated tasks, failures, disabled plugins, missed times."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from huitang_kernel.plugins.registry import State
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict, NotFound

sys.path.insert(0, str(Path(__file__).parent))

from scheduling_node import SETTINGS, Clockwork

OPERATOR = Actor(name="值班员", is_system=True)
REF = Ref("clockwork.thing", UUID(int=1))


async def open_clockwork(open_hall, tmp_path, **options):
    plugin = Clockwork(tmp_path / "clockwork", **options)
    hall = await open_hall(plugin, background=True, plugins=SETTINGS)
    return hall, plugin, hall.registry.get("clockwork").context


async def rows(hall, sql: str, *values):
    return await hall.core.database.fetch(sql, *values)


async def until(hall, sql: str, *values, seconds: float = 30.0):
    """Wait until the query gives a row, and return it."""
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        found = await rows(hall, sql, *values)
        if found:
            return found[0]
        await asyncio.sleep(0.05)
    states = await rows(hall, "SELECT job, due, key, state, error FROM scheduling.run")
    raise AssertionError(f"{sql} {values} gave nothing in {seconds} s; runs: {states}")


async def plan(ctx, key: str, when: datetime, job: str = "clockwork.mark", **payload):
    async with ctx.db.write(SYSTEM) as write:
        await ctx.scheduling.at(job, when, key=key, payload=payload)
        await write.audit("clockwork.plan.made", REF)


async def test_run_now_is_done_within_a_second_and_on_record(open_hall, tmp_path):
    hall, _plugin, ctx = await open_clockwork(open_hall, tmp_path)
    await asyncio.sleep(0.5)
    run = await ctx.scheduling.run_now("clockwork.mark", actor=OPERATOR)
    done = await until(hall, "SELECT * FROM scheduling.run WHERE id = $1 AND state = 'done'", run, seconds=1.0)
    assert (done["result"], done["cause"], done["asked_name"], done["attempts"]) == ("marked", "asked", "值班员", 1)
    assert await rows(hall, "SELECT 1 FROM kernel.audit_record WHERE action = 'scheduling.job.requested'")


async def test_a_dated_task_runs_once_at_its_time(open_hall, tmp_path):
    hall, _plugin, ctx = await open_clockwork(open_hall, tmp_path)
    when = datetime.now(UTC) + timedelta(seconds=0.7)
    await plan(ctx, "a", when, n=7)
    ran = await until(hall, "SELECT * FROM clockwork.ran")
    assert ran["payload"] == "7"
    assert ran["due"] == when
    assert timedelta(0) <= ran["at"] - when < timedelta(seconds=1)
    await asyncio.sleep(0.3)
    assert len(await rows(hall, "SELECT 1 FROM clockwork.ran")) == 1
    assert await rows(hall, "SELECT 1 FROM scheduling.dated_task") == []


async def test_the_same_key_replaces_and_cancel_forgets(open_hall, tmp_path):
    hall, _plugin, ctx = await open_clockwork(open_hall, tmp_path)
    soon = datetime.now(UTC) + timedelta(seconds=0.8)
    await plan(ctx, "a", soon, n=1)
    await plan(ctx, "a", soon + timedelta(seconds=0.2), n=2)
    await plan(ctx, "b", soon, n=3)
    async with ctx.db.write(SYSTEM) as write:
        assert await ctx.scheduling.cancel("clockwork.mark", key="b")
        assert not await ctx.scheduling.cancel("clockwork.mark", key="c")
        await write.audit("clockwork.plan.cancelled", REF)
    await until(hall, "SELECT 1 FROM clockwork.ran")
    await asyncio.sleep(0.5)
    assert [row["payload"] for row in await rows(hall, "SELECT payload FROM clockwork.ran")] == ["2"]


async def test_a_rolled_back_change_plans_nothing(open_hall, tmp_path):
    hall, _plugin, ctx = await open_clockwork(open_hall, tmp_path)

    async def change_mind() -> None:
        async with ctx.db.write(SYSTEM) as write:
            await ctx.scheduling.at("clockwork.mark", datetime.now(UTC), key="a")
            await write.audit("clockwork.plan.made", REF)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_mind()
    await asyncio.sleep(0.4)
    assert await rows(hall, "SELECT 1 FROM scheduling.dated_task") == []
    assert await rows(hall, "SELECT 1 FROM clockwork.ran") == []


async def test_a_long_job_is_told_that_the_node_stops(open_hall, tmp_path):
    hall, _plugin, ctx = await open_clockwork(open_hall, tmp_path)
    run = await ctx.scheduling.run_now("clockwork.patient", actor=OPERATOR)
    await until(hall, "SELECT 1 FROM clockwork.ran WHERE run = $1", run)
    hall.core.drain.begin()
    assert await hall.core.drain.finished(5)
    (done,) = await rows(hall, "SELECT state, result FROM scheduling.run WHERE id = $1", run)
    assert (done["state"], done["result"]) == ("done", "the rest comes next time")


async def test_many_tasks_at_one_moment_all_run(open_hall, tmp_path):
    hall, _plugin, ctx = await open_clockwork(open_hall, tmp_path)
    when = datetime.now(UTC) + timedelta(seconds=0.3)
    async with ctx.db.write(SYSTEM) as write:
        for number in range(30):
            await ctx.scheduling.at("clockwork.mark", when, key=str(number), payload={"n": number})
        await write.audit("clockwork.plan.made", REF)
    await until(hall, "SELECT 1 FROM clockwork.ran HAVING count(*) = 30")
    numbers = await rows(hall, "SELECT DISTINCT payload FROM clockwork.ran")
    assert {row["payload"] for row in numbers} == {str(number) for number in range(30)}


async def test_a_failing_job_is_recorded_and_named(open_hall, tmp_path):
    hall, _plugin, ctx = await open_clockwork(open_hall, tmp_path)
    run = await ctx.scheduling.run_now("clockwork.wrong", actor=OPERATOR)
    failed = await until(hall, "SELECT * FROM scheduling.run WHERE id = $1 AND state = 'failed'", run)
    assert failed["error"] == "ValueError: the spring is broken"
    assert "job:clockwork.wrong" in hall.registry.get("clockwork").troubles


async def test_a_dated_task_that_fails_is_tried_again(open_hall, tmp_path):
    hall, _plugin, ctx = await open_clockwork(open_hall, tmp_path)
    await plan(ctx, "a", datetime.now(UTC), job="clockwork.wrong")
    failed = await until(hall, "SELECT * FROM scheduling.run WHERE state = 'failed'")
    assert failed["attempts"] == 2
    assert len(await rows(hall, "SELECT DISTINCT run FROM clockwork.ran")) == 1


async def test_a_job_over_its_time_limit_is_stopped(open_hall, tmp_path):
    plugin = Clockwork(tmp_path / "clockwork")
    limits = {"scheduling": {**SETTINGS["scheduling"], "time_limit": 0.3}}
    hall = await open_hall(plugin, background=True, plugins=limits)
    run = await hall.registry.get("clockwork").context.scheduling.run_now("clockwork.slow", actor=OPERATOR)
    failed = await until(hall, "SELECT * FROM scheduling.run WHERE id = $1 AND state = 'failed'", run)
    assert "took longer than 0.3 s" in failed["error"]


async def test_one_run_of_a_job_at_a_time(open_hall, tmp_path):
    hall, plugin, ctx = await open_clockwork(open_hall, tmp_path)
    first = await ctx.scheduling.run_now("clockwork.slow", actor=OPERATOR)
    await until(hall, "SELECT 1 FROM clockwork.ran")
    second = await ctx.scheduling.run_now("clockwork.slow", actor=OPERATOR)
    await asyncio.sleep(0.4)
    states = {row["id"]: row["state"] for row in await rows(hall, "SELECT id, state FROM scheduling.run")}
    assert (states[first], states[second]) == ("running", "requested")
    plugin.release.set()
    await until(hall, "SELECT 1 FROM scheduling.run WHERE id = $1 AND state = 'done'", second)


async def test_a_disabled_plugin_rests_and_its_dated_tasks_wait(open_hall, tmp_path):
    hall, _plugin, ctx = await open_clockwork(open_hall, tmp_path, cron="* * * * *")
    record = hall.registry.get("clockwork")
    record.state = State.DISABLED
    await plan(ctx, "a", datetime.now(UTC))
    due = datetime.now(UTC).replace(microsecond=0)
    await hall.services.scheduling.leader._on_due("clockwork.tick", due)
    with pytest.raises(Conflict):
        await ctx.scheduling.run_now("clockwork.mark", actor=OPERATOR)
    await asyncio.sleep(0.3)
    skipped = await rows(hall, "SELECT state, error FROM scheduling.run WHERE job = 'clockwork.tick' AND due = $1", due)
    assert skipped == [{"state": "skipped", "error": "plugin-off: disabled"}]
    assert await rows(hall, "SELECT 1 FROM clockwork.ran") == []
    record.state = State.ENABLED
    await until(hall, "SELECT 1 FROM clockwork.ran WHERE job = 'clockwork.mark'")


async def test_disabling_stops_a_run_and_enabling_takes_it_up_again(open_hall, tmp_path):
    hall, plugin, ctx = await open_clockwork(open_hall, tmp_path)
    record = hall.registry.get("clockwork")
    run = await ctx.scheduling.run_now("clockwork.slow", actor=OPERATOR)
    await until(hall, "SELECT 1 FROM clockwork.ran")
    record.state = State.DISABLED
    await until(hall, "SELECT 1 FROM scheduling.run WHERE id = $1 AND state = 'due' AND attempts = 0", run, seconds=2)
    plugin.release.set()
    record.state = State.ENABLED
    await until(hall, "SELECT 1 FROM scheduling.run WHERE id = $1 AND state = 'done' AND attempts = 1", run, seconds=2)


async def test_a_run_left_by_an_earlier_term_of_the_same_process_is_taken_up(open_hall, tmp_path):
    plugin = Clockwork(tmp_path / "clockwork")
    hall = await open_hall(plugin, background=False, plugins=SETTINGS)
    run = await hall.registry.get("clockwork").context.scheduling.run_now("clockwork.mark", actor=OPERATOR)
    assert [claimed.id for claimed in await hall.services.scheduling.ledger.claim(["clockwork.mark"])] == [run]
    await hall.core.background.start(hall.dsn)
    await until(hall, "SELECT 1 FROM scheduling.run WHERE id = $1 AND state = 'done' AND attempts = 2", run)


@pytest.mark.parametrize(("grace", "state"), [(3600, "done"), (60, "missed")])
async def test_a_time_missed_while_nobody_led(open_hall, tmp_path, grace, state):
    """A job due at 10 past the hour, last seen two hours ago: run when within its grace, else on record as missed."""
    ten_minutes_ago = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=10)
    plugin = Clockwork(tmp_path / "clockwork", cron=f"{ten_minutes_ago.minute} * * * *", grace=grace)
    hall = await open_hall(plugin, background=False, plugins=SETTINGS)
    await hall.core.database.execute(
        "INSERT INTO scheduling.known_job VALUES ('clockwork.tick', $1, now() - interval '2 hours')", plugin._cron
    )
    await hall.services.scheduling.leader.catch_up()
    await hall.core.background.start(hall.dsn)
    run = await until(hall, "SELECT * FROM scheduling.run WHERE job = 'clockwork.tick' AND state = $1", state)
    assert run["due"] == ten_minutes_ago
    await hall.services.scheduling.leader.catch_up()
    assert len(await rows(hall, "SELECT 1 FROM scheduling.run WHERE job = 'clockwork.tick'")) == 1


async def test_a_new_job_has_missed_nothing(open_hall, tmp_path):
    hall, _plugin, _ctx = await open_clockwork(open_hall, tmp_path, cron="0 0 * * *")
    await asyncio.sleep(0.3)
    assert await rows(hall, "SELECT 1 FROM scheduling.run WHERE plugin = 'clockwork'") == []


async def test_misuse_is_answered_clearly(open_hall, tmp_path):
    hall, _plugin, ctx = await open_clockwork(open_hall, tmp_path)
    soon = datetime.now(UTC)
    with pytest.raises(RuntimeError, match="belongs inside"):
        await ctx.scheduling.at("clockwork.mark", soon, key="a")
    async with ctx.db.write(SYSTEM) as write:
        with pytest.raises(ValueError, match=r"declares no job 'other\.job'"):
            await ctx.scheduling.at("other.job", soon, key="a")
        with pytest.raises(ValueError, match="has no time zone"):
            await ctx.scheduling.at("clockwork.mark", datetime(2026, 11, 23), key="a")
        await write.audit("clockwork.plan.made", REF)
    with pytest.raises(NotFound):
        await hall.services.scheduling.ask("clockwork.none", OPERATOR)


@pytest.mark.parametrize("cron", ["61 * * * *", "* * * *", "0 9 31 2 *"])
async def test_a_wrong_crontab_line_fails_its_plugin_by_name(open_hall, tmp_path, cron):
    hall = await open_hall(Clockwork(tmp_path / "clockwork", cron), background=False)
    record = hall.registry.get("clockwork")
    assert record.state is State.FAILED
    assert "clockwork.tick" in record.cause
    assert cron in record.cause
