"""SMS and WeChat messages come into the register and are answered with a code; delivered twice they count once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from huitang_kernel.identity.testing import sign_in_resident
from huitang_petitions.reactions import take_message
from huitang_petitions.services import correspondence, lookup
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import Person
from huitang_sdk.codes import new_code
from huitang_sdk.contracts import Delivery, MessageReceived
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.plugins.petitions.intake.letters import BODY, NAME, PHONE, form, intake
from tests.plugins.petitions.register.matters import at


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


async def kept(town) -> tuple[list[str], list[str]]:
    """What was added by petitioners, and the words of every matter, in their order."""
    ctx, added, matters = town.ctx, "SELECT id, text FROM petitions.message WHERE side = 'petitioner' ORDER BY id", []
    for row in await town.fetch("SELECT id, body FROM petitions.matter ORDER BY registered_at, id"):
        matters.append(ctx.personal.unseal("matter.body", row["id"], row["body"]))
    return [ctx.personal.unseal("message.text", row["id"], row["text"]) for row in await town.fetch(added)], matters


async def ask(town, matter_id) -> None:
    await correspondence.write_to_petitioner(town.ctx, town.actors["officer"], matter_id, "请问是几号楼？")


async def test_a_sender_that_is_no_number_comes_in_without_a_name(town):
    await arrives(town, BODY, sender="YUNJIANG-BANK")
    (matter,) = await town.fetch("SELECT anonymous, people FROM petitions.matter")
    assert matter == {"anonymous": True, "people": 1}
    assert await town.one("SELECT count(*) FROM petitions.petitioner") == 0
    assert await town.one("SELECT count(*) FROM messages.message") == 0


async def test_a_clock_that_goes_fast_and_a_broken_character_lose_nothing(town):
    incoming = town.hall.services.messages.incoming
    ahead = town.ctx.clock.now() + timedelta(hours=3)
    message_id = await incoming.take("sms", "m1", PHONE, "路灯\0坏了", ahead)
    event = MessageReceived(id=message_id, channel="sms")
    await take_message(town.ctx, event, Delivery(event_id=new_id(), attempt=1, actor_id=None))
    assert await kept(town) == ([], ["路灯坏了"])


@pytest.mark.parametrize(("channel", "sender"), [("sms", PHONE), ("wechat", "openid-0001")])
async def test_an_answer_to_the_office_s_question_needs_no_code(town, channel, sender):
    ctx, clock = at(town, town.ctx.clock.now())
    person = Person(name=NAME, phone=PHONE, open_id="openid-0001")
    done = await register(ctx, SYSTEM, intake(persons=(person,), organisation_id=town.units["office"].id))
    await arrives(town, "不是回复", channel=channel, sender=sender, key="m0")
    assert await kept(town) == ([], [BODY, "不是回复"])
    await ask(town, done.id)
    clock.forward(minutes=5)
    await arrives(town, "3 号楼", channel=channel, sender=sender, key="m1")
    clock.forward(minutes=5)
    await arrives(town, "二单元", channel=channel, sender=sender, key="m2")
    await arrives(town, "别人的事", channel=channel, sender="13900000000", key="m3")
    clock.forward(hours=2)
    await arrives(town, "另有一事", channel=channel, sender=sender, key="m4")
    assert await kept(town) == (["3 号楼", "二单元"], [BODY, "不是回复", "别人的事", "另有一事"])
    assert await town.one("SELECT matter_id FROM petitions.message WHERE side = 'petitioner' LIMIT 1") == done.id


async def test_with_two_questions_or_an_ended_matter_an_answer_is_a_matter_of_its_own(town):
    ctx, office = town.ctx, town.units["office"].id
    one = await register(ctx, SYSTEM, intake(organisation_id=office))
    two = await register(ctx, SYSTEM, intake(organisation_id=office, body="第二件"))
    for done in (one, two):
        await ask(town, done.id)
    await arrives(town, "3 号楼", key="m1")
    assert (await kept(town))[0] == []
    await town.fetch("UPDATE petitions.matter SET state = 'closed' WHERE id = $1", two.id)
    await arrives(town, "5 号楼", key="m2")
    assert (await kept(town))[0] == ["5 号楼"]
    await town.fetch("UPDATE petitions.matter SET state = 'closed'")
    await arrives(town, "7 号楼", key="m3")
    added, matters = await kept(town)
    assert (added, matters) == (["5 号楼"], [BODY, "第二件", "3 号楼", "7 号楼"])


@pytest.mark.parametrize("whistle", [False, True])
async def test_what_is_written_to_a_withdrawn_matter_is_a_new_one_that_names_it(town, whistle):
    ctx = town.ctx
    first = intake(organisation_id=town.units["office"].id)
    if whistle:
        first = structs.replace(first, whistle=True, persons=(), channel="web")
    done = await register(ctx, SYSTEM, first)
    await lookup.withdraw(ctx, (await lookup.pass_for(ctx, done.code))[0])
    await arrives(town, f"{done.code} 又坏了")
    assert await kept(town) == ([], [BODY, "又坏了"])
    (row,) = await town.fetch("SELECT id, earlier, whistle FROM petitions.matter WHERE channel = 'sms'")
    assert ctx.personal.unseal("matter.earlier", row["id"], row["earlier"]) == done.number
    assert row["whistle"] == whistle
    assert await town.one("SELECT count(*) FROM petitions.petitioner") == (0 if whistle else 2)


async def test_one_sender_may_try_so_many_codes_and_what_was_written_is_kept(town):
    ctx, done = town.ctx, await register(town.ctx, SYSTEM, intake())
    guesses = [new_code() for _number in range(ctx.settings.look_ups_per_minute)]
    await arrives(town, " ".join(guesses), sender="13900000000", key="m1")
    await arrives(town, f"{done.code} 补充一", sender="13900000000", key="m2")
    assert (await kept(town))[0] == []
    assert await town.one("SELECT count(*) FROM petitions.matter") == 3
    await arrives(town, f"{done.code} 补充二", key="m3")
    assert (await kept(town))[0] == ["补充二"]


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
