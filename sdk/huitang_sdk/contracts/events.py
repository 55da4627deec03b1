"""Typed events: facts in the past tense, written with the change they tell of and delivered after its commit.

    class NoticePublished(Event, frozen=True, tag="noticeboard.notice.published"):
        notice_id: UUID

The tag is the event's name: plugin id, noun, past-tense verb. Fields are what JSON can carry (str, int, UUID, date …);
adding a field with a default is safe, renaming or removing one is not.
"""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from msgspec import Struct


class Event(Struct, frozen=True, kw_only=True, tag_field="event"):
    """Base of all events."""

    @classmethod
    def event_name(cls) -> str:
        """The tag, for instance "noticeboard.notice.published"."""
        return str(cls.__struct_config__.tag)


E = TypeVar("E", bound=Event)


class Delivery(Struct, frozen=True):
    """What a handler knows of the delivery at hand.

    Delivery is at least once: `event_id` is the same on every attempt, so a consumer can use it as an idempotency key.
    """

    event_id: UUID
    attempt: int
    actor_id: UUID | None
    """The account or device that caused the event; None for the platform itself."""
