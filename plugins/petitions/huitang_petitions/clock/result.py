"""What the clock answers; every field as it is printed."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from huitang_petitions.clock.days import Unit
from huitang_sdk.cases import Text

State = Literal["not_started", "running", "extended", "paused", "met", "late", "met_late", "expired", "void", "unknown"]


class Extended(Struct, frozen=True, kw_only=True):
    """An extension that took effect."""

    days: int
    unit: Unit
    at: date
    approver: str
    path: str


class LimitResult(Struct, frozen=True, kw_only=True):
    """One limit of the case. `days_left` is in `unit_left`; `days_late` in calendar days."""

    id: str
    title: Text
    kind: str
    round: int
    organ: str | None
    state: State
    state_text: Text
    start: date | None = None
    start_event: str | None = None
    due: date | None = None
    due_if_resumed_today: date | None = None
    length: int
    unit: Unit
    days_left: int | None = None
    unit_left: Literal["natural", "working"] = "natural"
    days_late: int = 0
    paused_days: int = 0
    extensions: tuple[Extended, ...] = ()
    ended_on: date | None = None
    ended_by: str | None = None
    mark: Literal["green", "yellow", "red"] | None = None
    rolled: bool = False
    article: str
    source: str
    verified: bool
    who: Text
    says: Text
    next: Text | None = None


class Due(Struct, frozen=True, kw_only=True):
    """When one limit that has begun ends, and how it stands: a `LimitResult` without words.

    While it runs, its mark is yellow from `yellow_on` and red from `red_on`: these days stay the same, whatever day it
    is, until something happens to the case.
    """

    limit: str
    round: int
    organ: str | None
    kind: str
    state: State
    start: date
    due: date | None
    ended_on: date | None
    yellow_on: date | None
    red_on: date | None


class Step(Struct, frozen=True, kw_only=True):
    """Something to do now."""

    limit: str
    organ: str | None
    due: date | None
    mark: str | None
    who: Text
    zh: str
    en: str


class Remark(Struct, frozen=True, kw_only=True):
    """A warning, or why an event has no effect; `path` is its place in the case, or ""."""

    code: str
    path: str
    zh: str
    en: str
    article: str = ""


class ProfileInfo(Struct, frozen=True, kw_only=True):
    """The profile the result rests on."""

    id: str
    title: Text
    verified: bool
    valid_from: date | None
    valid_to: date | None
    note: Text


class Result(Struct, frozen=True, kw_only=True):
    """Every limit of a case, what to do next, which events have no effect and why, and what to confirm."""

    profile: ProfileInfo
    now: date
    kind: str
    title: str
    limits: tuple[LimitResult, ...]
    next: tuple[Step, ...]
    refused: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    articles: tuple[str, ...]
