"""What a performance-target declaration says, and where in the file it says it.

Amounts are integer fen, dates are `datetime.date`, and every value is a `Found`: the value, the text it was read
from and
the place of that text. A value that is absent or cannot be read is None; `Found.text` tells the two apart.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from msgspec import Struct

T = TypeVar("T")

Criterion = Literal["completeness", "relevance", "adequacy", "feasibility"]
"""完整性, 相关性, 适当性, 可行性: the four criteria of review. Translated on screen, never in data."""

Severity = Literal["high", "medium", "low", "info"]


class Place(Struct, frozen=True, omit_defaults=True):
    """Where in the original file a text stands, counted from 1; parts that the format does not have are None.

    A text file has lines; a PDF has pages and lines of the page; a Word file has paragraphs or tables with rows (and
    columns); a workbook has a sheet and a cell such as "B7".
    """

    page: int | None = None
    line: int | None = None
    paragraph: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    sheet: str | None = None
    cell: str | None = None


class Found(Struct, Generic[T], frozen=True):
    """A value, the cleaned text it was read from ("" when the form has no such text), and where that stands."""

    value: T | None = None
    text: str = ""
    place: Place | None = None


class Choice(Struct, frozen=True):
    """One box of a row of boxes. `ticked` is None when the file does not show whether it was ticked."""

    label: str
    ticked: bool | None
    place: Place | None = None


class SubProject(Struct, frozen=True):
    name: Found[str]
    amount_fen: Found[int]


class Milestone(Struct, frozen=True):
    """One step of the plan. `date` is None when the plan gives none or one that does not exist; `text` has what it
    says.
    """

    title: str
    date: date | None
    text: str
    place: Place | None = None


class Indicator(Struct, frozen=True):
    """One row of the three-level table.

    `target` is the cell as it stands ("≥90.00%"); `operator` is one of ≥ ≤ = > < or None, `value` the number or None
    when the
    target is a word (健全), `unit` what follows the number ("%", "个") or None.
    """

    level1: str
    level2: str
    level3: str
    target: str
    operator: str | None = None
    value: Decimal | None = None
    unit: str | None = None
    place: Place | None = None


class Problem(Struct, frozen=True):
    """Something in the file that could not be read as it should be: shown to the importer, never dropped.

    `field` is a field name of `Declaration` or "form"; `quote` the text concerned; `message` zh-CN, says what and
    where.
    """

    code: str
    field: str
    quote: str
    message: str
    place: Place | None = None


class Declaration(Struct, frozen=True, kw_only=True):
    """One form. Field names are also the names that findings and `--format json` use."""

    source: str
    form: int = 1
    year: Found[int] = Found()
    declaring_unit: Found[str] = Found()
    project_name: Found[str] = Found()
    project_types: tuple[Choice, ...] = ()
    fund_uses: tuple[Choice, ...] = ()
    start: Found[date] = Found()
    end: Found[date] = Found()
    overview: Found[str] = Found()
    basis: Found[str] = Found()
    necessity: Found[str] = Found()
    measures: Found[str] = Found()
    total_fen: Found[int] = Found()
    current_year_fen: Found[int] = Found()
    previous_year_fen: Found[int] = Found()
    previous_executed_fen: Found[int] = Found()
    sub_projects: tuple[SubProject, ...] = ()
    plan: Found[str] = Found()
    milestones: tuple[Milestone, ...] = ()
    overall_goal: Found[str] = Found()
    annual_goal: Found[str] = Found()
    indicators: tuple[Indicator, ...] = ()
    remark: Found[str] = Found()
    problems: tuple[Problem, ...] = ()


class Finding(Struct, frozen=True):
    """What a rule found. `field` names where ("indicators[3].target"), `quote` is the text it rests on, `message` is
    zh-CN.

    `related` names the other declarations (by `source`) a comparison rests on.
    """

    rule: str
    criterion: Criterion
    severity: Severity
    field: str
    quote: str
    message: str
    place: Place | None = None
    related: tuple[str, ...] = ()


class NotComputed(Struct, frozen=True):
    """A rule that could not be applied to a declaration, and why (zh-CN): never taken for a pass."""

    rule: str
    reason: str


class Review(Struct, frozen=True):
    """The outcome of every rule on one declaration."""

    findings: tuple[Finding, ...] = ()
    not_computed: tuple[NotComputed, ...] = ()
