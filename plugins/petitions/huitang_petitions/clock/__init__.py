"""The clock of statutory limits: pure functions of data, no database, no server."""

from huitang_petitions.clock.case import Case, GivenEvent, clock_case
from huitang_petitions.clock.engine import clock, due_dates, profile_of
from huitang_petitions.clock.profile import EventKind, Extension, Limit, Marks, Pause, Profile
from huitang_petitions.clock.profiles import (
    ProfileError,
    builtin_profiles,
    event_kinds,
    parse_profile,
    profile_from,
)
from huitang_petitions.clock.result import Due, LimitResult, Remark, Result

__all__ = [
    "Case",
    "Due",
    "EventKind",
    "Extension",
    "GivenEvent",
    "Limit",
    "LimitResult",
    "Marks",
    "Pause",
    "Profile",
    "ProfileError",
    "Remark",
    "Result",
    "builtin_profiles",
    "clock",
    "clock_case",
    "due_dates",
    "event_kinds",
    "parse_profile",
    "profile_from",
    "profile_of",
]
