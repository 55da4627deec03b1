"""What telling people outside must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from huitang_sdk.contracts import MessageReceived, Messages, Recipient, Ref
from huitang_sdk.contracts.messages import MessageChannel
from huitang_sdk.db import new_id
from huitang_sdk.errors import NotFound

Write = Callable[[], AbstractAsyncContextManager[Any]]
Told = Callable[[], Awaitable[list[tuple[str, str, str]]]]
Receive = Callable[[MessageChannel, str, str], Awaitable[MessageReceived]]
PHONE, OPEN_ID = "13800001234", "oM9qXxSample0000000000000001"


class MessagesContract:
    """Give `messages` of a plugin that declares the kinds demo.told (sms and wechat, sample {"code": …}, whose words
    are "查询码：{{ code }}" in zh-CN and "Code: {{ code }}" in en) and demo.code (sms alone), `told`, which lists
    (channel, address, text) of what was sent in order, `receive`, which lets somebody write, and `write`.
    """

    @pytest.fixture
    def messages(self) -> Messages:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def told(self) -> Told:
        """What would have gone out, in clear."""
        raise NotImplementedError

    @pytest.fixture
    def receive(self) -> Receive:
        """Let somebody write to us: (channel, sender, text)."""
        raise NotImplementedError

    @pytest.fixture
    def write(self) -> Write:
        """Opens the transaction that changes belong into."""
        raise NotImplementedError

    @pytest.fixture
    def send(self, messages: Messages, write: Write) -> Callable[..., Awaitable[None]]:
        """Send as a plugin does."""

        async def send(recipient: Recipient, kind: str = "demo.told", key: str = "1", **more: Any) -> None:
            async with write():
                await messages.send(kind, recipient, **{"key": key, "data": {"code": "7K2M"}, **more})

        return send

    async def test_each_channel_with_an_address_is_used(self, send: Any, told: Told) -> None:
        """In the recipient's language; an unknown one is taken for Chinese."""
        await send(Recipient("138 0000 1234", OPEN_ID, "en"))
        await send(Recipient("+86 138-0000-5678", locale="fr"))
        assert sorted(await told()) == [
            ("sms", PHONE, "Code: 7K2M"),
            ("sms", "13800005678", "查询码：7K2M"),
            ("wechat", OPEN_ID, "Code: 7K2M"),
        ]

    async def test_a_kind_goes_out_on_its_own_channels(self, send: Any, told: Told) -> None:
        """Whatever other addresses there are."""
        await send(Recipient(PHONE, OPEN_ID), kind="demo.code")
        assert [channel for channel, _, _ in await told()] == ["sms"]

    async def test_an_address_is_told_once_a_key(self, send: Any, told: Told) -> None:
        """However the number is written, and also when another channel comes later."""
        await send(Recipient(PHONE))
        await send(Recipient("+86 138 0000 1234", OPEN_ID))
        assert sorted(channel for channel, _, _ in await told()) == ["sms", "wechat"]
        await send(Recipient(PHONE), key="2")
        await send(Recipient("13900001234"))
        assert len(await told()) == 4

    async def test_nobody_to_tell_is_fine(self, send: Any, told: Told) -> None:
        """A number that cannot be right costs nobody the change."""
        await send(Recipient())
        await send(Recipient("不详"))
        assert await told() == []

    @pytest.mark.parametrize("wrong", [{"kind": "demo.undeclared"}, {"data": {"other": "1"}}])
    async def test_mistakes_are_said(self, send: Any, told: Told, wrong: dict[str, Any]) -> None:
        """Undeclared kinds, and names that the sample has and the data lacks."""
        with pytest.raises(ValueError):
            await send(Recipient(PHONE), **wrong)
        assert await told() == []

    async def test_the_proof_of_telling_is_masked(self, messages: Messages, send: Any) -> None:
        """And only of the thing that is asked about."""
        subject = Ref("demo.thing", new_id())
        await send(Recipient(PHONE, OPEN_ID), subject=subject)
        await send(Recipient(PHONE), key="2", subject=Ref("demo.thing", new_id()))
        found = await messages.about(subject)
        assert sorted((one.kind, one.channel) for one in found) == [("demo.told", "sms"), ("demo.told", "wechat")]
        assert {one.recipient for one in found if one.channel == "sms"} == {"138****1234"}
        assert OPEN_ID not in {one.recipient for one in found}
        assert await messages.about(Ref("demo.thing", new_id())) == []

    async def test_what_somebody_writes_is_read_by_its_id(self, messages: Messages, receive: Receive) -> None:
        """The event says nothing of anybody."""
        event = await receive("sms", PHONE, "我的查询码丢了")
        assert "1234" not in repr(event).replace(str(event.id), "")
        message = await messages.received(event.id)
        assert (message.channel, message.sender, message.text) == ("sms", PHONE, "我的查询码丢了")
        assert PHONE not in repr(message)
        with pytest.raises(NotFound):
            await messages.received(new_id())

    def test_a_recipient_does_not_show_who_it_is(self) -> None:
        """Neither in a log nor in a traceback."""
        shown = repr(Recipient(PHONE, OPEN_ID))
        assert PHONE not in shown
        assert OPEN_ID not in shown
