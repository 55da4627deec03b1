"""The messages of the terminal protocol, version 1: docs/conference/terminal-protocol.md in types.

What a terminal sends is decoded strictly, once; optional fields may be left out, and fields we do not know are ignored.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

VERSION = 1
SUBPROTOCOL = "huitang.terminal.v1"
MESSAGE_BYTES = 16 * 1024
"""The longest message a terminal may send."""

Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
"""The terminal's own name of a message: a message sent again under the same id is the same message."""
Short = Annotated[str, Meta(max_length=200)]


class Request(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Whatever a terminal sends; it is answered exactly once, by `Ack` or `Refused` (`Ping` by `Pong`)."""

    id: Id


class Hello(Request, frozen=True, kw_only=True, tag="hello"):
    """Who the terminal is. Not required; it changes what the operator's desk shows, nothing else."""

    versions: Annotated[tuple[int, ...], Meta(max_length=16)] = (VERSION,)
    client: Short = ""
    """Make, model and version: "seat-page/1.4", "hall-gateway/2.0"."""
    capabilities: Annotated[list[Short], Meta(max_length=32)] = []
    """Of "touch", "keys", "card", "display", "lamp", "microphone"."""
    last_sequence: int = 0


class CheckIn(Request, frozen=True, kw_only=True, tag="checkin"):
    """The attendee of this seat is here."""


class Leave(Request, frozen=True, kw_only=True, tag="leave"):
    """Out of the hall for a while; the quorum counts it."""

    reason: Short = ""


class Return(Request, frozen=True, kw_only=True, tag="return"):
    """Back in the hall."""


class PressKey(Request, frozen=True, kw_only=True, tag="press"):
    """A vote. `id` is the name of the press: sent again it is the same press and gets the same receipt."""

    poll: UUID
    number: Annotated[int, Meta(ge=1, le=1_000_000)]
    """Counts the presses of this terminal in this poll, from 1."""
    choice: str | dict[str, Any]
    """"for", "against" or "abstain"; of an election the ballot, as an object."""


class Speak(Request, frozen=True, kw_only=True, tag="speak"):
    """Ask for the floor, on the agenda item in hand; or to interpose a word."""

    kind: Literal["speech", "interposition"] = "speech"


class Unspeak(Request, frozen=True, kw_only=True, tag="unspeak"):
    """Take the request back."""


class ConfirmSpeech(Request, frozen=True, kw_only=True, tag="confirm_speech"):
    """The speaker has read the record of the speech and agrees with it."""

    speech: UUID


class Call(Request, frozen=True, kw_only=True, tag="call"):
    """Call for service: "staff", "water", "device" or "paper"."""

    what: Annotated[str, Meta(min_length=1, max_length=40)]


class Ping(Request, frozen=True, kw_only=True, tag="ping"):
    """Is anybody there? `t` comes back untouched."""

    t: float = 0.0


FromTerminal = Hello | CheckIn | Leave | Return | PressKey | Speak | Unspeak | ConfirmSpeech | Call | Ping


class Seat(Struct, frozen=True, kw_only=True):
    id: UUID
    label: str
    kind: str
    """"seat", "chair" or "podium"."""


class Attendee(Struct, frozen=True, kw_only=True):
    """Whose name the terminal shows."""

    id: UUID
    name: str
    title: str
    role: str
    """"member" votes, "observer" speaks, "staff" does neither."""
    is_chair: bool
    is_remote: bool


class Pressed(Struct, frozen=True, kw_only=True):
    """That this attendee has pressed in `poll`; never what."""

    poll: UUID
    receipt: str
    number: int = 1


class ToConfirm(Struct, frozen=True, kw_only=True):
    """A speech whose record waits for the speaker's word."""

    speech: UUID
    item: str
    record: str


class Mine(Struct, frozen=True, kw_only=True):
    """What concerns this terminal's attendee alone. `press` counts only while its poll is the one in the state."""

    presence: str
    """"expected", "present", "away", "left" or "excused"."""
    press: Pressed | None = None
    has_fault: bool = False
    """The operator has said that this seat's device does not work."""
    to_confirm: list[ToConfirm] = []


class Notice(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Whatever a terminal is sent."""


class Limits(Struct, frozen=True, kw_only=True):
    message_bytes: int
    per_second: float
    burst: int


class Welcome(Notice, frozen=True, kw_only=True, tag="welcome"):
    """The first message, and again whenever the meeting, the seat or its attendee is another one: replaces all that
    was known.
    """

    v: int
    session: str
    meeting: UUID | None
    """None: no meeting at this seat now; stay connected, the next welcome tells."""
    seat: Seat | None
    attendee: Attendee | None
    mine: Mine | None
    sequence: int
    state: msgspec.Raw
    """The state of the hall (`HallState`), or null."""
    server_time: datetime
    retry_ms: int
    """How long to wait, at first, before connecting again after a lost connection."""
    limits: Limits


class State(Notice, frozen=True, kw_only=True, tag="state"):
    """The state of the hall, whole; the newest is all one needs. `sequence` only ever grows within a meeting."""

    sequence: int
    state: msgspec.Raw


class MineNow(Notice, frozen=True, kw_only=True, tag="mine"):
    mine: Mine


class Ack(Notice, frozen=True, kw_only=True, tag="ack"):
    """Done, and stored before this was sent."""

    id: str
    repeat: bool = False
    """It had been done before; nothing was done twice."""
    receipt: str | None = None
    """Of a press: of the one that counts."""
    counted: str | None = None
    """The id of the press that counts for this voter; another one where only the first counts and there was one."""
    speech: UUID | None = None
    """Of a request to speak."""
    mine: Mine | None = None


class Refused(Notice, frozen=True, kw_only=True, tag="refused"):
    """Not done. `code` is one of the list in the documentation; `message` has the words for people, by language."""

    id: str | None
    code: str
    message: dict[str, str]
    article: str = ""
    """The rule that forbids it, if one does."""


class Pong(Notice, frozen=True, kw_only=True, tag="pong"):
    id: str
    t: float
    server_time: datetime


class Bye(Notice, frozen=True, kw_only=True, tag="bye"):
    """The last message. `retry_ms` None: connecting again would not help."""

    reason: str
    """"restart", "moved", "revoked", "version", "hostile" or "slow"."""
    retry_ms: int | None
    versions: tuple[int, ...] = (VERSION,)


FromServer = Welcome | State | MineNow | Ack | Refused | Pong | Bye
