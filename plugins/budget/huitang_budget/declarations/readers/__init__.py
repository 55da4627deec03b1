"""Files to rows: the kind is told by the content, each kind has its own module, loaded when needed."""

from __future__ import annotations

from huitang_budget.declarations.readers.base import DEFAULT_LIMITS, Document, Limits, UnreadableFile, place_text
from huitang_budget.declarations.readers.sniff import sniff

__all__ = ["DEFAULT_LIMITS", "Document", "Limits", "UnreadableFile", "place_text", "read_rows"]


def read_rows(source: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The rows of a file. Raises UnreadableFile with the code and message for the user."""
    kind = sniff(source, data)
    if kind == "docx":
        from huitang_budget.declarations.readers.docx import read_docx

        return read_docx(source, data, limits)
    if kind == "workbook":
        from huitang_budget.declarations.readers.xlsx import read_workbook

        return read_workbook(source, data, limits)
    if kind == "pdf":
        from huitang_budget.declarations.readers.pdf import read_pdf

        return read_pdf(source, data, limits)
    from huitang_budget.declarations.readers.text import read_text

    return read_text(source, data, limits)
