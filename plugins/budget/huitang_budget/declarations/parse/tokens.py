"""Finding the labels: as a cell of their own, before a colon or blanks, broken over lines, glued to others."""

from __future__ import annotations

import re
from functools import cache

from msgspec.structs import replace

from huitang_budget.declarations.parse.clean import compact, without_note
from huitang_budget.declarations.parse.labels import BY_FIELD, HEAD, LABELS, ORDER, SUB_AMOUNT, SUB_NAME, flexible
from huitang_budget.declarations.parse.pieces import Piece

_NUMBERING = (
    r"(?:[（(][一二三四五六七八九十\d]{1,3}[)）][、.．]?|[一二三四五六七八九十\d]{1,3}[)）、.．:：]|[*★●◆▪•·]\s*)?"
)
_NOTE = r"(?P<note>(?:\s*[（(【\[][^（）()【】\[\]]{0,16}[）)】\]])*)"
_LONGEST_BREAK = 8
_LONGEST_LABEL = 80
_SHORTEST_VALUE = 5
_UNIT_NOTE = re.compile(r"(?:(?<=\s)|^)[（(]?(?:金额|计量|货币)?单位\s*[:：]\s*(?:人民币)?[百千万亿]?元[)）]?(?=\s|$)")
"""The unit of the whole form as it stands beside its head: 单位：万元."""


@cache
def _names() -> dict[str, str]:
    """Compact label name → field."""
    return {compact(name): label.field for label in LABELS for name in label.names}


@cache
def _head_names() -> frozenset[str]:
    return frozenset(compact(n) for names in HEAD.values() for n in names)


@cache
def _sub_names() -> frozenset[str]:
    return frozenset(compact(n) for n in (*SUB_NAME, *SUB_AMOUNT))


@cache
def _pattern() -> re.Pattern[str]:
    """Any label, longest first, with its numbering and the note behind it."""
    names = sorted({name for label in LABELS for name in label.names}, key=len, reverse=True)
    return re.compile(rf"(?=\S){_NUMBERING}\s*(?P<name>{'|'.join(flexible(name) for name in names)}){_NOTE}")


def label_of(text: str) -> tuple[str, str] | None:
    """Field and note when the whole text is a label: "项目总预算（元）：" gives ("total_fen", "(元)")."""
    if len(text) > _LONGEST_LABEL:
        return None
    plain = compact(text).strip(":：|*#")
    field = _names().get(plain)
    if field:
        return field, ""
    found = re.fullmatch(rf"{_NUMBERING}(?P<name>.+?)(?P<note>(?:[(\[【][^()\[\]【】]{{0,16}}[)\]】])*):?", plain)
    if found and (field := _names().get(found["name"])):
        return field, found["note"]
    return None


def mark_labels(pieces: list[Piece]) -> list[Piece]:
    """The pieces with every possible label cut out as a piece of its own. Which of them hold is decided later."""
    blocked = _table_head_rows(pieces)
    out: list[Piece] = []
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        if piece.row in blocked:
            out.append(piece)
            index += 1
            continue
        taken, labels = _broken_label(pieces, index)
        if taken:
            out.extend(labels)
            index += taken
        else:
            out.extend(_cut_line(piece))
            index += 1
    return out


def _table_head_rows(pieces: list[Piece]) -> set[int]:
    """Rows that head a table (一级指标 …, 子项目名称 …): their 备注 or 金额 are columns, not labels."""
    heads: dict[int, int] = {}
    subs: dict[int, int] = {}
    for piece in pieces:
        plain = without_note(compact(piece.text))
        heads[piece.row] = heads.get(piece.row, 0) + (plain in _head_names())
        subs[piece.row] = subs.get(piece.row, 0) + (plain in SUB_NAME)
    sub_rows = {row for row, count in subs.items() if count}
    labelled = {p.row for p in pieces if p.row in sub_rows and _is_sub_label(p.text)}
    return {row for row, count in heads.items() if count >= 3} | (sub_rows - labelled)


def _is_sub_label(text: str) -> bool:
    """The label of the table itself, which may stand in its heading row: "资金构成 | 子项目名称 | 金额"."""
    found = label_of(text)
    return found is not None and found[0] == "sub_projects"


def _broken_label(pieces: list[Piece], index: int) -> tuple[int, list[Piece]]:
    """A label that starts at `index`, alone or over up to eight pieces; how many pieces it takes, and what they become.

    Between the parts of a label in the first column the other cells of its rows may stand: they are kept behind it.
    """
    first = pieces[index]
    whole = label_of(first.text)
    if len(compact(first.text)) > 20:
        return 0, []
    joined, between = first.text, []
    best: tuple[int, list[Piece]] = (0, [])
    if whole:
        best = (1, [_label(first, whole, 3.0)])
    for step in range(1, _LONGEST_BREAK):
        if index + step >= len(pieces):
            break
        piece = pieces[index + step]
        if piece.row != first.row and piece.column != 0 and first.column == 0:
            between.append(piece)
            continue
        if piece.column != first.column:
            if piece.row == first.row and first.column == 0:
                between.append(piece)
                continue
            break
        if len(compact(piece.text)) > 16 or (piece.row > first.row + _LONGEST_BREAK):
            break
        joined += piece.text
        found = label_of(joined)
        if found and label_of(piece.text) is None and (whole is None or whole[0] == found[0]):
            best = (step + 1, [_label(replace(first, text=joined), found, 2.9), *between])
            break
        if whole or not _may_start(joined):
            break
    return best


