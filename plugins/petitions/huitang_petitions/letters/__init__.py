"""Synthetic letters with labels, the same for the same seed: what suggestions and matching are measured on.

Everything is made up: 云江市 does not exist, numbers begin with 1300000, names are put together at random.

    from huitang_petitions.letters import letters
    for written in letters(3000, seed=1):
        written.letter.text, written.labels.remit, written.labels.category
"""

from huitang_petitions.letters.cases import Case, Matter, Place, matters
from huitang_petitions.letters.making import Labelled, Labels, Letter, letters
from huitang_petitions.letters.matching import MatchingSet, Pair, matching_set
from huitang_petitions.letters.noise import ocr
from huitang_petitions.letters.writing import CHANNELS, write

__all__ = [
    "CHANNELS",
    "Case",
    "Labelled",
    "Labels",
    "Letter",
    "MatchingSet",
    "Matter",
    "Pair",
    "Place",
    "letters",
    "matching_set",
    "matters",
    "ocr",
    "write",
]
