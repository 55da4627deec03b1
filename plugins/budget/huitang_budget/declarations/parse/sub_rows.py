"""The table of sub-projects taken apart: its heading, its columns, its rows as names and amounts in order."""

from __future__ import annotations

import re

from msgspec.structs import replace

from huitang_budget.declarations.parse.clean import compact, without_note
from huitang_budget.declarations.parse.labels import SUB_AMOUNT, SUB_NAME, SUB_OTHER
from huitang_budget.declarations.parse.money import looks_like_money, unit_in
from huitang_budget.declarations.parse.pieces import Piece, cell_text, grids, whole_cells

_TOTAL_ROW = re.compile(r"^(?:合计|总计|小计|共计|合计数)$")


def is_total_row(name: str) -> bool:
    """True for the name of the row that adds the others up."""
    return bool(_TOTAL_ROW.match(compact(name)))


def is_sub_head(pieces: list[Piece], index: int) -> bool:
    """True at the heading 子项目名称 when the heading of its amounts stands beside it or on the next lines."""
    if pieces[index].field or sub_role(cell_text(pieces, index)) != "name":
        return False
    return any(sub_role(p.text) == "amount" for p in whole_cells(pieces[index + 1 : index + 8]))


def sub_columns(pieces: list[Piece]) -> dict[int, str]:
    """Column → "name", "amount" or "skip" from the heading row, {} where it stands on lines of its own."""
    for row in grids(pieces):
        roles = {column: role for column, text in row.filled if (role := sub_role(text))}
        if "name" in roles.values() and "amount" in roles.values():
            return roles
    return {}


def sub_role(text: str) -> str | None:
    plain = without_note(compact(text)).strip(":")
    if plain in SUB_NAME:
        return "name"
    if plain in SUB_AMOUNT:
        return "amount"
    return "skip" if plain in SUB_OTHER else None


def amount_note(pieces: list[Piece]) -> str:
    return next((compact(p.text) for p in whole_cells(pieces) if sub_role(p.text) == "amount" and unit_in(p.text)), "")


def sub_pieces(pieces: list[Piece], columns: dict[int, str]) -> list[Piece]:
    """The pieces of the rows without headings, serial numbers and columns that are neither name nor amount."""
    skipped = {column for column, role in columns.items() if role == "skip"}
    kept = [
        p for p in whole_cells(pieces) if sub_role(p.text) is None and (p.column not in skipped or is_total_row(p.text))
    ]
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
