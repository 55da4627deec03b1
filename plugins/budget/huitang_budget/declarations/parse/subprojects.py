"""The sub-projects: name and amount of each, and the total row against which they are added up."""

from __future__ import annotations

import re

from huitang_budget.declarations.model import Found, Problem, SubProject
from huitang_budget.declarations.parse.clean import join_blanks, narrow
from huitang_budget.declarations.parse.money import MoneyRead, looks_like_money, read_money
from huitang_budget.declarations.parse.pieces import Piece
from huitang_budget.declarations.parse.sections import Section
from huitang_budget.declarations.parse.sub_rows import amount_note, is_total_row, sub_columns, sub_pieces
from huitang_budget.declarations.parse.values import WHY, Units, bad_amount
from huitang_budget.declarations.readers.base import place_text


def read_sub_projects(
    section: Section | None, units: Units, problems: list[Problem]
) -> tuple[list[SubProject], Found[int]]:
    """Name and amount of each row, and the amount of a 合计 row if there is one."""
    out: list[SubProject] = []
    total: Found[int] = Found()
    if section is None:
        return out, total
    note, columns = section.note, sub_columns(section.pieces)
    note = amount_note(section.pieces) or note
    name: list[Piece] = []
    for piece in sub_pieces(section.pieces, columns):
        is_amount = _is_amount(piece, name, columns)
        if not is_amount:
            if name and _new_row(name[-1], piece):
                out.append(_sub(name, None, None, problems, len(out)))
                name = []
            name.append(piece)
            continue
        read = units.money(f"sub_projects[{len(out)}].amount_fen", piece, note, section.label)
        if name and is_total_row("".join(p.text for p in name)):
            total = Found(value=read.fen, text=piece.text, place=piece.place)
        else:
            out.append(_sub(name, piece, read, problems, len(out)))
        name = []
    if name and not is_total_row("".join(p.text for p in name)):
        out.append(_sub(name, None, None, problems, len(out)))
    return out, total


def _sub(
    name: list[Piece], amount: Piece | None, read: MoneyRead | None, problems: list[Problem], index: int
) -> SubProject:
    text = join_blanks("".join(p.text for p in name))
    place = name[0].place if name else amount.place if amount else None
    field = f"sub_projects[{index}].amount_fen"
    if read is not None and amount is not None and read.verdict in WHY:
        problems.append(bad_amount(field, f"子项目“{text}”的金额", amount, WHY[read.verdict]))
    if amount is None:
        message = f"{place_text(place)}：子项目“{text}”旁没有金额"
        problems.append(Problem("missing_amount", field, text, message, place))
    return SubProject(
        name=Found(value=text or None, text=text, place=place),
        amount_fen=Found(
            value=read.fen if read else None,
            text=amount.text if amount else "",
            place=amount.place if amount else place,
        ),
    )


def _is_amount(piece: Piece, name: list[Piece], columns: dict[int, str]) -> bool:
    """An amount is what reads as one, or whatever stands in the amount column."""
    if columns.get(piece.column) == "amount" and piece.width > 1:
        return bool(name) or looks_like_money(piece.text) or read_money(piece.text).verdict != "absent"
    if looks_like_money(piece.text):
        return True
    return (
        bool(name)
        and piece.row == name[-1].row
        and piece.column > name[-1].column
        and bool(re.match(r"^[\d¥￥]", narrow(piece.text)))
    )


def _new_row(before: Piece, piece: Piece) -> bool:
    """Whether a name without amount ends here: the next name is in another row of a table of several cells."""
    return piece.row != before.row and piece.width > 1 and before.width > 1
