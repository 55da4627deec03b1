"""Texts cut into the terms of the index, and queries into words: the same rules for both.

Chinese is indexed as rjieba's words (search mode) and as all pairs of neighbouring characters. The pairs are there
because a dictionary cuts a name it does not know differently in every sentence: a query is cut into words, and each
word is found wherever it stands as a piece of text. The rest is lower-case words. Titles also have their pinyin.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from huitang_kernel.search.dictionaries import jieba, pinyin

ANALYZER = "rjieba-words+pairs+pinyin/1"
"""Kept with every index. Change it whenever this module cuts differently: the index is then built anew."""

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(rf"([{HAN}]+)|([^\W_{HAN}]+)")
SPAN = 3
"""So many words in a row can be typed as one piece of pinyin."""


class Word(Struct, frozen=True):
    """One word of a query, folded. `han` tells a Chinese word from one that may also be pinyin."""

    text: str
    han: bool

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms of a field that must all be there for the word to be there."""
        if not self.han or len(self.text) <= 2:
            return (self.text,)
        return tuple(dict.fromkeys(self.text[i : i + 2] for i in range(len(self.text) - 1)))


def fold(text: str) -> str:
    """Lower case and half width, character by character: every position stays what it was.

    >>> fold("ＧＤＰ 预算")
    'gdp 预算'
    """
    return "".join(map(_fold_one, text))


@lru_cache(maxsize=65536)
def _fold_one(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """(text, is Chinese) of each stretch without punctuation and spaces, folded."""
    for match in RUN.finditer(fold(text)):
        han, other = match.groups()
        yield (han, True) if han else (other, False)


def text_terms(text: str) -> list[str]:
    """The terms of a body, as often as they occur."""
    found: list[str] = []
    for run, han in runs(text):
        if not han:
            found.append(run[:64])
            continue
        found.extend(run[i : i + 2] for i in range(len(run) - 1))
        found.extend(word for word in jieba().cut_for_search(run) if len(word) != 2)
    return found


def title_terms(title: str) -> list[str]:
    """The terms of a title: also every single character, so that one character typed finds something."""
    singles = [character for run, han in runs(title) if han for character in run]
    return list(dict.fromkeys([*text_terms(title), *singles]))


def query_words(text: str) -> list[Word]:
    """The words of a query, each once. Single characters count only when there is nothing longer."""
    found: dict[Word, None] = {}
    for run, han in runs(text):
        for word in jieba().cut(run) if han else [run[:64]]:
            found[Word(word, han)] = None
    words = list(found)[:32]
    longer = [word for word in words if len(word.text) > 1 or not word.han]
    return longer or words


def pinyin_terms(title: str) -> list[str]:
    """What may be typed for a title: pinyin and initials of up to three words in a row, each syllable and pair."""
    found: dict[str, None] = {}
    for run, han in runs(title):
        if han:
            syllables = pinyin().lazy_pinyin(run)
            if len(syllables) == len(run):
                _spans(run, syllables, found)
    return list(found)


def _spans(run: str, syllables: list[str], found: dict[str, None]) -> None:
    ends, position = [0], 0
    for word in jieba().cut(run):
        position += len(word)
        ends.append(position)
    for first in range(len(ends) - 1):
        for last in range(first + 1, min(first + SPAN, len(ends) - 1) + 1):
            part = syllables[ends[first] : ends[last]]
            found["".join(part)] = None
            found["".join(syllable[0] for syllable in part)] = None
    found.update(dict.fromkeys(syllables))
    found.update(("".join(syllables[i : i + 2]), None) for i in range(len(syllables) - 1))


def pinyin_of(word: str) -> str:
    """The full pinyin of a Chinese word, as it stands in the index."""
    return "".join(pinyin().lazy_pinyin(word))


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    plain = {to_normal(one) for several in PINYIN_DICT.values() for one in several.split(",")}
    return frozenset(one for one in plain if one.isascii() and one.isalpha() and (len(one) > 1 or one in "aeo"))


@lru_cache(maxsize=1024)
def split_pinyin(text: str) -> tuple[str, ...]:
    """A row of full syllables taken apart, longest first; empty if it is none.

    >>> split_pinyin("yusuanshencha"), split_pinyin("gdp")
    (('yu', 'suan', 'shen', 'cha'), ())
    """
    if not text:
        return ()
    known = _syllables()
    for length in range(min(6, len(text)), 0, -1):
        if text[:length] in known:
            if length == len(text):
                return (text,)
            rest = split_pinyin(text[length:])
            if rest:
                return (text[:length], *rest)
    return ()
