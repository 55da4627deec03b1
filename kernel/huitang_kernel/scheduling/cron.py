"""Crontab lines: five fields, on the wall clock of Asia/Shanghai, with the meaning every crontab gives them.

APScheduler counts weekdays from Monday and wants both day fields to fit; a crontab counts from Sunday (0 or 7) and is
content with either day field when both are restricted. What is declared is a crontab line, so it is translated here.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from huitang_sdk.i18n import TIMEZONE

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS = ("minute", "hour", "day", "month", "day_of_week")
LOOK_BACK = (timedelta(hours=1), timedelta(days=1), timedelta(days=31), timedelta(days=366), timedelta(days=366 * 8))
"""Windows tried one after another to find the last time before a moment, so that frequent jobs cost little."""


@lru_cache(maxsize=512)
def trigger_of(cron: str) -> Any:
    """The APScheduler trigger of a crontab line. Raises ValueError saying what is wrong."""
    values = cron.lower().split()
    if len(values) != len(FIELDS):
        raise ValueError(f"crontab line {cron!r} has {len(values)} fields, not 5 (minute hour day month weekday)")
    minute, hour, day, month, weekday = values
    weekday = _weekdays(cron, weekday)
    common = {"minute": minute, "hour": hour, "month": month, "timezone": TIMEZONE}
    try:
        if day.startswith("*") or weekday.startswith("*"):
            return CronTrigger(day=day, day_of_week=weekday, **common)
        return OrTrigger([CronTrigger(day=day, **common), CronTrigger(day_of_week=weekday, **common)])
    except ValueError as error:
        raise ValueError(f"crontab line {cron!r}: {error}") from error


def _weekdays(cron: str, field: str) -> str:
    """Weekday numbers (0 and 7 are Sunday) as names; ranges over Sunday are written out."""
    if field == "*":
        return field
    found: list[str] = []
    for part in field.split(","):
        match = re.fullmatch(r"(\*|[0-7]|[a-z]{3})(?:-([0-7]|[a-z]{3}))?(?:/([1-7]))?", part)
        if match is None:
            raise ValueError(f"crontab line {cron!r}: weekday {part!r} is not understood (0-7 or sun-sat)")
        first, last, step = match.groups()
        start = 0 if first == "*" else _weekday(cron, first)
        end = 6 if first == "*" else _weekday(cron, last) if last else (6 if step else start)
        length = end - start if end >= start else end - start + 7
        found += [WEEKDAYS[(start + i) % 7] for i in range(0, length + 1, int(step or 1))]
    return ",".join(dict.fromkeys(found))


def _weekday(cron: str, text: str) -> int:
    if text.isdigit():
        return int(text) % 7
    if text not in WEEKDAYS:
        raise ValueError(f"crontab line {cron!r}: there is no weekday {text!r}")
    return WEEKDAYS.index(text)


def next_time(cron: str, after: datetime) -> datetime | None:
    """The first time after a moment (aware), or None when there is none."""
    found: datetime | None = trigger_of(cron).get_next_fire_time(None, after + timedelta(microseconds=1))
    return found


def last_time(cron: str, *, after: datetime, until: datetime) -> datetime | None:
    """The latest time in (after, until], or None: how one finds what was missed while nobody led."""
    for window in LOOK_BACK:
        moment, found = max(after, until - window), None
        while (moment := next_time(cron, moment) or until + window) <= until:
            found = moment
        if found is not None or until - window <= after:
            return found
    return None
