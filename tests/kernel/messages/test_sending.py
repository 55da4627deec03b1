"""What leaves the house: once, whatever goes wrong on the way; given up, and sent again."""

from __future__ import annotations

import pytest
from outside import OPEN_ID, PHONE, rows, send, set_faults, taken, until

from huitang_kernel.messages.rules import Rule, keep
from huitang_kernel.messages.wording import Place
from huitang_sdk.contracts import Recipient
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict, UnauditedWrite


async def test_a_message_goes_out_with_signature_and_key(open_town, sms):
    hall = await open_town(sms, own={"signature": "云江人大"})
    await send(hall, Recipient("+86 138 0000 1234", locale="en"))
    await until(hall, "accepted")
    (message,) = sms.taken
    assert (message.to, message.text) == (PHONE, "【云江人大】Code: 7K2M-9QXD")
    assert message.key == f"{(await rows(hall, 'id'))[0]}-1"
    assert await rows(hall, "gateway_id") == [message.id]


@pytest.mark.parametrize(
    ("fault", "tries"), [({"lose_answers": 1}, 2), ({"lose_requests": 2}, 3), ({"busy": 1}, 2)], ids=str
)
async def test_with_keys_every_fault_ends_in_exactly_one(open_town, sms, fault, tries):
    hall = await open_town(sms)
    set_faults(sms, **fault)
    await send(hall)
    await until(hall, "accepted")
    assert [message.to for message in sms.taken] == [PHONE]
    assert await rows(hall, "attempts, reason, unsure_since") == [(tries, "", None)]


async def test_an_answer_that_comes_too_late_is_asked_for_again(open_town, sms):
    hall = await open_town(sms)
    set_faults(sms, delay=0.8)
    await send(hall)
    await taken(sms, 1)
    await until(hall, "failed")
    set_faults(sms)
    await until(hall, "accepted")
    assert len(sms.taken) == 1


@pytest.mark.parametrize(
    ("once", "state", "count"), [("at-most-once", "dead", 1), ("at-least-once", "accepted", 2), (None, "accepted", 2)]
)
async def test_without_keys_the_operator_chooses(open_town, sms, once, state, count):
    hall = await open_town(sms, own={"memory_hours": 0.0})
    await keep(hall.core.database, SYSTEM, Rule("demo.told", once))
    set_faults(sms, lose_answers=1, forget_keys=True)
    await send(hall)
    await until(hall, state)
    assert len(sms.taken) == count
    assert await rows(hall, "reason") == ["unknown" if state == "dead" else ""]


async def test_what_was_certainly_not_taken_is_tried_again_even_at_most_once(open_town, sms):
    hall = await open_town(sms, own={"memory_hours": 0.0})
    await keep(hall.core.database, SYSTEM, Rule("demo.told", "at-most-once"))
    set_faults(sms, busy=2, forget_keys=True)
    await send(hall)
    await until(hall, "accepted")
    assert len(sms.taken) == 1


async def test_a_refused_one_is_given_up_at_once_and_can_be_sent_again(open_town, sms):
    hall = await open_town(sms)
    set_faults(sms, refuse="bad-number")
    await send(hall)
    await until(hall, "dead")
    assert await rows(hall, "attempts, reason, code") == [(1, "refused", "bad-number")]
    set_faults(sms)
    (identifier,) = await rows(hall, "id")
    assert await hall.services.messages.reading.retry(SYSTEM, identifier) == 1
    await until(hall, "accepted")
    assert await rows(hall, "round") == [2]
    assert sms.taken[0].key == f"{identifier}-2"
    with pytest.raises(Conflict):
        await hall.services.messages.reading.retry(SYSTEM, identifier)


async def test_a_gateway_that_is_down_costs_nothing_but_time(open_town, sms):
    hall = await open_town(sms, background=False)
    sms.shutdown()
    sms.server_close()
    await send(hall)
    (sender,) = hall.services.messages.senders
    assert await sender.send_due() is False
    assert await rows(hall, "state, reason, code, unsure_since") == [("failed", "put-off", "unreachable", None)]


async def test_pauses_end(open_town, sms):
    """After the last one it is given up; a code that is no use any more is not sent at all."""
    hall = await open_town(sms)
    set_faults(sms, busy=99)
    await send(hall)
    await until(hall, "dead")
    assert await rows(hall, "attempts, reason, code") == [(5, "given-up", "busy")]
    await hall.core.database.execute("DELETE FROM messages.message")
    await hall.core.background.stop()
    await send(hall, kind="demo.code")
    await hall.core.database.execute("UPDATE messages.message SET expires_at = now() - interval '1 second'")
    assert await hall.services.messages.senders[0].send_due()
    assert await rows(hall, "state, reason") == [("dead", "too-late")]
    with pytest.raises(Conflict):
        await hall.services.messages.reading.retry(SYSTEM, None)


async def test_what_is_not_set_up_or_closed_is_said(open_town, sms):
    hall = await open_town(sms, background=False)
    await keep(hall.core.database, SYSTEM, Rule("demo.code", None, ("sms",)))
    await send(hall, Recipient("不详", OPEN_ID))
    await send(hall, kind="demo.code")
    assert sorted(await rows(hall, "channel, state, reason")) == [
        ("sms", "skipped", "bad-number"),
        ("sms", "skipped", "closed"),
        ("wechat", "skipped", "no-gateway"),
    ]


async def test_urgent_ones_overtake(open_town, sms):
    hall = await open_town(sms, background=False, parallel=1)
    for number in range(3):
        await send(hall, Recipient(f"1380000000{number}"))
    await send(hall, kind="demo.code")
    assert await hall.services.messages.senders[0].send_due()
    assert [message.to for message in sms.taken] == [PHONE]


async def test_a_rolled_back_change_tells_nobody(open_town, sms):
    hall = await open_town(sms, background=False)
    ctx = hall.registry.get("demo").context
    with pytest.raises(UnauditedWrite):
        async with ctx.db.write(SYSTEM):
            await ctx.messages.send("demo.told", Recipient(PHONE), key="1", data={"code": "1"})
    assert await rows(hall) == []


async def test_wechat_customer_and_template_messages(open_town, wechat):
    hall = await open_town(None, wechat)
    await send(hall, Recipient(open_id=OPEN_ID), key="1")
    await until(hall, "accepted")
    assert (wechat.taken[0].to, wechat.taken[0].text) == (OPEN_ID, "查询码：7K2M-9QXD")
    for locale in ("zh-CN", "en"):
        await hall.services.messages.wording.replace(
            SYSTEM, Place("demo.told", "wechat", locale), "character_string1: {{ code }}"
        )
    await keep(hall.core.database, SYSTEM, Rule("demo.told", None, (), "TM00015"))
    set_faults(wechat, lose_answers=1)
    wechat.forget_tokens()
    await send(hall, Recipient(open_id=OPEN_ID), key="2")
    await until(hall, "accepted", "accepted")
    assert [message.text for message in wechat.taken[1:]] == ["character_string1: 7K2M-9QXD"]
    assert (await rows(hall, "gateway_id"))[1] == wechat.taken[1].id
