"""Hot topics: words that rise. Found in the letters themselves, so that names of estates and firms are found, too.

A candidate is a run of two to six characters that more letters of the recent weeks carry than those before let expect.
Runs that are only part of a longer one are dropped. A word that fewer than `LEAST` petitioners used is told to nobody:
it could name one of them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

LONGEST = 6
LEAST = 5
RISE = 2.0
SIGNIFICANT = 10.8
"""Of the log-likelihood ratio: once in a thousand by chance."""
_RUNS = re.compile(r"[\u4e00-\u9fff]+")
_IDLE = frozenset(
    "的了是在我你他她它们有没不就都还也和与及并被把给让对从到为以于而或之其这那个些么吗呢吧啊说去来要请上下中里"
)


class Said(Struct, frozen=True):
    """A letter's text, and whose it is: any key that is the same for the same petitioner."""

    text: str
    by: str


class Topic(Struct, frozen=True, kw_only=True):
    """A word that rises: how many petitioners used it recently and before, and how many times as often that is."""

    word: str
    recent: int
    before: int
    rise: float


def hot_topics(recent: Sequence[Said], before: Sequence[Said], most: int = 12) -> list[Topic]:
    """The words that rise most, the surest first."""
    now, then = _counted(recent), _counted(before)
    people, people_before = len({said.by for said in recent}), len({said.by for said in before})
    found: list[tuple[float, Topic]] = []
    for word, count in now.items():
        if count < LEAST:
            continue
        earlier = then.get(word, 0)
        expected = (earlier + 0.5) * people / max(1, people_before)
        surprise = _surprise(count, earlier, people, people_before)
        if count / expected >= RISE and surprise >= SIGNIFICANT:
            topic = Topic(word=word, recent=count, before=earlier, rise=round(count / expected, 1))
            found.append((surprise, topic))
    found.sort(key=lambda item: (-item[0], -len(item[1].word), item[1].word))
    return _whole([topic for _surprise, topic in found])[:most]


def _counted(letters: Iterable[Said]) -> Counter[str]:
    """How many petitioners used each run of characters."""
    by_person: dict[str, set[str]] = {}
    for said in letters:
        by_person.setdefault(said.by, set()).update(_runs(said.text))
    return Counter(word for words in by_person.values() for word in words)


def _runs(text: str) -> set[str]:
    found = set()
    for run in _RUNS.findall(text[:2000]):
        for start in range(len(run)):
            if run[start] in _IDLE:
                continue
            for end in range(start + 2, min(start + LONGEST, len(run)) + 1):
                if run[end - 1] not in _IDLE:
                    found.add(run[start:end])
    return found


def _surprise(count: int, earlier: int, people: int, people_before: int) -> float:
    """The log-likelihood ratio of the two shares (Dunning 1993)."""
    whole = people + people_before
    share = (count + earlier) / whole
    total = 0.0
    for seen, of in ((count, people), (earlier, people_before)):
        for part, expected in ((seen, of * share), (of - seen, of * (1 - share))):
            if part > 0 and expected > 0:
                total += part * math.log(part / expected)
    return 2 * total


def _whole(topics: Sequence[Topic]) -> list[Topic]:
    """Without words that are nearly always part of a longer one, and without those that overlap a surer one."""
    kept: list[Topic] = []
    for topic in topics:
        longer = [one for one in topics if one.word != topic.word and topic.word in one.word]
        if any(one.recent >= 0.75 * topic.recent for one in longer):
            continue
        if any(_share(one.word, topic.word) for one in kept):
            continue
        kept.append(topic)
    return kept


def _share(one: str, other: str) -> bool:
    """Whether two words overlap in all but a character, or one lies in the other."""
    if one in other or other in one:
        return True
    reach = min(len(one), len(other)) - 1
    return reach >= 2 and (one[-reach:] == other[:reach] or other[-reach:] == one[:reach])
