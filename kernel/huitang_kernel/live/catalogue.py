"""The topics that are declared, and who declared them."""

from __future__ import annotations

from huitang_kernel.plugins.registry import PluginRecord, Registry
from huitang_sdk.declare import LiveTopic

LONGEST_KEY = 200


class Catalogue:
    """Looks the registry up each time: declarations are made after the services are built."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def get(self, topic: str) -> tuple[PluginRecord, LiveTopic] | None:
        record = self._registry.get(topic.partition(".")[0])
        found = next((t for t in record.declarations.live_topics if t.id == topic), None) if record else None
        return (record, found) if record is not None and found is not None else None

    def check(self, topic: str, key: str, *, by: str = "") -> tuple[str, str]:
        """The name of a stream. Raises ValueError unless the topic is declared (by plugin `by`) and the key fits."""
        found = self.get(topic)
        if found is None or (by and found[0].id != by):
            raise ValueError(f"plugin {by} declares no live topic {topic!r}" if by else f"no live topic {topic!r}")
        if len(key) > LONGEST_KEY or not key.isprintable():
            raise ValueError(f"{key!r} cannot be the key of a live topic: at most {LONGEST_KEY} printable characters")
        return topic, key
