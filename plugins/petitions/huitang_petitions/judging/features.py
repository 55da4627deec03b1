"""A letter as numbers: hashed n-grams of one to three characters, so that a model holds no text of any letter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer

SIZE = 2**16
LONGEST = 3
_NUMBERS = re.compile(r"[0-9零一二三四五六七八九十百千万两几]+")
_OTHERS = re.compile(r"[^\w]+")
_SENTENCE = re.compile(r"(?<=[。！？；!?;\n])")


def plain(text: str) -> str:
    """The text in one form: full-width forms folded, numbers as 0, everything that is no letter as one blank.

    >>> plain("３０多人，被欠工资！")
    '0多人 被欠工资 '
    """
    return _OTHERS.sub(" ", _NUMBERS.sub("0", unicodedata.normalize("NFKC", text)))


def sentences(text: str) -> list[str]:
    """The sentences of a text, those of less than four characters left out.

    >>> sentences("判了两年。还没有拿到钱！好")
    ['判了两年。', '还没有拿到钱！']
    """
    return [part for part in _SENTENCE.split(text) if len(part.strip()) >= 4]


@lru_cache(maxsize=1)
def vectorizer() -> HashingVectorizer:
    return HashingVectorizer(
        analyzer="char",
        ngram_range=(1, LONGEST),
        n_features=SIZE,
        alternate_sign=False,
        norm=None,
        binary=True,
        dtype=np.float32,
    )


def counted(texts: Sequence[str]) -> Any:
    """The texts as a sparse matrix of len(texts) × SIZE, one for an n-gram that stands in the text."""
    return vectorizer().transform([plain(text) for text in texts])
