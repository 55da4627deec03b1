"""A crontab line in words, for operators who do not read crontab. What has no simple words stays as it is."""

from __future__ import annotations

import re

from huitang_kernel.scheduling.cron import WEEKDAYS
from huitang_sdk.i18n import Translator

_ = Translator("scheduling")


def in_words(cron: str) -> str:
    """ "5 0 * * *" → "Every day at 00:05"; "" → that it only runs when asked or at set dates."""
    if not cron:
        return _("When asked, or at set dates")
    minute, hour, day, month, weekday = cron.lower().split()
    if (day, month, weekday) == ("*", "*", "*"):
        return _within_day(minute, hour) or cron
    at = _clock(minute, hour)
    if not at:
        return cron
    if (day, month) == ("*", "*"):
        return _on_weekdays(weekday, at) or cron
    return (_on_days(day, month, at) if weekday == "*" else "") or cron


def _clock(minute: str, hour: str) -> str:
    return f"{int(hour):02}:{int(minute):02}" if minute.isdigit() and hour.isdigit() else ""


def _within_day(minute: str, hour: str) -> str:
    if at := _clock(minute, hour):
        return _("Every day at {time}", time=at)
    step = re.fullmatch(r"\*/(\d+)", minute)
    hours = re.fullmatch(r"\*/(\d+)", hour)
    if hour == "*":
        if minute == "*":
            return _("Every minute")
        if step:
            return _("Every {count} minutes", count=step[1])
        if minute.isdigit():
            return _("Every hour at minute {minute}", minute=minute)
    if hours and minute.isdigit():
        return _("Every {count} hours at minute {minute}", count=hours[1], minute=minute)
    return ""


def _on_days(day: str, month: str, at: str) -> str:
    if day.isdigit() and month == "*":
        return _("On day {day} of every month at {time}", day=day, time=at)
    if day.isdigit() and month.isdigit():
        return _("Every year on {month}-{day} at {time}", month=f"{int(month):02}", day=f"{int(day):02}", time=at)
    return ""


def _on_weekdays(weekday: str, at: str) -> str:
    names = weekday_names()
    if weekday in ("1-5", "mon-fri"):
        return _("Monday to Friday at {time}", time=at)
    days = [names[int(d) % 7] if d.isdigit() else names.get(WEEKDAYS.index(d)) if d in WEEKDAYS else None
            for d in weekday.split(",")]  # fmt: skip
    if any(day is None for day in days):
        return ""
    return _("Every week on {days} at {time}", days=_(", ").join(str(day) for day in days), time=at)


def weekday_names() -> dict[int, str]:
    """Sunday is 0, as in a crontab."""
    return {
        0: _("Sunday"),
        1: _("Monday"),
        2: _("Tuesday"),
        3: _("Wednesday"),
        4: _("Thursday"),
        5: _("Friday"),
        6: _("Saturday"),
    }
