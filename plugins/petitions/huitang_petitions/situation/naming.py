"""Which districts of the outlines a text names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from huitang_petitions.situation.outlines import Place, fold

SHORTEST = 2
# A street is often called after a district that it leads to: 望月路 may be anywhere.
_STREET = "(?![东西南北中]?(?:路|街|大道|巷|弄|桥))"


class Districts(Struct, frozen=True):
    """Districts by every name they go by, folded, and the pattern that finds those names."""

    by_name: Mapping[str, str]
    pattern: re.Pattern[str]

    def named_in(self, *texts: str) -> list[str]:
        """The districts that the texts name, each once, in order."""
        found = [self.by_name[name] for text in texts for name in self.pattern.findall(fold(text))]
        return list(dict.fromkeys(found))

    def own_name(self, name: str) -> str:
        """The name of a district that may be given by another of its names; others stay as they are."""
        return self.by_name.get(fold(name), name.strip())


def districts_of(places: Sequence[Place]) -> Districts:
    """Names of a single character are known, but sought in no text.

    >>> here = districts_of([Place("东区", ("城东",), "", 0, 0), Place("浦东区", (), "", 0, 0)])
    >>> here.named_in("浦东区 人民路"), here.named_in("城 东 菜场，东区"), here.named_in("城东路 3 号")
    (['浦东区'], ['东区'], [])
    """
    by_name = {fold(name): place.name for place in places for name in (place.name, *place.aliases)}
    # The longest first, so that no name is found within another one.
    sought = sorted((name for name in by_name if len(name) >= SHORTEST), key=lambda name: (-len(name), name))
    names = "|".join(map(re.escape, sought))
    return Districts(by_name, re.compile(f"(?:{names}){_STREET}" if names else "(?!)"))
