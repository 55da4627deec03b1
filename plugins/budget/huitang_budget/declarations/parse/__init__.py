"""Rows to declarations: labels found, forms parted, every field read."""

from __future__ import annotations

from huitang_budget.declarations.model import Declaration
from huitang_budget.declarations.parse.build import build
from huitang_budget.declarations.parse.forms import split_forms
from huitang_budget.declarations.parse.pieces import cut
from huitang_budget.declarations.parse.repair import repair_rows
from huitang_budget.declarations.parse.tokens import mark_labels
from huitang_budget.declarations.readers.base import Document, Limits, UnreadableFile

_FEWEST_LABELS = 3


def parse_document(document: Document, limits: Limits) -> tuple[Declaration, ...]:
    """The declarations in a document, at least one. Raises UnreadableFile: not_a_declaration, too_many_forms."""
    pieces = cut(repair_rows(document))
    forms = split_forms(mark_labels(pieces))
    known = {p.field for form in forms for p in form.pieces if p.field and p.field != "other"}
    if len(known) < _FEWEST_LABELS:
        raise UnreadableFile(
            "not_a_declaration",
            f"{document.source}：全文没有找到绩效目标申报表的栏目（项目名称、项目总预算、绩效指标等），"
            "这不是申报表，或版式无法识别；请核对文件",
        )
    if len(forms) > limits.forms:
        raise UnreadableFile(
            "too_many_forms",
            f"{document.source}：第{limits.forms}份表之后还有更多申报表，超出一次导入的上限；请拆分文件",
        )
    return tuple(
        build(document.source, number, form, document.problems if number == 1 else ())
        for number, form in enumerate(forms, start=1)
    )
