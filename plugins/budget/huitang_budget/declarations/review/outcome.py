"""What a check says: hits, nothing, or that it cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from huitang_budget.declarations.model import Place

NO_VALUES: Mapping[str, str] = MappingProxyType({})


class Hit(Struct, frozen=True, kw_only=True):
    """One problem a check saw.

    `field` is a path such as "indicators[3].target" (counted from 0), `quote` a substring of that field's text (""
    where the
    problem is that nothing stands there), `values` fill the placeholders of the rule's message, `related` names the
    other
    declarations by their source.
    """

    field: str
    quote: str = ""
    values: Mapping[str, str] = NO_VALUES
    place: Place | None = None
    related: tuple[str, ...] = ()


class NotComputable(Exception):
    """The check cannot be applied to this declaration; `reason` says why in zh-CN, for the reader of the review."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
