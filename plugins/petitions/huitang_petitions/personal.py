"""The columns that hold personal data, or what petitioners and offices wrote: sealed, some found by blind indexes."""

from __future__ import annotations

from huitang_sdk.declare import PersonalColumn

COLUMNS = (
    PersonalColumn("petitioner", "name", "name", index="name_index"),
    PersonalColumn("petitioner", "phone", "phone", index="phone_index"),
    PersonalColumn("petitioner", "id_number", "id", index="id_index"),
    PersonalColumn("petitioner", "address", "address"),
    PersonalColumn("petitioner", "open_id", "text", index="open_id_index"),
    PersonalColumn("matter", "subject", "text"),
    PersonalColumn("matter", "body", "text"),
    PersonalColumn("matter", "place", "address"),
    PersonalColumn("matter", "earlier", "text"),
    PersonalColumn("accused", "name", "name", index="name_index"),
    PersonalColumn("recusal", "reason", "text"),
    PersonalColumn("paper", "name", "text"),
    PersonalColumn("message", "text", "text"),
    PersonalColumn("draft", "content", "text"),
    PersonalColumn("supervision", "note", "text"),
    PersonalColumn("supervision", "answer", "text"),
    PersonalColumn("event", "note", "text"),
    PersonalColumn("extension", "reason", "text"),
    PersonalColumn("feature", "features", "text"),
    PersonalColumn("rating", "comment", "text"),
    PersonalColumn("rating", "invalid_reason", "text"),
    PersonalColumn("visit", "note", "text"),
    PersonalColumn("report_draft", "words", "text"),
    PersonalColumn("report", "content", "text"),
)
