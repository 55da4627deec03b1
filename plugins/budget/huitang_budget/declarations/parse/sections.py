"""From labels to values: what stands behind each label until the next, rows and columns respected."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from huitang_budget.declarations.model import Found, Place, Problem
from huitang_budget.declarations.parse.clean import compact, join_lines, without_boxes
from huitang_budget.declarations.parse.dates import read_date
from huitang_budget.declarations.parse.indicator_rows import find_indicator_start, is_level
from huitang_budget.declarations.parse.labels import BY_FIELD
from huitang_budget.declarations.parse.money import looks_like_money
from huitang_budget.declarations.parse.pieces import Piece
from huitang_budget.declarations.parse.sub_rows import is_sub_head
from huitang_budget.declarations.readers.base import place_text

_RESIDUE = 12
_CLOSERS = ("remark", "other")


class Section(Struct, frozen=True):
    """One field of the form: its label and the pieces of its value."""

    field: str
    label: Piece
    pieces: list[Piece]
    note: str = ""

    def found_text(self) -> Found[str]:
        """The value as cleaned text; absent and empty values have value None."""
        text = self.text()
        return Found(value=text or None, text=text, place=self.place())

    def text(self) -> str:
        """The pieces joined to one text; paragraphs on lines of their own."""
        lines = [(p.text, p.gap) for p in self.pieces]
        return without_boxes(join_lines(lines)).strip()

    def place(self) -> Place | None:
        """Where the value starts, or the place of the label when there is none."""
        return self.pieces[0].place if self.pieces else self.label.place


class Sections(Struct, frozen=True):
    """All fields of a form, the rows of its indicator table, the unit named for the whole form, what was set aside."""

    by_field: dict[str, Section]
    indicator_pieces: list[Piece]
    problems: list[Problem]

    def get(self, field: str) -> Section | None:
        """The section of a field, None when the form has no such label."""
        return self.by_field.get(field)


def cut_sections(pieces: list[Piece]) -> Sections:
    """Values by label. The indicator table is cut out first: its cells are never labels, except what closes it."""
    body, table = _cut_indicators(pieces)
    sections: dict[str, Section] = {}
    problems: list[Problem] = []
    pending = _label_runs(body)
    current: Section | None = None
    for index, piece in enumerate(body):
        if piece.field:
            current = sections.setdefault(piece.field, Section(piece.field, piece, [], piece.note))
            if piece.field == "other":
                current = Section("other", piece, [])
        elif is_sub_head(body, index) and (current is None or current.field != "sub_projects"):
            current = sections.setdefault("sub_projects", Section("sub_projects", piece, []))
            current.pieces.append(piece)
        elif index in pending:
            sections[pending[index]].pieces.append(piece)
        elif current is not None and not _set_aside(body, index, current, problems):
            current.pieces.append(piece)
    return Sections(sections, table, problems)


def _cut_indicators(pieces: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """Body and indicator table. The table ends at 备注 or at a sure label that comes in the first column again."""
    start = find_indicator_start(pieces)
    if start is None:
        return pieces, []
    end = start
    while end < len(pieces):
        piece = pieces[end]
        if _closes(piece):
            break
        end += 1
    table, rest = pieces[start:end], pieces[end:]
    if not rest and table[-1].text.endswith("备注") and len(table[-1].text) > len("备注"):
        last = table.pop()
        table.append(replace(last, text=last.text.removesuffix("备注").strip()))
        rest = [replace(last, text="备注", field="remark", score=0.5)]
    return [*pieces[:start], *rest], table


def _closes(piece: Piece) -> bool:
    """A label in the first column that ends the indicator table."""
    if not piece.field or not piece.first or piece.column != 0 or is_level(piece.text):
        return False
    return piece.score >= 2 and (piece.field in _CLOSERS or (piece.field != "indicators" and piece.score >= 2.5))


def _label_runs(body: list[Piece]) -> dict[int, str]:
    """Labels in a row without values, their values in the next row under them (or on the next lines, as many).

    Gives the index of each such value piece and the field it belongs to.
    """
    out: dict[int, str] = {}
    index = 0
    while index < len(body):
        run = _run_at(body, index)
        if len(run) > 1:
            out.update(_under(body, index + len(run), run))
        index += max(1, len(run))
    return out


def _run_at(body: list[Piece], index: int) -> list[Piece]:
    run: list[Piece] = []
    for piece in (body[i] for i in range(index, len(body))):
        if not piece.field or piece.field == "other" or BY_FIELD[piece.field].shape == "table":
            break
        run.append(piece)
    return run


def _under(body: list[Piece], start: int, run: list[Piece]) -> dict[int, str]:
    values = []
    for index in range(start, len(body)):
        if body[index].field or is_sub_head(body, index):
            break
        values.append(index)
    if not values:
        return {}
    columns = {p.column: p.field for p in run if p.row == run[-1].row and p.field}
    if len(columns) > 1 and body[values[0]].row != run[-1].row:
        first_row = [i for i in values if body[i].column in columns]
        if len({body[i].column for i in first_row}) > 1:
            return {i: columns[body[i].column] or "" for i in first_row}
    same = [p for p in run if p.field and BY_FIELD[p.field].shape in ("money", "date")]
    readable = all(looks_like_money(body[i].text) or read_date(body[i].text).value for i in values)
    if readable and len(same) == len(run) == len(values) and all(p.row != body[values[0]].row for p in run):
        return {i: p.field or "" for i, p in zip(values, run, strict=True)}
    return {}


def _set_aside(body: list[Piece], index: int, current: Section, problems: list[Problem]) -> bool:
    """Residue in the label column, and the name of a group of labels (项目资金), belong to no field.

    In a field of one short value a row that begins with an unknown name is a field of its own that no label names: the
    whole row is left out. A long text goes on behind such residue.
    """
    piece = body[index]
    shape = BY_FIELD[current.field].shape
    if piece.width < 2 or shape in ("table", "other") or piece.row == current.label.row:
        return False
    row = [p for p in body[max(0, index - 30) : index + 30] if p.row == piece.row]
    first, rest = row[0], [p for p in row if p.column > 0]
    if first.column != 0 or first.field or not rest:
        return False
    if piece.column == 0 and any(p.field for p in rest):
        return True
    if len(compact(first.text)) > _RESIDUE or (piece.column != 0 and shape == "text"):
        return False
    message = (
        f"{place_text(piece.place)}：“{without_boxes(piece.text)}”不属于任何已知栏目（或是扫描残留），"
        f"没有并入“{current.label.text}”的内容"
    )
    problems.append(Problem("stray_text", current.field, without_boxes(piece.text), message, piece.place))
    return True
