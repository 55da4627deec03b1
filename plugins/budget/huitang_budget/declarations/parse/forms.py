"""One file, one or more forms: where each begins, and which of the labels found in it really hold."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from huitang_budget.declarations.parse.clean import compact
from huitang_budget.declarations.parse.labels import BY_FIELD
from huitang_budget.declarations.parse.pieces import Piece
from huitang_budget.declarations.parse.tokens import find_glued

_TITLE = re.compile(
    r"^.{0,50}绩效目标(?:及指标)?(?:[(（]?(?:申报|申请|批复|审核|填报|编报|评审|情况)[)）]?)*表[一二三四五\d]?"
    r"(?:[(（\[].{0,20}[)）\]]|\d{4}年度?)*$"
)
_LEAD_FIELDS = ("declaring_unit", "project_name")


class Form(Struct, frozen=True):
    """The pieces of one form and the lines of its head (title, year) before the first label."""

    head: tuple[Piece, ...]
    pieces: tuple[Piece, ...]


def is_title(text: str) -> bool:
    """True for a line such as "上海市财政支出项目绩效目标申报表" or "…绩效目标申报表（2024年度）"."""
    plain = compact(text).strip("*#<>《》:")
    return len(plain) <= 70 and bool(_TITLE.match(plain))


def split_forms(pieces: list[Piece]) -> list[Form]:
    """The forms of a file in order; empty when no label of the form occurs at all."""
    chunks = _merge(_chunks(pieces))
    return [_form(chunk) for chunk in chunks if any(p.field and p.field != "other" for p in chunk)]


def _chunks(pieces: list[Piece]) -> list[list[Piece]]:
    """Cut before every title line, every new sheet, and every second lead label after the end of a form."""
    out: list[list[Piece]] = [[]]
    seen: set[str] = set()
    for index, piece in enumerate(pieces):
        starts = piece.sheet_start or _title_at(pieces, index)
        again = piece.field in _LEAD_FIELDS and piece.score >= 2 and _ended(seen, piece)
        if (starts or again) and out[-1]:
            cut = 0 if starts else _head_length(out[-1])
            tail = out[-1][len(out[-1]) - cut :]
            out[-1] = out[-1][: len(out[-1]) - cut]
            out.append(tail)
            seen = set()
        out[-1].append(piece)
        if piece.field and piece.score >= 2:
            seen.add(piece.field)
    return out


def _title_at(pieces: list[Piece], index: int) -> bool:
    """A title on this line, or on this and the next one or two."""
    piece = pieces[index]
    if piece.field or ("绩效" not in piece.text and "支出" not in piece.text and "项目" not in piece.text):
        return False
    text = ""
    for part in pieces[index : index + 3]:
        if part.field or len(part.text) > 50:
            break
        text += part.text
        if is_title(text):
            return index == 0 or not _continues_title(pieces, index)
    return False


def _continues_title(pieces: list[Piece], index: int) -> bool:
    """The second line of a title that was already found at the line before."""
    before = pieces[index - 1]
    return before.field is None and not is_title(pieces[index].text) and is_title(before.text)


def _ended(seen: set[str], piece: Piece) -> bool:
    """A lead label comes again although the form has already shown its later parts."""
    return piece.field in seen and bool(seen & {"indicators", "remark", "annual_goal", "plan"})


def _head_length(chunk: list[Piece]) -> int:
    """How many short lines at the end of a chunk belong to the head of the next form: a year in brackets."""
    count = 0
    while count < min(2, len(chunk)) and re.fullmatch(r"[(（]?\d{4}年度?[)）]?", chunk[-1 - count].text):
        count += 1
    return count


def _merge(chunks: list[list[Piece]]) -> list[list[Piece]]:
    """A chunk that repeats no label of the form before it is the same form going on under a running head."""
    out: list[list[Piece]] = []
    for chunk in chunks:
        if out and not _fields(out[-1]):
            out[-1].extend(chunk)
        elif out and not _starts_form(out[-1], chunk):
            out[-1].extend(_without_head(chunk))
        elif chunk:
            out.append(list(chunk))
    return out


def _fields(chunk: list[Piece]) -> set[str]:
    return {
        p.field for p in chunk if p.field and p.score >= 2 and p.field not in ("other", "indicators", "sub_projects")
    }


def _starts_form(before: list[Piece], chunk: list[Piece]) -> bool:
    known, new = _fields(before), _fields(chunk)
    return bool(known & new - {"remark"}) or bool(new & set(_LEAD_FIELDS) and len(new) >= 3)


def _without_head(chunk: list[Piece]) -> list[Piece]:
    """A running head dropped: its title and year lines up to the first other line."""
    index = 0
    while (
        index < len(chunk)
        and index < 4
        and (is_title(chunk[index].text) or re.fullmatch(r"[(（]?\d{4}年度?[)）]?", chunk[index].text))
    ):
        index += 1
    return chunk[index:]


def _form(chunk: list[Piece]) -> Form:
    """The labels decided, then the missing ones looked for between their neighbours."""
    pieces = find_glued(_decide(chunk))
    first = next((i for i, p in enumerate(pieces) if p.field), 0)
    return Form(head=tuple(pieces[:first]), pieces=tuple(pieces[first:]))


def _decide(chunk: list[Piece]) -> list[Piece]:
    """Of several places for one label the surest, then the first; the others become text again.

    The same label directly again, or marked （续）, goes on with the same field and is kept.
    """
    best: dict[str, int] = {}
    for index, piece in enumerate(chunk):
        if piece.field and (piece.field not in best or piece.score > chunk[best[piece.field]].score):
            best[piece.field] = index
    out: list[Piece] = []
    last: str | None = None
    for index, piece in enumerate(chunk):
        field = piece.field
        if (
            field is None
            or BY_FIELD[field].repeats
            or best[field] == index
            or (piece.score >= 2 and (last == field or "续" in piece.note))
        ):
            out.append(piece)
        else:
            out.append(replace(piece, field=None, score=0.0, note=""))
        last = out[-1].field or last
    return out
