"""The result sheet of one vote 表决结果单: every attempt, the numbers, the verdict with its articles, the root hash."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from huitang_conference.services.papers import words
from huitang_conference.services.papers.gathering import Gathered, Row, head_of

NONE = "—"


def result_values(found: Gathered, poll_id: UUID) -> dict[str, Any]:
    """What the templates of the result sheet are filled with. Raises NotFound."""
    poll = found.poll(poll_id)
    attempts = found.attempts(poll)
    verdict: Row = poll["result"].get("verdict", {})
    reasons = verdict.get("reasons", [])
    return head_of(found) | {
        "item": found.item_title(poll["item_id"]),
        "title": poll["title"],
        "text": poll["text"],
        "kind": words.KINDS[poll["kind"]],
        "names": [name["name"] for name in poll["names"]],
        "date": words.day(poll["closed_at"] or poll["opened_at"]),
        "manner": manner_of(poll),
        "members": poll["members_total"],
        "present_at_open": NONE if poll["present_at_open"] is None else poll["present_at_open"],
        "present_at_close": NONE if poll["present_at_close"] is None else poll["present_at_close"],
        "quorum": verdict.get("quorum", {}).get("needed", NONE),
        "counts": counts_of(poll),
        "others": _others(poll),
        "majority": verdict.get("majority", {}).get("zh", ""),
        "needed": NONE if verdict.get("needed") is None else verdict["needed"],
        "verdict": verdict_of(poll),
        "reasons": [{"text": reason["zh"], "article": reason["article"]} for reason in reasons],
        "warnings": [warning["zh"] for warning in verdict.get("warnings", [])],
        "articles": list(verdict.get("articles", [])),
        "amendments": [
            {"title": row["title"], "verdict": verdict_of(row)}
            for row in found.polls
            if row["amends_id"] in {attempt["id"] for attempt in attempts}
        ],
        "attempts": [_attempt(number, row, attempts) for number, row in enumerate(attempts, 1)],
        "is_repeated": len(attempts) > 1,
        "named": _named(found, poll),
        "root": words.grouped(root_of(poll)),
        "records": poll["log_sequence"],
    }


def manner_of(poll: Row) -> str:
    """无记名按表决器, 记名按表决器, 举手; and hands beside the keys."""
    if poll["manner"] == "hands":
        return words.BY_HANDS
    remote = "（远程出席人员举手）" if poll["hands"] else ""
    return words.SECRECY[poll["secrecy"]] + remote


def verdict_of(poll: Row) -> str:
    """通过, 未通过, 无效; a vote that was broken off has none."""
    return str(poll["result"].get("verdict", {}).get("verdict", "未完成"))


def root_of(poll: Row) -> str:
    """The hash of the record that closed the vote, or of the last one of a vote that was broken off."""
    return str(poll["result"].get("root") or (poll["log_hash"].hex() if poll["log_hash"] else ""))


def counts_of(poll: Row) -> dict[str, Any]:
    """The numbers that are printed. 未按 stands apart from 弃权, a fault from both; by hands there are no keys."""
    counts: Row = poll["result"].get("counts", {})
    if not counts:
        return dict.fromkeys(("for", "against", "abstain", "not_pressed", "fault", "left", "by_hand"), NONE)
    chosen = {name: counts.get(name, 0) for name in words.CHOICES}
    if poll["manner"] == "hands":
        silent = max((poll["present_at_close"] or 0) - sum(chosen.values()), 0)
        return chosen | {"not_pressed": NONE, "fault": NONE, "left": NONE, "by_hand": silent}
    return chosen | {name: counts.get(name, 0) for name in ("not_pressed", "fault", "left", "by_hand")}


def _others(poll: Row) -> str:
    """Who could vote by key and is in none of the numbers above."""
    if poll["manner"] == "hands":
        return ""
    counts: Row = poll["result"].get("counts", {})
    told = (("left", "表决期间离席"), ("by_hand", "远程出席而未表示"))
    return "；".join(f"{word} {counts[name]} 人" for name, word in told if counts.get(name))


def _attempt(number: int, poll: Row, attempts: list[Row]) -> dict[str, Any]:
    """One line of the table of attempts; `reason` is why it did not stand."""
    follower = attempts[number] if number < len(attempts) else None
    reason = poll["void_reason"] or (follower["repeat_reason"] if follower else "")
    return {
        "number": number,
        "manner": manner_of(poll),
        "opened": words.clock(poll["opened_at"], seconds=True),
        "closed": words.clock(poll["closed_at"], seconds=True),
        "counts": counts_of(poll),
        "verdict": verdict_of(poll),
        "reason": reason,
        "root": words.grouped(root_of(poll)),
    }


def _named(found: Gathered, poll: Row) -> list[dict[str, Any]]:
    """Who pressed what, of a vote by name only."""
    if poll["secrecy"] != "open" or poll["manner"] != "key":
        return []
    pressed = [row for row in found.presses if row["poll_id"] == poll["id"]]
    return [
        {"choice": word, "names": [row["name"] for row in pressed if row["choice"] == choice]}
        for choice, word in words.CHOICES.items()
        if any(row["choice"] == choice for row in pressed)
    ]
