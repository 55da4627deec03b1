"""Codes of the data as words for people, and the rules' own titles."""

from __future__ import annotations

from huitang_budget.services.access import Ctx
from huitang_budget.settings import catalogue_of
from huitang_sdk.contracts import Actor
from huitang_sdk.i18n import Translator, current_locale

_ = Translator("budget")

_WORDS = {
    "imported": "New",
    "assigned": "Assigned",
    "in_review": "In review",
    "reviewed": "Reviewed",
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "info": "Note",
    "completeness": "Completeness",
    "relevance": "Relevance",
    "adequacy": "Adequacy",
    "feasibility": "Feasibility",
    "open": "Undecided",
    "accepted": "Accepted",
    "dismissed": "Dismissed",
    "pass": "Approved",
    "revise": "Approved after revision",
    "reject": "Not approved",
}
CRITERIA = ("completeness", "relevance", "adequacy", "feasibility")


def word(code: str) -> str:
    """A status, severity, criterion, state or conclusion in the reader's language; "" stays ""."""
    return _(_WORDS[code]) if code in _WORDS else code


def named(actor: Actor) -> str:
    """The person who acts; "" for the platform itself, which each language names in its own way."""
    return actor.name if actor.account_id else ""


def choices(*codes: str) -> list[tuple[str, str]]:
    """(code, word) pairs for a select."""
    return [(code, word(code)) for code in codes]


def rule_title(ctx: Ctx, rule_id: str) -> str:
    """The title of a rule in the reader's language; its id when the catalogue no longer has it."""
    try:
        title = catalogue_of(ctx.settings).rule(rule_id).title
    except KeyError:
        return rule_id
    return title.zh if current_locale() == "zh-CN" else title.en


def rule_basis(ctx: Ctx, rule_id: str) -> str:
    """What a rule rests on, in one line; "" when the catalogue no longer has it."""
    try:
        basis = catalogue_of(ctx.settings).rule(rule_id).basis
    except KeyError:
        return ""
    return " ".join(part for part in (basis.title, basis.article) if part)
