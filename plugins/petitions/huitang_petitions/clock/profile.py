"""What a rule profile says: events that can happen, and limits with their lengths, pauses, extensions and articles."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from huitang_petitions.clock.days import Unit
from huitang_sdk.cases import Text

Length = Annotated[int, Meta(ge=1, le=3660)]
Kind = Literal["appeal", "suggestion", "accusation"]


class EventKind(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that can happen to a case; see `events.toml`."""

    zh: str
    en: str
    rank: int = 45
    repeat: bool = False
    ends: Literal["", "handling", "all"] = ""
    after_end: bool = False
    resumes: bool = False
    aliases: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()

    @property
    def text(self) -> Text:
        return Text(self.zh, self.en)


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text of law, in the version it was read in."""

    title: str
    version: str = ""


class Pause(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stops a limit. `days`: "both" leaves out the days it begins and ends on, "between" the day it begins not."""

    from_: str = msgspec.field(name="from")
    to: str
    days: Literal["both", "between"] = "both"


class Extension(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far and how often a limit can be extended, and what that takes."""

    days: Length
    unit: Literal["", "natural", "working"] = ""
    """Of its days; "": working days for a limit in those, else natural ones."""
    times: Annotated[int, Meta(ge=1, le=9)] = 1
    event: str = "extended"
    approver: bool = True
    reason: bool = True
    article: str = ""
    verified: bool = False
    next: Text = Text("", "")
    """What is said behind the limit's `next` while it can still be extended."""


class Marks(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a running limit turns yellow and red: as many days left in its unit, or so many percent of its length."""

    yellow: int | None = None
    red: int | None = None
    yellow_percent: Annotated[int, Meta(ge=0, le=100)] = 30
    red_percent: Annotated[int, Meta(ge=0, le=100)] = 10

    def mark(self, left: int, length: int) -> str:
        """ "green", "yellow" or "red" for so many days left of so many."""
        yellow, red = self.days(length)
        return "red" if left <= red else "yellow" if left <= yellow else "green"

    def days(self, length: int) -> tuple[int, int]:
        """With how many days left of so many it turns yellow, and red."""
        yellow = -(-length * self.yellow_percent // 100) if self.yellow is None else self.yellow
        return yellow, -(-length * self.red_percent // 100) if self.red is None else self.red


class Limit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One time limit. A "duty" can be late, a "right" only expires."""

    id: str
    title: Text
    start: Annotated[tuple[str, ...], Meta(min_length=1)]
    satisfied_by: Annotated[tuple[str, ...], Meta(min_length=1)]
    length: Length
    unit: Unit = "natural"
    kind: Literal["duty", "right"] = "duty"
    start_day: Literal["at", "delivered"] = "at"
    per_organ: bool = False
    others: bool = False
    """Whether its events may name another organ than the one it began with, as the reviewing one: then they are about
    every organ it runs against."""
    kinds: tuple[Kind, ...] = ()
    """Kinds of petition it holds for; none: all."""
    void_by: tuple[str, ...] = ()
    pauses: tuple[Pause, ...] = ()
    extension: Extension | None = None
    roll: bool | None = None
    """Whether a last day that is not worked moves to the next one that is; None: as the profile says."""
    marks: Marks | None = None
    source: str = ""
    article: str = ""
    verified: bool = False
    note: str = ""
    who: Text = Text("", "")
    next: Text = Text("", "")
    overdue: Text = Text("", "")


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits of one office. `extends` takes those of another profile except `without`; own ones replace."""

    id: str
    title: Text = Text("", "")
    extends: str = ""
    without: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    note: Text = Text("", "")
    roll: bool = False
    marks: Marks = Marks()
    sources: dict[str, Source] = {}
    events: dict[str, EventKind] = {}
    limits: tuple[Limit, ...] = ()
