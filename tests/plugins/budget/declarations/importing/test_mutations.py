"""Scans spoil forms in many ways: whatever happens, nothing crashes and no amount or date is made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huitang_budget.declarations.importing import DEFAULT_LIMITS, UnreadableFile, content_fingerprint
from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.parse import parse_document
from huitang_budget.declarations.readers import read_rows

REAL = Path(__file__).resolve().parents[5].parent / "shared" / "data" / "declarations"
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KINDS = (
    "delete",
    "join",
    "join-blank",
    "double-blank",
    "tag",
    "form-feed",
    "page-mark",
    "break",
    "repeat",
    "blank-line",
)


def mutate(lines: list[str], kind: str, where: int, spot: int) -> list[str]:
    """One spoiled place: `where` chooses the line, `spot` the character."""
    index = where % (len(lines) - 1)
    line = lines[index]
    at = spot % (len(line) + 1)
    made = {
        "delete": [],
        "join": [line + lines[index + 1]],
        "join-blank": [f"{line} {lines[index + 1]}"],
        "double-blank": [line.replace(" ", "  ")],
        "tag": [f"{line[:at]}<p>{line[at:]}"],
        "form-feed": [f"{line[:at]}\f{line[at:]}"],
        "page-mark": [line, "", "— 2 —", ""],
        "break": [line[:at], line[at:]],
        "repeat": [line, line],
        "blank-line": [line, "", ""],
    }[kind]
    skip = 2 if kind.startswith("join") else 1
    return [*lines[:index], *made, *lines[index + skip :]]


def parse(text: str) -> tuple[Declaration, ...]:
    """Without the safety net of `read_declarations`: an unforeseen error must show here."""
    return parse_document(read_rows("m.txt", text.encode(), DEFAULT_LIMITS), DEFAULT_LIMITS)


def amounts(form: Declaration) -> set[int]:
    found = [form.total_fen, form.current_year_fen, form.previous_year_fen, form.previous_executed_fen]
    found += [sub.amount_fen for sub in form.sub_projects]
    return {item.value for item in found if item.value is not None}


def dates(form: Declaration) -> set[date]:
    found = [form.start.value, form.end.value, *(m.date for m in form.milestones)]
    return {day for day in found if day is not None}


def check_nothing_made_up(text: str, steps: list[tuple[str, int, int]]) -> None:
    (plain,) = parse(text)
    lines = text.split("\n")
    for kind, where, spot in steps:
        lines = mutate(lines, kind, where, spot)
    try:
        forms = parse("\n".join(lines))
    except UnreadableFile:
        return
    # A number cut in two by a break may stay cut; it then is a beginning or an end of one the form has.
    known = {str(fen // 100) for fen in amounts(plain)} | {f"{fen / 100:.2f}" for fen in amounts(plain)}
    for form in forms:
        for fen in amounts(form) - amounts(plain):
            assert any(kind in {"break", "tag"} for kind, _, _ in steps), (fen, steps)
            assert any(str(fen // 100) in text for text in known), (fen, steps)
        if not any(kind in {"break", "tag"} for kind, _, _ in steps):
            assert dates(form) <= dates(plain), steps


STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 10_000), st.integers(0, 10_000)), min_size=1, max_size=6
)


@SLOW
@given(STEPS)
def test_the_fictional_form(as_text: Callable[..., str], steps: list[tuple[str, int, int]]) -> None:
    check_nothing_made_up(as_text(), steps)


@pytest.mark.real_forms
@pytest.mark.parametrize("name", ["budget-review.txt", "cadre-information.txt", "petitions.txt"])
@SLOW
@given(steps=STEPS)
def test_the_real_forms(name: str, steps: list[tuple[str, int, int]]) -> None:
    check_nothing_made_up((REAL / name).read_text(encoding="utf-8"), steps)


@pytest.mark.real_forms
@pytest.mark.parametrize("name", ["budget-review.txt", "cadre-information.txt", "petitions.txt"])
@pytest.mark.parametrize("kind", ["double-blank", "page-mark", "join", "join-blank"])
def test_one_such_place_anywhere_changes_no_number(name: str, kind: str) -> None:
    text = (REAL / name).read_text(encoding="utf-8")
    (plain,) = parse(text)
    lines = text.split("\n")
    for where in range(6, len(lines) - 1):
        (form,) = parse("\n".join(mutate(lines, kind, where, 0)))
        assert facts(form) == facts(plain), (kind, where, lines[where][:40])


def facts(form: Declaration) -> object:
    """What must survive: names, amounts, dates, boxes, indicators."""
    return (
        form.project_name.value,
        form.declaring_unit.value,
        [
            form.total_fen.value,
            form.current_year_fen.value,
            form.previous_year_fen.value,
            form.previous_executed_fen.value,
        ],
        (form.start.value, form.end.value),
        [(c.label, c.ticked) for c in (*form.project_types, *form.fund_uses)],
        [(s.name.value, s.amount_fen.value) for s in form.sub_projects],
        [(m.title, m.date) for m in form.milestones],
        [(i.level1, i.level2, i.level3, i.target) for i in form.indicators],
    )


@given(st.binary(max_size=2000))
def test_random_bytes_are_refused_or_read(data: bytes) -> None:
    message = ""
    try:
        parse_document(read_rows("r.bin", data, DEFAULT_LIMITS), DEFAULT_LIMITS)
    except UnreadableFile as error:
        message = error.message
    assert not message or message.startswith("r.bin：")


@given(st.text(alphabet="项目名称总预算元（）：\t\n <p>/一级指标目0123456789.-年月日产出≥%□☑备注", max_size=400))
def test_random_pieces_of_forms_never_crash(text: str) -> None:
    try:
        forms = parse(text)
    except UnreadableFile:
        return
    assert all(content_fingerprint(form) for form in forms)
