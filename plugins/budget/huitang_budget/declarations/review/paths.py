"""Field paths: "necessity", "sub_projects[0].amount_fen", "indicators[3].target", and the text and place behind
them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from huitang_budget.declarations.model import Choice, Declaration, Found, Indicator, Milestone, Place, SubProject

LABELS = {
    "year": "年度",
    "declaring_unit": "申报单位名称",
    "project_name": "项目名称",
    "project_types": "项目类型",
    "fund_uses": "资金用途",
    "start": "开始时间",
    "end": "结束时间",
    "overview": "项目概况",
    "basis": "立项依据",
    "necessity": "项目设立的必要性",
    "measures": "保证项目实施的制度、措施",
    "total_fen": "项目总预算",
    "current_year_fen": "项目当年预算",
    "previous_year_fen": "同名项目上年预算额",
    "previous_executed_fen": "同名项目上年预算执行数",
    "sub_projects": "项目当年投入资金构成",
    "plan": "项目实施计划",
    "milestones": "项目实施计划",
    "overall_goal": "项目总目标",
    "annual_goal": "年度绩效目标",
    "indicators": "分解目标",
    "remark": "备注",
}
FOUND_FIELDS = tuple(name for name in LABELS if isinstance(getattr(Declaration(source=""), name), Found))
LIST_FIELDS = tuple(name for name in LABELS if name not in FOUND_FIELDS)

_PATH = re.compile(r"(?P<name>[a-z_0-9]+?)(?:\[(?P<index>\d+)\])?(?:\.(?P<part>[a-z_0-9]+))?")


def found_text(found: Found[Any]) -> str:
    """The text of a field; where only the value is known and is a text, that."""
    return found.text or (found.value if isinstance(found.value, str) else "")


def label(path: str) -> str:
    """The zh-CN name of the field a path begins with."""
    name = re.match(r"[a-z_0-9]+", path)
    return LABELS.get(name.group() if name else path, path)


def _split(path: str) -> tuple[str, int | None, str | None]:
    match = _PATH.fullmatch(path)
    if match is None or match["name"] not in LABELS:
        raise KeyError(f"no such field: {path!r}")
    return match["name"], int(match["index"]) if match["index"] else None, match["part"]


def _item_text(item: Choice | SubProject | Milestone | Indicator, part: str | None) -> str:
    match item:
        case Choice():
            parts = {"label": item.label}
        case SubProject():
            parts = {"name": found_text(item.name), "amount_fen": found_text(item.amount_fen)}
        case Milestone():
            parts = {"title": item.title, "date": item.text, "text": item.text}
            if part is None:
                return item.text if item.title in item.text else f"{item.title} {item.text}".strip()
        case Indicator():
            parts = {name: getattr(item, name) for name in ("level1", "level2", "level3", "target")}
    return parts[part] if part else " ".join(text for text in parts.values() if text)


def _lines(items: Iterable[Any]) -> str:
    return "\n".join(_item_text(item, None) for item in items)


def field_text(declaration: Declaration, path: str) -> str:
    """The text a path stands for; every quote of a finding is a substring of it. KeyError or IndexError for a wrong
    path."""
    name, index, part = _split(path)
    value = getattr(declaration, name)
    if isinstance(value, Found):
        return found_text(value)
    return _lines(value) if index is None else _item_text(value[index], part)


def field_place(declaration: Declaration, path: str) -> Place | None:
    """Where the text of a path stands in the original file, if known."""
    name, index, part = _split(path)
    value = getattr(declaration, name)
    if isinstance(value, Found):
        return value.place
    if not value:
        return None
    item = value[index or 0]
    if isinstance(item, SubProject):
        return item.amount_fen.place if part == "amount_fen" else item.name.place
    place = item.place
    return place if isinstance(place, Place) else None
