"""Sections to typed values: amounts, dates, sub-projects, each with the Problems met on the way."""

from __future__ import annotations

import re
from datetime import date

from msgspec.structs import replace

from huitang_budget.declarations.model import Found, Problem, SubProject
from huitang_budget.declarations.parse.clean import compact, join_blanks, narrow
from huitang_budget.declarations.parse.dates import DATE, DateRead, read_date
from huitang_budget.declarations.parse.labels import SUB_AMOUNT, SUB_NAME, SUB_OTHER
from huitang_budget.declarations.parse.money import MoneyRead, looks_like_money, read_money, unit_in
from huitang_budget.declarations.parse.pieces import Piece, grids, whole_cells
from huitang_budget.declarations.parse.sections import Section, Sections
from huitang_budget.declarations.readers.base import place_text

TITLES = {
    "total_fen": "项目总预算", "current_year_fen": "项目当年预算", "previous_year_fen": "同名项目上年预算额",
    "previous_executed_fen": "同名项目上年预算执行数", "start": "开始时间", "end": "结束时间",
}  # fmt: skip
_WHY = {
    "unreadable": "不是能读懂的金额",
    "too_fine": "折合后不足一分，无法精确到分",
    "too_large": "数额过大，超出合理范围",
}
_TOTAL_ROW = re.compile(r"^(?:合计|总计|小计|共计|合计数)$")


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
    if read.verdict in _WHY:
        problems.append(_bad_amount(field, TITLES[field], piece, _WHY[read.verdict]))
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


def _bad_amount(field: str, title: str, piece: Piece, why: str) -> Problem:
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


def read_sub_projects(section: Section | None, units: Units, problems: list[Problem]) -> tuple[list[SubProject], Found[int]]:
    """Name and amount of each row, and the amount of a 合计 row if there is one."""
    out: list[SubProject] = []
    total: Found[int] = Found()
    if section is None:
        return out, total
    note, columns = section.note, _sub_columns(section.pieces)
    note = _amount_note(section.pieces) or note
    name: list[Piece] = []
    for piece in _sub_pieces(section.pieces, columns):
        is_amount = _is_amount(piece, name, columns)
        if not is_amount:
            if name and _new_row(name[-1], piece):
                out.append(_sub(name, None, None, problems, len(out)))
                name = []
            name.append(piece)
            continue
        read = units.money(f"sub_projects[{len(out)}].amount_fen", piece, note, section.label)
        if name and _TOTAL_ROW.match(compact("".join(p.text for p in name))):
            total = Found(value=read.fen, text=piece.text, place=piece.place)
        else:
            out.append(_sub(name, piece, read, problems, len(out)))
        name = []
    if name and not _TOTAL_ROW.match(compact("".join(p.text for p in name))):
        out.append(_sub(name, None, None, problems, len(out)))
    return out, total


def _sub(name: list[Piece], amount: Piece | None, read: MoneyRead | None, problems: list[Problem], index: int) -> SubProject:
    text = join_blanks("".join(p.text for p in name))
    place = name[0].place if name else amount.place if amount else None
    field = f"sub_projects[{index}].amount_fen"
    if read is not None and amount is not None and read.verdict in _WHY:
        problems.append(_bad_amount(field, f"子项目“{text}”的金额", amount, _WHY[read.verdict]))
    if amount is None:
        message = f"{place_text(place)}：子项目“{text}”旁没有金额"
        problems.append(Problem("missing_amount", field, text, message, place))
    return SubProject(
        name=Found(value=text or None, text=text, place=place),
        amount_fen=Found(
            value=read.fen if read else None, text=amount.text if amount else "", place=amount.place if amount else place
        ),
    )


def _sub_columns(pieces: list[Piece]) -> dict[int, str]:
    """Column → "name", "amount" or "skip" from the heading row, {} where it stands on lines of its own."""
    for row in grids(pieces):
        roles = {column: role for column, text in row.filled if (role := _sub_role(text))}
        if "name" in roles.values() and "amount" in roles.values():
            return roles
    return {}


def _sub_role(text: str) -> str | None:
    plain = re.sub(r"\(.*\)$", "", compact(text)).strip(":")
    if plain in SUB_NAME:
        return "name"
    if plain in SUB_AMOUNT:
        return "amount"
    return "skip" if plain in SUB_OTHER else None


def _amount_note(pieces: list[Piece]) -> str:
    return next((compact(p.text) for p in pieces if _sub_role(p.text) == "amount" and unit_in(p.text)), "")


def _sub_pieces(pieces: list[Piece], columns: dict[int, str]) -> list[Piece]:
    """The pieces of the rows without headings, serial numbers and columns that are neither name nor amount."""
    skipped = {column for column, role in columns.items() if role == "skip"}
    kept = [p for p in whole_cells(pieces) if _sub_role(p.text) is None and p.column not in skipped]
    rows: dict[int, list[Piece]] = {}
    for piece in kept:
        rows.setdefault(piece.row, []).append(piece)
    return [part for row in rows.values() for piece in _in_pairs(_without_serial(row)) for part in _split_line(piece)]


def _without_serial(row: list[Piece]) -> list[Piece]:
    """A row without its serial number: a small whole number before a name that has an amount behind it."""
    first = row[0]
    serial = re.fullmatch(r"\d{1,2}", first.text) and len(row) >= 3 and not looks_like_money(row[1].text)
    return row[1:] if serial else row


def _in_pairs(row: list[Piece]) -> list[Piece]:
    """A row whose cells hold several paragraphs each (names | amounts) read paragraph by paragraph."""
    columns: dict[int, list[Piece]] = {}
    for piece in row:
        columns.setdefault(piece.column, []).append(piece)
    lengths = {len(group) for group in columns.values()}
    if len(columns) < 2 or len(lengths) != 1:
        return row
    return [piece for group in zip(*columns.values(), strict=True) for piece in group]


def _split_line(piece: Piece) -> list[Piece]:
    """A line "名称 2124000" that lost its tab is two pieces."""
    found = re.match(r"^(?P<name>.*[^\d\s.,，¥￥]\S*)\s+(?P<amount>\S+)$", piece.text)
    if piece.width == 1 and found and looks_like_money(found["amount"]) and not looks_like_money(piece.text):
        return [replace(piece, text=found["name"]), replace(piece, text=found["amount"], column=1)]
    return [piece]


def _is_amount(piece: Piece, name: list[Piece], columns: dict[int, str]) -> bool:
    """An amount is what reads as one, or whatever stands in the amount column."""
    if columns.get(piece.column) == "amount" and piece.width > 1:
        return bool(name) or looks_like_money(piece.text) or read_money(piece.text).verdict != "absent"
    if looks_like_money(piece.text):
        return True
    return bool(name) and piece.row == name[-1].row and piece.column > name[-1].column and bool(re.match(r"^[\d¥￥]", narrow(piece.text)))


def _new_row(before: Piece, piece: Piece) -> bool:
    """Whether a name without amount ends here: the next name is in another row of a table of several cells."""
    return piece.row != before.row and piece.width > 1 and before.width > 1
