"""Names of persons as people write them: spaces, full-width letters and kinds of dots make no other person."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_DOTS = re.compile(r"[·•‧∙⋅・･᛫․．.]")


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """What two spellings of one name have in common; empty for a name that is nothing but spaces.

    >>> name_key("张　三") == name_key("张三"), name_key("ＡＢ") == name_key("a b")
    (True, True)
    """
    dotted = _DOTS.sub("·", unicodedata.normalize("NFKC", name))
    return _INVISIBLE.sub("", dotted).casefold()


def shown(name: str) -> str:
    """A name as it is printed: as it was written, without what nobody sees at its ends."""
    start = _INVISIBLE.match(name)
    text = name[start.end() :] if start else name
    return re.sub(_INVISIBLE.pattern + r"\Z", "", text)
