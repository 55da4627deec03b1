"""Word from a template that people edit in Word."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from huitang_sdk.documents.broken import BrokenTemplate, _

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_UNPACKED = 64 * 1024 * 1024
"""The most bytes a Word template may unpack to."""


def word_from_template(template: bytes, values: Mapping[str, Any]) -> bytes:
    """Fill a Word template whose text holds `{{ name }}` and `{%p for … %}` (docxtpl) and return the document.

    Values are escaped: text stays text. The template runs in a sandbox and may name only what `values` has. Raises
    BrokenTemplate for a file that is no Word document, a name that does not exist or a tag that is not closed.
    """
    _check_package(template)
    document = DocxTemplate(io.BytesIO(template))
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        document.render(dict(values), jinja_env=environment, autoescape=True)
        out = io.BytesIO()
        document.save(out)
    except TemplateError as error:
        raise BrokenTemplate(_where(error)) from error
    except Exception as error:
        # docxtpl and lxml raise many kinds of errors for one reason: what a person made in Word cannot be filled.
        raise BrokenTemplate(_("The Word template cannot be filled: {reason}", reason=str(error))) from error
    return out.getvalue()


def _check_package(template: bytes) -> None:
    """Refuse what is no Word document, and one that unpacks to more than anybody writes."""
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as package:
            if sum(entry.file_size for entry in package.infolist()) > MAX_UNPACKED:
                raise BrokenTemplate(_("The Word template is too large."))
            if "word/document.xml" not in package.namelist():
                raise BrokenTemplate(_("The file is not a Word document (.docx)."))
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise BrokenTemplate(_("The file is not a Word document (.docx).")) from error


def _where(error: TemplateError) -> str:
    """The reason of a template error with the text around it, as the person who edits the template sees it."""
    reason = error.message or str(error)
    lines = [re.sub(r"<[^>]*>", "", str(line)).strip() for line in getattr(error, "docx_context", [])]
    around = " … ".join(line for line in lines if line)
    if isinstance(error, TemplateSyntaxError) and around:
        return _("The Word template has a mistake: {reason}, near “{text}”", reason=reason, text=around[:300])
    return _("The Word template has a mistake: {reason}", reason=reason)
