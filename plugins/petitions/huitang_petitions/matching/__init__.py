"""Which letters are about one matter: repeats, duplicates and joint letters, with what matched."""

from huitang_petitions.matching.compare import Evidence, compare
from huitang_petitions.matching.features import VERSION, Background, Features, Hasher
from huitang_petitions.matching.index import THRESHOLD, Match, MatchIndex, relation
from huitang_petitions.matching.scoring import score

__all__ = [
    "THRESHOLD",
    "VERSION",
    "Background",
    "Evidence",
    "Features",
    "Hasher",
    "Match",
    "MatchIndex",
    "compare",
    "relation",
    "score",
]
