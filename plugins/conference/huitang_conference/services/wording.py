"""Codes of the data as words for people."""

from __future__ import annotations

from huitang_sdk.i18n import Translator

_ = Translator("conference")

_WORDS = {
    # bodies and sittings
    "standing_committee": "Standing committee",
    "presidium": "Presidium",
    "council_of_chairs": "Council of chairs",
    "congress": "Congress",
    "plenary": "Plenary sitting",
    "joint": "Joint sitting",
    "group": "Group sitting",
    # states of a meeting
    "draft": "being prepared",
    "convened": "convened",
    "open": "in session",
    "adjourned": "adjourned",
    "closed": "closed",
    "archived": "archived",
    # people
    "member": "Member",
    "observer": "Observer",
    "staff": "Staff",
    # presence, and how it came about
    "expected": "not there yet",
    "present": "present",
    "away": "out for a while",
    "left": "left",
    "excused": "excused",
    "seat": "at the seat",
    "card": "by card",
    "qr": "by QR code",
    "makeup": "made up for",
    "resumed": "after the adjournment",
    # agenda
    "item-report": "Report",
    "item-motion": "Motion",
    "item-appointment": "Appointments",
    "item-election": "Election",
    "item-other": "Other business",
    "item-proposed": "waits for the chair's consent",
    "item-refused": "not put on the agenda",
    "item-pending": "to come",
    "item-current": "in hand",
    "item-done": "finished",
    "item-deferred": "deferred",
    "to-members": "Members only",
    "to-attendees": "Everybody who attends",
    "to-staff": "Staff only",
    # seats and leave
    "seat-seat": "Seat",
    "seat-chair": "Presidium",
    "seat-podium": "Podium",
    "leave-asked": "Leave asked for",
    "leave-granted": "Leave granted",
    "leave-refused": "Leave refused",
    "leave-withdrawn": "Taken back",
}


def word(code: str) -> str:
    """A code in the reader's language; "" stays ""."""
    return _(_WORDS[code]) if code in _WORDS else code


def choices(*codes: str) -> list[tuple[str, str]]:
    """(code, word) pairs for a select."""
    return [(code, word(code)) for code in codes]
