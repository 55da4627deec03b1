"""Documents made from templates that operators can replace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct


class Document(Struct, frozen=True):
    """A document that was made. `ending` is ".docx" or ".pdf", `sha256` hexadecimal; `template_version` counts what
    operators uploaded from 1, 0 is the plugin's own template.
    """

    content: bytes
    media_type: str
    ending: str
    sha256: str
    template_version: int


class Documents(Protocol):
    """Word and PDF from the plugin's declared templates; `ctx.documents`."""

    async def fill(self, template: str, values: Mapping[str, Any], *, at: datetime | None = None) -> Document:
        """Fill the template in use of a declared `DocumentTemplate`: the operator's, else the plugin's own.

        `values` are plain data: text, numbers, lists, mappings, Structs; dates and times become text (ISO 8601). `at`
        is the date of making that a PDF carries, the present moment when None: the same template, values and `at`
        give the same PDF. Raises ValueError for a template the plugin has not declared, BrokenTemplate for one that
        cannot be filled with these values, or takes too long or too much memory.
        """
