"""Live topics in one process: what is published is heard at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from huitang_sdk.contracts import LiveMessage
from huitang_sdk.declare import LiveTopic

Receive = Callable[[LiveMessage], None]
MOST_PASSING = 6000
LONGEST_KEY = 200


class FakeLive:
    """Implements `huitang_sdk.contracts.Live`; `told` has every message in order, `rechecked` the (topic, key) pairs.

    `miss` lets subscribers know of a gap, as after a lost connection.
    """

    def __init__(self, topics: Iterable[LiveTopic]) -> None:
        """`topics` are those that the plugin declares: `plugin.live_topics()`."""
        self.told: list[LiveMessage] = []
        self.rechecked: list[tuple[str, str]] = []
        self._topics = {topic.id for topic in topics}
        self._positions: dict[tuple[str, str], int] = defaultdict(int)
        self._receivers: dict[tuple[str, str], list[Receive]] = defaultdict(list)

    async def publish(self, topic: str, key: str, data: Mapping[str, Any]) -> None:
        """See the contract."""
        self._check(topic, key)
        self._positions[topic, key] += 1
        self._tell(message_of("message", topic, key, self._positions[topic, key], msgspec.json.encode(data)))

    def subscribe(self, topic: str, key: str, receive: Receive) -> Callable[[], None]:
        """See the contract."""
        self._check(topic, key)
        receivers = self._receivers[topic, key]
        receivers.append(receive)

        def end() -> None:
            if receive in receivers:
                receivers.remove(receive)

        return end

    async def position(self, topic: str, key: str) -> int:
        """See the contract."""
        self._check(topic, key)
        return self._positions[topic, key]

    async def passing(self, topic: str, key: str, data: Mapping[str, Any]) -> None:
        """See the contract."""
        self._check(topic, key)
        encoded = msgspec.json.encode(data)
        if len(encoded) > MOST_PASSING:
            raise ValueError(f"a passing hint of {len(encoded)} bytes: publish it, or say less")
        self._tell(message_of("hint", topic, key, 0, encoded))

    async def recheck(self, topic: str, key: str) -> None:
        """See the contract."""
        self._check(topic, key)
        self.rechecked.append((topic, key))

    def miss(self, topic: str, key: str) -> None:
        """Tell the subscribers of a gap."""
        self._tell(message_of("gap", topic, key, self._positions[topic, key], b"null"))

    def _tell(self, message: LiveMessage) -> None:
        self.told.append(message)
        for receive in list(self._receivers[message.topic, message.key]):
            receive(message)

    def _check(self, topic: str, key: str) -> None:
        if topic not in self._topics:
            raise ValueError(f"the plugin declares no live topic {topic!r}")
        check_key(key)


def message_of(kind: str, topic: str, key: str, sequence: int, data: bytes) -> LiveMessage:
    """A message with its encoded form; `data` is JSON."""
    value = msgspec.json.decode(data)
    fields = {"type": kind, "topic": topic, "key": key, "sequence": sequence, "data": value}
    return LiveMessage(topic, key, sequence, value, kind == "gap", msgspec.json.encode(fields))


def check_key(key: str) -> None:
    """Raise ValueError unless `key` is short and printable."""
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise ValueError(f"{key!r} cannot be the key of a live topic: at most {LONGEST_KEY} printable characters")
