"""The template of the opinion: operators may replace it, and these are its values."""

from __future__ import annotations

from typing import Any

from huitang_budget.services.access import TEMPLATE
from huitang_sdk.declare import DocumentTemplate

SAMPLE: dict[str, Any] = {
    "project": "云江市示例项目",
    "unit": "云江市示例局",
    "year": 2026,
    "total": "1,000,000.00",
    "current_year": "1,000,000.00",
    "previous_year": "0.00",
    "start": "2026-01-01",
    "end": "2026-12-31",
    "conclusion": "修改后通过",
    "opinion": "第一段。\n第二段。",
    "opinion_paragraphs": ["第一段。", "第二段。"],
    "counts": {"high": 1, "medium": 0, "low": 0, "info": 0},
    "reviewer": "示例审查员",
    "date": "2026年1月15日",
    "file_name": "示例.docx",
    "not_computed": [{"rule": "schedule.on-holiday", "title": "节点在法定假日", "reason": "没有日期"}],
}
_FINDING = {
    "number": 1,
    "criterion": "完整性",
    "severity": "高",
    "message": "指标表没有成本指标。",
    "quote": "产出目标",
    "place": "第31行",
    "state": "采纳",
    "reason": "",
    "basis": "财政支出项目绩效目标申报表（表样）",
}
SAMPLE["findings"] = [_FINDING]
SAMPLE["dismissed"] = [_FINDING]
SAMPLE["criteria"] = [{"name": "完整性", "findings": [_FINDING]}, {"name": "相关性", "findings": []}]
OPINION = DocumentTemplate("budget.opinion", "Review opinion", "documents/opinion.docx", SAMPLE, TEMPLATE)
