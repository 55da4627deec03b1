"""The noticeboard on a real hall: who reads what, who is told, what is found, and what comes down by itself."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.testing import client_of
from huitang_noticeboard.jobs import check_expired, take_expired_down
from huitang_noticeboard.plugin import NoticeboardPlugin
from huitang_noticeboard.services import get_notice, list_notices, publish_notice, take_down
from huitang_noticeboard.tables import Notice
from huitang_sdk.contracts import Actor, Run
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.lists import ListQuery

CHEAP = {"identity": {"argon2_memory_kib": 64, "argon2_time": 1}}
NEWEST = ListQuery(sort="published_at", descending=True)


class Town:
    """Two offices; an editor and a reader in the first, a reader in the second."""

    def __init__(self, hall: Any) -> None:
        self.hall = hall
        self.ctx = hall.registry.get("noticeboard").context
        self.units: dict[str, UUID] = {}

    async def build(self) -> Town:
        identity = self.hall.services.identity
        root = await identity.create_organisation(SYSTEM, "云江市")
        for name in ("办公厅", "财政局"):
            self.units[name] = (await identity.create_organisation(SYSTEM, name, root.id)).id
        await self.person("editor", "办公厅", "noticeboard.editor")
        await self.person("reader", "办公厅", "noticeboard.reader")
        await self.person("outsider", "财政局", "noticeboard.reader")
        return self

    async def person(self, name: str, unit: str, role: str) -> None:
        account = await self.hall.services.identity.create_account(SYSTEM, name, name, PASSWORD, self.units[unit])
        await self.hall.services.permissions.grant(SYSTEM, role, self.units[unit], account_id=account.id)

    async def actor(self, name: str) -> Actor:
        account = await self.hall.services.identity.account_named(name)
        grants, allowed, denied = await self.hall.services.permissions.grants_of(account.id)
        return Actor(account_id=account.id, name=name, grants=grants, allowed=allowed, denied=denied)

    async def publish(self, title: str = "停电通知", **more: Any) -> UUID:
        editor = await self.actor("editor")
        return await publish_notice(
            self.ctx, editor, title=title, body="周六检修。", organisation_id=self.units["办公厅"], **more
        )


@pytest_asyncio.fixture
async def town(open_hall: Any) -> Town:
    return await Town(await open_hall(NoticeboardPlugin(), plugins=CHEAP)).build()


async def titles(town: Town, name: str, query: ListQuery = NEWEST) -> list[str]:
    rows, total = await list_notices(town.ctx, await town.actor(name), query)
    assert total == len(rows)
    return [row.title for row in rows]


async def test_a_notice_is_read_in_its_unit_and_nowhere_else(town: Town):
    notice = await town.publish()
    assert await titles(town, "reader") == ["停电通知"]
    assert await titles(town, "outsider") == []
    with pytest.raises(NotFound):
        await get_notice(town.ctx, await town.actor("outsider"), notice)


async def test_words_and_order_of_the_list(town: Town):
    await town.publish("乙通知")
    await town.publish("甲通知 100%")
    assert await titles(town, "reader", ListQuery(q="100%")) == ["甲通知 100%"]
    assert await titles(town, "reader", ListQuery(sort="title")) == sorted(["乙通知", "甲通知 100%"])


async def test_nobody_publishes_for_a_unit_out_of_reach(town: Town):
    editor = await town.actor("editor")
    with pytest.raises(Invalid) as caught:
        await publish_notice(town.ctx, editor, title="x", body="y", organisation_id=town.units["财政局"])
    assert "organisation" in caught.value.fields


async def test_a_last_day_in_the_past_is_refused(town: Town):
    with pytest.raises(Invalid) as caught:
        await town.publish(expires_on=dt.date(2020, 1, 1))
    assert "expires_on" in caught.value.fields


async def test_readers_are_told_once_and_the_author_is_not(town: Town):
    await town.publish()
    rows = await town.ctx.db.fetch("SELECT recipient_id, title FROM notifications.notice")
    reader = await town.actor("reader")
    assert [row["recipient_id"] for row in rows] == [reader.account_id]
    assert "停电通知" in rows[0]["title"]


async def test_publishing_and_taking_down_are_on_record(town: Town):
    notice = await town.publish()
    await take_down(town.ctx, await town.actor("editor"), notice, reason="写错了")
    entries = await town.hall.audit.entries(action="noticeboard.")
    assert [(entry.action, entry.reason) for entry in entries] == [
        ("noticeboard.notice.taken_down", "写错了"),
        ("noticeboard.notice.published", ""),
    ]


async def test_what_has_expired_comes_down_by_itself(town: Town):
    notice = await town.publish()
    await Notice.update({Notice.expires_on: dt.date(2020, 1, 1)}).where(Notice.id == notice)
    assert not (await check_expired(town.ctx)).ok
    run = Run(id=uuid4(), job="noticeboard.expire", due=town.ctx.clock.now())
    assert await take_expired_down(town.ctx, run) == "1"
    assert await take_expired_down(town.ctx, run) == "0"
    assert (await check_expired(town.ctx)).ok
    assert await titles(town, "reader") == []


async def test_the_search_box_finds_what_is_up_within_scope(town: Town):
    notice = await town.publish("检修停电通知")
    await town.hall.services.search.rebuild()
    found = await town.ctx.search.query(await town.actor("reader"), "tingdian")
    assert [hit.id for hit in found.hits] == [notice]
    assert (await town.ctx.search.query(await town.actor("outsider"), "停电")).total == 0


async def test_the_pages_from_form_to_list(town: Town):
    async with client_of(town.hall) as client:
        await sign_in(town.hall, client, "editor")
        form = {"title": "", "body": "正文", "organisation": str(town.units["办公厅"])}
        refused = await client.post("/noticeboard/new", data=form)
        assert refused.status_code == 422
        assert "正文" in refused.text  # nothing typed is lost
        accepted = await client.post("/noticeboard/new", data={**form, "title": "新公告"})
        assert accepted.status_code == 303
        assert "新公告" in (await client.get("/noticeboard/")).text
        assert "新公告" in (await client.get("/noticeboard/widget")).text
        page = await client.get(accepted.headers["location"])
        assert page.status_code == 200
        assert (await client.post(f"{accepted.headers['location']}/take-down")).status_code == 303
        assert "新公告" not in (await client.get("/noticeboard/widget")).text
