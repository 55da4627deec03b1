"""What the clock is asked: a profile, what happened when, and what day it is. Dates as people write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from huitang_petitions.clock.profile import Kind
from huitang_petitions.clock.wording import WORDING, refuse
from huitang_sdk.cases import Names, read_case

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY_ONLY = len("2026-11-25")


class GivenEvent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that happened. `days`, `until`, `approver`, `reason` and `limit` belong to an extension."""

    event: str
    at: str
    organ: str = ""
    days: Annotated[int, Meta(ge=1)] | None = None
    until: str = ""
    approver: str = ""
    reason: str = ""
    limit: str = ""
    delivered: str = ""
    note: str = ""


class Case(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case for `clock`. The profile is the id of a built-in one, or a whole profile."""

    events: tuple[GivenEvent, ...]
    profile: str | dict[str, Any] = "regulations-2022"
    kind: Kind = "appeal"
    now: str = ""
    calendar: dict[str, Any] = {}
    title: str = ""
    note: str = ""


NAMES = Names(
    keys={
        "事件": "events", "经过": "events", "过程": "events",
        "档案": "profile", "规则档案": "profile", "规则": "profile",
        "类别": "kind", "种类": "kind", "信访种类": "kind", "现在": "now", "今天": "now", "截至": "now",
        "当前日期": "now",
        "today": "now", "as_of": "now", "日历": "calendar", "工作日历": "calendar", "标题": "title", "名称": "title",
        "id": "title", "编号": "title", "备注": "note", "说明": "note", "comment": "note",
        "时间": "at", "日期": "at", "date": "at", "on": "at", "time": "at", "day": "at",
        "名目": "event", "事项": "event", "动作": "event", "type": "event", "name": "event",
        "机关": "organ", "单位": "organ", "承办单位": "organ", "承办机关": "organ", "unit": "organ", "by": "organ",
        "天数": "days", "延长天数": "days", "日数": "days", "延长至": "until", "延至": "until",
        "批准人": "approver", "审批人": "approver", "approved_by": "approver", "理由": "reason",
        "告知理由": "reason", "notice": "reason", "原因": "reason",
        "期限": "limit", "送达": "delivered", "送达日期": "delivered", "收到答复": "delivered",
    },
    values={
        "投诉": "appeal", "投诉请求": "appeal", "举报": "accusation", "意见": "suggestion",
        "申诉求决": "appeal", "求决": "appeal", "申诉": "appeal", "建议意见": "suggestion", "建议": "suggestion",
        "意见建议": "suggestion", "检举控告": "accusation", "检举": "accusation", "控告": "accusation",
    },
)  # fmt: skip
"""Other names of the keys and values of a case. In an event, 事件 is `event`, see `clock_case`."""


def clock_case(data: Any) -> Case:
    """A case from plain data. CaseError names every place that is wrong."""
    return read_case(named(data), Case, NAMES, WORDING)


def named(data: Any) -> Any:
    """`data` with 事件 in an event as `event`: at the top it is the list of them."""
    if not isinstance(data, dict):
        return data
    return {key: [_event(item) for item in value] if isinstance(value, list) else value for key, value in data.items()}


def _event(item: Any) -> Any:
    if not isinstance(item, dict) or "event" in item:
        return item
    return {"event" if key == "事件" else key: value for key, value in item.items()}


_DATE = re.compile(
    r"(\d{4})(?:\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?|([-/.])(\d{1,2})\4(\d{1,2})|(\d\d)(\d\d)(?!\d))"
)
_TIME = re.compile(
    r"(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*分?)?(?:\s*[::]?\s*(\d{1,2})(?:\.\d+)?\s*秒?)?\s*(Z|[+-]\d\d:?\d\d)?"
)


def moment(text: str, path: str) -> tuple[date, time | None]:
    """The local day (Asia/Shanghai) of a date or moment, and the time of day if one is given. CaseError.

    >>> moment("2026年11月25日", "$")
    (datetime.date(2026, 11, 25), None)
    >>> moment("2026-11-25T20:00:00Z", "$")
    (datetime.date(2026, 11, 26), datetime.time(4, 0))
    """
    plain = _plain(text)
    if plain is not None:
        return _sane(plain.date(), text, path), plain.time() if len(text) > DAY_ONLY else None
    written = unicodedata.normalize("NFKC", text).strip()
    found = _DATE.match(written)
    if found is None:
        raise refuse(path, "input.no_day", value=text)
    year, month, day = (int(part) for part in found.groups() if part and part.isdigit())
    rest = written[found.end() :].lstrip("T t")
    clock = _TIME.fullmatch(rest) if rest else None
    if rest and clock is None:
        raise refuse(path, "input.no_day", value=text)
    try:
        if clock is None:
            return _sane(date(year, month, day), text, path), None
        hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
        if (hour, minute, second) == (24, 0, 0):
            raise ValueError
        local = datetime(year, month, day, hour, minute, second, tzinfo=_zone(clock[4])).astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        raise refuse(path, "input.impossible_day", value=text) from None
    return _sane(local.date(), text, path), local.time()


def _plain(text: str) -> datetime | None:
    """A local day or moment as programs write it ("2026-11-25T09:30:00"): the shortest way for very many."""
    if not text.isascii() or (len(text), text[4:5], text[10:11]) not in ((DAY_ONLY, "-", ""), (19, "-", "T")):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _zone(offset: str | None) -> Any:
    if offset is None:
        return SHANGHAI
    return UTC if offset == "Z" else datetime.strptime(offset, "%z").tzinfo


def _sane(day: date, text: str, path: str) -> date:
    if not 1949 <= day.year <= 2999:
        raise refuse(path, "input.impossible_day", value=text)
    return day


def today() -> date:
    """The day it is in China."""
    return datetime.now(SHANGHAI).date()
