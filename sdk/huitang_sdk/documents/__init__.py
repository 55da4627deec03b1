"""Documents: Word from a template that people edit in Word, PDF from a Typst template, and workbooks.

    docx = word_from_template(template, {"project": "…", "findings": [{"message": "…"}]})
    pdf = pdf_from_typst(source, {"title": "…", "votes": [{"name": "…"}]}, at=ctx.clock.now())
    xlsx = workbook([Sheet("Declarations", [Column("Project", 40), Column("Amount", 16, "money")], rows)])

All take and give bytes and are plain functions that compute: call them in a thread (`asyncio.to_thread`) when the
document may be large. Templates that operators replace are declared (`declare.DocumentTemplate`) and filled by
`ctx.documents`.
"""

from huitang_sdk.documents.broken import BrokenTemplate
from huitang_sdk.documents.fonts import font_folders, use_fonts
from huitang_sdk.documents.pdf import MAX_MEMORY, MAX_SECONDS, PDF_TYPE, pdf_from_typst
from huitang_sdk.documents.word import MAX_UNPACKED, WORD_TYPE, word_from_template
from huitang_sdk.documents.workbook import WORKBOOK_TYPE, Column, Kind, Sheet, workbook

__all__ = [
    "MAX_MEMORY",
    "MAX_SECONDS",
    "MAX_UNPACKED",
    "PDF_TYPE",
    "WORD_TYPE",
    "WORKBOOK_TYPE",
    "BrokenTemplate",
    "Column",
    "Kind",
    "Sheet",
    "font_folders",
    "pdf_from_typst",
    "use_fonts",
    "word_from_template",
    "workbook",
]
