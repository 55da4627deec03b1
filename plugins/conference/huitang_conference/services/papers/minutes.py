"""The draft of the minutes 会议纪要草稿: from agenda, attendance, speeches and votes; people finish it."""

from __future__ import annotations

from typing import Any

from huitang_conference.services.papers import words
from huitang_conference.services.papers.attendance import attendance_values
from huitang_conference.services.papers.gathering import Gathered, Row, titled
from huitang_conference.services.papers.result_sheet import counts_of, manner_of, verdict_of


def minutes_values(found: Gathered) -> dict[str, Any]:
    """What the templates of the minutes are filled with."""
    attendance = attendance_values(found)
    kept = ("heading", "body", "place", "chair", "is_rehearsal", "time", "date", "counts", "excused", "absent")
    items = [
        {
            "title": titled(item),
            "presenter": item["presenter"],
            "text": item["text"],
            "speakers": _speakers(found, item),
            "decisions": [decision(found, poll) for poll in found.last_polls(item["id"])],
            "documents": [row["title"] for row in found.documents if row["item_id"] == item["id"]],
            "deferred": item["state"] == "deferred",
        }
        for item in found.items
    ]
    return {name: attendance[name] for name in kept} | {
        "observers": [person["name"] for person in attendance["observers"] if person["was_there"]],
        "items": items,
        "others": [decision(found, poll) for poll in found.last_polls(None)],
    }


def decision(found: Gathered, poll: Row) -> str:
    """One vote in a sentence."""
    if poll["state"] == "void":
        return f"对《{poll['title']}》的表决中止（{poll['void_reason']}），未形成结果。"
    if poll["kind"] == "election":
        return _election(poll)
    counts, attempts = counts_of(poll), found.attempts(poll)
    before = f"经第{len(attempts)}次表决，" if len(attempts) > 1 else ""
    numbers = [f"赞成 {counts['for']} 票", f"反对 {counts['against']} 票", f"弃权 {counts['abstain']} 票"]
    for name, word in (("not_pressed", "未按表决器"), ("fault", "设备故障")):
        if isinstance(counts[name], int) and counts[name]:
            numbers.append(f"{word} {counts[name]} 人")
    names = words.listed([name["name"] for name in poll["names"]])
    subject = f"{poll['title']}（{names}）" if names else poll["title"]
    verdict = verdict_of(poll)
    told = "表决无效" if verdict == "无效" else f"表决{verdict}"
    return f"{before}会议以{manner_of(poll)}方式，{'，'.join(numbers)}，{told}：{subject}。"


def _election(poll: Row) -> str:
    count = poll["result"].get("election", {})
    if count.get("outcome") == "void":
        return f"{poll['title']}：选举无效。"
    votes = {row["name"]: row["for"] for row in count.get("candidates", [])}
    elected = [f"{name}（{votes.get(name, 0)} 票）" for name in count.get("elected", [])]
    told = f"当选：{words.listed(elected)}" if elected else "没有人当选"
    following = count.get("next", {})
    more = f"。{following['zh']}" if following.get("kind", "none") != "none" else ""
    return f"{poll['title']}：{told}{more}。"


def _speakers(found: Gathered, item: Row) -> list[str]:
    names = [row["name"] for row in found.speeches if row["item_id"] == item["id"] and row["kind"] == "speech"]
    return list(dict.fromkeys(names))
