"""What telling people must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import pytest

from huitang_sdk.contracts import Notifications, Ref
from huitang_sdk.db import new_id

Write = Callable[[], AbstractAsyncContextManager[Any]]
Told = Callable[[UUID], Awaitable[list[tuple[str, str]]]]


class NotificationsContract:
    """Give `notifications` of a plugin that declares the kind demo.published, whose words use {{ title }}, `people`,
    two accounts, `told`, which lists (kind, url) of what one of them was told, and `write`.
    """

    @pytest.fixture
    def notifications(self) -> Notifications:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def people(self) -> tuple[UUID, UUID]:
        """Two recipients."""
        raise NotImplementedError

    @pytest.fixture
    def told(self) -> Told:
        """What one person was told."""
        raise NotImplementedError

    @pytest.fixture
    def write(self) -> Write:
        """Opens the transaction that changes belong into."""
        raise NotImplementedError

    @pytest.fixture
    def send(self, notifications: Notifications, write: Write) -> Callable[..., Awaitable[None]]:
        """Send as a plugin does."""

        async def send(
            recipients: list[UUID],
            key: str = "1",
            kind: str = "demo.published",
            url: str = "/demo/1",
            subject: Ref | None = None,
        ) -> None:
            async with write():
                await notifications.send(kind, recipients, key=key, url=url, data={"title": "公报"}, subject=subject)

        return send

    async def test_everybody_is_told_once_a_key(self, send: Any, told: Told, people: tuple[UUID, UUID]) -> None:
        """Also within one call, and also later when more people are to know."""
        one, two = people
        await send([one, one])
        await send([one, two])
        assert await told(one) == await told(two) == [("demo.published", "/demo/1")]
        await send([one], key="2", url="/demo/2")
        assert sorted(await told(one)) == [("demo.published", "/demo/1"), ("demo.published", "/demo/2")]

    async def test_nobody_to_tell_is_fine(self, send: Any, told: Told, people: tuple[UUID, UUID]) -> None:
        """Nothing happens."""
        await send([])
        assert await told(people[0]) == []

    async def test_what_was_told_can_be_taken_back(
        self, notifications: Notifications, write: Write, send: Any, told: Told, people: tuple[UUID, UUID]
    ) -> None:
        """From one person or from everybody, about one subject, and it does not come again by itself."""
        one, two = people
        subject, other = Ref("demo.thing", new_id()), Ref("demo.thing", new_id())
        await send([one, two], subject=subject)
        await send([one], key="2", url="/demo/2", subject=other)
        assert set(await notifications.recipients(subject)) == {one, two}
        async with write():
            assert await notifications.withdraw(subject, recipient=one) == 1
        assert await notifications.recipients(subject) == [two]
        assert await told(one) == [("demo.published", "/demo/2")]
        assert await told(two) == [("demo.published", "/demo/1")]
        await send([one], subject=subject)
        assert await told(one) == [("demo.published", "/demo/2")]
        async with write():
            assert await notifications.withdraw(subject) == 1
            assert await notifications.withdraw(subject) == 0
        assert await told(two) == []

    @pytest.mark.parametrize("wrong", [{"kind": "demo.undeclared"}, {"url": "https://elsewhere.example/"}])
    async def test_mistakes_are_said(self, send: Any, people: tuple[UUID, UUID], wrong: dict[str, str]) -> None:
        """Undeclared kinds, and addresses of other sites."""
        with pytest.raises(ValueError):
            await send([people[0]], **wrong)
