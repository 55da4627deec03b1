"""The console's pages: the ledger, and the words and rules of each kind."""

from __future__ import annotations

import re

import pytest
from outside import OPEN_ID, PHONE, rows, send, set_faults, somebody, until

from huitang_kernel.testing import client_of
from huitang_sdk.contracts import Recipient

POSTMASTER = ("messages.message.read", "messages.message.manage", "messages.words.manage")
WORDS = "/messages/kinds/demo.told/sms/zh-CN"


@pytest.fixture
async def hall(open_town, sms):
    return await open_town(sms, own={"signature": "云江人大"})


async def test_the_ledger_is_masked_found_by_number_and_sends_again(hall, sms):
    set_faults(sms, refuse="blocked")
    await send(hall, Recipient(PHONE, OPEN_ID))
    await until(hall, "dead", "skipped")
    async with somebody(hall, *POSTMASTER) as client:
        page = (await client.get("/messages/")).text
        assert "138****1234" in page
        assert "blocked" in page
        assert PHONE not in page
        assert OPEN_ID not in page
        found = await client.post("/messages/find", data={"address": "+86 138 0000 1234"})
        address = found.headers["location"]
        assert "1234" not in address.replace(address.partition("=")[2], "")
        assert "138****1234" in (await client.get(address)).text
        other = await client.post("/messages/find", data={"address": "13900009999"})
        assert "138****1234" not in (await client.get(other.headers["location"])).text
        assert "138****1234" not in (await client.get("/messages/?to=nonsense")).text
        set_faults(sms)
        identifier = (await rows(hall, "id"))[0]
        shown = (await client.get(f"/messages/{identifier}")).text
        assert PHONE not in shown
        assert "reveal" not in shown
        assert (await client.post(f"/messages/{identifier}/reveal", data={"reason": "x"})).status_code == 403
        assert (await client.post(f"/messages/{identifier}/retry")).status_code == 303
        await until(hall, "accepted", "skipped")
        assert (await client.post(f"/messages/{identifier}/retry")).status_code == 409


async def test_in_clear_with_a_reason_on_record(hall):
    await send(hall)
    (identifier,) = await rows(hall, "id")
    async with somebody(hall, "messages.message.read", "messages.message.reveal") as client:
        refused = await client.post(f"/messages/{identifier}/reveal", data={"reason": " "})
        assert refused.status_code == 422
        assert PHONE not in refused.text
        named = await client.post(f"/messages/{identifier}/reveal", data={"reason": "138 0000 1234 来电"})
        assert named.status_code == 422
        at_field = re.search(r'id="reason-error">([^<]+)<', named.text)
        assert at_field
        assert "不要写入姓名或号码" in at_field[1]
        page = (await client.post(f"/messages/{identifier}/reveal", data={"reason": "来电核实"})).text
        assert PHONE in page
        assert "7K2M-9QXD" in page
        await send(hall, kind="demo.code", code="424242-code")
        valid = (await rows(hall, "id"))[1]
        refused = await client.post(f"/messages/{valid}/reveal", data={"reason": "来电核实"})
        assert refused.status_code == 422
        assert "424242-code" not in refused.text
    sql = "SELECT reason, detail::text AS detail FROM kernel.audit_record WHERE action = 'personal.revealed'"
    (record,) = await hall.core.database.fetch(sql)
    assert record["reason"] == "来电核实"
    assert PHONE not in record["detail"]


async def test_words_are_tried_replaced_and_taken_back(hall, sms):
    async with somebody(hall, *POSTMASTER) as client:
        page = (await client.get(WORDS)).text
        assert "【云江人大】查询码：7K2M" in page
        tried = await client.post(WORDS, data={"words": "码是{{ code }}，请保管。", "act": "try"})
        assert "码是7K2M，请保管。" in tried.text
        assert await hall.services.messages.wording.current() == {}
        await client.post(WORDS, data={"words": "码是{{ code }}，请保管。", "act": "replace"})
        await send(hall)
        await until(hall, "accepted")
        assert sms.taken[0].text == "【云江人大】码是7K2M-9QXD，请保管。"
        assert await rows(hall, "words_version") == [1]
        await client.post(f"{WORDS}/use/0")
        await send(hall)
        await until(hall, "accepted", "accepted")
        assert sms.taken[1].text == "【云江人大】查询码：7K2M-9QXD"
        await client.post(f"{WORDS}/use/1")
        kinds = (await client.get("/messages/kinds")).text
        assert "短信，中文：已自定" in kinds
    actions = await hall.core.database.fetch(
        "SELECT action FROM kernel.audit_record WHERE action LIKE 'messages.words.%' ORDER BY at, id"
    )
    assert [row["action"].rpartition(".")[2] for row in actions] == ["replaced", "reset", "replaced"]


@pytest.mark.parametrize(
    "words",
    ["{{ nobody }}", "{{ code", "{{ code.__class__.__mro__ }}", "", "{% for a in range(99999) %}字{% endfor %}"],
)
async def test_words_that_cannot_be_sent_change_nothing(hall, words):
    async with somebody(hall, *POSTMASTER) as client:
        answer = await client.post(WORDS, data={"words": words, "act": "replace"})
    assert answer.status_code == 422
    assert "ht-errors" in answer.text
    assert await hall.services.messages.wording.current() == {}


async def test_rules_of_a_kind(hall):
    """A template of WeChat is refused until every line of the words is a field of it."""
    at = "/messages/kinds/demo.told"
    async with somebody(hall, *POSTMASTER) as client:
        rule = {"once": "at-most-once", "channel": ["sms", "wechat"], "wechat_template": "TM1"}
        assert (await client.post(f"{at}/rule", data=rule)).status_code == 422
        for locale in ("zh-CN", "en"):
            await client.post(f"{at}/wechat/{locale}", data={"words": "thing1: {{ code }}", "act": "replace"})
        assert (await client.post(f"{at}/rule", data=rule)).status_code == 303
        wrong = await client.post(f"{at}/wechat/en", data={"words": "Code: {{ code }} and more", "act": "replace"})
        assert wrong.status_code == 422
        assert re.search(r'value="at-most-once" checked', (await client.get(at)).text)
        assert (await client.post(f"{at}/rule", data={"channel": ["sms"]})).status_code == 303
    await send(hall, Recipient(open_id=OPEN_ID))
    assert (await rows(hall, "state"))[0] == "skipped"


async def test_strangers_see_nothing(hall):
    async with somebody(hall, "messages.message.read") as client:
        assert (await client.get("/messages/kinds")).status_code == 403
        assert (await client.post("/messages/retry-dead")).status_code == 403
    async with client_of(hall) as client:
        assert (await client.get("/messages/")).status_code in (303, 401)
