"""The console's pages of jobs, crontab lines and what they say, health, and the daily clean-up."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.plugins.registry import State
from huitang_kernel.scheduling.cron import last_time, next_time
from huitang_kernel.scheduling.words import in_words
from huitang_kernel.testing import client_of
from huitang_sdk.contracts import Run
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.i18n import TIMEZONE, use_locale

sys.path.insert(0, str(Path(__file__).parent))

from scheduling_node import SETTINGS, Clockwork


@pytest.fixture
def open_console(open_hall, tmp_path):
    """`hall, boss, other = await open_console(background=…)`: clients of a timekeeper and of nobody."""

    async def start(*, background: bool = False, cron: str = "0 9 * * 1-5"):
        hall = await open_hall(Clockwork(tmp_path / "clockwork", cron), background=background, plugins=SETTINGS)
        identity = hall.services.identity
        office = await identity.create_organisation(SYSTEM, "云江市人大办公室")
        clients = []
        for name in ("boss", "other"):
            account = await identity.create_account(SYSTEM, name, f"{name}员", PASSWORD, office.id)
            if name == "boss":
                role = "scheduling.timekeeper"
                await hall.services.permissions.grant(SYSTEM, role, office.id, "all", account_id=account.id)
            clients.append(client_of(hall))
            await sign_in(hall, clients[-1], name)
        return hall, *clients

    return start


async def test_all_jobs_with_their_times(open_console):
    hall, boss, other = await open_console()
    page = (await boss.get("/scheduling/jobs")).text
    assert "Tick" in page
    for text in ("周一至周五 09:00", "手动运行或在指定日期运行", "清理过期的运行记录", "每天 03:40", "从未运行"):
        assert text in page
    assert "every 2s" not in page
    filtered = (await boss.get("/scheduling/jobs?plugin=clockwork&q=wrong")).text
    assert "Wrong" in filtered
    assert "Tick" not in filtered
    assert (await other.get("/scheduling/jobs")).status_code == 403
    hall.registry.get("clockwork").state = State.DISABLED
    assert "插件未启用" in (await boss.get("/scheduling/jobs")).text


async def test_run_now_from_the_page_is_followed_to_its_end(open_console):
    hall, boss, other = await open_console()
    address = "/scheduling/jobs/clockwork.mark"
    assert (await other.post(f"{address}/run")).status_code == 403
    answer = await boss.post(f"{address}/run")
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    waiting = (await boss.get(address)).text
    assert "已提交" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert "boss员" in waiting
    await hall.core.background.start(hall.dsn)
    done = ""
    for _ in range(100):
        done = (await boss.get(address)).text
        if "marked" in done:
            break
    assert "marked" in done
    assert "完成" in done
    assert 'hx-trigger="every 2s"' not in done
    assert "没有" in (await boss.get(f"{address}?state=failed")).text
    audit = await hall.core.database.fetch(
        "SELECT actor_name FROM kernel.audit_record WHERE action = 'scheduling.job.requested'"
    )
    assert audit == [{"actor_name": "boss员"}]


async def test_what_failed_or_was_missed_says_why(open_console):
    hall, boss, _other = await open_console()
    ledger = hall.services.scheduling.ledger
    for hour, (state, error) in enumerate(
        [("missed", "too-late: 900 s"), ("skipped", "plugin-off: disabled"), ("failed", "ValueError: <b>broken</b>")]
    ):
        due = datetime(2026, 11, 20, hour, tzinfo=UTC)
        await ledger.record("clockwork", "clockwork.tick", due, state=state, error=error)
    page = (await boss.get("/scheduling/jobs/clockwork.tick")).text
    assert "可以启动时已超过允许的延迟时间。 (900 s)" in page
    assert "当时插件未启用。" in page
    assert "ValueError: &lt;b&gt;broken&lt;/b&gt;" in page
    assert (await boss.get("/scheduling/jobs/clockwork.none")).status_code == 404
    assert (await boss.post("/scheduling/jobs/clockwork.none/run")).status_code == 404
    hall.registry.get("clockwork").state = State.DISABLED
    assert (await boss.post("/scheduling/jobs/clockwork.tick/run")).status_code == 409


async def test_health_names_what_is_wrong(open_console):
    hall, _boss, _other = await open_console()
    context = hall.services.scheduling.context
    checks = {check.id: check.check for check in hall.registry.get("scheduling").declarations.health_checks}
    nobody = await checks["scheduling.leader"](context)
    assert not nobody.ok
    assert nobody.remedy
    await hall.services.scheduling.ledger.beat()
    assert (await checks["scheduling.leader"](context)).ok
    assert (await checks["scheduling.failed"](context)).ok
    await hall.services.scheduling.ledger.record(
        "clockwork", "clockwork.wrong", datetime.now(UTC), state="failed", error="x"
    )
    failed = await checks["scheduling.failed"](context)
    assert not failed.ok
    assert "clockwork.wrong" in failed.message


async def test_old_runs_are_taken_out(open_console):
    hall, _boss, _other = await open_console()
    ledger = hall.services.scheduling.ledger
    for day in (1, 2):
        await ledger.record("clockwork", "clockwork.tick", datetime(2026, 11, day, tzinfo=UTC), state="missed")
    await hall.core.database.execute(
        "UPDATE scheduling.run SET finished_at = now() - interval '200 days' WHERE due < $1",
        datetime(2026, 11, 2, tzinfo=UTC),
    )
    run = Run(uuid4(), "scheduling.forget", datetime.now(UTC))
    assert "1" in await hall.services.scheduling.forget(hall.services.scheduling.context, run)
    rows = await hall.core.database.fetch("SELECT due FROM scheduling.run")
    assert [row["due"].day for row in rows] == [2]


@pytest.mark.parametrize(
    ("cron", "zh", "en"),
    [
        ("", "手动运行或在指定日期运行", "When asked, or at set dates"),
        ("* * * * *", "每分钟", "Every minute"),
        ("*/15 * * * *", "每 15 分钟", "Every 15 minutes"),
        ("5 * * * *", "每小时第 5 分钟", "Every hour at minute 5"),
        ("0 */2 * * *", "每 2 小时，第 0 分钟", "Every 2 hours at minute 0"),
        ("5 0 * * *", "每天 00:05", "Every day at 00:05"),
        ("30 8 * * 1-5", "周一至周五 08:30", "Monday to Friday at 08:30"),
        ("0 9 * * 1,thu", "每周一、周四 09:00", "Every week on Monday, Thursday at 09:00"),
        ("0 9 * * 0", "每周日 09:00", "Every week on Sunday at 09:00"),
        ("0 9 1 * *", "每月 1 日 09:00", "On day 1 of every month at 09:00"),
        ("0 9 25 12 *", "每年 12 月 25 日 09:00", "Every year on 12-25 at 09:00"),
        ("0 9-17 1 * 5", "0 9-17 1 * 5", "0 9-17 1 * 5"),
        ("0 9 * * 1-3", "0 9 * * 1-3", "0 9 * * 1-3"),
    ],
)
async def test_crontab_lines_in_words(open_hall, cron, zh, en):
    await open_hall()
    with use_locale("zh-CN"):
        assert in_words(cron) == zh
    with use_locale("en"):
        assert in_words(cron) == en


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TIMEZONE)


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("0 9 * * 1", "2026-11-23 09:00", "2026-11-30 09:00"),
        ("0 9 * * 0", "2026-11-23 10:00", "2026-11-29 09:00"),
        ("0 9 * * 7", "2026-11-23 10:00", "2026-11-29 09:00"),
        ("0 9 * * sat-mon", "2026-11-23 10:00", "2026-11-28 09:00"),
        ("0 9 1 * 5", "2026-11-23 10:00", "2026-11-27 09:00"),
        ("0 9 29 2 *", "2026-11-23 10:00", "2028-02-29 09:00"),
        ("*/20 8-9 * * *", "2026-11-23 08:50", "2026-11-23 09:00"),
    ],
)
def test_crontab_lines_mean_what_every_crontab_means(cron, after, expected):
    assert next_time(cron, at(after)) == at(expected)


@pytest.mark.parametrize(
    ("cron", "after", "until", "expected"),
    [
        ("* * * * *", "2020-01-01 00:00", "2026-11-23 10:00", "2026-11-23 10:00"),
        ("0 9 * * *", "2026-11-01 00:00", "2026-11-23 08:59", "2026-11-22 09:00"),
        ("0 9 * * *", "2026-11-22 09:00", "2026-11-23 08:59", None),
        ("0 0 29 2 *", "2020-01-01 00:00", "2026-11-23 10:00", "2024-02-29 00:00"),
    ],
)
def test_the_last_time_before_a_moment(cron, after, until, expected):
    assert last_time(cron, after=at(after), until=at(until)) == (at(expected) if expected else None)
