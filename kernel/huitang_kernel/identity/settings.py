"""Settings of identity: section [plugins.identity]."""

from __future__ import annotations

from msgspec import Struct


class IdentitySettings(Struct, frozen=True):
    """Times in minutes or seconds as the name says.

    A session ends `idle_minutes` after its last request and `absolute_hours` after sign-in at the latest. What a node
    knows of a session is at most `cache_seconds` old even if every notification is lost. After `lock_after` failures a
    name is locked for `lock_seconds`, doubled with every further failure up to `lock_seconds_max`; failures older than
    `lock_forget_hours` do not count. The argon2 numbers are those of RFC 9106: memory in KiB, passes, lanes.
    """

    idle_minutes: int = 120
    absolute_hours: int = 24
    cache_seconds: float = 5.0
    cache_size: int = 20_000
    seen_every_seconds: int = 60
    lock_after: int = 5
    lock_seconds: int = 60
    lock_seconds_max: int = 1800
    lock_forget_hours: int = 24
    enrol_lock_after: int = 20
    """After so many wrong enrolment codes within `lock_seconds` an address has to wait until these are over."""
    resident_idle_minutes: int = 60
    """A resident who did not say that the device is his or her own is signed out after so long without a request."""
    resident_days: int = 30
    """Who said so stays signed in for so long: fewer days than `resident_silence_days`, else whoever comes back when it
    is over counts as silent, though they were here every day. A session says nothing of who holds the number."""
    resident_silence_days: int = 90
    """Who signs in with a number that nobody signed in with for so long may be another person: what is older than this
    sign-in is theirs no longer without a proof. Operators keep a number that was given up for some time before they
    give it to somebody else: not longer than that."""
    resident_code_minutes: int = 10
    """How long a code that was sent to a phone is good."""
    resident_code_tries: int = 5
    """How often it may be mistyped."""
    resident_code_pause_seconds: int = 60
    """A number is sent one code in so long."""
    resident_codes_per_hour: int = 5
    """A number is sent so many codes an hour."""
    resident_codes_per_day: int = 10
    """A number is sent so many codes a day."""
    resident_codes_per_address: int = 30
    """One address may have so many codes sent an hour, to all numbers together: a library's visitors share one."""
    resident_codes_per_minute: int = 300
    """So many codes are sent a minute altogether: what a flood may cost at most."""
    resident_tries_per_address: int = 200
    """One address may try so many codes an hour."""
    password_minimum: int = 10
    argon2_memory_kib: int = 19_456
    argon2_time: int = 2
    argon2_lanes: int = 1
    argon2_threads: int = 4
    """How many passwords are worked on at the same time on one node."""
