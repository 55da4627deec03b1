"""The result sheet of an election 选举结果单: ballots, votes by rank, who is elected, what follows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from huitang_conference.services.papers import words
from huitang_conference.services.papers.gathering import Gathered, Row, head_of
from huitang_conference.services.papers.result_sheet import NONE, root_of


def election_values(found: Gathered, poll_id: UUID) -> dict[str, Any]:
    """What the templates of the election sheet are filled with. Raises NotFound."""
    poll = found.poll(poll_id)
    count: Row = poll["result"].get("election", {})
    ballots: Row = count.get("ballots", {})
    following: Row = count.get("next", {})
    return head_of(found) | {
        "item": found.item_title(poll["item_id"]),
        "title": poll["title"],
        "round": words.ROUNDS.get(count.get("round", "first"), ""),
        "date": words.day(poll["closed_at"] or poll["opened_at"]),
        "opened": words.clock(poll["opened_at"], seconds=True),
        "closed": words.clock(poll["closed_at"], seconds=True),
        "members": poll["members_total"],
        "present": NONE if count.get("present") is None else count["present"],
        "seats": poll["seats"],
        "needed": count.get("needed", NONE),
        "ballots": {
            name: NONE if ballots.get(name) is None else ballots[name]
            for name in ("voters", "returned", "valid", "void", "blank")
        },
        "void_reasons": [
            {"reason": words.VOID_REASONS.get(reason, reason), "count": number}
            for reason, number in ballots.get("void_reasons", {}).items()
        ],
        "standings": [_standing(row) for row in count.get("candidates", [])],
        "elected": list(count.get("elected", [])),
        "tied": list(count.get("tied", [])),
        "selected": list(count.get("selected", [])),
        "outcome": words.OUTCOMES.get(count.get("outcome", ""), "未完成"),
        "next": following.get("zh", "") if following.get("kind", "none") != "none" else "",
        "reasons": [{"text": reason["zh"], "article": reason["article"]} for reason in count.get("reasons", [])],
        "warnings": [warning["zh"] for warning in count.get("warnings", [])],
        "articles": list(count.get("articles", [])),
        "attempts": [
            {"number": number, "closed": words.clock(row["closed_at"], seconds=True), "reason": row["void_reason"]}
            for number, row in enumerate(found.attempts(poll)[:-1], 1)
        ],
        "root": words.grouped(root_of(poll)),
        "records": poll["log_sequence"],
    }


def _standing(row: Row) -> dict[str, Any]:
    state = "当选" if row["elected"] else "得票相等" if row["tied"] else "退出" if row["withdrawn"] else ""
    return {
        "rank": NONE if row["rank"] is None else row["rank"],
        "name": f"{row['name']}（另选）" if row["write_in"] else row["name"],
        "for": row["for"],
        "against": row["against"],
        "abstain": row["abstain"],
        "state": state or ("过半数" if row["majority"] else ""),
    }
