"""SMS and WeChat messages come into the register and are answered with a code; delivered twice they count once."""

from __future__ import annotations

from huitang_kernel.identity.testing import sign_in_resident
from huitang_petitions.reactions import take_message
from huitang_petitions.services.registering import register
from huitang_sdk.contracts import Delivery, MessageReceived
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.plugins.petitions.intake.letters import BODY, PHONE, form, intake


async def arrives(town, text: str, *, channel: str = "sms", sender: str = PHONE, key: str = "m1") -> None:
    """A message comes in and is delivered twice, as the outbox may."""
    incoming = town.hall.services.messages.incoming
    message_id = await incoming.take(channel, key, sender, text, town.ctx.clock.now())
    for attempt in (1, 2):
        event = MessageReceived(id=message_id, channel=channel)
        await take_message(town.ctx, event, Delivery(event_id=new_id(), attempt=attempt, actor_id=None))


async def test_an_sms_is_registered_once_and_answered_with_the_code(town):
    await arrives(town, BODY)
    (matter,) = await town.fetch("SELECT * FROM petitions.matter")
    assert matter["channel"] == "sms"
    assert town.ctx.personal.unseal("matter.body", matter["id"], matter["body"]) == BODY
    (person,) = await town.fetch("SELECT * FROM petitions.petitioner")
    assert town.ctx.personal.unseal("petitioner.phone", person["id"], person["phone"]) == PHONE
    sent = await town.fetch("SELECT kind FROM messages.message")
    assert [row["kind"] for row in sent] == ["petitions.registered"]


async def test_a_wechat_message_is_answered_on_wechat(town):
    await arrives(town, BODY, channel="wechat", sender="openid-0001")
    assert await town.one("SELECT channel FROM petitions.matter") == "wechat"
    assert await town.one("SELECT channel FROM messages.message") == "wechat"


async def test_a_message_that_names_a_code_is_added_to_its_matter_once(town):
    done = await register(town.ctx, SYSTEM, intake())
    await arrives(town, f"查询码 {done.code.lower()} 补充：昨晚又坏了")
    (message,) = await town.fetch("SELECT * FROM petitions.message")
    text = town.ctx.personal.unseal("message.text", message["id"], message["text"])
    assert "昨晚又坏了" in text
    assert done.code.lower() not in text
    await arrives(town, done.code, key="m2")
    assert await town.one("SELECT count(*) FROM petitions.message") == 1
    assert await town.one("SELECT count(*) FROM petitions.matter") == 1


async def test_whoever_left_a_phone_gets_the_code_and_a_report_in_confidence_gets_nothing(town):
    await register(town.ctx, SYSTEM, intake())
    assert await town.one("SELECT count(*) FROM messages.message") == 1
    await register(town.ctx, SYSTEM, intake(channel="web", whistle=True, persons=()))
    assert await town.one("SELECT count(*) FROM messages.message") == 1


async def test_residents_see_their_own_letters_without_a_code(town):
    client, other = await town.sign_in(""), await town.sign_in("")
    await sign_in_resident(town.hall, client, "13800000001")
    await sign_in_resident(town.hall, other, "13800000002")
    answer = await client.post("/petitions/write", data=await form(client))
    assert answer.status_code == 200, answer.text
    number = await town.one("SELECT number FROM petitions.matter")
    matter = await town.one("SELECT id FROM petitions.matter")
    assert number in (await client.get("/petitions/mine")).text
    assert number not in (await other.get("/petitions/mine")).text
    page = await client.post(f"/petitions/mine/{matter}", follow_redirects=True)
    assert number in page.text
    assert (await other.post(f"/petitions/mine/{matter}")).status_code == 404
    anonymous = await client.post("/petitions/write", data=await form(client, anonymous="1", name=""))
    assert anonymous.status_code == 200
    assert await town.one("SELECT count(*) FROM petitions.petitioner WHERE resident_id IS NOT NULL") == 1
