"""A result as people see it: the verdict in one word, the figures, why, and by which article.

The same value is drawn on the hall screen, the desks and the public page; nothing is counted here.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from huitang_sdk.i18n import Translator, current_locale

_ = Translator("conference")


class Figure(Struct, frozen=True):
    """One number with its name and its sign. `tone`: yes, no, abstain or none."""

    name: str
    number: int
    tone: str
    icon: str


class CandidateLine(Struct, frozen=True, kw_only=True):
    """One person of an election; `no` and `abstain` None for somebody who was written in."""

    name: str
    yes: int
    no: int | None
    abstain: int | None
    is_written_in: bool
    is_elected: bool
    outcome: str


class Shown(Struct, frozen=True, kw_only=True):
    """`tone`: passed, failed or other (neither: an election without a full result, a void vote, numbers so far)."""

    tone: str
    word: str
    figures: list[Figure]
    candidates: list[CandidateLine]
    reasons: list[str]
    warnings: list[str]
    articles: list[str]
    needed: int | None
    majority: str
    by_hands: int
    root: str

    @property
    def reason(self) -> str:
        """Why, in the fewest words: the majority that was asked for, or what an election leads to."""
        if self.majority and self.needed is not None:
            return _("{majority}: {needed} votes needed", majority=self.majority, needed=self.needed)
        return self.reasons[-1] if self.reasons else ""


def shown_of(result: dict[str, Any]) -> Shown:
    """A stored `poll.result`, or the running totals of a vote that is shown live, in the reader's language."""
    if "election" in result:
        return _election(result)
    verdict = result.get("verdict") or {}
    word, tone = _VERDICTS.get(verdict.get("verdict", ""), ("", "other"))
    majority = verdict.get("majority") or {}
    return Shown(
        tone=tone,
        word=_(word) if word else "",
        figures=_figures(result.get("counts") or result),
        candidates=[],
        reasons=_texts(verdict.get("reasons")),
        warnings=_texts(verdict.get("warnings")),
        articles=list(verdict.get("articles") or ()),
        needed=verdict.get("needed"),
        majority=_said(majority) if majority else "",
        by_hands=sum((result.get("hands") or {}).values()),
        root=result.get("root", ""),
    )


_VERDICTS = {
    "通过": ("Passed", "passed"),
    "未通过": ("Not passed", "failed"),
    "部分通过": ("Passed in part", "other"),
    "无效": ("Void", "other"),
}
_OUTCOMES = {
    "complete": ("Elected", "passed"),
    "runoff": ("Tie: vote again", "other"),
    "shortfall": ("Not all seats are filled", "other"),
    "void": ("Void", "failed"),
}


def _figures(counts: dict[str, int]) -> list[Figure]:
    """For, against, abstentions and not pressed apart; a device fault and others only where there were any."""
    figures = [
        Figure(_("For"), counts.get("for", 0), "yes", "check"),
        Figure(_("Against"), counts.get("against", 0), "no", "x"),
        Figure(_("Abstain"), counts.get("abstain", 0), "abstain", "circle-minus"),
    ]
    if "not_pressed" in counts:
        figures.append(Figure(_("Not pressed"), counts["not_pressed"], "none", "circle-dashed"))
    if "not_raised" in counts:
        figures.append(Figure(_("No hand raised"), counts["not_raised"], "none", "circle-dashed"))
    if counts.get("fault"):
        figures.append(Figure(_("Device fault"), counts["fault"], "none", "plug-off"))
    return figures


def _election(result: dict[str, Any]) -> Shown:
    count = result["election"]
    word, tone = _OUTCOMES.get(count["outcome"], ("Void", "other"))
    return Shown(
        tone=tone,
        word=_(word),
        figures=[
            Figure(_("Ballots cast"), count["ballots"]["returned"], "none", "file-text"),
            Figure(_("Valid ballots"), count["ballots"]["valid"], "yes", "check"),
            Figure(_("Void ballots"), count["ballots"]["void"], "no", "x"),
        ],
        candidates=[_line(one, count) for one in count["candidates"]],
        reasons=_texts(count.get("reasons")) or [_said(count["next"])],
        warnings=_texts(count.get("warnings")),
        articles=list(count.get("articles") or ()),
        needed=count.get("needed"),
        majority="",
        by_hands=0,
        root=result.get("root", ""),
    )


def _line(one: dict[str, Any], count: dict[str, Any]) -> CandidateLine:
    if one["elected"] or one["name"] in count.get("selected", ()):
        outcome = _("elected") if one["elected"] else _("pre-selected")
    elif one["tied"]:
        outcome = _("tie")
    else:
        outcome = _("no majority") if not one["majority"] else _("not elected")
    return CandidateLine(
        name=one["name"],
        yes=one["for"],
        no=None if one["write_in"] else one["against"],
        abstain=None if one["write_in"] else one["abstain"],
        is_written_in=one["write_in"],
        is_elected=one["elected"],
        outcome=outcome,
    )


def _said(text: dict[str, Any]) -> str:
    return str(text.get("zh" if current_locale() == "zh-CN" else "en") or "")


def _texts(reasons: Any) -> list[str]:
    """Reasons in the reader's language, each with its article."""
    found = []
    for reason in reasons or ():
        article = f" {reason['article']}" if reason.get("article") else ""
        found.append(f"{_said(reason)}{article}")
    return found
