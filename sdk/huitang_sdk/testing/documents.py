"""Documents from the plugin's own templates, or from those that a test puts in their place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from huitang_sdk.contracts import Clock, Document
from huitang_sdk.declare import DocumentTemplate
from huitang_sdk.documents.filling import ENDINGS, fill_template
from huitang_sdk.testing.clock import FixedClock


class FakeDocuments:
    """Implements `huitang_sdk.contracts.Documents` for one plugin, whose package is in `folder`.

    `replaced` maps the id of a template to what an operator uploaded last. It really fills: what comes out is Word
    and PDF.
    """

    def __init__(self, templates: Iterable[DocumentTemplate], folder: Path, *, clock: Clock | None = None) -> None:
        self.replaced: dict[str, bytes] = {}
        self._templates = {template.id: template for template in templates}
        self._folder = folder
        self._clock = clock or FixedClock()

    async def fill(self, template: str, values: Mapping[str, Any], *, at: datetime | None = None) -> Document:
        """See the contract."""
        if template not in self._templates:
            raise ValueError(f"the plugin declares no document template {template!r}")
        declared = self._templates[template]
        source = self.replaced.get(template)
        content = fill_template(declared, self._folder, source, values, at=at or self._clock.now())
        ending, media_type = ENDINGS[Path(declared.file).suffix]
        digest = hashlib.sha256(content).hexdigest()
        return Document(content, media_type, ending, digest, 0 if source is None else 1)
