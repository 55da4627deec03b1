"""The dictionaries of rjieba and pypinyin: most of a second to load, so they are loaded when first needed, or beside
the start by `warm_up`.
"""

from __future__ import annotations

from functools import cache
from types import ModuleType


@cache
def jieba() -> ModuleType:
    """rjieba: cuts Chinese into words."""
    import rjieba

    return rjieba


@cache
def pinyin() -> ModuleType:
    """pypinyin: how Chinese is read."""
    import pypinyin

    return pypinyin


def warm_up() -> None:
    """Load both and cut a first sentence; call it in a thread."""
    list(jieba().cut("预算审查"))
    pinyin().lazy_pinyin("预算审查")
