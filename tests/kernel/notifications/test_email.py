"""E-mail against a real server: once, in the reader's language, again when refused, dead in the end, never lost."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import notifying
import pytest
from notifying import REF, Town, settings_for, tell

from huitang_kernel.config import ConfigError
from huitang_kernel.notifications.preferences import Quiet
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.i18n import local_time


async def until(hall, sql: str, seconds: float = 30.0):
    """Wait until the query gives a row, and return all of them."""
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        rows = await hall.core.database.fetch(sql)
        if rows:
            return rows
        await asyncio.sleep(0.05)
    seen = await hall.core.database.fetch("SELECT kind, state, attempts, error, next_at FROM notifications.delivery")
    raise AssertionError(f"{sql} gave nothing in {seconds} s; deliveries: {seen}")


def state(name: str) -> str:
    return f"SELECT * FROM notifications.delivery WHERE state = '{name}'"


async def test_a_notice_is_mailed_once_in_the_readers_language(open_town, mail):
    hall, people = await open_town()
    await tell(hall, [people["lin"], people["ada"], people["lin"]])
    await tell(hall, [people["lin"], people["ada"]])
    await until(hall, "SELECT 1 FROM notifications.delivery WHERE state = 'sent' HAVING count(*) = 2")
    sent = await until(hall, state("sent"))
    await asyncio.sleep(0.3)
    letters = {letter["To"]: letter for letter in mail.received}
    assert len(mail.received) == 2
    assert letters["lin@yunjiang.example"]["Subject"] == "《公报》 已发布"
    assert "林秀英，您好：《公报》 已发布。" in letters["lin@yunjiang.example"].get_content()
    assert letters["ada@yunjiang.example"]["Subject"] == "《公报》 was published"
    assert "Dear Ada" in letters["ada@yunjiang.example"].get_content()
    assert {letter["Message-ID"] for letter in mail.received} == {row["message_id"] for row in sent}
    assert all(row["message_id"] == f"<{row['id']}@yunjiang.example>" for row in sent)


async def test_a_server_that_asks_for_patience_is_asked_again(open_town, mail):
    mail.answers = ["451 later please"]
    hall, people = await open_town()
    await tell(hall, [people["lin"]])
    sent = (await until(hall, state("sent")))[0]
    assert sent["attempts"] == 2
    assert sent["error"] == ""
    assert len(mail.received) == 1


async def test_a_letter_is_given_up_after_the_last_try(open_town, mail):
    mail.answers = ["451 later"] * 5
    hall, people = await open_town()
    await tell(hall, [people["lin"]])
    dead = (await until(hall, state("dead")))[0]
    assert dead["attempts"] == 3
    assert "451 later" in dead["error"]
    assert "email" in hall.registry.get("notifications").troubles


async def test_what_is_taken_back_before_it_left_stays(open_town, mail):
    hall, people = await open_town(background=False)
    await tell(hall, [people["lin"], people["ada"]])
    ctx = hall.registry.get("town").context
    await hall.core.database.execute("UPDATE notifications.delivery SET state = 'failed'")
    async with ctx.db.write(SYSTEM) as write:
        await write.audit("town.paper.closed", REF)
        assert await ctx.notifications.withdraw(REF, recipient=people["lin"]) == 1
    while await hall.services.notifications.sender.send_next():
        pass
    assert [letter["To"] for letter in mail.received] == ["ada@yunjiang.example"]
    (kept,) = await hall.core.database.fetch(state("skipped"))
    assert (kept["recipient_id"], kept["error"]) == (people["lin"], "withdrawn")


async def test_a_refused_address_is_dead_at_once_and_holds_nobody_up(open_town, mail):
    mail.refused = {"lin@yunjiang.example"}
    hall, people = await open_town()
    await tell(hall, [people["lin"], people["ada"]])
    await until(hall, state("sent"))
    dead = (await until(hall, state("dead")))[0]
    assert (dead["attempts"], dead["error"]) == (1, "550 no such person")


async def test_a_server_that_is_down_is_waited_for(open_town, mail):
    mail.stop()
    hall, people = await open_town(retry_seconds=[0.3] * 20)
    await tell(hall, [people["lin"]])
    failed = (await until(hall, state("failed")))[0]
    assert "Unreachable" in failed["error"]
    mail.start()
    await until(hall, state("sent"))
    assert len(mail.received) == 1


async def test_many_letters_all_arrive(open_town, mail):
    hall, people = await open_town()
    for number in range(40):
        await tell(hall, [people["lin"]], key=str(number))
    await until(hall, "SELECT 1 FROM notifications.delivery WHERE state = 'sent' HAVING count(*) = 40")
    assert len({letter["Message-ID"] for letter in mail.received}) == len(mail.received) == 40


async def test_two_nodes_share_the_work_and_send_nothing_twice(open_town, mail, tmp_path):
    hall, people = await open_town(background=False)
    for number in range(60):
        await tell(hall, [people["lin"], people["ada"]], key=str(number))
    command = [sys.executable, str(Path(notifying.__file__)), hall.dsn, str(tmp_path / "other"), str(mail.port)]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        await process.stdout.readline()
        await hall.core.background.start(hall.dsn)
        await until(hall, "SELECT 1 FROM notifications.delivery WHERE state = 'sent' HAVING count(*) = 120", 60)
    finally:
        process.kill()
        await process.wait()
    assert len(mail.received) == len({letter["Message-ID"] for letter in mail.received}) == 120


async def test_nothing_is_sent_from_a_change_that_was_rolled_back(open_town, mail):
    hall, people = await open_town()
    ctx = hall.registry.get("town").context

    async def change_mind() -> None:
        async with ctx.db.write(notifying.SYSTEM) as write:
            await ctx.notifications.send("town.published", [people["lin"]], key="1", url="/town/", data={"title": "x"})
            await write.audit("town.paper.published", notifying.REF)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_mind()
    await asyncio.sleep(0.5)
    assert mail.received == []
    assert await hall.core.database.fetch("SELECT 1 FROM notifications.notice") == []


async def test_without_a_server_people_are_told_in_app_and_the_ledger_says_why(open_town):
    hall, people = await open_town(port=0)
    await tell(hall, [people["lin"]])
    rows = await hall.core.database.fetch("SELECT state, error FROM notifications.delivery")
    assert rows == [{"state": "skipped", "error": "no-server"}]
    assert len(await hall.core.database.fetch("SELECT 1 FROM notifications.notice")) == 1


async def test_the_ledger_says_why_nothing_was_sent(open_town, mail):
    hall, people = await open_town(background=False)
    lin = Actor(account_id=people["lin"], name="林秀英")
    await hall.services.notifications.preferences.save(lin, "email", {"town.published": False}, None)
    await tell(hall, [people["lin"], people["zhou"], people["ada"]])
    rows = await hall.core.database.fetch("SELECT recipient_id, state, error FROM notifications.delivery")
    found = {row["recipient_id"]: (row["state"], row["error"]) for row in rows}
    assert found == {
        people["lin"]: ("skipped", "refused"),
        people["zhou"]: ("skipped", "no-address"),
        people["ada"]: ("queued", ""),
    }
    await hall.services.identity.update_account(notifying.SYSTEM, people["ada"], is_active=False)
    assert await hall.services.notifications.sender.send_next()
    assert [row["error"] for row in await until(hall, state("skipped") + " AND error = 'inactive'")] == ["inactive"]
    assert mail.received == []


async def test_a_kind_for_the_house_only_is_never_mailed(open_town):
    hall, people = await open_town(background=False)
    await tell(hall, [people["lin"]], kind="town.whispered")
    assert await hall.core.database.fetch("SELECT 1 FROM notifications.delivery") == []
    assert len(await hall.core.database.fetch("SELECT 1 FROM notifications.notice")) == 1


async def test_quiet_hours_hold_back_what_is_not_urgent(open_town, mail):
    hall, people = await open_town()
    now = local_time(datetime.now(UTC))
    ends = (now + timedelta(hours=2)).replace(second=0, microsecond=0)
    quiet = Quiet((now - timedelta(hours=1)).time(), ends.time())
    lin = Actor(account_id=people["lin"], name="林秀英")
    await hall.services.notifications.preferences.save(lin, "email", {}, quiet)
    await tell(hall, [people["lin"]])
    await tell(hall, [people["lin"]], kind="town.alarm")
    await until(hall, state("sent"))
    held = await hall.core.database.fetch(state("queued"))
    assert [(row["kind"], row["next_at"]) for row in held] == [("town.published", ends.astimezone(UTC))]
    assert len(mail.received) == 1


@pytest.mark.parametrize(
    ("starts", "ends", "at", "until_hour"),
    [(22, 7, 23, 7), (22, 7, 3, 7), (22, 7, 12, None), (12, 14, 13, 14), (12, 14, 14, None), (9, 9, 9, None)],
)
def test_quiet_hours_may_go_over_midnight(starts, ends, at, until_hour):
    moment = local_time(datetime(2026, 11, 23, tzinfo=UTC)).replace(hour=at)
    found = Quiet(time(starts), time(ends)).end_of(moment)
    assert (local_time(found).hour if found else None) == until_hour
    assert found is None or moment < found <= moment + timedelta(days=1)


async def test_a_process_killed_between_sending_and_marking_sends_again_under_the_same_id(open_town, mail, tmp_path):
    """At least once: one letter twice at most, recognisable, and never none."""
    hall, people = await open_town(background=False)
    mail.release.clear()
    await tell(hall, [people["lin"]])
    script = str(Path(notifying.__file__))
    command = [sys.executable, script, hall.dsn, str(tmp_path / "other"), str(mail.port)]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        async with asyncio.timeout(30):
            while not mail.received:
                assert process.returncode is None
                await asyncio.sleep(0.05)
    finally:
        process.kill()
        await process.wait()
    mail.release.set()
    assert (await hall.core.database.fetch("SELECT state FROM notifications.delivery")) == [{"state": "queued"}]
    await hall.core.background.start(hall.dsn)
    sent = (await until(hall, state("sent")))[0]
    assert sent["attempts"] == 2
    assert [letter["Message-ID"] for letter in mail.received] == [sent["message_id"]] * 2


async def test_settings_that_do_not_fit_are_named(open_hall, tmp_path):
    wrong = settings_for(25, lease_seconds=1.0)
    wrong["notifications"]["smtp"] |= {"sender": "nobody", "user": "u"}
    with pytest.raises(ConfigError) as caught:
        await open_hall(Town(tmp_path / "town"), plugins=wrong)
    said = "\n".join(caught.value.errors)
    for name in ("smtp.sender", "smtp.password", "lease_seconds"):
        assert name in said
