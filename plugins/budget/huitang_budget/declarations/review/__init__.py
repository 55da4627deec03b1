"""The review of declarations: rules held as data, checks that are small pure functions, findings that quote the
form."""

from __future__ import annotations

from huitang_budget.declarations.review.catalogue import (
    Basis,
    Catalogue,
    CatalogueError,
    Rule,
    default_catalogue,
    load_catalogue,
)
from huitang_budget.declarations.review.engine import review_declarations
from huitang_budget.declarations.review.paths import field_place, field_text
from huitang_budget.declarations.review.reference import catalogue_markdown

__all__ = [
    "Basis",
    "Catalogue",
    "CatalogueError",
    "Rule",
    "catalogue_markdown",
    "default_catalogue",
    "field_place",
    "field_text",
    "load_catalogue",
    "review_declarations",
]
