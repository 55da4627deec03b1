"""Live topics: what has just changed, told to whoever is looking at it, on every node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from msgspec import Struct


class LiveMessage(Struct, frozen=True):
    """One message of a topic, as it is heard."""

    topic: str
    """The declared topic: "conference.hall"."""
    key: str
    """Which one of its kind: a meeting's id; "" for the only one."""
    sequence: int
    """Counts up by one per (topic, key), from 1; of a gap the newest there is; 0 for a passing hint."""
    data: Any = None
    """What JSON can carry; None with `is_gap`."""
    is_gap: bool = False
    """Something was missed: read again what the topic tells of."""
    encoded: bytes = b""
    """The JSON that clients of `/live/` are sent, made once per process, however many hear it."""

    @property
    def is_hint(self) -> bool:
        """True for what `passing` told: best effort, outside the sequence."""
        return self.sequence == 0 and not self.is_gap


class Live(Protocol):
    """Telling and hearing live; `ctx.live`. A plugin publishes its own topics only and may hear any that is declared.

    Raises ValueError for a topic that is not declared and for a key that is longer than 200 characters or not
    printable.
    """

    async def publish(self, topic: str, key: str, data: Mapping[str, Any]) -> None:
        """Tell a change, inside `ctx.db.write`: heard after the commit, in the order of commits, on every node.

        Raises RuntimeError outside a write. A write that is rolled back tells nothing.

            async with ctx.db.write(actor) as write:
                await write.audit("noticeboard.notice.published", Ref("noticeboard.notice", notice.id))
                await ctx.live.publish("noticeboard.notices", "", {"id": notice.id})
        """

    def subscribe(self, topic: str, key: str, receive: Callable[[LiveMessage], None]) -> Callable[[], None]:
        """Hear a topic in this process; returns the function that ends it.

        `receive` is a plain quick function, called in the event loop, in order. It is the plugin's own code: nobody's
        permission is asked. Subscriptions of a plugin end when it is disabled.
        """

    async def position(self, topic: str, key: str) -> int:
        """The newest sequence (0 before the first): read it before the state, then hand both to a client."""

    async def passing(self, topic: str, key: str, data: Mapping[str, Any]) -> None:
        """Tell every node something that may be missed ("7 of 60 have pressed"): not stored, not counted, not repeated.

        How often is the caller's to limit. Raises ValueError above 6 kB.
        """

    async def recheck(self, topic: str, key: str) -> None:
        """Say that `LiveTopic.may` would answer differently now: everybody who hears the topic is asked again.

        Belongs inside the `ctx.db.write` that changed the answer. Roles, sessions and switches need no call.
        """
