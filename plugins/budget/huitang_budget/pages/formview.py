"""The form as it is shown beside its findings: texts cut into pieces, so that quotes are marked where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct

from huitang_budget.declarations.importing import place_text
from huitang_budget.declarations.model import Choice, Declaration, Found, Place
from huitang_budget.services.detail import FindingView
from huitang_sdk.i18n import Translator, format_money

_ = Translator("budget")


class Piece(Struct, frozen=True):
    """A stretch of text and the findings that quote it; `starts` are those whose quote begins here."""

    text: str
    findings: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()


class Cell(Struct, frozen=True):
    """A text of the form: its pieces, and the findings about it that quote nothing in it (`anchors`)."""

    pieces: tuple[Piece, ...] = ()
    anchors: tuple[str, ...] = ()
    note: str = ""
    number: bool = False


class Line(Struct, frozen=True):
    """A row of the form: its printed name, its text, where it stood in the file."""

    label: str
    cell: Cell
    place: str = ""
    full: bool = True


class Table(Struct, frozen=True):
    """A part of the form that is a table of its own. `anchors` are findings about the table as a whole."""

    label: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    anchors: tuple[str, ...] = ()
    empty: str = ""


class FormView(Struct, frozen=True):
    head: tuple[Line, ...]
    texts: tuple[Line, ...]
    money: tuple[Line, ...]
    sub_projects: Table
    plan: Line
    milestones: Table
    goals: tuple[Line, ...]
    indicators: Table
    remark: Line


HEAD = ("year", "declaring_unit", "project_name", "start", "end")
TEXTS = ("overview", "basis", "necessity", "measures")
MONEY = ("total_fen", "current_year_fen", "previous_year_fen", "previous_executed_fen")
GOALS = ("overall_goal", "annual_goal")
LABELS = {
    "year": "Year",
    "declaring_unit": "Declaring unit",
    "project_name": "Project name",
    "project_types": "Project type",
    "fund_uses": "Use of funds",
    "start": "Start",
    "end": "End",
    "overview": "Overview",
    "basis": "Basis",
    "necessity": "Necessity",
    "measures": "Rules and measures",
    "total_fen": "Total budget (yuan)",
    "current_year_fen": "Budget of the year (yuan)",
    "previous_year_fen": "Budget of the previous year (yuan)",
    "previous_executed_fen": "Spent of it (yuan)",
    "plan": "Plan",
    "overall_goal": "Overall goal",
    "annual_goal": "Goal of the year",
    "remark": "Remark",
}


def form_view(form: Declaration, findings: Sequence[FindingView]) -> FormView:
    return _Builder(form, findings).build()


class _Builder:
    """Hands every finding to the first cell that its field names."""

    def __init__(self, form: Declaration, findings: Sequence[FindingView]) -> None:
        self._form = form
        self._left = list(findings)

    def build(self) -> FormView:
        milestones = self._milestones()
        plan = self._found("plan", also=("milestones",))
        return FormView(
            head=tuple(self._head()),
            texts=tuple(self._found(name) for name in TEXTS),
            money=tuple(self._found(name) for name in MONEY),
            sub_projects=self._sub_projects(),
            plan=plan,
            milestones=milestones,
            goals=tuple(self._found(name) for name in GOALS),
            indicators=self._indicators(),
            remark=self._found("remark", also=("",)),
        )

    def _head(self) -> Iterator[Line]:
        yield from (self._found(name) for name in HEAD[:3])
        for name in ("project_types", "fund_uses"):
            yield Line(_(LABELS[name]), self._choices(name, getattr(self._form, name)), _first_place(self._form, name))
        yield from (self._found(name) for name in HEAD[3:])

    def _take(self, *prefixes: str) -> list[FindingView]:
        """The findings whose field is one of these or lies below it."""
        taken = [
            f
            for f in self._left
            if any(not p or f.field == p or f.field.startswith((f"{p}.", f"{p}[")) for p in prefixes)
        ]
        self._left = [finding for finding in self._left if finding not in taken]
        return taken

    def _found(self, name: str, also: tuple[str, ...] = ()) -> Line:
        found: Found[Any] = getattr(self._form, name)
        text = found.text or (str(found.value) if found.value is not None else "")
        cell = mark(text, self._take(name, *also), note=_reading(name, found))
        return Line(_(LABELS[name]), cell, _where(found.place))

    def _choices(self, name: str, choices: Sequence[Choice]) -> Cell:
        marks = {True: "☑", False: "☐", None: "▢"}
        text = "  ".join(f"{marks[choice.ticked]} {choice.label}" for choice in choices)
        unknown = any(choice.ticked is None for choice in choices)
        note = _("The file does not show which box is ticked.") if unknown else ""
        return mark(text, self._take(name), note=note)

    def _sub_projects(self) -> Table:
        rows = tuple(
            (
                mark(item.name.text or item.name.value or "", self._take(f"sub_projects[{n}].name")),
                mark(
                    item.amount_fen.text,
                    self._take(f"sub_projects[{n}].amount_fen", f"sub_projects[{n}]"),
                    note=_reading("amount_fen", item.amount_fen),
                    number=True,
                ),
            )
            for n, item in enumerate(self._form.sub_projects)
        )
        heads = (_("Sub-project"), _("Amount (yuan)"))
        return Table(
            _("What the money of the year goes into"), heads, rows, self._rest("sub_projects"), _("None stated")
        )

    def _milestones(self) -> Table:
        rows = tuple(
            (
                Cell(pieces=(Piece(item.date.isoformat() if item.date else "—"),)),
                mark(item.title, self._take(f"milestones[{n}].title")),
                mark(item.text, self._take(f"milestones[{n}]")),
            )
            for n, item in enumerate(self._form.milestones)
        )
        heads = (_("Date"), _("Step"), _("In the form"))
        return Table(_("Steps read from the plan"), heads, rows, empty=_("No dated step was recognised"))

    def _indicators(self) -> Table:
        rows = tuple(
            (
                mark(item.level1, self._take(f"indicators[{n}].level1")),
                mark(item.level2, self._take(f"indicators[{n}].level2")),
                mark(item.level3, self._take(f"indicators[{n}].level3")),
                mark(item.target, self._take(f"indicators[{n}]")),
            )
            for n, item in enumerate(self._form.indicators)
        )
        heads = (_("Level 1"), _("Level 2"), _("Level 3"), _("Target"))
        return Table(_("Indicators"), heads, rows, self._rest("indicators"), _("The form has no indicator table"))

    def _rest(self, name: str) -> tuple[str, ...]:
        return tuple(str(finding.id) for finding in self._take(name))


def mark(text: str, findings: Sequence[FindingView], *, note: str = "", number: bool = False) -> Cell:
    """Cut `text` at the quotes of the findings; a quote that does not stand in it makes its finding an anchor.

    The same words are quoted by different rules: pieces may belong to several findings.
    """
    spans: list[tuple[int, int, str]] = []
    anchors: list[str] = []
    for finding in findings:
        start = text.find(finding.quote) if finding.quote else -1
        if start < 0:
            anchors.append(str(finding.id))
        else:
            spans.append((start, start + len(finding.quote), str(finding.id)))
    return Cell(tuple(_pieces(text, spans)), tuple(anchors), note, number)


def _pieces(text: str, spans: Sequence[tuple[int, int, str]]) -> Iterator[Piece]:
    cuts = sorted({0, len(text), *(start for start, _end, _id in spans), *(end for _start, end, _id in spans)})
    for start, end in pairwise(cuts):
        covering = tuple(key for first, last, key in spans if first <= start and end <= last)
        begins = tuple(key for first, _last, key in spans if first == start)
        yield Piece(text[start:end], covering, begins)


def _reading(name: str, found: Found[Any]) -> str:
    """How a value was understood, where that is not what the text says by itself."""
    if found.value is None:
        return _("Could not be read") if found.text else ""
    if name.endswith("_fen"):
        shown = format_money(found.value)
        return shown if shown.replace(",", "").removesuffix(".00") != found.text.replace(",", "").strip() else ""
    if name in ("start", "end"):
        return found.value.isoformat() if found.value.isoformat() != found.text.strip() else ""
    return ""


def _where(place: Place | None) -> str:
    return place_text(place) if place else ""


def _first_place(form: Declaration, name: str) -> str:
    choices: Sequence[Choice] = getattr(form, name)
    return _where(choices[0].place) if choices else ""
