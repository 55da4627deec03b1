"""Reading a register kept as an xlsx file, by the titles of its columns."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from msgspec import Struct
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from huitang_petitions.services import import_template
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import TIMEZONE, Translator
from huitang_sdk.workbooks import BrokenWorkbook, WorkbookRefused, check_workbook

_ = Translator("petitions")
MOST_ROWS = 2_000
MOST_BYTES = 10_000_000
MOST_UNPACKED = 100_000_000
MOST_CELLS = 1_000_000
"""So far may a sheet reach, rows times columns, though most of it be empty."""
HEADS: Mapping[str, Sequence[str]] = {
    "received": ("来信来访日期", "收到日期", "收到时间", "登记日期", "日期", "received", "date"),
    "channel": ("来访路径", "信访形式", "渠道", "方式", "channel"),
    "name": ("信访人", "信访人姓名", "姓名", "name", "petitioner"),
    "phone": ("联系电话", "电话", "手机", "phone", "telephone"),
    "id_number": ("证件号码", "身份证号", "证件", "idnumber"),
    "gender": ("性别", "gender"),
    "address": ("住址", "地址", "address"),
    "others": ("其他信访人", "共同信访人", "联名人", "联名人姓名", "otherpetitioners"),
    "representatives": ("代表", "信访代表", "来访代表", "到场代表", "representatives", "representativeswhocame"),
    "accused": ("被反映人", "被反映对象", "涉及人员", "被控告人", "被检举人", "complainedof", "personscomplainedof"),
    "accused_unit": ("被反映单位", "涉及单位", "被控告单位", "被检举单位", "unitscomplainedof"),
    "subject": ("标题", "事由", "概要", "主题", "subject"),
    "body": ("内容", "信访内容", "反映内容", "正文", "body", "text"),
    "kind": ("信访类型", "类型", "性质", "kind"),
    "place": ("问题属地", "地点", "发生地", "place"),
    "district": ("所属区域", "区县", "district"),
    "people": ("联名人数", "人数", "people"),
    "earlier": ("是否曾来信来访", "原受理编号", "earlier"),
    "came_from": ("来源单位", "转送单位", "转来单位", "camefrom", "sentby"),
    "publish": ("是否公开", "可以公开", "publish", "maybepublished"),
    "whistle": ("保密件", "reportinconfidence"),
    "urgent": ("紧急", "是否紧急", "urgent"),
    "category": ("类别", "分类", "问题类别", "category"),
    "remit": ("职权归属", "权责", "权责归属", "去向", "whoseremit", "remit"),
    "old_number": ("原编号", "编号", "受理编号", "信访编号", "oldnumber", "number"),
    "state": ("办理状态", "状态", "state"),
    "handler": ("承办单位", "办理单位", "责任单位", "handledby"),
    "accepted": ("受理日期", "acceptedon"),
    "answered": ("答复日期", "answeredon"),
    "review_requested": ("申请复查日期", "reviewaskedforon"),
    "review_answered": ("复查意见日期", "reviewdecidedon"),
    "recheck_requested": ("申请复核日期", "re-reviewaskedforon"),
    "recheck_answered": ("复核意见日期", "re-reviewdecidedon"),
    "closed": ("办结日期", "办结时间", "结案日期", "closedon", "closed"),
}
RECKONED = ("期限", "办理期限", "due", "timelimit")
"""Titles of what is taken out, too, and is reckoned anew when it is read."""
NEEDED = ("subject",)
_TIME = re.compile(r"(?:[T\s]+|(?<=日))\d{1,2}[:：时]\d{1,2}(?:[:：分]\d{1,2}(?:\.\d+)?)?[分秒Z]?$")
CHANNELS = {
    **{"来信": "letter", "信件": "letter", "letter": "letter", "来访": "visit", "走访": "visit", "visit": "visit"},
    **{"来电": "phone", "电话": "phone", "phone": "phone", "传真": "fax", "fax": "fax", "网上": "web", "网络": "web"},
    **{"web": "web", "短信": "sms", "sms": "sms", "微信": "wechat", "wechat": "wechat", "转送": "transferred"},
}
KINDS = {
    **{"建议意见": "suggestion", "建议": "suggestion", "意见": "suggestion", "suggestion": "suggestion"},
    **{"检举控告": "accusation", "检举": "accusation", "控告": "accusation", "accusation": "accusation"},
    **{"申诉求决": "appeal", "申诉": "appeal", "求决": "appeal", "appeal": "appeal"},
}
GENDERS = {"男": "male", "male": "male", "女": "female", "female": "female"}
YES = {
    **{"是": True, "yes": True, "公开": True, "紧急": True, "urgent": True, "√": True},
    **{"否": False, "no": False, "不公开": False, "一般": False, "": False},
}
STATES = {
    **{"登记": "registered", "待办": "registered", "待受理": "registered", "转送": "transferred", "交办": "assigned"},
    **{"异议": "objected", "受理": "handling", "已受理": "handling", "在办": "handling", "办理": "handling"},
    **{"答复": "answered", "复查": "reviewing", "复核": "rechecking", "不受理": "refused", "撤回": "withdrawn"},
    **{"办结": "closed", "结案": "closed", "已结案": "closed"},
}
"""How old registers call where a matter stands, beside the words that are used here."""


class Rows(Struct, frozen=True):
    """A sheet: titles of its columns by our names, those that nobody reads, and (row number, cells by our names).

    `beside` are the workbook's other sheets, which nobody reads, as far as anything is written there.
    """

    name: str
    titles: dict[str, str]
    unread: tuple[str, ...]
    rows: list[tuple[int, dict[str, Any]]]
    beside: tuple[str, ...] = ()


def read_rows(data: bytes) -> Rows:
    """The rows of the first sheet that can be seen, empty ones left out. Computes: call it in a thread.

    Raises Invalid for a file that is no workbook, is too large, or lacks a column without which there is no register.
    """
    if len(data) > MOST_BYTES:
        raise _refused(_("The file is larger than {limit} MB.", limit=MOST_BYTES // 1_000_000))
    try:
        check_workbook(data, cells=MOST_CELLS, unpacked=MOST_UNPACKED)
    except WorkbookRefused as error:
        raise _refused(error.told()) from error
    name, rows, beside = _read(data)
    for number, row in enumerate(rows[:20]):
        columns = _columns(row)
        if all(needed in columns for needed in NEEDED):
            found = _values(rows, number + 1, columns)
            if len(found) > MOST_ROWS:
                raise _refused(_("The sheet has more than {count} rows.", count=MOST_ROWS))
            return Rows(name, *_titles(row, columns), found, beside)
    titles = "、".join(import_template.titles()[needed] for needed in NEEDED)
    raise _refused(_("The sheet “{sheet}” has no head row with {titles}.", sheet=name, titles=titles))


def _read(data: bytes) -> tuple[str, list[list[Any]], tuple[str, ...]]:
    """Name and cells of the first sheet that can be seen, and the names of the others with anything in them."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        name = next((one.name for one in sheets if one.visible == SheetVisibleEnum.Visible), None)
        if name is None:
            raise _refused(_("The workbook has no sheet that can be seen."))
        beside = (one.name for one in sheets if one.name != name)
        filled = tuple(other for other in beside if book.get_sheet_by_name(other).height)
        return name, book.get_sheet_by_name(name).to_python(), filled
    except (CalamineError, ValueError, IndexError, OSError) as error:
        raise _refused(BrokenWorkbook().told()) from error


