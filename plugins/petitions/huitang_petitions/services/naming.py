"""What units and categories are called: by the tree of organisations and by the office's own tree of categories."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from huitang_petitions.judging.tree import Tree
from huitang_petitions.services import office_rules
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.limits import said
from huitang_petitions.services.situation import ALSO
from huitang_petitions.services.wording import word


class Names(Struct, frozen=True):
    """`units` are the names of organisations by their ids."""

    units: Mapping[str, str]
    tree: Tree

    def category(self, path: str) -> str:
        """A category as people call it."""
        return said(self.tree.titles(path)) if path and path != "-" else _("(none yet)")

    def called(self, dimension: str, value: str) -> str:
        """A value of a dimension of the situation as people call it."""
        if not value or value == "-":
            return _("(none yet)")
        if dimension == "category":
            return self.category(value)
        if dimension == "handler":
            return self.units.get(value, value)
        return word(value) if dimension == "channel" else value.replace(ALSO, _(", "))


async def names(ctx: Ctx) -> Names:
    """The names as they are now."""
    units = {str(node.id): node.name for node in await ctx.identity.organisations()}
    return Names(units, (await office_rules.office(ctx)).tree)
