"""What an operator can set under `[plugins.budget]`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from huitang_budget.declarations.review import Catalogue


class BudgetSettings(Struct, frozen=True, kw_only=True):
    """`remind_days`: days before the due date on which a reviewer is reminded (0: on the day itself)."""

    remind_days: tuple[int, ...] = (3, 1, 0)
    review_days: int = 10
    """Days until a review is due when nobody says otherwise."""
    max_file_mb: int = 50
    """The largest file that is read, in MB."""
    max_files: int = 200
    """The most files of one import."""
    compare_limit: int = 3000
    """The most other declarations a review is compared with, newest first; a review says when there were more."""
    rules: dict[str, dict[str, Any]] = {}
    """Changes to the catalogue: rule id → severity, enabled, valid_from, valid_to, parameters."""


def catalogue_of(settings: BudgetSettings) -> Catalogue:
    """The rules with the operator's changes. Raises CatalogueError, which lists every mistake in them."""
    return _catalogue(msgspec.json.encode(settings.rules, order="deterministic"))


@lru_cache(maxsize=4)
def _catalogue(overrides: bytes) -> Catalogue:
    from huitang_budget.declarations.review import default_catalogue

    return default_catalogue().with_overrides(msgspec.json.decode(overrides))
