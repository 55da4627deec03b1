"""The record of speeches 发言记录: what was said on each item, how long, and whether the speaker stands by it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from huitang_conference.services.papers import words
from huitang_conference.services.papers.gathering import Gathered, Row, head_of, titled


def speech_values(found: Gathered) -> dict[str, Any]:
    """What the templates of the record of speeches are filled with."""
    items = [(titled(item), item["id"]) for item in found.items] + [("其他发言", None)]
    sections = [
        {"title": title, "speeches": speeches}
        for title, item_id in items
        if (speeches := [_speech(row) for row in found.speeches if row["item_id"] == item_id])
    ]
    meeting = found.meeting
    return head_of(found) | {
        "time": words.span(meeting["opened_at"] or meeting["starts_at"], meeting["closed_at"]),
        "date": words.day(meeting["opened_at"] or meeting["starts_at"]),
        "sitting": words.SITTINGS.get(meeting["sitting"], ""),
        "sections": sections,
        "times": _times(found),
        "unconfirmed": sum(row["confirmed_at"] is None for row in found.speeches),
    }


def _speech(row: Row) -> dict[str, Any]:
    allowed = row["allowed_seconds"]
    limit = None if allowed is None else allowed + row["extended_seconds"]
    over = limit is not None and row["spoken"] is not None and row["spoken"] > limit
    kind = words.SPEECHES[row["kind"]]
    return {
        "name": row["name"],
        "title": row["title"],
        "kind": kind if row["kind"] == "interposition" else f"{words.ordinal(row['ordinal'])}{kind}",
        "start": words.clock(row["started_at"]),
        "end": words.clock(row["ended_at"]),
        "spoken": words.duration(row["spoken"]),
        "allowed": "不限时" if allowed is None else f"限时{words.duration(allowed)}",
        "extended": words.duration(row["extended_seconds"]) if row["extended_seconds"] else "",
        "over": words.duration(row["spoken"] - limit) if over and limit is not None else "",
        "paragraphs": [line.strip() for line in row["record"].splitlines() if line.strip()],
        "confirmed": words.moment(row["confirmed_at"]),
    }


def _times(found: Gathered) -> list[dict[str, Any]]:
    """Speeches and total time per person, the longest first."""
    total: dict[Any, list[int]] = defaultdict(list)
    names = {row["attendee_id"]: row["name"] for row in found.speeches}
    for row in found.speeches:
        total[row["attendee_id"]].append(row["spoken"] or 0)
    ranked = sorted(total.items(), key=lambda entry: (-sum(entry[1]), names[entry[0]]))
    return [
        {"name": names[one], "speeches": len(spoken), "time": words.duration(sum(spoken))} for one, spoken in ranked
    ]
