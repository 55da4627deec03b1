"""Sums of the form that do not add up, noted while importing: both amounts and both places."""

from __future__ import annotations

from huitang_budget.declarations.model import Declaration, Found, Problem
from huitang_budget.declarations.parse.money import yuan
from huitang_budget.declarations.readers.base import place_text


def check_sums(declaration: Declaration, sub_total: Found[int]) -> list[Problem]:
    """sum_mismatch for sub-projects against the year's budget and their own total row, and for a year above the total.

    Nothing is said where one of the amounts is missing.
    """
    out: list[Problem] = []
    current, total = declaration.current_year_fen, declaration.total_fen
    amounts = [sub.amount_fen.value for sub in declaration.sub_projects]
    if amounts and None not in amounts:
        whole = sum(amount for amount in amounts if amount is not None)
        first = declaration.sub_projects[0].amount_fen
        out += _differs(whole, first, current if current.value is not None else total, "子项目金额合计", "预算")
        out += _differs(whole, first, sub_total, "子项目金额合计", "合计行")
    if current.value is not None and total.value is not None and current.value > total.value:
        message = (
            f"项目当年预算 {yuan(current.value)}（{place_text(current.place)}）大于项目总预算 {yuan(total.value)}"
            f"（{place_text(total.place)}）"
        )
        out.append(Problem("sum_mismatch", "current_year_fen", current.text, message, current.place))
    return out


def _differs(whole: int, first: Found[int], other: Found[int], what: str, against: str) -> list[Problem]:
    if other.value is None or other.value == whole:
        return []
    message = (
        f"{what} {yuan(whole)}（{place_text(first.place)}起）与{against} {yuan(other.value)}"
        f"（{place_text(other.place)}）不一致，相差 {yuan(whole - other.value)}"
    )
    return [Problem("sum_mismatch", "sub_projects", first.text, message, first.place)]
