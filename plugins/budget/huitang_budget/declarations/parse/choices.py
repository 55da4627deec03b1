"""Rows of boxes: which label is ticked, which is not, and which cannot be told."""

from __future__ import annotations

import re

from huitang_budget.declarations.model import Choice, Problem
from huitang_budget.declarations.parse.clean import EMPTY, TICKED, boxes, compact, join_blanks
from huitang_budget.declarations.parse.dates import DATE
from huitang_budget.declarations.parse.labels import CHOICES
from huitang_budget.declarations.parse.pieces import Piece
from huitang_budget.declarations.readers.base import place_text

_BOX = re.compile(f"[{TICKED}{EMPTY}]")
_SPLIT = re.compile(r"[\s;；,，、|]+")
_STRAY = re.compile(r"^[\d.,%¥￥元万/\-年月日号]+$")
_LONGEST = 30
_TAIL = 2
"""A part this short is the tail of a label that was broken, not a choice of its own."""


def read_choices(field: str, pieces: list[Piece]) -> tuple[tuple[Choice, ...], list[Problem]]:
    """The boxes of one field in order, and a Problem for text between them that is no choice (a stray date)."""
    texts = [(boxes(piece.text), piece) for piece in pieces]
    marks = "".join(mark for text, _ in texts for mark in _BOX.findall(text))
    found = _marked(texts, marks) if marks else _unmarked(texts)
    choices: list[Choice] = []
    problems: list[Problem] = []
    for choice in found:
        if _STRAY.match(compact(choice.label)) or DATE.search(choice.label):
            message = f"{place_text(choice.place)}：“{choice.label}”不是选项，没有读入"
            problems.append(Problem("stray_text", field, choice.label, message, choice.place))
        else:
            choices.append(choice)
    if not marks and len(choices) > 1:
        message = f"{place_text(choices[0].place)}：各选项旁没有勾选标记（扫描时丢失），无法判断勾选了哪一项"
        problems.append(Problem("ticks_lost", field, " ".join(c.label for c in choices), message, choices[0].place))
    return tuple(choices), problems


def _marked(texts: list[tuple[str, Piece]], marks: str) -> list[Choice]:
    """Labels with their marks. The side on which the marks stand is told by the lines that have some.

    All lines are taken as one, so that a label broken over two lines keeps its mark.
    """
    before = _marks_before([text for text, _ in texts])
    other = False if EMPTY not in marks else None
    out: list[Choice] = []
    label, where, tick = "", texts[0][1], None
    for text, piece in texts:
        for part in re.split(f"([{TICKED}{EMPTY}])", text):
            if not _BOX.fullmatch(part):
                where = piece if not label.strip() else where
                label += f" {part}"
            elif before:
                out.extend(_choices(label, tick, other, before, where))
                label, tick = "", part == TICKED
            else:
                out.extend(_choices(label, part == TICKED, other, before, where))
                label = ""
    return out + _choices(label, tick if before else None, other, before, where)


def _choices(label: str, tick: bool | None, other: bool | None, before: bool, piece: Piece) -> list[Choice]:
    """The labels in one stretch: the one beside the mark has it, the others `other`."""
    names = _names(label)
    own = 0 if before else len(names) - 1
    return [
        Choice(name, (tick if tick is not None else other) if index == own else other, piece.place)
        for index, name in enumerate(names)
    ]


def _marks_before(texts: list[str]) -> bool:
    """True when boxes stand before their labels: the whole begins with one, or most of its lines do.

    Lines alone may mislead: a narrow column lets a box slip to the beginning of the next line.
    """
    whole = "".join(texts).strip()
    starts, ends = bool(_BOX.match(whole)), bool(_BOX.match(whole[-1:]))
    if starts != ends:
        return starts
    lines = [text.strip() for text in texts if _BOX.search(text)]
    return (
        sum(1 if _BOX.match(line) else -1 for line in lines) + sum(-1 if _BOX.match(line[-1:]) else 1 for line in lines)
        > 0
    )


def _unmarked(texts: list[tuple[str, Piece]]) -> list[Choice]:
    """Labels without any mark: not to be told, except a single label, which is the choice itself."""
    names = [(name, piece) for text, piece in texts for name in _names(text)]
    tick = True if len(names) == 1 and _known(names[0][0]) else None
    return [Choice(name, tick, piece.place) for name, piece in names]


def _known(name: str) -> bool:
    return any(compact(name) == known for known in CHOICES)


def _names(text: str) -> list[str]:
    """The labels in a stretch without marks. Blanks part them, unless the parts only together make a known label."""
    whole = compact(text).strip(":：;；,，、")
    if not whole:
        return []
    if whole in CHOICES:
        return [whole]
    rough = [join_blanks(p).strip(":：") for p in _SPLIT.split(text.strip()) if p.strip(":：()（）")]
    parts = [part for piece in rough for part in _unglued(piece)]
    out: list[str] = []
    for part in parts:
        if out and out[-1] not in CHOICES and (compact(out[-1] + part) in CHOICES or len(part) <= _TAIL):
            out[-1] += part
        elif len(part) <= _LONGEST:
            out.append(part)
    return out


def _unglued(text: str) -> list[str]:
    """Known labels that lost the blank between them taken apart; anything else stays as it is."""
    if text in CHOICES:
        return [text]
    for name in sorted(CHOICES, key=len, reverse=True):
        if text.startswith(name) and (rest := _unglued(text[len(name) :])) and all(part in CHOICES for part in rest):
            return [name, *rest]
    return [text]
