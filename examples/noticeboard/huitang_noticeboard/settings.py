"""Section [plugins.noticeboard]."""

from __future__ import annotations

from msgspec import Struct


class NoticeboardSettings(Struct, frozen=True):
    """`days_up`: how many days a notice stays up when its author names no last day."""

    days_up: int = 30
