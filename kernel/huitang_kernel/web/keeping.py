"""{% keep locale(), size %} … {% endkeep %}: a part of a page that is made once for each value and then kept.

For what is the same on page after page, such as the header of residents' pages. Whatever the part shows has to follow
from the values that are named and from settings; nothing of a person may be in it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

MOST = 500
"""So many parts are kept; then those that nobody asked for longest are forgotten."""


class Keep(Extension):
    tags = {"keep"}

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._kept: OrderedDict[tuple[str, Any], str] = OrderedDict()

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        values = parser.parse_tuple()
        body = parser.parse_statements(("name:endkeep",), drop_needle=True)
        # Not the line alone: several parts may stand in one.
        place = f"{parser.name}:{line}:{parser.free_identifier().name}"
        call = self.call_method("_part", [nodes.Const(place), values])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _part(self, place: str, values: Any, caller: Callable[[], str]) -> Markup:
        key = (place, values)
        part = self._kept.pop(key, None)
        if part is None:
            part = caller()
            while len(self._kept) >= MOST:
                self._kept.popitem(last=False)
        self._kept[key] = part
        return Markup(part)  # noqa: S704 - it is the template's own output, escaped when it was made
