"""The Word documents of a report: templates that operators may replace, and their values.

Documents are in Chinese whatever language their maker works in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from huitang_petitions.services.access import RULES
from huitang_petitions.services.reporting.composing import reason
from huitang_petitions.services.reporting.content import Content, Figure, Table, Topic, change
from huitang_petitions.services.reporting.spans import BEFORE, YEAR_BEFORE, Period, period_in
from huitang_sdk.declare import DocumentTemplate

_ORDINALS = "一二三四五六七八九十"


def values_of(content: Content, issued: date) -> dict[str, Any]:
    """What a template may name."""
    period = period_in(content.period)
    assert period is not None
    facts = [figure for part in content.parts for table in part.tables if not table.id for figure in table.figures]
    words = content.words
    return {
        "office": content.office,
        "name": _name(period),
        "annual": period.kind == "annual",
        "first": _day(period.span.first),
        "last": _day(period.span.end - timedelta(days=1)),
        "addressee": words.addressee,
        "date": _day(issued),
        "with_year": YEAR_BEFORE in content.spans,
        "facts": {_fact_name(figure): _figure(figure) for figure in facts},
        "parts": [
            {"number": _ORDINALS[place], "title": part.title, "tables": [_table(table) for table in part.tables]}
            for place, part in enumerate(content.parts)
        ],
        "topics": [_topic(place, topic) for place, topic in enumerate(content.topics, start=1)],
        "bursts": [
            {**_figure(burst.figure), "expected": f"{burst.expected:g}", "limit": burst.limit}
            for burst in content.bursts
        ],
        "analysis": _paragraphs(words.analysis),
        "suggestions": _paragraphs(words.suggestions),
        "adopted": _paragraphs(words.adopted),
        "other": _paragraphs(words.other),
    }


def _name(period: Period) -> str:
    return f"{period.year}年{period.month}月" if period.month else f"{period.year}年"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _fact_name(figure: Figure) -> str:
    """ "accepted" of "event:accepted": a name that a template can write."""
    return "people" if figure.people else figure.mark.rpartition(":")[2]


def _figure(figure: Figure) -> dict[str, Any]:
    now, before, year = figure.now, figure.values.get(BEFORE), figure.values.get(YEAR_BEFORE)
    return {
        "number": figure.number,
        "label": figure.label,
        "now": now,
        "before": "—" if before is None else before,
        "change": change(now, before),
        "year_before": "—" if year is None else year,
        "year_change": change(now, year),
    }


def _figures(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    return [_figure(figure) for figure in figures]


def _table(table: Table) -> dict[str, Any]:
    return {"title": table.title, "rows": _figures(table.figures)}


def _topic(place: int, topic: Topic) -> dict[str, Any]:
    return {
        "number": place,
        "title": topic.title,
        "reasons": "、".join(reason(code) for code in topic.reasons),
        "rows": _figures(topic.figures),
        "matters": topic.matters,
        "matters_more": max(0, topic.figures[0].now - len(topic.matters)),
    }


def _row(number: str, label: str) -> dict[str, Any]:
    return {
        "number": number,
        "label": label,
        "now": 20,
        "before": 16,
        "change": "+25.0%",
        "year_before": 10,
        "year_change": "+100.0%",
    }


_FACTS = (
    *("received", "people", "joint", "urgent", "anonymous"),
    *("accepted", "refused", "transferred_out", "assigned_out", "answered", "settled", "closed", "withdrawn"),
    *("review_requested", "recheck_requested", "due", "late"),
    *("urge", "supervise", "reported", "escalate", "inspect"),
)
SAMPLE: dict[str, Any] = {
    "office": "云江市人大常委会信访办公室（样例）",
    "name": "2026年10月",
    "annual": False,
    "first": "2026年10月1日",
    "last": "2026年10月31日",
    "addressee": "市人大常委会主任会议",
    "date": "2026年11月3日",
    "with_year": True,
    "facts": {name: _row(f"1.{place}", name) for place, name in enumerate(_FACTS, start=1)},
    "parts": [
        {
            "number": number,
            "title": title,
            "tables": [{"title": "按来信来访渠道", "rows": [_row(f"{place}.1", "来信")]}],
        }
        for place, (number, title) in enumerate(
            zip("一二三四", ("来信来访基本情况", "反映的主要问题", "办理情况", "督办情况"), strict=True), start=1
        )
    ],
    "topics": [
        {
            "number": 1,
            "title": "劳动和社会保障",
            "reasons": "明显增多、联名来信",
            "rows": [_row("5.1", "收到信访事项")],
            "matters": ["样例-1", "样例-2"],
            "matters_more": 18,
        }
    ],
    "bursts": [{**_row("5.5", "2026-10-05起一周"), "expected": "4.2", "limit": 9}],
    "analysis": ["样例：形势分析。"],
    "suggestions": ["样例：工作建议。"],
    "adopted": ["样例：建议采纳情况。"],
    "other": ["样例：其他事项。"],
}
REPORT = DocumentTemplate("petitions.report", "Report on letters and visits", "documents/report.docx", SAMPLE, RULES)
TOPICS = DocumentTemplate(
    "petitions.topics", "Topics for the standing committee", "documents/topics.docx", SAMPLE, RULES
)
TEMPLATES = (REPORT, TOPICS)
