"""The pages: one's own notices and to-dos only, opening marks read, choices are kept, operators see the ledger."""

from __future__ import annotations

import asyncio
import re
from datetime import date, timedelta

import pytest
from notifying import REF, tell

from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.testing import client_of
from huitang_sdk.contracts.identity import SYSTEM


@pytest.fixture
def town_client(open_town):
    """`hall, people, client_for = await town_client(…)`, then `async with client_for("lin") as client`."""

    async def start(**options):
        hall, people = await open_town(background=False, **options)
        office = await hall.services.identity.create_organisation(SYSTEM, "云江市人大办公室")
        for account in people.values():
            await hall.services.identity.set_password(SYSTEM, account, PASSWORD)
            await hall.services.identity.update_account(SYSTEM, account, organisation_id=office.id)

        async def client_for(name, role=""):
            if role:
                await hall.services.permissions.grant(SYSTEM, role, office.id, "all", account_id=people[name])
            client = client_of(hall)
            await sign_in(hall, client, name)
            return client

        return hall, people, client_for

    return start


async def unread(hall, account):
    rows = await hall.core.database.fetch(
        "SELECT title FROM notifications.notice WHERE recipient_id = $1 AND read_at IS NULL", account
    )
    return len(rows)


async def test_one_sees_ones_own_notices_in_ones_own_language(town_client):
    hall, people, client_for = await town_client()
    await tell(hall, [people["lin"], people["ada"]])
    await tell(hall, [people["ada"]], key="2", title="Hers alone")
    lin = await client_for("lin")
    page = (await lin.get("/notifications/")).text
    assert "《公报》 已发布" in page
    assert "Hers alone" not in page
    assert "未读" in page
    ada = await client_for("ada")
    page = (await ada.get("/notifications/")).text
    assert "《公报》 was published" in page
    assert "Mark all as read" in page


async def test_opening_marks_read_and_leads_there_and_a_get_changes_nothing(town_client):
    hall, people, client_for = await town_client()
    await tell(hall, [people["lin"]])
    lin = await client_for("lin")
    address = re.search(r'action="(/notifications/[0-9a-f-]{36}/open)"', (await lin.get("/notifications/")).text)[1]
    assert (await lin.get(address)).status_code == 405
    assert await unread(hall, people["lin"]) == 1
    ada = await client_for("ada")
    assert (await ada.post(address)).status_code == 404
    assert await unread(hall, people["lin"]) == 1
    opened = await lin.post(address)
    assert (opened.status_code, opened.headers["location"]) == (303, "/town/7")
    assert await unread(hall, people["lin"]) == 0
    assert (await lin.post(address)).status_code == 303


async def test_marking_all_read_is_for_ones_own(town_client):
    hall, people, client_for = await town_client()
    for key in "123":
        await tell(hall, [people["lin"], people["ada"]], key=key)
    lin = await client_for("lin")
    assert (await lin.post("/notifications/read-all")).status_code == 303
    assert (await unread(hall, people["lin"]), await unread(hall, people["ada"])) == (0, 3)


async def test_filters_and_pages_of_notices(town_client):
    hall, people, client_for = await town_client()
    for number in range(35):
        await tell(hall, [people["lin"]], key=str(number), title=f"第{number:02}号")
    lin = await client_for("lin")
    first, second = (await lin.get("/notifications/")).text, (await lin.get("/notifications/?page=2")).text
    assert "第34号" in first
    assert "第34号" not in second
    assert "第04号" in second
    found = (await lin.get("/notifications/?q=第07号&show=unread&plugin=town")).text
    assert "第07号" in found
    assert "第08号" not in found
    assert "没有符合条件的通知" in (await lin.get("/notifications/?show=read")).text


async def open_todo(hall, assignee, title, due=None):
    ctx = hall.registry.get("town").context
    async with ctx.db.write(SYSTEM) as write:
        await ctx.todos.open("town.task", subject=REF, assignee=assignee, title=title, url="/town/7", due=due)
        await write.audit("town.task.given", REF)


async def test_to_dos_say_how_urgent_they_are(town_client):
    hall, people, client_for = await town_client()
    await open_todo(hall, people["lin"], "逾期的事", hall.core.clock.today() - timedelta(days=2))
    await open_todo(hall, people["ada"], "Due today", hall.core.clock.today())
    lin, ada = await client_for("lin"), await client_for("ada")
    page = (await lin.get("/notifications/todos")).text
    assert "逾期的事" in page
    assert "已超期 2 天" in page
    assert "Due today" not in page
    assert "逾期的事" in (await lin.get("/notifications/widgets/todos")).text
    assert "Due today" in (await ada.get("/notifications/todos?plugin=town")).text
    zhou = await client_for("zhou")
    assert "没有待办事项" in (await zhou.get("/notifications/todos")).text


async def test_the_badge_counts(town_client):
    hall, people, client_for = await town_client()
    lin = await client_for("lin")
    page = (await lin.get("/notifications/badge")).text
    assert re.search(r'id="notices-count" hidden', page)
    for number in range(101):
        await tell(hall, [people["lin"]], key=str(number))
    await open_todo(hall, people["lin"], "x", date.today())
    page = (await lin.get("/notifications/badge")).text
    assert re.search(r'id="notices-count"[^>]*>99\+<', page)
    assert re.search(r'id="todos-count"[^>]*>1<', page)
    assert (await lin.get("/api/notifications/counts")).json() == {"notices": 100, "todos": 1}
    assert len((await lin.get("/api/notifications/notices")).json()) == 50
    assert [todo["title"] for todo in (await lin.get("/api/notifications/todos")).json()] == ["x"]


