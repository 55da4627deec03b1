"""Filling a declared template: what the kernel and its fake do alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from huitang_sdk.declare import DocumentTemplate
from huitang_sdk.documents.broken import BrokenTemplate, _
from huitang_sdk.documents.pdf import PDF_TYPE, pdf_from_typst
from huitang_sdk.documents.word import WORD_TYPE, word_from_template

ENDINGS = {".docx": (".docx", WORD_TYPE), ".typ": (".pdf", PDF_TYPE)}
"""A template's ending → the ending and media type of what is made from it."""


def fill_template(
    template: DocumentTemplate, folder: Path, source: bytes | None, values: Mapping[str, Any], *, at: datetime
) -> bytes:
    """Fill `source`, or the plugin's own file in its package `folder`, and return the document."""
    content = (folder / template.file).read_bytes() if source is None else source
    plain: dict[str, Any] = msgspec.to_builtins(dict(values))
    if template.file.endswith(".docx"):
        return word_from_template(content, plain)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenTemplate(_("The file is not a Typst template (.typ), which is text in UTF-8.")) from error
    files = {Path(name).name: (folder / name).read_bytes() for name in template.files}
    return pdf_from_typst(text, plain, at=at, files=files)
