"""Sections to typed values: amounts, dates, sub-projects, each with the Problems met on the way."""

from __future__ import annotations

import re
from datetime import date

from msgspec.structs import replace

from huitang_budget.declarations.model import Found, Problem
from huitang_budget.declarations.parse.clean import compact, join_blanks, narrow
from huitang_budget.declarations.parse.dates import DATE, DateRead, read_date
from huitang_budget.declarations.parse.money import MoneyRead, read_money, unit_in
from huitang_budget.declarations.parse.pieces import Piece, whole_cells
from huitang_budget.declarations.parse.sections import Section, Sections
from huitang_budget.declarations.readers.base import place_text

TITLES = {
    "total_fen": "项目总预算", "current_year_fen": "项目当年预算", "previous_year_fen": "同名项目上年预算额",
    "previous_executed_fen": "同名项目上年预算执行数", "start": "开始时间", "end": "结束时间",
}  # fmt: skip
WHY = {
    "unreadable": "不是能读懂的金额",
    "too_fine": "折合后不足一分，无法精确到分",
    "too_large": "数额过大，超出合理范围",
}


class Units:
    """The units of one form: each amount is told with its unit; two different ones make a mixed_units Problem."""

    def __init__(self, default: str | None) -> None:
        self.default = default
        self.first: tuple[str, str, Piece] | None = None
        self.mixed: list[Problem] = []

    def money(self, field: str, piece: Piece, note: str, label: Piece) -> MoneyRead:
        """The amount in `piece`; the unit is its own, else that of the label, else the form's, else 元."""
        stated = unit_in(note) or self.default
        read = read_money(piece.text, stated or "元")
        unit = read.unit or stated
        if read.verdict == "ok" and unit and read.fen:
            self._note(field, unit, piece, unit_in(note), label)
        return read

    def _note(self, field: str, unit: str, piece: Piece, label_unit: str | None, label: Piece) -> None:
        if self.first is None and label_unit and label_unit != unit:
            self.first = (label_unit, label.text, label)
        if self.first is None:
            self.first = (unit, piece.text, piece)
        elif self.first[0] != unit:
            known, quote, where = self.first
            message = (
                f"{place_text(piece.place)}的“{piece.text}”按{unit}读取，{place_text(where.place)}的“{quote}”用的是{known}："
                "同一份表里元与万元混用，请核对"
            )
            self.mixed.append(Problem("mixed_units", field, piece.text, message, piece.place))


def read_amount(field: str, section: Section | None, units: Units, problems: list[Problem]) -> Found[int]:
    """The amount of a field; None with a Problem when it cannot be read, without one when the cell is empty."""
    if section is None or not section.pieces:
        return Found(place=section.place() if section else None)
    piece = _money_piece(section, problems)
    read = units.money(field, piece, section.note, section.label)
    if read.verdict in WHY:
        problems.append(bad_amount(field, TITLES[field], piece, WHY[read.verdict]))
    return Found(value=read.fen, text=join_blanks(piece.text), place=piece.place)


def _money_piece(section: Section, problems: list[Problem]) -> Piece:
    """The piece with the amount: the first cell, with a unit or sign on a line of its own put to it.

    Anything else that stands in the section has lost its own label: it is told, never added.
    """
    pieces = whole_cells(section.pieces)
    first, rest = pieces[0], pieces[1:]
    if rest and (compact(rest[0].text) in ("元", "万元", "亿元") or compact(first.text) in ("¥", "￥")):
        first, rest = replace(first, text=first.text + rest[0].text), rest[1:]
    for piece in rest:
        message = f"{place_text(piece.place)}：“{piece.text}”前没有栏目名，没有并入“{section.label.text}”"
        problems.append(Problem("stray_text", section.field, piece.text, message, piece.place))
    return first


def bad_amount(field: str, title: str, piece: Piece, why: str) -> Problem:
    message = f"{place_text(piece.place)}：{title}“{piece.text}”{why}，没有读入金额"
    return Problem("unreadable_amount", field, piece.text, message, piece.place)


def read_day(field: str, section: Section | None, problems: list[Problem]) -> Found[date]:
    """The date of a field; an impossible, incomplete or unreadable one is None with a Problem."""
    if section is None or not section.pieces:
        return Found(place=section.place() if section else None)
    text = section.text()
    read = read_date(text)
    problem = _date_problem(field, read, text, section)
    if problem:
        problems.append(problem)
    shown = section.pieces[0].text if read.verdict == "ok" and read.rest else text
    return Found(value=read.value, text=shown, place=section.place())


def _date_problem(field: str, read: DateRead, text: str, section: Section) -> Problem | None:
    where, title = place_text(section.place()), TITLES[field]
    told = {
        "impossible": ("impossible_date", f"{where}：{title}“{read.quote}”是不存在的日期，请改正"),
        "incomplete": ("incomplete_date", f"{where}：{title}“{read.quote}”没有写到日，没有读入日期"),
        "unreadable": ("unreadable_date", f"{where}：{title}“{text}”不是能读懂的日期"),
    }
    if read.verdict in told:
        code, message = told[read.verdict]
        return Problem(code, field, read.quote or text, message, section.place())
    if read.verdict == "ok" and DATE.search(read.rest):
        message = f"{where}：{title}一栏有不止一个日期（“{text}”），只取第一个；后面的可能是丢了栏目名的内容"
        return Problem("stray_text", field, text, message, section.place())
    return None


def read_period(sections: Sections, problems: list[Problem]) -> tuple[Found[date], Found[date]]:
    """Start and end, from their own labels or from one cell with both (项目期限)."""
    start = read_day("start", sections.get("start"), problems)
    end = read_day("end", sections.get("end"), problems)
    period = sections.get("period")
    if period is None or not period.pieces:
        return start, end
    text = narrow(period.text())
    dates = list(DATE.finditer(text))
    parts = [found[0] for found in dates[:2]] if len(dates) >= 2 else re.split(r"至|到|~|～|—+|–", text)[:2]
    for index, part in enumerate(parts):
        field = "start" if index == 0 else "end"
        if (start if index == 0 else end).text:
            continue
        read = read_date(part)
        problem = _date_problem(field, read, part, period)
        problems.extend([problem] if problem else [])
        value = Found(value=read.value, text=part.strip(), place=period.place())
        start, end = (value, end) if index == 0 else (start, value)
    return start, end
