"""What gateways tell us: receipts late, doubled and out of order; what people write; and who may tell it."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest
from outside import OPEN_ID, PHONE, SECRET, Sms, Wechat, rows, send, set_faults, until

from huitang_kernel.messages import signing
from huitang_kernel.messages.gateways import wechat_push
from huitang_kernel.messages.gateways.outcome import Hearing
from huitang_kernel.messages.rules import Rule, keep
from huitang_kernel.messages.simulators.wechat import Account
from huitang_kernel.messages.wording import Place
from huitang_kernel.testing import client_of
from huitang_sdk.contracts import Recipient
from huitang_sdk.contracts.identity import SYSTEM

AT = "/api/messages/sms/events"
NOW = datetime(2026, 11, 25, tzinfo=UTC)


async def told_by(simulator: Sms | Wechat, count: int) -> None:
    async with asyncio.timeout(10):
        while len(simulator.told) < count:  # noqa: ASYNC110 - the other side is a thread
            await asyncio.sleep(0.02)


async def pass_on(hall, simulator: Sms | Wechat) -> list[int]:
    """Post what a simulator told, in order; the statuses."""
    async with client_of(hall) as client:
        return [(await client.post(url, content=body, headers=h)).status_code for url, body, h in simulator.told]


async def test_receipts_doubled_late_and_after_the_end(open_town, sms):
    hall = await open_town(sms)
    set_faults(sms, double_receipts=True)
    await send(hall)
    await until(hall, "accepted")
    await told_by(sms, 2)
    assert await pass_on(hall, sms) == [204, 204]
    assert await rows(hall) == ["delivered"]
    assert len(await hall.core.database.fetch("SELECT 1 FROM messages.receipt")) == 1
    late = Hearing(sms.taken[0].id, sms.taken[0].key, "undelivered", "phone-off", NOW)
    await hall.services.messages.receipts.hear("sms", [late])
    assert await rows(hall) == ["delivered"]


async def test_a_receipt_that_is_quicker_than_the_answer(open_town, sms):
    """It proves that the message was taken: nothing is sent again, and the answer spoils nothing."""
    hall = await open_town(sms)
    set_faults(sms, delay=0.3)
    await send(hall)
    await told_by(sms, 1)
    assert await pass_on(hall, sms) == [204]
    assert await rows(hall) == ["delivered"]
    async with asyncio.timeout(10):
        while (await rows(hall, "gateway_id")) != [sms.taken[0].id]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert await rows(hall, "state, attempts") == [("delivered", 1)]


async def test_a_receipt_ends_doubt(open_town, sms):
    """Given up because nobody knew: the receipt knows."""
    hall = await open_town(sms, own={"memory_hours": 0.0})
    await keep(hall.core.database, SYSTEM, Rule("demo.told", "at-most-once"))
    set_faults(sms, lose_answers=1)
    await send(hall)
    await until(hall, "dead")
    await told_by(sms, 1)
    await pass_on(hall, sms)
    assert await rows(hall, "state, reason, gateway_id") == [("delivered", "", sms.taken[0].id)]


async def test_a_receipt_that_names_no_message_is_no_message_s(open_town, sms):
    """What is on its way has no number of the gateway yet: an empty one is not theirs."""
    hall = await open_town(sms, background=False)
    await send(hall)
    await send(hall)
    await hall.core.database.execute("UPDATE messages.message SET state = 'sending'")
    foreign = b'{"type": "receipt", "id": "", "reference": "%s", "status": "%s", "at": "2026-11-25T08:00:05Z"}'
    event = b'{"events": [%s]}'
    async with client_of(hall) as client:
        for status in (b"delivered", b"undelivered"):
            for reference, answer in ((b"", 422), (b"not one of ours", 204)):
                body = event % (foreign % (reference, status))
                told = await client.post(AT, content=body, headers=signing.sign(SECRET, "1", time.time(), body))
                assert told.status_code == answer
    await hall.services.messages.receipts.hear("sms", [Hearing("", "", "undelivered", "", NOW)])
    assert await rows(hall) == ["sending", "sending"]


async def test_undelivered_holds_for_its_own_round_only(open_town, sms):
    hall = await open_town(sms)
    set_faults(sms, receipt="undelivered")
    await send(hall)
    await until(hall, "accepted")
    await told_by(sms, 1)
    await pass_on(hall, sms)
    assert await rows(hall, "state, reason, code") == [("dead", "undelivered", "phone-off")]
    set_faults(sms, receipt="none")
    await hall.services.messages.reading.retry(SYSTEM, None)
    await until(hall, "accepted")
    await pass_on(hall, sms)
    assert await rows(hall) == ["accepted"]
    assert [message.key[-2:] for message in sms.taken] == ["-1", "-2"]


async def test_a_receipt_of_wechat_may_come_before_its_number_is_known(open_town, wechat):
    hall = await open_town(None, wechat)
    for locale in ("zh-CN", "en"):
        await hall.services.messages.wording.replace(SYSTEM, Place("demo.told", "wechat", locale), "thing1: {{ code }}")
    await keep(hall.core.database, SYSTEM, Rule("demo.told", None, (), "TM1"))
    set_faults(wechat, delay=0.3, double_receipts=True)
    await send(hall, Recipient(open_id=OPEN_ID))
    await told_by(wechat, 2)
    assert await pass_on(hall, wechat) == [200, 200]
    await until(hall, "delivered")
    assert len(wechat.taken) == 1


async def test_what_people_write_is_told_once_and_sealed(open_town, sms, wechat):
    hall = await open_town(sms, wechat, background=False)
    for simulator, sender in ((sms, PHONE), (wechat, OPEN_ID)):
        simulator.tell_incoming(sender, "我的查询码丢了", "m-1")
        simulator.tell_incoming(sender, "我的查询码丢了", "m-1")
        await told_by(simulator, 2)
        await pass_on(hall, simulator)
    events = await hall.core.database.fetch(
        "SELECT payload FROM kernel.outbox WHERE name = 'messages.message.received' ORDER BY position"
    )
    heard = [msgspec.json.decode(row["payload"]) for row in events]
    messages = [await hall.registry.get("demo").context.messages.received(one["id"]) for one in heard]
    assert [(m.channel, m.sender, m.text) for m in messages] == [
        ("sms", PHONE, "我的查询码丢了"),
        ("wechat", OPEN_ID, "我的查询码丢了"),
    ]


async def test_what_is_no_text_is_kept_in_the_words_that_can_be_read(open_town, wechat):
    hall = await open_town(None, wechat, background=False)
    sent = [
        {"MsgType": "voice", "MediaId": "m", "Format": "amr", "Recognition": "路灯坏了。"},
        {"MsgType": "voice", "MediaId": "m", "Format": "amr"},
        {"MsgType": "image", "PicUrl": "http://mmbiz.example/p", "MediaId": "m"},
        {"MsgType": "video", "MediaId": "m", "ThumbMediaId": "t"},
        {"MsgType": "shortvideo", "MediaId": "m", "ThumbMediaId": "t"},
        {"MsgType": "location", "Location_X": "23.1", "Location_Y": "113.3", "Scale": "20", "Label": "人民路"},
        {"MsgType": "link", "Title": "标题", "Description": "说明", "Url": "https://example.org/a"},
        {"MsgType": "new one"},
        {"MsgType": "event", "Event": "subscribe", "EventKey": ""},
        {"MsgType": "event", "Event": "unsubscribe", "EventKey": ""},
        {"MsgType": "event", "Event": "VIEW", "EventKey": "https://example.org"},
    ]
    for number, fields in enumerate(sent):
        wechat.tell_other(OPEN_ID, fields, f"m-{number}")
        await told_by(wechat, number + 1)  # one after another, so that they are in order
    await pass_on(hall, wechat)
    await pass_on(hall, wechat)
    rows_ = await hall.core.database.fetch("SELECT id FROM messages.incoming ORDER BY id")
    found = [await hall.services.messages.incoming.read(row["id"]) for row in rows_]
    assert [(one.form, one.text) for one in found] == [
        ("voice", "路灯坏了。"),
        *[("voice", ""), ("picture", ""), ("video", ""), ("video", "")],
        ("place", "人民路 (23.1, 113.3)"),
        ("link", "标题\n说明\nhttps://example.org/a"),
        *[("other", ""), ("followed", "")],
    ]
    clear = await hall.core.database.fetch("SELECT gateway_id FROM messages.incoming")
    assert not any(OPEN_ID in row["gateway_id"] for row in clear)


BODY = b'{"events": []}'
SIGNED = signing.sign(SECRET, "1", time.time(), BODY)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, BODY),
        (SIGNED, b'{"events": [] }'),
        (signing.sign("another secret that nobody shares", "1", time.time(), BODY), BODY),
        (signing.sign(SECRET, "1", time.time() - 600, BODY), BODY),
        ({**SIGNED, "webhook-id": "2"}, BODY),
        ({**SIGNED, "webhook-timestamp": str(int(time.time()) + 30)}, BODY),
        ({**SIGNED, "webhook-signature": "v1,"}, BODY),
        ({**SIGNED, "webhook-signature": "v1,é"}, BODY),
    ],
)
async def test_only_the_gateway_is_believed(open_town, sms, headers, body):
    hall = await open_town(sms, background=False)
    async with client_of(hall) as client:
        sent = {name: value.encode() for name, value in headers.items()}
        assert (await client.post(AT, content=body, headers=sent)).status_code == 400
        good = signing.sign(SECRET, "1", time.time(), BODY)
        rotated = {**good, "webhook-signature": "v1,abc " + good["webhook-signature"]}
        assert (await client.post(AT, content=BODY, headers=rotated)).status_code == 204
        wrong = b'{"events": [{"type": "receipt"}]}'
        answer = await client.post(AT, content=wrong, headers=signing.sign(SECRET, "1", time.time(), wrong))
        assert answer.status_code == 422


async def test_without_a_secret_nobody_is_believed(open_town, sms):
    hall = await open_town(sms, background=False, own={"webhook_secret": ""})
    async with client_of(hall) as client:
        answer = await client.post(AT, content=BODY, headers=signing.sign("", "1", time.time(), BODY))
    assert answer.status_code == 400


async def test_only_wechat_is_believed(open_town, sms, wechat):
    hall = await open_town(sms, wechat, background=False)
    account, now = Account(), str(int(time.time()))
    at, nonce = "/api/messages/wechat/events", "n"

    def query(sealed: str, *, token: str = account.token, timestamp: str = now) -> dict[str, str]:
        signature = wechat_push.signed(token, timestamp, nonce, sealed)
        return {"timestamp": timestamp, "nonce": nonce, "msg_signature": signature}

    def body(sealed: str) -> bytes:
        return wechat_push.write({"Encrypt": sealed}).encode()

    inner = wechat_push.write({"MsgType": "event", "Event": "subscribe", "FromUserName": OPEN_ID})
    good = wechat_push.seal(account.aes_key, account.app_id, inner)
    foreign = wechat_push.seal(account.aes_key, "wx1111111111111111", inner)
    old = str(int((datetime.now(UTC) - timedelta(hours=1)).timestamp()))
    async with client_of(hall) as client:

        async def post(content: bytes, parameters: dict[str, str]) -> int:
            return (await client.post(at, content=content, params=parameters)).status_code

        assert await post(body(good), query(good)) == 200
        assert await post(body(good), query(good, token="another")) == 400
        assert await post(body(good), query(good, timestamp=old)) == 400
        assert await post(body(foreign), query(foreign)) == 400
        assert await post(body("bm8="), query("bm8=")) == 400
        assert await post(inner.encode(), query("")) == 400
        assert await post(b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>', query("b")) == 400
        hello = {"timestamp": now, "nonce": nonce, "echostr": "42"}
        fine = hello | {"signature": wechat_push.signed(account.token, now, nonce)}
        assert (await client.get(at, params=fine)).text == "42"
        assert (await client.get(at, params=hello | {"signature": "no"})).status_code == 400


async def test_what_phones_got_is_a_page_for_people_and_they_can_write_from_it(sms):
    set_faults(sms, receipt="none")
    sms.take("13800001234", "验证码 <b>1</b>", "")
    async with httpx.AsyncClient(base_url=sms.url, trust_env=False) as browser:
        assert (await browser.get("/simulator")).json()["messages"][0]["text"] == "验证码 <b>1</b>"
        page = await browser.get("/simulator", headers={"accept": "text/html,*/*"})
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "验证码 &lt;b&gt;1&lt;/b&gt;" in page.text
        answer = await browser.post("/simulator/incoming", data={"from": "13800001234", "text": "你好"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/simulator")
        refused = await browser.post("/simulator/incoming", data={"from": "13800001234"})
        assert refused.status_code == 400
    await told_by(sms, 1)
    assert "你好" in sms.told[0][1].decode()
