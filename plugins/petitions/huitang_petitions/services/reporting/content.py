"""What a report says: parts of tables of figures, topics, words. Each figure has a number and the mark it counts."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from huitang_petitions.services.reporting.marks import Counts
from huitang_petitions.services.reporting.spans import NOW


class Words(Struct, frozen=True):
    """What no machine can know, written by a person; `addressee` is whom the report goes to."""

    addressee: str = ""
    analysis: str = ""
    suggestions: str = ""
    adopted: str = ""
    other: str = ""


class Figure(Struct, frozen=True, kw_only=True):
    """A figure: `values` by span, None where there is nothing to compare with. `people`: it counts people."""

    number: str
    mark: str
    label: str
    values: dict[str, int | None]
    people: bool = False

    @property
    def now(self) -> int:
        return self.values.get(NOW) or 0


class Table(Struct, frozen=True, kw_only=True):
    """Figures under one head: `id` is what they are counted by, "" for a list of facts."""

    id: str
    title: str
    figures: list[Figure]


class Part(Struct, frozen=True, kw_only=True):
    """A numbered part of the report."""

    id: str
    title: str
    tables: list[Table]


class Burst(Struct, frozen=True, kw_only=True):
    """An unusual week: how many came, how many were to be expected, and up to how many are usual."""

    figure: Figure
    expected: float
    limit: int


class Topic(Struct, frozen=True, kw_only=True):
    """A topic for the standing committee: the category, what speaks for it, and numbers of its matters."""

    category: str
    title: str
    reasons: list[str]
    figures: list[Figure]
    matters: list[str] = []


class Content(Struct, frozen=True, kw_only=True):
    """A report, as it is shown, printed and kept. `spans` are compared, in their order."""

    period: str
    office: str
    spans: list[str]
    parts: list[Part]
    topics: list[Topic]
    bursts: list[Burst]
    words: Words = Words()

    def figures(self) -> Iterator[Figure]:
        """All of them, in the order of the document."""
        for part in self.parts:
            for table in part.tables:
                yield from table.figures
        for topic in self.topics:
            yield from topic.figures
        for burst in self.bursts:
            yield burst.figure

    def figure(self, number: str) -> Figure | None:
        return next((one for one in self.figures() if one.number == number), None)


def valued(mark: str, people: bool, counts: dict[str, Counts]) -> dict[str, int | None]:
    """A figure's value in each span; a week has no counterpart in the others."""
    found: dict[str, int | None] = {}
    for name, marks in counts.items():
        one = marks.get(mark)
        number = (one.people if people else one.matters) if one else 0
        found[name] = None if mark.startswith("burst:") and name != NOW else number
    return found


def change(now: int | None, then: int | None) -> str:
    """How much more or less, in per cent of what it was: "+25.0%"; "—" where there was nothing."""
    return "—" if not then or now is None else f"{(now - then) / then:+.1%}"
