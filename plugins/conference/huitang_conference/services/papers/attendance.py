"""Who was there 出缺席名单: of all members, and of those who attend without a vote."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from huitang_conference.services.papers import words
from huitang_conference.services.papers.gathering import Gathered, Row, head_of

THERE = ("present", "away", "left")


def attendance_values(found: Gathered) -> dict[str, Any]:
    """What the templates of the attendance list are filled with."""
    persons = attendance_of(found)
    members = [person for person in persons if person["role"] == "member"]
    observers = [person for person in persons if person["role"] == "observer"]
    meeting = found.meeting
    by_state = {state: [p["name"] for p in members if p["state"] == state] for state in (words.EXCUSED, words.ABSENT)}
    there = sum(person["was_there"] for person in members)
    return head_of(found) | {
        "time": words.span(meeting["opened_at"] or meeting["starts_at"], meeting["closed_at"]),
        "date": words.day(meeting["opened_at"] or meeting["starts_at"]),
        "members": members,
        "observers": observers,
        "counts": {
            "expected": meeting["members_total"] or len(members),
            "present": there,
            "late": sum(person["state"] == words.LATE for person in members),
            "excused": len(by_state[words.EXCUSED]),
            "absent": max((meeting["members_total"] or len(members)) - there - len(by_state[words.EXCUSED]), 0),
            "observers": sum(person["was_there"] for person in observers),
        },
        "excused": by_state[words.EXCUSED],
        "absent": by_state[words.ABSENT],
    }


def attendance_of(found: Gathered) -> list[dict[str, Any]]:
    """Everybody who was called, in the order of the list: whether there, since when, how, and away when."""
    events: dict[UUID, list[Row]] = defaultdict(list)
    for event in found.events:
        events[event["attendee_id"]].append(event)
    reasons = {leave["attendee_id"]: leave["reason"] for leave in found.leaves}
    numbers: dict[str, int] = defaultdict(int)
    persons = []
    for row in found.attendees:
        numbers[row["role"]] += 1
        own = events[row["id"]]
        first = next((event for event in own if event["presence"] == "present"), None)
        was_there = first is not None or row["presence"] in THERE
        reason = reasons.get(row["id"], "")
        persons.append(
            {
                "number": numbers[row["role"]],
                "name": row["name"],
                "title": row["title"],
                "role": row["role"],
                "seat": row["seat"] or "",
                "state": _state(row, was_there, bool(reason)),
                "was_there": was_there,
                "at": words.clock(first["at"] if first else row["presence_at"] if was_there else None),
                "how": words.HOW.get(first["how"] if first else row["presence_how"], "") if was_there else "",
                "note": _note(found, row, own, was_there, reason),
            }
        )
    return persons


def _state(row: Row, was_there: bool, has_leave: bool) -> str:
    if was_there:
        return words.LATE if row["is_late"] else words.PRESENT
    return words.EXCUSED if has_leave or row["presence"] == "excused" else words.ABSENT


def _note(found: Gathered, row: Row, events: list[Row], was_there: bool, reason: str) -> str:
    """Why not there, or away from when to when: leaving at the end of the meeting is no leaving."""
    if not was_there:
        return reason
    notes = ["远程出席"] if row["is_remote"] else []
    gone = None
    for event in events:
        if event["presence"] in ("away", "left"):
            gone = gone or event["at"]
        elif event["presence"] == "present" and gone is not None:
            notes.append(f"{words.clock(gone)}—{words.clock(event['at'])}离席")
            gone = None
    closed = found.meeting["closed_at"]
    if gone is not None and (closed is None or gone < closed):
        notes.append(f"{words.clock(gone)}离席")
    return "；".join(notes)