async def test_choices_are_kept_and_count(town_client):
    hall, people, client_for = await town_client()
    lin = await client_for("lin")
    page = (await lin.get("/notifications/preferences")).text
    assert re.search(r'value="town\.published" checked', page)
    assert "town.whispered" not in page
    assert "town.task" not in page
    saved = await lin.post(
        "/notifications/preferences", data={"kind": ["town.alarm"], "starts": "22:00", "ends": "07:00"}
    )
    assert saved.status_code == 303
    page = (await lin.get(saved.headers["location"])).text
    assert "您的设置已保存" in page
    assert 'value="22:00"' in page
    assert re.search(r'value="town\.published">', page)
    assert re.search(r'value="town\.alarm" checked', page)
    await tell(hall, [people["lin"]])
    assert (await hall.core.database.fetch("SELECT error FROM notifications.delivery")) == [{"error": "refused"}]


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ({"starts": "22:00"}, "请同时填写"),
        ({"starts": "22:00", "ends": "22:00"}, "不能相同"),
        ({"starts": "25:00", "ends": "07:00"}, "starts"),
    ],
)
async def test_times_that_do_not_fit_are_named_and_nothing_typed_is_lost(town_client, times, message):
    hall, people, client_for = await town_client()
    lin = await client_for("lin")
    answer = await lin.post("/notifications/preferences", data={"kind": ["town.alarm"], **times})
    assert answer.status_code == 422
    assert message in answer.text
    assert f'value="{times["starts"]}"' in answer.text
    assert re.search(r'value="town\.published">', answer.text)
    assert await hall.services.notifications.preferences.switched_off(people["lin"], "email") == set()


async def test_the_ledger_is_the_operators_and_the_dead_rise(town_client, mail):
    mail.refused = {"lin@yunjiang.example"}
    hall, people, client_for = await town_client()
    await tell(hall, [people["lin"], people["zhou"]])
    assert await hall.services.notifications.sender.send_next()
    lin = await client_for("lin")
    assert (await lin.get("/notifications/deliveries")).status_code == 403
    boss = await client_for("ada", role="notifications.postmaster")
    page = (await boss.get("/notifications/deliveries")).text
    assert "550 no such person" in page
    assert "The recipient has no e-mail address." in page
    assert "已发布" not in page
    only = (await boss.get("/notifications/deliveries?state=dead&channel=email&kind=town.published&q=550")).text
    assert "no e-mail address" not in only
    address = re.search(r'action="(/notifications/deliveries/[0-9a-f-]{36}/retry)"', only)[1]
    assert (await lin.post(address)).status_code == 403
    mail.refused = set()
    assert (await boss.post(address)).status_code == 303
    assert (await boss.post(address)).status_code == 409
    assert await hall.services.notifications.sender.send_next()
    await hall.services.notifications.sender._postman.close()
    assert len(mail.received) == 1
    audit = await hall.core.database.fetch(
        "SELECT actor_name FROM kernel.audit_record WHERE action = 'notifications.delivery.retried'"
    )
    assert audit == [{"actor_name": "Ada"}]


async def test_all_that_was_given_up_is_sent_again_together(town_client, mail):
    mail.refused = {"lin@yunjiang.example"}
    hall, people, client_for = await town_client()
    for key in "12":
        await tell(hall, [people["lin"]], key=key)
        await hall.services.notifications.sender.send_next()
    boss = await client_for("ada", role="notifications.postmaster")
    assert (await boss.post("/notifications/deliveries/retry-dead")).status_code == 303
    states = await hall.core.database.fetch("SELECT state, attempts FROM notifications.delivery")
    assert states == [{"state": "queued", "attempts": 0}] * 2
    await hall.services.notifications.sender._postman.close()


async def test_everything_is_for_those_who_are_signed_in(town_client):
    hall, _people, _client_for = await town_client()
    async with client_of(hall) as nobody:
        for path in ("", "todos", "preferences", "deliveries", "badge", "widgets/todos", "widgets/latest"):
            assert (await nobody.get(f"/notifications/{path}")).status_code in (303, 401)
        assert (await nobody.get("/api/notifications/notices")).status_code == 401


async def test_health_says_what_is_wrong(town_client, mail):
    hall, people, _client_for = await town_client()
    context = hall.services.notifications.context
    checks = {check.id: check for check in hall.registry.get("notifications").declarations.health_checks}
    answers = await asyncio.gather(*(check.check(context) for check in checks.values()))
    assert all(answer.ok for answer in answers)
    mail.refused = {"lin@yunjiang.example"}
    await tell(hall, [people["lin"], people["ada"]])
    await hall.services.notifications.sender.send_next()
    await hall.services.notifications.sender._postman.close()
    await hall.core.database.execute("UPDATE notifications.delivery SET next_at = now() - interval '1 hour'")
    dead = await checks["notifications.dead"].check(context)
    late = await checks["notifications.late"].check(context)
    assert (dead.ok, late.ok) == (False, False)
    assert "1" in dead.message
    assert dead.remedy
    assert late.remedy
