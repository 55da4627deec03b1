"""How clients name what they want to hear, and where they were: `topic=conference.hall:KEY`, `since=12.-`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from huitang_kernel.live.catalogue import LONGEST_KEY
from huitang_kernel.live.store import Name
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import Translator

_ = Translator("live")
NOWHERE = "-"
TOPIC = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")
POSITIONS = re.compile(r"(\d{1,18}|-)(\.(\d{1,18}|-))*")


def read_names(texts: Sequence[str], most: int) -> list[Name]:
    """The topics of a request, each once, in order. Raises Invalid.

    >>> read_names(["conference.hall:7", "notifications.inbox"], 9)
    [('conference.hall', '7'), ('notifications.inbox', '')]
    """
    names = list(dict.fromkeys(read_name(*text.partition(":")[::2]) for text in texts))
    if not 0 < len(names) <= most:
        raise Invalid(_("Name the topics to hear, {most} at most: ?topic=plugin.topic:key", most=most))
    return names


def read_name(topic: str, key: str) -> Name:
    """One topic and its key. Raises Invalid unless they look like it."""
    if not TOPIC.fullmatch(topic) or len(topic) > 100 or len(key) > LONGEST_KEY or not key.isprintable():
        raise Invalid(_("“{topic}” is not the name of a topic.", topic=topic[:100]))
    return topic, key


def read_positions(text: str, names: Sequence[Name]) -> list[int | None]:
    """Where the client was in each topic; None: nowhere yet. Raises Invalid.

    >>> read_positions("12.-", [("a.b", ""), ("c.d", "")]), read_positions("", [("a.b", "")])
    ([12, None], [None])
    """
    if not text:
        return [None] * len(names)
    parts = text.split(".")
    if not POSITIONS.fullmatch(text) or len(parts) != len(names):
        raise Invalid(_("The positions do not fit the topics: leave them out to hear from now on."))
    return [None if part == NOWHERE else int(part) for part in parts]


def write_positions(positions: Sequence[int | None]) -> str:
    """The opposite: what an SSE event carries as its id."""
    return ".".join(NOWHERE if position is None else str(position) for position in positions)
