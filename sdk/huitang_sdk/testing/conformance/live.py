"""What live topics must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
import pytest

from huitang_sdk.contracts import Live, LiveMessage

Write = Callable[[], AbstractAsyncContextManager[Any]]
Heard = Callable[[list[LiveMessage], int], Awaitable[None]]


class LiveContract:
    """Give `live` of a plugin that declares the topics demo.news and demo.board, `write`, and `heard`, which waits
    until a list has so many messages.
    """

    @pytest.fixture
    def live(self) -> Live:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def write(self) -> Write:
        """Opens the transaction that changes belong into."""
        raise NotImplementedError

    @pytest.fixture
    def heard(self) -> Heard:
        """Waits until a list is so long; raises when it does not come to it."""
        raise NotImplementedError

    async def test_messages_come_in_order_and_count_up_by_key(self, live: Live, write: Write, heard: Heard) -> None:
        """Each (topic, key) has its own sequence from 1, whatever is said between."""
        east: list[LiveMessage] = []
        west: list[LiveMessage] = []
        live.subscribe("demo.news", "east", east.append)
        live.subscribe("demo.news", "west", west.append)
        for number in range(3):
            async with write():
                await live.publish("demo.news", "east", {"number": number})
                await live.publish("demo.news", "west", {"number": -number})
        await heard(east, 3)
        await heard(west, 3)
        assert [(m.topic, m.key, m.sequence, m.data) for m in east] == [
            ("demo.news", "east", n + 1, {"number": n}) for n in range(3)
        ]
        assert [(m.sequence, m.data["number"]) for m in west] == [(1, 0), (2, -1), (3, -2)]
        assert await live.position("demo.news", "east") == 3
        assert await live.position("demo.news", "north") == await live.position("demo.board", "east") == 0

    async def test_several_messages_of_one_write_keep_their_order(self, live: Live, write: Write, heard: Heard) -> None:
        """As they were said."""
        messages: list[LiveMessage] = []
        live.subscribe("demo.news", "", messages.append)
        async with write():
            for number in range(20):
                await live.publish("demo.news", "", {"number": number})
        await heard(messages, 20)
        assert [(m.sequence, m.data["number"]) for m in messages] == [(n + 1, n) for n in range(20)]

    async def test_the_encoded_form_says_the_same(self, live: Live, write: Write, heard: Heard) -> None:
        """For clients, made once."""
        messages: list[LiveMessage] = []
        live.subscribe("demo.news", "", messages.append)
        async with write():
            await live.publish("demo.news", "", {"title": '公报 "第一号"\n\x00', "n": 1.5, "none": None})
        await heard(messages, 1)
        data = {"title": '公报 "第一号"\n\x00', "n": 1.5, "none": None}
        assert messages[0].data == data
        assert msgspec.json.decode(messages[0].encoded) == {
            "type": "message",
            "topic": "demo.news",
            "key": "",
            "sequence": 1,
            "data": data,
        }

    async def test_who_left_hears_nothing_more(self, live: Live, write: Write, heard: Heard) -> None:
        """And leaving twice is fine; the same function may hear twice."""
        one: list[LiveMessage] = []
        two: list[LiveMessage] = []
        end = live.subscribe("demo.news", "", one.append)
        live.subscribe("demo.news", "", two.append)
        async with write():
            await live.publish("demo.news", "", {})
        await heard(two, 1)
        end()
        end()
        async with write():
            await live.publish("demo.news", "", {})
        await heard(two, 2)
        assert len(one) == 1

    async def test_a_hint_is_heard_outside_the_sequence(self, live: Live, write: Write, heard: Heard) -> None:
        """It needs no write, and the next message counts as if it had not been."""
        messages: list[LiveMessage] = []
        live.subscribe("demo.news", "", messages.append)
        await live.passing("demo.news", "", {"pressed": 7})
        async with write():
            await live.publish("demo.news", "", {"pressed": 60})
        await heard(messages, 2)
        hint, message = messages
        assert (hint.is_hint, hint.is_gap, hint.data) == (True, False, {"pressed": 7})
        assert (message.is_hint, message.sequence) == (False, 1)
        assert msgspec.json.decode(hint.encoded)["type"] == "hint"

    async def test_mistakes_are_said(self, live: Live, write: Write) -> None:
        """Topics that nobody declares, keys that cannot be, hints that are too long."""
        for topic, key in (("demo.nothing", ""), ("nowhere.news", ""), ("demo.news", "x" * 201), ("demo.news", "a\nb")):
            with pytest.raises(ValueError):
                async with write():
                    await live.publish(topic, key, {})
            with pytest.raises(ValueError):
                live.subscribe(topic, key, print)
            with pytest.raises(ValueError):
                await live.position(topic, key)
            with pytest.raises(ValueError):
                await live.recheck(topic, key)
        with pytest.raises(ValueError):
            await live.passing("demo.news", "", {"text": "x" * 7000})
