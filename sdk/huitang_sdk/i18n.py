"""Translations: English message ids, one gettext catalogue (`locale/<language>.po`) per plugin.

Inside a request the language is that of the reader; in jobs and commands it is the default. Declarations (menu titles,
permission titles …) hold plain English; the kernel translates them with the declaring plugin's catalogue when shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

DEFAULT_LOCALE = "zh-CN"
LOCALES = ("zh-CN", "en")
TIMEZONE = ZoneInfo("Asia/Shanghai")
"""The time zone of every screen; the database holds UTC."""

_locale: ContextVar[str] = ContextVar("huitang_locale", default=DEFAULT_LOCALE)
_lookup: Callable[[str, str, str], str] | None = None


def current_locale() -> str:
    """Return the language of the current reader, "zh-CN" or "en"."""
    return _locale.get()


@contextmanager
def use_locale(locale: str) -> Iterator[None]:
    """Speak `locale` inside the block; an unknown language falls back to the default."""
    token = _locale.set(locale if locale in LOCALES else DEFAULT_LOCALE)
    try:
        yield
    finally:
        _locale.reset(token)


def set_locale(locale: str) -> None:
    """Speak `locale` for the rest of this task; for middleware only."""
    _locale.set(locale if locale in LOCALES else DEFAULT_LOCALE)


def install_lookup(lookup: Callable[[str, str, str], str]) -> None:
    """Set the function (domain, locale, message id) -> text. Called once by the kernel."""
    global _lookup
    _lookup = lookup


def translate(domain: str, message: str, /, **values: object) -> str:
    """Translate `message` with the catalogue of plugin `domain`; `values` fill its {named} places.

    >>> translate("demo", "{count} notices", count=3)
    '3 notices'
    """
    text = _lookup(domain, _locale.get(), message) if _lookup else message
    return text.format(**values) if values else text


class Translator:
    """The `_` of one plugin: `_ = Translator("budget")`, then `_("Declaration not found")`."""

    def __init__(self, domain: str) -> None:
        self.domain = domain

    def __call__(self, message: str, /, **values: object) -> str:
        return translate(self.domain, message, **values)


def local_time(moment: datetime) -> datetime:
    """Return `moment` (aware) in the time zone of every screen."""
    return moment.astimezone(TIMEZONE)


def format_date(day: date | datetime | None) -> str:
    """`11月23日` (or `2025年11月23日` in another year) in Chinese, `2026-11-23` in English; "" for None."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = local_time(day).date()
    if current_locale() != "zh-CN":
        return day.isoformat()
    this_year = datetime.now(TIMEZONE).year
    return f"{day.month}月{day.day}日" if day.year == this_year else f"{day.year}年{day.month}月{day.day}日"


def format_time(moment: datetime | None) -> str:
    """A date and time to the minute on the wall clock of Asia/Shanghai; "" for None."""
    return f"{format_date(moment)} {local_time(moment):%H:%M}" if moment else ""


def format_money(fen: int | None, *, unit: str = "yuan") -> str:
    """An amount of fen as text with thousands separators, in 元 (`unit="yuan"`) or 万元 (`unit="wan"`); "" for None.

    >>> format_money(212400000), format_money(212400000, unit="wan"), format_money(50)
    ('2,124,000.00', '212.40', '0.50')
    """
    if fen is None:
        return ""
    sign, size = ("-" if fen < 0 else ""), abs(fen)
    if unit == "wan":
        size = (size + 5000) // 10000
    return f"{sign}{size // 100:,}.{size % 100:02d}"
