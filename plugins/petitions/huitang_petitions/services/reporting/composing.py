"""Composing a report from counted marks: which figures stand in which part, in which order, and under which number.

The parts follow what the regulations ask of an annual report (条例 art. 41): the statistics, the fields concerned and
the organs complained of most; what was transferred, assigned and supervised. What was suggested and taken up are words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct, structs

from huitang_petitions.services.naming import Names
from huitang_petitions.services.reporting.content import (
    Burst,
    Content,
    Figure,
    Part,
    Table,
    Topic,
    Words,
    valued,
)
from huitang_petitions.services.reporting.marks import Counts
from huitang_petitions.services.reporting.signals import Unusual
from huitang_petitions.services.reporting.spans import NOW, Period
from huitang_petitions.services.wording import title_of, word
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
MOST = 20
"""Rows of a table that is counted by a value: those with most matters."""


class Plan(Struct, frozen=True):
    """What a part holds: facts, and tables by the values of a mark."""

    id: str
    facts: tuple[str, ...]
    groups: tuple[str, ...]


PLANS = (
    Plan("came", ("received", "people", "joint", "urgent", "anonymous"), ("channel", "kind", "district")),
    Plan("fields", (), ("category", "complained")),
    Plan(
        "handled",
        (
            *("event:accepted", "event:refused", "event:transferred_out", "event:assigned_out", "event:answered"),
            *("event:settled", "event:closed", "event:withdrawn", "event:review_requested", "event:recheck_requested"),
            *("due", "late"),
        ),
        ("sent",),
    ),
    Plan("supervised", ("step:urge", "step:supervise", "reported", "step:escalate", "step:inspect"), ()),
)
_FACTS = {
    "received": "Letters and visits received",
    "people": "People who brought them",
    "joint": "Joint matters of five people or more",
    "urgent": "Urgent matters",
    "anonymous": "Anonymous matters",
    "due": "Matters with a limit that ended in the period",
    "late": "of these late",
    "reported": "of these reported on",
}
_TITLES = {
    "came": "What came in",
    "fields": "What it was about",
    "handled": "How it was handled",
    "supervised": "How it was supervised",
    "topics": "Suggested topics for the standing committee",
    "bursts": "Unusual weeks",
    "channel": "By channel",
    "kind": "By statutory kind",
    "district": "By district",
    "category": "By subject category",
    "complained": "Organs complained of most",
    "sent": "By organ it was transferred or assigned to",
    "": "Facts",
}
_TOPIC = (_FACTS["received"], _FACTS["people"], _FACTS["joint"], "Matters that were late")
_REASONS = {
    "burst": "unusually many in a week",
    "risen": "much more than before",
    "joint": "joint petitions",
    "late": "one in ten late",
    "many": "many people",
}


def title(identifier: str) -> str:
    """The title of a part or a table, in the reader's language."""
    return _(_TITLES[identifier])


def reason(code: str) -> str:
    return _(_REASONS[code])


def label(mark: str, named: Names) -> str:
    """What a mark counts, in the reader's language."""
    name, _colon, value = mark.partition(":")
    if not value:
        return _(_FACTS[name]) if name in _FACTS else _("(none yet)")
    if name == "burst":
        week, path, district = value.split(":", 2)
        return _("Week from {week}: {what}", week=week, what=" · ".join(filter(None, (named.category(path), district))))
    ways: dict[str, Callable[[str], str]] = {
        "event": title_of,
        "step": lambda step: word(f"step-{step}"),
        "channel": word,
        "kind": word,
        "category": named.category,
        "complained": lambda unit: named.units.get(unit, "—"),
    }
    return ways[name](value) if name in ways else value


class Composer:
    """Numbers the figures of one report, part by part."""

    def __init__(self, counts: dict[str, Counts], named: Names) -> None:
        self.counts = counts
        self.named = named
        self._number = (0, 0)

    def begin(self) -> None:
        """Begin the next part."""
        self._number = (self._number[0] + 1, 0)

    def figure(self, mark: str, people: bool = False, named: str = "") -> Figure:
        part, last = self._number
        self._number = (part, last + 1)
        return Figure(
            number=f"{part}.{last + 1}",
            mark=mark,
            label=named or label(mark, self.named),
            values=valued(mark, people, self.counts),
            people=people,
        )

    def part(self, plan: Plan) -> Part:
        self.begin()
        facts = [self._fact(name) for name in plan.facts]
        tables = [Table(id="", title=title(""), figures=facts)] if facts else []
        for group in plan.groups:
            if marks := self._values(group):
                tables.append(Table(id=group, title=title(group), figures=[self.figure(mark) for mark in marks]))
        return Part(id=plan.id, title=title(plan.id), tables=tables)

    def _fact(self, name: str) -> Figure:
        return self.figure("received", True, _(_FACTS["people"])) if name == "people" else self.figure(name)

    def _values(self, group: str) -> list[str]:
        """The marks of a group, those with most matters now first."""
        found = {mark for marks in self.counts.values() for mark in marks if mark.startswith(f"{group}:")}
        now = self.counts[NOW]
        return sorted(found, key=lambda mark: (-(now[mark].matters if mark in now else 0), mark))[:MOST]

    def topic(self, path: str, reasons: Iterable[str]) -> Topic:
        marks = (
            (f"category:{path}", False),
            (f"category:{path}", True),
            (f"joint:{path}", False),
            (f"late:{path}", False),
        )
        figures = [self.figure(mark, people, _(name)) for (mark, people), name in zip(marks, _TOPIC, strict=True)]
        return Topic(category=path, title=self.named.category(path), reasons=list(reasons), figures=figures)


def compose(
    period: Period,
    office: str,
    counts: dict[str, Counts],
    named: Names,
    topics: Iterable[tuple[str, tuple[str, ...]]],
    bursts: Iterable[Unusual],
    words: Words,
) -> Content:
    """The report in the present language; `topics` are categories with what speaks for them."""
    composer = Composer(counts, named)
    parts = [composer.part(plan) for plan in PLANS]
    composer.begin()
    return Content(
        period=str(period),
        office=office,
        spans=list(counts),
        parts=parts,
        topics=[composer.topic(path, reasons) for path, reasons in topics],
        bursts=[Burst(figure=composer.figure(str(b.mark)), expected=b.expected, limit=b.limit) for b in bursts],
        words=words,
    )


def reworded(content: Content, named: Names) -> Content:
    """An issued report in the reader's language; names stay as they were."""
    parts = [
        structs.replace(
            part,
            title=title(part.id),
            tables=[
                structs.replace(table, title=title(table.id), figures=[_reworded(one, named) for one in table.figures])
                for table in part.tables
            ],
        )
        for part in content.parts
    ]
    topics = [
        structs.replace(
            topic,
            title=named.category(topic.category),
            figures=[
                structs.replace(figure, label=_(name)) for figure, name in zip(topic.figures, _TOPIC, strict=True)
            ],
        )
        for topic in content.topics
    ]
    bursts = [structs.replace(burst, figure=_reworded(burst.figure, named)) for burst in content.bursts]
    return structs.replace(content, parts=parts, topics=topics, bursts=bursts)


def _reworded(figure: Figure, named: Names) -> Figure:
    if figure.people:
        return structs.replace(figure, label=_(_FACTS["people"]))
    is_name = figure.mark.startswith(("complained:", "sent:"))
    return figure if is_name else structs.replace(figure, label=label(figure.mark, named))
