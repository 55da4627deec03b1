"""The plan's steps: "title：date" and "date：title" in any number per line, numbered lines, stages without dates."""

from __future__ import annotations

import re

from huitang_budget.declarations.model import Milestone, Problem
from huitang_budget.declarations.parse.clean import join_blanks, narrow
from huitang_budget.declarations.parse.dates import DATE, find_dates, to_date
from huitang_budget.declarations.parse.pieces import Piece
from huitang_budget.declarations.readers.base import place_text

_STAGE = re.compile(
    r"^\s*(?P<title>第\s*[一二三四五六七八九十\d]{1,3}\s*(?:阶\s*段|步|期|季度|个?月)|[一二三四五六七八九十]{1,2}季度|[上下]半年|"
    r"(?:\d{4}年)?(?:\d{1,2}\s*(?:[-—~至到]\s*\d{1,2})?\s*月(?:份|底|初|中旬|上旬|下旬|\d{1,2}\s*[日号])?))\s*(?P<note>[（(][^）)]{0,30}[)）])?\s*[:：,，、]?"
)
_NUMBER = re.compile(
    r"^\s*(?:[（(]?\d{1,2}[)）]|\d{1,2}\s*[、.．](?!\d)|[（(]?[一二三四五六七八九十]{1,2}[)）、.．]|[①-⑳★●◆■▪])\s*"
)
_INLINE_NUMBER = re.compile(r"(?<=[\s;；。])(?=(?:[（(]?\d{1,2}[)）]|\d{1,2}[、.．](?!\d)|[①-⑳])\s*[^\d\s])")
_INLINE_STAGE = re.compile(r"(?<=[\s;；。,，])(?=第[一二三四五六七八九十\d]{1,3}(?:阶段|步|期))")
_CUT_DATE = re.compile(r"\d{4}(?:[-./年]\s*\d{0,2}|[-./]\d{1,2}[-./]\d?|年\d{1,2}月\d{0,2})?$")
_RESULT = re.compile(r"^(?:主要|预期|阶段)?成果[:：]|^备注")
_EDGE = " \t:：,，;；。、（()）—–-"
_RANGE = re.compile(r"^\s*(?:至|到|[-—–~～]+)\s*$")


def read_milestones(pieces: list[Piece]) -> tuple[tuple[Milestone, ...], list[Problem]]:
    """The steps in order. A step whose date does not exist has date None and a Problem."""
    out: list[Milestone] = []
    problems: list[Problem] = []
    for text, piece in _lines(pieces):
        for part in _INLINE_NUMBER.split(text):
            for step in _INLINE_STAGE.split(part):
                out.extend(_steps(step.strip(), piece, len(out), problems))
    return tuple(out), problems


def _lines(pieces: list[Piece]) -> list[tuple[str, Piece]]:
    """Lines of the plan; one that goes on in the next is put together with it."""
    out: list[tuple[str, Piece]] = []
    before: Piece | None = None
    for piece in pieces:
        wrapped = before is not None and not piece.gap and (before.row, before.column) == (piece.row, piece.column)
        if out and (_goes_on(out[-1][0], piece.text) or (wrapped and _is_wrapped(out[-1][0], piece.text))):
            out[-1] = (_put_together(out[-1][0], piece.text), out[-1][1])
        else:
            out.append((piece.text, piece))
        before = piece
    return out


def _put_together(before: str, text: str) -> str:
    """A date cut by the line end closes up again; after a whole date a blank stays."""
    cut = _CUT_DATE.search(before) and text[:1].isdigit()
    return before + text if cut or not before[-1:].isdigit() else f"{before} {text}"


def _goes_on(before: str, text: str) -> bool:
    """A line continues when it has neither date nor number of its own, or when only the date is left for it."""
    if before.rstrip()[-1:] in (":", "：") or re.match(r"^\s*[:：]", text):
        return True
    starts = _STAGE.match(text) or _NUMBER.match(text) or DATE.search(narrow(text))
    return not starts and not before.rstrip().endswith(("。", ";", "；")) and not _RESULT.match(text)