def _refused(message: str) -> Invalid:
    return Invalid(message, fields={"file": message})


def _columns(row: Sequence[Any]) -> dict[str, int]:
    texts = [_title(cell) for cell in row]
    found: dict[str, int] = {}
    for name, titles in HEADS.items():
        for title in titles:
            if title in texts:
                found.setdefault(name, texts.index(title))
    return found


def _title(cell: Any) -> str:
    return "".join(str(cell).split()).casefold()


def _titles(row: Sequence[Any], columns: Mapping[str, int]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What the columns that are read are called in the sheet, and what the others are."""
    read = set(columns.values())
    others = (text(cell) for place, cell in enumerate(row) if place not in read and _title(cell) not in RECKONED)
    return {name: text(row[place]) for name, place in columns.items()}, tuple(filter(None, others))


def _values(rows: Sequence[Sequence[Any]], start: int, columns: Mapping[str, int]) -> list[tuple[int, dict[str, Any]]]:
    found: list[tuple[int, dict[str, Any]]] = []
    for number, row in enumerate(rows[start:], start=start + 1):
        values = {name: row[place] if place < len(row) else "" for name, place in columns.items()}
        if any(str(value).strip() for value in values.values()):
            found.append((number, values))
    return found


def text(value: Any) -> str:
    """A cell as text: whole numbers without ".0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value if value is not None else "").strip()


def moment(value: Any) -> datetime | None:
    """A cell as a moment, a day being its first; None for an empty one. Of a text only the day counts: programs
    write 00:00:00 behind it. Raises ValueError."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=TIMEZONE).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), TIMEZONE).astimezone(UTC)
    cell = (
        _TIME.sub("", text(value))
        .replace("/", "-")
        .replace(".", "-")
        .replace("年", "-")
        .replace("月", "-")
        .replace("日", "")
    )
    if not cell:
        return None
    year, month, day = (int(part) for part in cell.split("-"))
    return datetime(year, month, day, tzinfo=TIMEZONE).astimezone(UTC)
