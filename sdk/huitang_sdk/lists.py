"""What a reader asked of a list: words, filters, order and page, all of it in the address, so that it can be shared.

    query = ListQuery.from_request(request, sortable=("title", "due"), default="-due", filters=("status", "unit"))
    rows = await notices(ctx, actor, query)            # query.q, query.filters["status"], query.sort, query.offset …
    return Page("noticeboard/list.html", {"query": query, "rows": rows, "total": total}, block="table")

The macros of `portal/macros/list.html` take the same object. What an address says wrongly is ignored, never an error:
unknown sort keys fall back to the default, pages and sizes are held within bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Request
from msgspec import Struct, structs

MAX_SIZE = 200
MAX_PAGE = 100_000
MAX_TEXT = 200
RESERVED = frozenset({"q", "sort", "page", "size"})


class ListQuery(Struct, frozen=True, kw_only=True):
    """One list as it was asked for.

    `sort` is one of the sortable keys or "", `descending` its direction; `page` counts from 1, `size` is rows a page.
    `filters` has every filter the page knows, "" where nothing is chosen. `sort` is safe to look up in a dictionary of
    columns, but it is never SQL itself.
    """

    path: str = "/"
    q: str = ""
    sort: str = ""
    descending: bool = False
    page: int = 1
    size: int = 50
    filters: dict[str, str] = {}
    default_sort: str = ""
    default_size: int = 50

    @classmethod
    def from_request(
        cls,
        request: Request[Any, Any, Any],
        *,
        sortable: Sequence[str] = (),
        default: str = "",
        filters: Sequence[str] = (),
        size: int = 50,
    ) -> ListQuery:
        """Read the address.

        `sortable` are the keys that may be sorted by, `default` one of them ("-due" for descending), `filters` the
        names of the filters, `size` the rows a page when the address says nothing. Raises ValueError when the page
        itself
        declares a filter with a name that lists use ("q", "sort", "page", "size").
        """
        clash = RESERVED & set(filters)
        if clash:
            raise ValueError(f"a filter cannot be called {', '.join(sorted(clash))}")
        asked = request.query_params
        order = asked.get("sort", "")
        if order.removeprefix("-") not in sortable:
            order = default
        return cls(
            path=request.url.path,
            q=_text(asked.get("q", "")),
            sort=order.removeprefix("-"),
            descending=order.startswith("-"),
            page=_number(asked.get("page", ""), 1, MAX_PAGE),
            size=_number(asked.get("size", ""), size, MAX_SIZE),
            filters={name: _text(asked.get(name, "")) for name in filters},
            default_sort=default,
            default_size=size,
        )

    @property
    def order(self) -> str:
        """The order as the address spells it: "due", "-due", or ""."""
        return f"-{self.sort}" if self.sort and self.descending else self.sort

    @property
    def offset(self) -> int:
        """How many rows come before this page: for SQL's OFFSET."""
        return (self.page - 1) * self.size

    @property
    def is_filtered(self) -> bool:
        """True when words or a filter narrow the list."""
        return bool(self.q or any(self.filters.values()))

    def pages(self, total: int) -> int:
        """How many pages `total` rows fill; an empty list still has one."""
        return max(1, -(-total // self.size))

    def changed(self, **changes: Any) -> ListQuery:
        """The same list with other words, filters, order or page.

        Takes q, sort ("due" or "-due"), page, size and the names of filters; everything but a page number starts again
        on page 1. Raises ValueError for a name that is neither.
        """
        values: dict[str, Any] = {} if "page" in changes else {"page": 1}
        filters = dict(self.filters)
        for name, value in changes.items():
            if name == "sort":
                values |= {"sort": str(value).removeprefix("-"), "descending": str(value).startswith("-")}
            elif name in RESERVED:
                values[name] = value
            elif name in filters:
                filters[name] = "" if value is None else str(value)
            else:
                raise ValueError(f"this list has no filter {name!r}")
        return structs.replace(self, filters=filters, **values)

    def parameters(self, **changes: Any) -> dict[str, str]:
        """What the address must say: only what differs from the defaults."""
        query = self.changed(**changes) if changes else self
        values = {"q": query.q, **query.filters}
        if query.order != query.default_sort:
            values["sort"] = query.order
        if query.page != 1:
            values["page"] = str(query.page)
        if query.size != query.default_size:
            values["size"] = str(query.size)
        return {name: value for name, value in values.items() if value}

    def address(self, **changes: Any) -> str:
        """The address of this list with `changes` (see `changed`).

        >>> ListQuery(path="/budget/", q="路灯", page=3).address(page=4)
        '/budget/?q=%E8%B7%AF%E7%81%AF&page=4'
        """
        text = urlencode(self.parameters(**changes))
        return f"{self.path}?{text}" if text else self.path

    def sorted_by(self, key: str) -> str:
        """The address that sorts by `key`, or turns the order round when it is already the sort key."""
        return self.address(sort=f"-{key}" if self.sort == key and not self.descending else key)


def _text(value: str) -> str:
    """A reader's words: no control characters (PostgreSQL refuses NUL), trimmed, of bounded length."""
    return "".join(c if c.isprintable() else " " for c in value).strip()[:MAX_TEXT].strip()


def _number(value: str, default: int, highest: int) -> int:
    """A whole number from 1 to `highest`; anything that is none is the default."""
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        return default
    return min(max(int(value), 1), highest)
