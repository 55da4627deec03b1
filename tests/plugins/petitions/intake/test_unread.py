"""What comes by WeChat and is no text is answered, and noted where it belongs; nothing is lost without a trace."""

from __future__ import annotations

import anyio
import pytest

from huitang_kernel.testing import client_of
from huitang_petitions.plugin import PetitionsPlugin
from huitang_petitions.reactions import take_message
from huitang_petitions.services import correspondence
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import Person
from huitang_sdk.contracts import Delivery, MessageReceived
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.kernel.messages.outside import Wechat, serving, settings_for
from tests.plugins.petitions.conftest import PEOPLE, UNITS
from tests.plugins.petitions.intake.letters import BODY, NAME, intake
from tests.plugins.petitions.register.matters import at
from tests.town import settle

SENDER = "openid-0001"


async def sends(town, form: str, text: str = "", *, key: str = "m1", sender: str = SENDER) -> None:
    """Something comes in and is delivered twice, as the outbox may."""
    incoming = town.hall.services.messages.incoming
    message_id = await incoming.take("wechat", key, sender, text, town.ctx.clock.now(), form)
    for attempt in (1, 2):
        event = MessageReceived(id=message_id, channel="wechat")
        await take_message(town.ctx, event, Delivery(event_id=new_id(), attempt=attempt, actor_id=None))


async def told(town) -> list[str]:
    """What was sent to people, without the code of what was registered."""
    rows = await town.fetch("SELECT id, text FROM messages.message WHERE kind <> 'petitions.registered' ORDER BY id")
    personal = town.hall.services.messages.telling.personal
    return [personal.unseal("message.text", row["id"], row["text"]) for row in rows]


async def notes(town) -> list[str]:
    rows = await town.fetch("SELECT id, text FROM petitions.message WHERE side = 'petitioner' ORDER BY id")
    return [town.ctx.personal.unseal("message.text", row["id"], row["text"]) for row in rows]


async def a_matter(town, **more):
    office = town.units["office"].id
    return await register(
        town.ctx, SYSTEM, intake(persons=(Person(name=NAME, open_id=SENDER),), organisation_id=office, **more)
    )


@pytest.mark.parametrize(
    ("form", "words"), [("voice", "语音"), ("picture", "图片"), ("video", "视频"), ("place", "位置"), ("other", "内容")]
)
async def test_what_is_no_text_is_answered_and_makes_no_matter(town, form, words):
    await sends(town, form)
    assert await town.one("SELECT count(*) FROM petitions.matter") == 0
    (answer,) = await told(town)
    assert words in answer
    assert "请用文字说明" in answer
    assert await town.one("SELECT form FROM messages.incoming") == form


async def test_recognised_words_of_a_voice_are_taken_as_a_text_and_say_so(town):
    await sends(town, "voice", "小区路灯坏了。")
    (row,) = await town.fetch("SELECT id, subject, body FROM petitions.matter")
    assert town.ctx.personal.unseal("matter.body", row["id"], row["body"]) == "［语音识别］ 小区路灯坏了。"
    assert town.ctx.personal.unseal("matter.subject", row["id"], row["subject"]) == "小区路灯坏了。"
    assert await told(town) == []


async def test_a_matter_in_progress_says_that_something_came_once(town):
    done = await a_matter(town)
    await sends(town, "picture")
    (note,) = await notes(town)
    assert "通过微信发来图片" in note
    assert await town.one("SELECT count(*) FROM petitions.matter") == 1
    (answer,) = await told(town)
    assert done.number in answer
    seen = await correspondence.messages_of(town.ctx, done.id)
    assert [one.side for one in seen] == ["petitioner"]


async def test_of_several_matters_the_newest_says_it_and_not_how_many_there_are(town):
    ctx, clock = at(town, town.ctx.clock.now())
    for body in ("甲", "乙"):
        await register(ctx, SYSTEM, intake(persons=(Person(name=NAME, open_id=SENDER),), body=body))
        clock.forward(minutes=1)
    await sends(town, "voice")
    newest = await town.one("SELECT id FROM petitions.matter ORDER BY received_at DESC LIMIT 1")
    assert await town.one("SELECT matter_id FROM petitions.message") == newest
    (note,) = await notes(town)
    await town.fetch("UPDATE petitions.matter SET state = 'closed' WHERE id <> $1", newest)
    await sends(town, "voice", key="m2")
    assert (await notes(town))[1] == note  # whoever reads it may have to be kept away from another of them
    assert "也可能与此无关" in note


