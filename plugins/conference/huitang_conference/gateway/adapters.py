"""The seam for a hall's existing devices: what an adapter has to do, and nothing about how its devices do it.

An adapter translates. From the hall: "key 1 at place A12" becomes an event; to the hall: "recorded" becomes a lamp. The
gateway around it speaks the terminal protocol, one connection for each place, so that everything holds for old devices
that holds for new ones: identity by seat, one answer to each press, presses sent again after a lost connection.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal, Protocol

from msgspec import Struct

Key = Literal["for", "against", "abstain"]


class KeyPressed(Struct, frozen=True):
    """A voting key went down."""

    place: str
    key: Key


class CardShown(Struct, frozen=True):
    """Somebody put a card into the reader of a place, or pressed its check-in key: the seat's attendee is here."""

    place: str


class FloorAsked(Struct, frozen=True):
    """The request key: asks for the floor; pressed again, takes the request back."""

    place: str


class ServiceCalled(Struct, frozen=True):
    place: str
    what: str = "staff"


class Lost(Struct, frozen=True):
    """The controller says that a device does not answer; nothing else is heard from this place until it does."""

    place: str


FromHall = KeyPressed | CardShown | FloorAsked | ServiceCalled | Lost


class Lamp(Struct, frozen=True):
    """What a place shows. `recorded` follows the server's acknowledgement, never the key: what is lit is stored."""

    place: str
    state: Literal["off", "open", "recorded", "refused", "speaking"]


class Words(Struct, frozen=True):
    """A line for a place's display; empty to clear it."""

    place: str
    text: str


ToHall = Lamp | Words


class HallAdapter(Protocol):
    """One existing system. Written by whoever has its manual; see docs/conference/existing-devices.md.

    `open` connects, or raises OSError; then the gateway shows what every place has to show. `events` yields each event
    as soon as it happened, at most once, until the system is gone, then raises OSError; the gateway opens it again.
    `show` may be called while `events` waits. None of them may block the loop.
    """

    async def open(self) -> None: ...

    def events(self) -> AsyncIterator[FromHall]: ...

    async def show(self, what: ToHall) -> None: ...

    async def close(self) -> None: ...