def _is_wrapped(before: str, text: str) -> bool:
    """Lines of one cell without a paragraph between: a date cut in two, or a title begun behind the last date."""
    if _CUT_DATE.search(before) and re.match(r"^[\d\-./年月日]", text) and not _NUMBER.match(text):
        return True
    dates = find_dates(narrow(before))
    title_first = bool(dates) and bool(_title(before[: dates[0].start()]))
    return title_first and bool(_title(before[dates[-1].end() :])) and not before.rstrip().endswith(("。", "；", ";"))


def _steps(text: str, piece: Piece, count: int, problems: list[Problem]) -> list[Milestone]:
    """The steps of one stretch: by its dates if it has any, else a stage or a numbered line without date."""
    dates = find_dates(narrow(text))
    if not dates:
        return _undated(text, piece)
    stage = _STAGE.match(text)
    if stage and stage.start("title") != dates[0].start():
        return [_stage_with_date(text, stage["title"], dates, piece, count, problems)]
    steps = _groups(text, dates)
    out: list[Milestone] = []
    for title, quote, found in steps:
        value = to_date(found)
        if value is None:
            problems.append(_impossible(found[0], quote, count + len(out), piece))
        out.append(Milestone(title, value, quote, piece.place))
    return out


def _groups(text: str, dates: list[re.Match[str]]) -> list[tuple[str, str, re.Match[str]]]:
    """(title, whole text, date) of each step; of a range the last date counts, for a step is done at its end."""
    kept: list[tuple[int, re.Match[str]]] = []
    for found in dates:
        if kept and _RANGE.match(text[kept[-1][1].end() : found.start()]):
            kept[-1] = (kept[-1][0], found)
        else:
            kept.append((found.start(), found))
    date_first = not _title(text[: kept[0][0]])
    out = []
    for index, (start, found) in enumerate(kept):
        if date_first:
            low, high = start, kept[index + 1][0] if index + 1 < len(kept) else len(text)
            title = _title(text[found.end() : high])
        else:
            low = kept[index - 1][1].end() if index else 0
            high = found.end() if index + 1 < len(kept) else len(text)
            title = _title(text[low:start]) or _title(text[found.end() : high])
        out.append((title, join_blanks(text[low:high].strip(" \t;；,，、")), found))
    return out


def _title(text: str) -> str:
    text = re.sub(r"^\s*(?:日|号)?(?:之?前|底前|以前|完成(?=[:：]))?", "", text)
    return join_blanks(_NUMBER.sub("", text.strip(_EDGE)).strip(_EDGE)).replace("\n", "")


def _undated(shown: str, piece: Piece) -> list[Milestone]:
    stage = _STAGE.match(shown)
    if stage:
        rest = shown[stage.end() :].strip(_EDGE)
        return [Milestone(stage["title"].replace(" ", ""), None, join_blanks(shown), piece.place)] if rest else []
    if _NUMBER.match(shown):
        body = _NUMBER.sub("", shown)
        title = re.split(r"[:：,，;；。]", body, maxsplit=1)[0].strip()
        return [Milestone(join_blanks(title), None, join_blanks(shown), piece.place)] if title else []
    return []


def _stage_with_date(
    text: str, title: str, dates: list[re.Match[str]], piece: Piece, count: int, problems: list[Problem]
) -> Milestone:
    """第一阶段（2024-01-01至2024-03-31）：…: one step, done at the last date of its range."""
    last = dates[0]
    for found in dates[1:]:
        if _RANGE.match(text[last.end() : found.start()]):
            last = found
    value = to_date(last)
    if value is None:
        problems.append(_impossible(last[0], text, count, piece))
    return Milestone(title, value, join_blanks(text), piece.place)


def _impossible(text: str, quote: str, index: int, piece: Piece) -> Problem:
    message = f"{place_text(piece.place)}：日期“{text}”不存在（“{quote}”），请改正"
    return Problem("impossible_date", f"milestones[{index}].date", text, message, piece.place)
