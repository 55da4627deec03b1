"""Live topics over server-sent events: in order, from where one was, to whom may hear them."""

from __future__ import annotations

import httpx

from tests.kernel.live.talking import listening, person, say


async def test_messages_come_as_they_are_published(hall, place):
    _, lin = await person(hall, "lin", "talk.word.hear")
    async with listening(place, "topic=talk.words:7", lin) as events:
        assert events.answer.headers["content-type"].startswith("text/event-stream")
        assert await events.several(1) == [
            ("ready", {"type": "ready", "topic": "talk.words", "key": "7", "sequence": 0})
        ]
        await say(hall, key="7", word="一")
        await say(hall, key="8", word="another room")
        await say(hall, key="7", word="二")
        heard = await events.several(2)
        assert hall.core.load.requests == 0, "nobody waits for a stream that is open"
    assert [(kind, data["sequence"], data["data"]) for kind, data in heard] == [
        ("message", 1, {"word": "一"}),
        ("message", 2, {"word": "二"}),
    ]
    assert events.last_id == "2"


async def test_who_comes_back_gets_what_was_missed(hall, place):
    """By Last-Event-ID as browsers do, or by `since`; with several topics the positions are in their order."""
    _, lin = await person(hall, "lin", "talk.word.hear")
    for number in range(3):
        await say(hall, number=number)
    await say(hall, "talk.all", word="to all")
    query = "topic=talk.words&topic=talk.all"
    async with listening(place, query, {**lin, "Last-Event-ID": "1.-"}) as events:
        heard = await events.several(4)
        assert events.last_id == "3.1"
    assert [(kind, data["topic"], data["sequence"]) for kind, data in heard] == [
        ("ready", "talk.words", 1),
        ("message", "talk.words", 2),
        ("message", "talk.words", 3),
        ("ready", "talk.all", 1),
    ]
    async with listening(place, f"{query}&since=3.0", lin) as events:
        kinds = [(kind, data["sequence"]) for kind, data in await events.several(3)]
    assert kinds == [("ready", 3), ("ready", 0), ("message", 1)]


async def test_what_is_no_longer_kept_is_a_gap(hall, place):
    _, lin = await person(hall, "lin", "talk.word.hear")
    for number in range(3):
        await say(hall, number=number)
    await hall.services.live.store.forget(0)
    async with listening(place, "topic=talk.words&since=1", lin) as events:
        assert [(kind, data["sequence"]) for kind, data in await events.several(2)] == [("ready", 1), ("gap", 3)]
        await say(hall, number=3)
        assert (await events.several(1))[0][1]["data"] == {"number": 3}


async def test_a_position_from_the_future_is_a_gap(hall, place):
    """After a restore from a backup the database knows less than its clients."""
    _, lin = await person(hall, "lin", "talk.word.hear")
    await say(hall)
    async with listening(place, "topic=talk.words&since=99", lin) as events:
        assert [(kind, data["sequence"]) for kind, data in await events.several(2)] == [("ready", 99), ("gap", 1)]
        await say(hall)
        assert [(kind, data["sequence"]) for kind, data in await events.several(1)] == [("message", 2)]


async def test_one_topic_that_is_refused_does_not_shut_the_others(hall, place):
    _, lin = await person(hall, "lin", "talk.word.hear")
    async with listening(place, "topic=talk.secrets&topic=talk.words", lin) as events:
        first, second = await events.several(2)
        assert first == ("refused", {"type": "refused", "topic": "talk.secrets", "key": "", "code": "forbidden"})
        assert second[0] == "ready"


async def test_refusals_and_mistakes_have_their_status(hall, place):
    _, lin = await person(hall, "lin")
    async with httpx.AsyncClient(base_url=f"http://{place}", headers=lin) as client:
        for query, status in (
            ("", 422),
            ("?topic=", 422),
            ("?topic=talk.words&since=1.2", 422),
            ("?topic=talk.words&since=x", 422),
            (f"?topic=talk.words:{'x' * 201}", 422),
            ("?" + "&".join(f"topic=talk.words:{n}" for n in range(51)), 422),
            ("?topic=talk.words", 403),
            ("?topic=talk.nothing", 404),
            ("?topic=talk.room:7", 404),
        ):
            assert (
                await client.get(f"/live/events{query}", headers={"Accept": "text/event-stream"})
            ).status_code == status
        client.headers.pop("Cookie")
        answer = await client.get("/live/events?topic=talk.all", headers={"Accept": "text/event-stream"})
        assert answer.status_code == 401
    assert len(hall.services.live.clients) == 0
