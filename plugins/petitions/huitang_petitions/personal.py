"""The columns that hold personal data, or what petitioners and offices wrote."""

from __future__ import annotations

from huitang_sdk.declare import PersonalColumn

COLUMNS = (
    PersonalColumn("supervision", "note", "text"),
    PersonalColumn("supervision", "answer", "text"),
    PersonalColumn("event", "note", "text"),
    PersonalColumn("extension", "reason", "text"),
)
