"""Who should handle a matter of a remit and category: by the office's table, and by what it has confirmed so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from huitang_petitions.judging.answers import Answer, Choice, answer, best
from huitang_petitions.judging.handlers import Handlers
from huitang_petitions.judging.remits import Remits
from huitang_petitions.judging.tree import Tree
from huitang_petitions.judging.wording import say
from huitang_sdk.cases import Text

_NEGLIGIBLE = 1e-3
_TABLE = 4
"""How many confirmed matters the office's table of handlers weighs as much as."""


class Confirmed(Struct, frozen=True):
    """How often an office had matters of a remit and a category handled by whom: `count` of them."""

    remit: str
    category: str
    handler: str
    count: int


class Handling:
    """The table and the confirmed matters of one office. It needs no model."""

    def __init__(self, tree: Tree, remits: Remits, handlers: Handlers, confirmed: Sequence[Confirmed] = ()) -> None:
        self.tree, self.remits, self.handlers = tree, remits, handlers
        self._confirmed: dict[tuple[str, str], dict[str, int]] = {}
        for row in confirmed:
            self._confirmed.setdefault((row.remit, row.category), {})[row.handler] = row.count

    def answer(self, remits: Mapping[str, float], categories: Mapping[str, float]) -> Answer:
        """Ranked handlers, for remits and categories with how likely each is."""
        chances: dict[str, float] = {}
        likeliest: dict[str, tuple[float, str, str]] = {}
        for remit, of_remit in remits.items():
            for category, of_category in categories.items():
                weight = of_remit * of_category
                for handler, share in self._handled(remit, category) if weight > _NEGLIGIBLE else ():
                    chances[handler] = chances.get(handler, 0.0) + weight * share
                    likeliest[handler] = max(likeliest.get(handler, (0.0, "", "")), (weight * share, remit, category))
        return answer(
            [
                Choice(
                    id=id_,
                    title=self._title(id_),
                    probability=round(chance, 4),
                    reasons=(self._reason(id_, *likeliest[id_][1:]),),
                )
                for id_, chance in best(chances)
            ]
        )

    def _title(self, handler: str) -> Text:
        known = self.handlers.handlers.get(handler)
        return known.title if known else Text(handler, handler)

    def _handled(self, remit: str, category: str) -> list[tuple[str, float]]:
        """Who handles such matters, with their shares."""
        usual = self.handlers.usual(remit, category)
        counts = self._confirmed.get((remit, category), {})
        table = _TABLE if usual else 0
        whole = sum(counts.values()) + table
        return [
            (handler, (counts.get(handler, 0) + (table if handler == usual else 0)) / whole)
            for handler in {*counts, *([usual] if usual else [])}
        ]

    def _reason(self, handler: str, remit: str, category: str) -> Text:
        counts = self._confirmed.get((remit, category), {})
        if handler in counts:
            return say("reason.confirmed", count=counts[handler], total=sum(counts.values()))
        titles = {"remit": self.remits.remit(remit).title, "category": self.tree.titles(category)}
        return say("reason.table", handler=self._title(handler), **titles)
