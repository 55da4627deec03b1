"""The catalogue as a Markdown table, for the reference pages."""

from __future__ import annotations

from huitang_budget.declarations.review.catalogue import Basis, Catalogue, Rule, default_catalogue

_CRITERIA = {"completeness": "完整性", "relevance": "相关性", "adequacy": "适当性", "feasibility": "可行性"}
_HEAD = ("id", "规则", "rule", "severity", "basis", "verified", "check and parameters", "valid", "message")


def catalogue_markdown(catalogue: Catalogue | None = None) -> str:
    """One table per criterion, one row per rule, ending with a newline."""
    rules = (catalogue or default_catalogue()).rules
    parts = [
        f"{len(rules)} rules. A basis that is not verified is a setting of the operator, not a statement of law.\n"
    ]
    for criterion, name in _CRITERIA.items():
        rows = [_row(rule) for rule in rules if rule.criterion == criterion]
        parts.append(f"## {name} ({criterion}), {len(rows)} rules\n")
        parts.append("\n".join(["| " + " | ".join(_HEAD) + " |", "|" + " --- |" * len(_HEAD), *rows]) + "\n")
    return "\n".join(parts)


def _row(rule: Rule) -> str:
    valid = f"{rule.valid_from} – {rule.valid_to or ''}".strip()
    verified = "yes" if rule.basis.verified else "no"
    cells = (
        f"`{rule.id}`", rule.title.zh, rule.title.en, rule.severity, _basis(rule.basis), verified,
        _check(rule), valid if rule.enabled else f"{valid} (disabled)", rule.message,
    )  # fmt: skip
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _basis(basis: Basis) -> str:
    text = f"{basis.title} {basis.article}".strip()
    return f"{text} ({basis.note})" if basis.note else text


def _check(rule: Rule) -> str:
    names = rule.parameters.__struct_fields__
    values = "; ".join(f"{name} = {_value(getattr(rule.parameters, name))}" for name in names)
    return f"`{rule.check}` {values}".strip()


def _value(value: object) -> str:
    return "、".join(map(_value, value)) if isinstance(value, tuple) else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