async def test_what_comes_while_the_office_waits_for_an_answer_is_no_guess(town):
    done = await a_matter(town)
    await correspondence.write_to_petitioner(town.ctx, town.actors["officer"], done.id, "请问是几号楼？")
    await sends(town, "picture")
    assert "也可能与此无关" not in (await notes(town))[0]


async def test_a_report_in_confidence_and_an_ended_matter_are_left_alone(town):
    done = await a_matter(town)
    await town.fetch("UPDATE petitions.matter SET state = 'closed' WHERE id = $1", done.id)
    await register(town.ctx, SYSTEM, intake(channel="web", whistle=True, persons=()))
    await sends(town, "picture")
    assert await notes(town) == []
    assert done.number not in (await told(town))[0]


async def test_a_picture_is_no_answer_so_the_words_after_it_are(town):
    ctx, clock = at(town, town.ctx.clock.now())
    person = Person(name=NAME, open_id=SENDER)
    done = await register(ctx, SYSTEM, intake(persons=(person,), organisation_id=town.units["office"].id))
    await correspondence.write_to_petitioner(ctx, town.actors["officer"], done.id, "请问是几号楼？")
    clock.forward(minutes=5)
    await sends(town, "picture", key="m1")
    clock.forward(hours=3)
    await sends(town, "text", "3 号楼", key="m2")
    assert (await notes(town))[1:] == ["3 号楼"]
    assert await town.one("SELECT count(*) FROM petitions.matter") == 1


async def test_a_place_or_link_is_added_in_words_and_the_sender_is_told(town):
    done = await a_matter(town)
    await sends(town, "place", "人民路 1 号 (23.1, 113.3)", key="m1")
    await sends(town, "link", "标题\nhttps://example.org/a", key="m2")
    first, second = await notes(town)
    assert first.endswith("人民路 1 号 (23.1, 113.3)")
    assert second.endswith("https://example.org/a")
    assert all(f"已记入您反映的事项（编号 {done.number}）" in answer for answer in await told(town))


async def test_ten_pictures_are_answered_once_and_each_is_noted(town):
    await a_matter(town)
    for number in range(10):
        await sends(town, "picture", key=f"m{number}")
    assert len(await told(town)) in (1, 2)  # two when the ten minutes end in between
    assert len(await notes(town)) == 10


async def test_whoever_follows_the_account_is_greeted_once(town):
    await sends(town, "followed")
    (answer,) = await told(town)
    assert "欢迎" in answer
    assert "文字" in answer
    assert await town.one("SELECT count(*) FROM petitions.matter") == 0


async def test_a_text_is_taken_as_before(town):
    await sends(town, "text", BODY)
    assert await town.one("SELECT count(*) FROM petitions.matter") == 1
    assert await told(town) == []


async def test_a_picture_is_answered_on_the_phone_with_the_address_of_the_web_form(open_hall):
    with serving(Wechat()) as simulator:
        options = {"server": {"public_url": "https://hall.example/"}, "plugins": settings_for(None, simulator)}
        town = await settle(open_hall, PetitionsPlugin(), UNITS, PEOPLE, background=True, **options)
        simulator.tell_other(SENDER, {"MsgType": "image", "PicUrl": "http://p.example", "MediaId": "m"}, "m-1")
        with anyio.fail_after(20):
            while not simulator.told:  # noqa: ASYNC110 - the other side is a thread
                await anyio.sleep(0.05)
            ((url, body, headers),) = simulator.told
            async with client_of(town.hall) as client:
                assert (await client.post(url, content=body, headers=headers)).status_code == 200
            while not simulator.taken:  # noqa: ASYNC110 - the hall sends it
                await anyio.sleep(0.05)
        (got,) = simulator.taken
        assert got.to == SENDER
        assert "https://hall.example/petitions/letters" in got.text
