"""Indicator rows whose columns are lost: one cell per line, or a line with blanks where the tabs were."""

from __future__ import annotations

from msgspec.structs import replace

from huitang_budget.declarations.model import Place
from huitang_budget.declarations.parse.clean import join_blanks
from huitang_budget.declarations.parse.indicator_rows import head_role, is_level1, is_level2, split_head_line
from huitang_budget.declarations.parse.pieces import Piece
from huitang_budget.declarations.parse.targets import is_target_like

Cells = tuple[str, str, str, str]


def spread_row(texts: list[str]) -> Cells:
    """(level1, level2, level3, target) of one row without known columns: by the look of its cells, from both ends."""
    level1 = level2 = ""
    rest = list(texts)
    if len(rest) >= 2 and is_level1(rest[0]) and not (len(rest) == 3 and is_level2(rest[0])):
        level1 = rest.pop(0)
    if rest and is_level2(rest[0]) and (len(rest) != 2 or not is_target_like(rest[1])):
        level2 = rest.pop(0)
    if rest and not level1 and level2 and is_level2(rest[0]) and len(rest) >= 3:
        level1, level2 = level2, rest.pop(0)
    if len(rest) >= 4 and not level1:
        level1 = rest.pop(0)
    if len(rest) >= 3 and not level2:
        level2 = rest.pop(0)
    if not rest:
        return (level1, level2, "", "")
    if len(rest) == 1:
        return (level1, level2, "", rest[0]) if is_target_like(rest[0]) else (level1, level2, rest[0], "")
    return (level1, level2, "".join(rest[:-1]), rest[-1])


def rows_from_lines(pieces: list[Piece]) -> list[tuple[Cells, Place]]:
    """Rows from lines: a line with several words is a row of its own, lines of one cell are gathered name by target."""
    out: list[tuple[Cells, Place]] = []
    waiting: list[Piece] = []
    for piece, words in ((p, _words(part)) for p in pieces for part in _rows_of(p.text)):
        if len(words) >= 2 and not split_head_line(piece.text) and (is_target_like(words[-1]) or _leads(words)):
            out.extend(_gathered(waiting))
            waiting = []
            out.append((spread_row(words), piece.place))
        elif not split_head_line(piece.text) and head_role(piece.text) is None:
            waiting.append(replace(piece, text=join_blanks(" ".join(words))))
    return out + _gathered(waiting)


def _rows_of(text: str) -> list[str]:
    """A line that holds several rows one behind the other, cut behind each target that a new name follows."""
    words, out, start = text.split(), [], 0
    for index, word in enumerate(words[:-2]):
        if index - start >= 1 and is_target_like(word) and not is_target_like(words[index + 1]):
            out.append(" ".join(words[start : index + 1]))
            start = index + 1
    return [*out, " ".join(words[start:])]


def _words(text: str) -> list[str]:
    """The cells a line of blanks may hold: level names first, target last, the blanks between them inside the name."""
    words = text.split()
    head: list[str] = []
    while words and len(head) < 2 and (is_level1(words[0]) or is_level2(words[0])):
        head.append(words.pop(0))
    if len(words) >= 2:
        words = [join_blanks(" ".join(words[:-1])), words[-1]]
    return head + words


def _leads(words: list[str]) -> bool:
    return len(words) >= 3 and (is_level1(words[0]) or is_level2(words[0]))


def _gathered(pieces: list[Piece]) -> list[tuple[Cells, Place]]:
    """One cell per line: level names are known by their words, what is left alternates between name and target."""
    out: list[tuple[Cells, Place]] = []
    level1 = level2 = name = ""
    place: Place | None = None
    for index, piece in enumerate(pieces):
        text = piece.text
        if not name and (is_level1(text) or is_level2(text)):
            if is_level1(text) and not _is_second(pieces, index):
                level1, level2 = text, ""
            else:
                level2 = text
        elif not name:
            name, place = text, piece.place
        else:
            out.append(((level1, level2, name, text), place or piece.place))
            level1 = level2 = name = ""
    if name and place is not None:
        out.append(((level1, level2, name, ""), place))
    return out


def _is_second(pieces: list[Piece], index: int) -> bool:
    """A name that forms use on either level (成本, 满意度) is of the second unless a second-level name comes next."""
    following = pieces[index + 1].text if index + 1 < len(pieces) else ""
    return is_level2(pieces[index].text) and not is_level2(following)
