"""One form to one Declaration."""

from __future__ import annotations

import re

from msgspec.structs import replace

from huitang_budget.declarations.model import Choice, Declaration, Found, Problem
from huitang_budget.declarations.parse.checks import check_sums
from huitang_budget.declarations.parse.choices import read_choices
from huitang_budget.declarations.parse.clean import EMPTY, TICKED, compact, join_blanks, without_boxes
from huitang_budget.declarations.parse.dates import DATE, read_year
from huitang_budget.declarations.parse.forms import Form, is_title
from huitang_budget.declarations.parse.indicators import read_indicators
from huitang_budget.declarations.parse.labels import CHOICES
from huitang_budget.declarations.parse.milestones import read_milestones
from huitang_budget.declarations.parse.money import unit_in
from huitang_budget.declarations.parse.pieces import Piece
from huitang_budget.declarations.parse.sections import Section, Sections, cut_sections
from huitang_budget.declarations.parse.subprojects import read_sub_projects
from huitang_budget.declarations.parse.values import Units, read_amount, read_period
from huitang_budget.declarations.readers.base import place_text

_UNIT_LINE = re.compile(r"单位[:：]?\s*(?:人民币)?\s*[百千万亿]?元")


def build(source: str, number: int, form: Form, read_problems: tuple[Problem, ...]) -> Declaration:
    """The declaration of one form; what could not be read as it should stands in its `problems`."""
    sections = cut_sections(list(form.pieces))
    problems = [*read_problems, *sections.problems]
    units = Units(_form_unit(form))
    declaration = _texts(Declaration(source=source, form=number), form, sections, problems)
    declaration = _numbers(declaration, sections, units, problems)
    indicators, table_problems = read_indicators(sections.indicator_pieces)
    if not indicators:
        problems.append(_no_indicators(form))
    return replace(declaration, indicators=indicators, problems=(*problems, *table_problems, *units.mixed))


def _texts(declaration: Declaration, form: Form, sections: Sections, problems: list[Problem]) -> Declaration:
    """The names and texts of the form filled in."""

    def text(name: str) -> Found[str]:
        section = sections.get(name)
        return section.found_text() if section else Found()

    return replace(
        declaration,
        year=_year(form, sections),
        declaring_unit=_name(sections.get("declaring_unit"), problems),
        project_name=_name(sections.get("project_name"), problems),
        overview=text("overview"),
        basis=text("basis"),
        necessity=text("necessity"),
        measures=text("measures"),
        plan=text("plan"),
        overall_goal=text("overall_goal"),
        annual_goal=text("annual_goal"),
        remark=text("remark"),
    )


def _numbers(declaration: Declaration, sections: Sections, units: Units, problems: list[Problem]) -> Declaration:
    """Dates, boxes, amounts and steps filled in, the Problems met on the way added, sums checked."""
    start, end = read_period(sections, problems)
    types, uses = (_choices(name, sections, problems) for name in ("project_types", "fund_uses"))
    total, current, previous, executed = (
        read_amount(name, sections.get(name), units, problems)
        for name in ("total_fen", "current_year_fen", "previous_year_fen", "previous_executed_fen")
    )
    subs, sub_total = read_sub_projects(sections.get("sub_projects"), units, problems)
    plan = sections.get("plan")
    milestones, plan_problems = read_milestones(plan.pieces if plan else [])
    filled = replace(
        declaration,
        project_types=types,
        fund_uses=uses,
        start=start,
        end=end,
        total_fen=total,
        current_year_fen=current,
        previous_year_fen=previous,
        previous_executed_fen=executed,
        sub_projects=tuple(subs),
        milestones=milestones,
    )
    problems += [*plan_problems, *check_sums(filled, sub_total)]
    return filled


def _choices(name: str, sections: Sections, problems: list[Problem]) -> tuple[Choice, ...]:
    section = sections.get(name)
    choices, more = read_choices(name, section.pieces if section else [])
    problems.extend(more)
    return choices


def _name(section: Section | None, problems: list[Problem]) -> Found[str]:
    """A name on one line, however many the form spread it over; a stamp in brackets is not part of it.

    Lines behind a gap, boxes and dates have lost their own label: they are told, not added.
    """
    if section is None:
        return Found()
    kept = _own_lines(section)
    for piece in section.pieces[len(kept) :]:
        shown = without_boxes(piece.text)
        message = f"{place_text(piece.place)}：“{shown}”前没有栏目名，没有并入“{section.label.text}”"
        problems.append(Problem("stray_text", section.field, shown, message, piece.place))
    text = "".join(_glue(p.text) for p in kept)
    text = re.sub(r"[（(]\s*(?:盖章|公章|签章|签字|章)\s*[)）]", "", without_boxes(join_blanks(text))).strip(" :：")
    return Found(value=text or None, text=text, place=section.place())


def _own_lines(section: Section) -> list[Piece]:
    """The lines that belong to a name: the first, and those that go on without a gap."""
    kept: list[Piece] = []
    for piece in section.pieces:
        same_cell = bool(kept) and (kept[-1].row, kept[-1].column) == (piece.row, piece.column)
        foreign = kept and (
            EMPTY in piece.text or TICKED in piece.text or DATE.search(piece.text) or _is_choices(piece)
        )
        if kept and ((piece.gap and not same_cell) or foreign):
            break
        kept.append(piece)
    return kept


def _is_choices(piece: Piece) -> bool:
    """A line made of known box labels only."""
    words = piece.text.split()
    return bool(words) and all(word in CHOICES for word in words)


def _glue(text: str) -> str:
    return text + (" " if text[-1:].isascii() and text[-1:].isalnum() else "")


def _year(form: Form, sections: Sections) -> Found[int]:
    """The budget year from its own label or from the head of the form: (2019年), 2024年度."""
    own = sections.get("year")
    title = max((i for i, piece in enumerate(form.head) if is_title(piece.text)), default=0)
    lines: list[Piece] = [*(own.pieces if own else []), *form.head[title:]]
    for piece in lines:
        if own is None and not is_title(piece.text) and len(compact(piece.text)) > 30:
            continue
        year = read_year(piece.text) or (read_year(f"({piece.text})") if own and piece in own.pieces else None)
        if year:
            return Found(value=year, text=piece.text, place=piece.place)
    return Found(text=lines[0].text if own and lines else "", place=lines[0].place if own and lines else None)


def _form_unit(form: Form) -> str | None:
    """The unit named for the whole form (金额单位：万元), or by a heading over its amounts (项目资金（万元）)."""
    for piece in (*form.head, *form.pieces):
        if _UNIT_LINE.search(compact(piece.text)) and len(piece.text) <= 40:
            return unit_in(piece.text)
    for piece in form.pieces:
        if piece.field is None and re.fullmatch(r".{2,12}[(（](?:单位[:：])?[百千万亿]?元[)）]", compact(piece.text)):
            return unit_in(piece.text)
    return None


def _no_indicators(form: Form) -> Problem:
    last = form.pieces[-1]
    message = (
        f"{place_text(last.place)}之前没有找到绩效指标表（一级指标、二级指标、三级指标、指标目标值），指标没有读入"
    )
    return Problem("no_indicators", "indicators", last.text[:40], message, last.place)
