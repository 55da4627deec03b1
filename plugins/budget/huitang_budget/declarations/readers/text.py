"""Plain text to rows: tabs, pipes or nothing between cells; tags broken over lines are mended first."""

from __future__ import annotations

import re

from huitang_budget.declarations.model import Place
from huitang_budget.declarations.readers.base import Cell, Document, Limits, Row
from huitang_budget.declarations.readers.encoding import decode
from huitang_budget.declarations.readers.htmltable import has_html_table, html_rows

_BROKEN_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>\n]{0,120}|/)?\n\s*/?(?:[a-zA-Z][^<>\n]{0,120})?>")
_PIPE_RULE = re.compile(r"^[\s|+:\-─━┼├┤┌┐└┘┬┴╋═]+$")
_CONTROLS = re.compile(r"[\f\v\x1c-\x1f\x85]")
_PIPES = re.compile(r"[|｜│┃]")


def read_text(source: str, data: bytes, limits: Limits) -> Document:
    """Rows of a text file, places by line. Raises UnreadableFile as `decode` does."""
    text, problems = decode(source, data)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    text = _BROKEN_TAG.sub(_mend_tag, text)
    rows = html_rows(text) if has_html_table(text) else _line_rows(text)
    return Document(source=source, kind="text", rows=tuple(rows), problems=problems)


def _mend_tag(found: re.Match[str]) -> str:
    """The tag on one line, its line break put behind it so that later lines keep their numbers."""
    return found[0].replace("\n", " ") + "\n"


def _line_rows(text: str) -> list[Row]:
    rows: list[Row] = []
    gap = False
    for number, raw in enumerate(text.split("\n"), start=1):
        gap = gap or raw.startswith("\f")
        line = _CONTROLS.sub("", raw)
        if not line.strip():
            gap = True
        if not line.strip() or _is_rule(line):
            continue
        rows.append(Row(cells=line_cells(line, Place(line=number)), gap=gap))
        gap = False
    return rows


def _is_rule(line: str) -> bool:
    """A drawn line of a text table (|---|---|), not a lone dash that stands for "nothing"."""
    return len(line.strip()) >= 3 and bool(_PIPE_RULE.match(line)) and bool(re.search(r"[|+─━═]|-{3}", line))


def line_cells(line: str, place: Place) -> tuple[Cell, ...]:
    """The cells of one line: by tabs where there are any, else by pipes, else the line as one cell."""
    if "\t" in line:
        parts = line.split("\t")
    elif len(_PIPES.findall(line)) >= 2 or (line.lstrip()[:1] in "|｜│┃" and line.strip()):
        parts = _PIPES.split(line.strip())
        parts = parts[1:] if not parts[0].strip() else parts
        parts = parts[:-1] if parts and not parts[-1].strip() else parts
    else:
        parts = [line]
    return tuple(Cell(text=part, place=place, column=column) for column, part in enumerate(parts))
