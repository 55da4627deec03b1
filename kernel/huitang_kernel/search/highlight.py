"""Titles and excerpts with <mark> around what matched. Everything is escaped first; only <mark> is ours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from huitang_kernel.search.analysis import HAN, Word, fold
from huitang_kernel.search.dictionaries import pinyin

LENGTH = 160
LEAD = 30
Span = tuple[int, int]


def spans_of(text: str, words: Iterable[Word]) -> list[Span]:
    """Where the words stand, in order, overlapping ones joined."""
    folded = fold(text)
    found: list[Span] = []
    for word in words:
        pattern = re.escape(word.text)
        if not word.han:
            pattern = rf"(?<![^\W_{HAN}]){pattern}(?![^\W_{HAN}])"
        found.extend(match.span() for match in re.finditer(pattern, folded))
    return _joined(found)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def pinyin_spans(text: str, words: Iterable[Word]) -> list[Span]:
    """Where a title reads like what was typed as pinyin, in full or as initials."""
    typed = [word.text for word in words if not word.han and word.text.isascii()]
    found: list[Span] = []
    for run in re.finditer(rf"[{HAN}]+", text) if typed else ():
        syllables = pinyin().lazy_pinyin(run.group())
        if len(syllables) == len(run.group()):
            found.extend((run.start() + a, run.start() + b) for a, b in _reading(syllables, typed))
    return _joined(found)


def _reading(syllables: list[str], typed: list[str]) -> list[Span]:
    found: list[Span] = []
    for start in range(len(syllables)):
        for end in range(start + 1, min(start + 24, len(syllables)) + 1):
            part = syllables[start:end]
            if "".join(part) in typed or (end - start > 1 and "".join(one[0] for one in part) in typed):
                found.append((start, end))
    return found


def mark(text: str, spans: Iterable[Span]) -> str:
    """The text as HTML with the spans marked.

    >>> mark("a<b> 预算", [(5, 7)])
    'a&lt;b&gt; <mark>预算</mark>'
    """
    parts, position = [], 0
    for start, end in spans:
        parts += [escape(text[position:start]), "<mark>", escape(text[start:end]), "</mark>"]
        position = end
    return "".join([*parts, escape(text[position:])])


def title_html(title: str, words: Iterable[Word]) -> str:
    words = tuple(words)
    return mark(title, spans_of(title, words) or pinyin_spans(title, words))


def excerpt_html(body: str, words: Iterable[Word]) -> str:
    """The stretch of the body with the most marks in it, on one line, with … where it was cut."""
    text = re.sub(r"\s+", " ", body).strip()
    spans = spans_of(text, words)
    start = _best_start(spans)
    end = min(len(text), start + LENGTH)
    inside = [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]
    html = mark(text[start:end], inside)
    return f"{'…' if start else ''}{html}{'…' if end < len(text) else ''}"


def _best_start(spans: list[Span]) -> int:
    best, most = 0, 0
    first = 0
    for last, (_, end) in enumerate(spans):
        while end - spans[first][0] > LENGTH - LEAD and first < last:
            first += 1
        if last - first + 1 > most:
            most, best = last - first + 1, spans[first][0]
    return max(0, best - LEAD)
