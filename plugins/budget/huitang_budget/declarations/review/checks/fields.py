"""Checks on the fields of the form: filled in, readable, boxes ticked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from huitang_budget.declarations.model import Choice, Declaration, Found
from huitang_budget.declarations.review.language import has_text, normal
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.paths import FOUND_FIELDS, field_text, label
from huitang_budget.declarations.review.registry import Context, Parameters, check


class Required(Parameters, frozen=True):
    """`fields` must be filled in; a text that is one of `placeholders` counts as empty."""

    fields: tuple[str, ...]
    placeholders: tuple[str, ...] = ()


@check("required", Required)
def required(declaration: Declaration, parameters: Required, _context: Context) -> Iterator[Hit]:
    empty = {normal(word) for word in parameters.placeholders}
    for field in parameters.fields:
        value = getattr(declaration, field)
        text = field_text(declaration, field)
        known = value.value is not None if isinstance(value, Found) and not isinstance(value.value, str) else False
        if not known and (not has_text(text) or normal(text) in empty):
            yield Hit(field=field, quote=text)


class Unreadable(Parameters, frozen=True):
    """No parameters: every field that has a text but no value."""


@check("unreadable", Unreadable)
def unreadable(declaration: Declaration, _parameters: Unreadable, _context: Context) -> Iterator[Hit]:
    fields: list[tuple[str, Found[Any]]] = [(name, getattr(declaration, name)) for name in FOUND_FIELDS]
    fields += [(f"sub_projects[{i}].amount_fen", s.amount_fen) for i, s in enumerate(declaration.sub_projects)]
    for path, found in fields:
        if found.value is None and has_text(found.text):
            yield Hit(field=path, quote=found.text)


class Ticks(Parameters, frozen=True):
    """`field` is the row of boxes."""

    field: str


def _choices(declaration: Declaration, field: str) -> tuple[Choice, ...]:
    choices: tuple[Choice, ...] = getattr(declaration, field)
    if not choices:
        raise NotComputable(f"表中未见“{label(field)}”一栏")
    return choices


def ticked_labels(declaration: Declaration, field: str) -> list[str]:
    """The labels that are ticked. NotComputable when the file does not show the ticks."""
    choices = _choices(declaration, field)
    if any(choice.ticked is None for choice in choices):
        raise NotComputable(f"“{label(field)}”的勾选在文件中不可见")
    return [choice.label for choice in choices if choice.ticked]


@check("no-tick", Ticks)
def no_tick(declaration: Declaration, parameters: Ticks, _context: Context) -> Iterator[Hit]:
    if any(choice.ticked for choice in _choices(declaration, parameters.field)):
        return
    if not ticked_labels(declaration, parameters.field):
        yield Hit(field=parameters.field)


@check("several-ticks", Ticks, "choices")
def several_ticks(declaration: Declaration, parameters: Ticks, _context: Context) -> Iterator[Hit]:
    ticked = [choice.label for choice in _choices(declaration, parameters.field) if choice.ticked]
    if len(ticked) < 2:
        ticked = ticked_labels(declaration, parameters.field)
    if len(ticked) > 1:
        yield Hit(field=parameters.field, quote=ticked[1], values={"choices": "、".join(ticked)})