@cache
def _prefixes() -> frozenset[str]:
    return frozenset(name[:end] for name in _names() for end in range(1, len(name) + 1))


def _may_start(text: str) -> bool:
    plain = re.sub(r"^[一二三四五六七八九十\d]+[、.]", "", compact(text))
    return plain in _prefixes() or re.sub(r"\(.*$", "", plain) in _prefixes()


def _label(piece: Piece, found: tuple[str, str], score: float) -> Piece:
    return replace(piece, field=found[0], note=found[1], score=score)


def _cut_line(piece: Piece) -> list[Piece]:
    """Labels inside one line: at its start or after a blank, before a colon, a blank or the end."""
    unit = _UNIT_NOTE.search(piece.text)
    if unit and len(unit[0]) < len(piece.text):
        parts = (piece.text[: unit.start()].strip(), piece.text[unit.end() :].strip())
        note = replace(piece, text=unit[0], field="other", score=1.2, first=False, gap=False)
        before, after = ([*_cut_line(replace(piece, text=part))] if part else [] for part in parts)
        return [*before, note, *after]
    out: list[Piece] = []
    rest = 0
    for found in _pattern().finditer(piece.text):
        score = _inline_score(piece, found)
        if not score:
            continue
        left = piece.text[rest : found.start()].strip()
        if left:
            out.append(replace(piece, text=left, gap=piece.gap and not out, first=piece.first and not out))
        field = _names()[compact(found["name"])]
        out.append(
            replace(
                piece, text=found[0].strip(), field=field, note=compact(found["note"] or ""), score=score, first=not out
            )
        )
        rest = found.end()
        while rest < len(piece.text) and piece.text[rest] in "：: \t":
            rest += 1
    tail = piece.text[rest:].strip()
    if tail:
        out.append(replace(piece, text=tail, gap=piece.gap and not out, first=piece.first and not out))
    return out


def _inline_score(piece: Piece, found: re.Match[str]) -> float:
    before, after = piece.text[: found.start()], piece.text[found.end() :]
    colon = bool(re.match(r"\s*[：:]", after))
    if before and not before[-1].isspace() and not (colon and before[-1] in ")）表"):
        return 0.0
    if not colon and after and not after[:1].isspace():
        return 0.0
    if not before.strip():
        return 2.5 if colon else 2.0
    name = compact(found["name"])
    if BY_FIELD[_names()[name]].shape == "other" or len(name) < 4:
        return 1.2 if colon else 0.0
    return 1.5 if colon else 1.0


def find_glued(pieces: list[Piece]) -> list[Piece]:
    """Labels that lost their separators, looked for only where the form has no other place for them.

    A missing label is accepted at the very start or end of a text between its neighbours in the form, and amounts and
    dates also in the middle when a unit or a digit follows.
    """
    out = list(pieces)
    for label in LABELS:
        if label.shape == "other" or any(p.field == label.field for p in out):
            continue
        out = _cut_glued(out, label.field, label.shape, sorted(label.names, key=len, reverse=True))
    return out


def _cut_glued(pieces: list[Piece], field: str, shape: str, names: list[str]) -> list[Piece]:
    low, high = _window(pieces, field)
    long_names = [n for n in names if len(n) >= 4]
    either = "|".join(flexible(name) for name in long_names)
    if not either:
        return pieces
    note = r"(?:\s*[（(][^（）()]{0,16}[）)])?"
    tail = r"(?=\s*[：:¥￥\d])|(?P<unit>\s*[（(]\s*[百千万亿]?元\s*[）)])" if shape in ("money", "date") else r"(?!)"
    pattern = re.compile(
        rf"^{_NUMBERING}(?:{either}){note}[：:]?|(?:{either})(?:{tail})[：:]?|(?:{either}){note}[：:]?$"
    )
    for index in range(low, high):
        piece = pieces[index]
        found = None if piece.field else pattern.search(piece.text)
        if not found or 0 < found.start() < _SHORTEST_VALUE:
            continue  # what little stands before it makes it another label: 中期 + 资金总额
        parts = [piece.text[: found.start()].strip(), found[0].strip(), piece.text[found.end() :].strip(" ：:")]
        bracket = re.search(r"[（(].*[）)]", parts[1])
        label = replace(piece, text=parts[1], field=field, score=0.5, note=compact(bracket[0]) if bracket else "")
        new = [replace(piece, text=parts[0])] if parts[0] else []
        new.append(label)
        new += [replace(piece, text=parts[2], first=False, gap=False)] if parts[2] else []
        return [*pieces[:index], *new, *pieces[index + 1 :]]
    return pieces


def _window(pieces: list[Piece], field: str) -> tuple[int, int]:
    """From the last label that comes before `field` in the printed form to the first that comes after it."""
    rank = ORDER[field]
    low, high = 0, len(pieces)
    for index, piece in enumerate(pieces):
        if piece.field is None or piece.field == "other":
            continue
        if ORDER[piece.field] < rank:
            low = index + 1
        elif high == len(pieces):
            high = index
    return low, max(low, high)
