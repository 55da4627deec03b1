"""What filling templates must do."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

import pytest

from huitang_sdk.contracts import Documents
from huitang_sdk.documents import BrokenTemplate

AT = datetime(2026, 11, 25, tzinfo=UTC)
VALUES = {"title": "通知", "day": date(2026, 11, 25), "lines": [{"text": "#panic() {{ title }} <w:p>"}]}
Replace = Callable[[str, bytes], Awaitable[None]]


class DocumentsContract:
    """Give `documents` of a plugin that declares demo.letter (.docx) and demo.sheet (.typ), which print `title`, `day`
    and the `text` of each of `lines`, and `replace`, which puts another template into the place of one.
    """

    @pytest.fixture
    def documents(self) -> Documents:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def replace(self) -> Replace:
        """What an operator does."""
        raise NotImplementedError

    @pytest.mark.parametrize(
        ("template", "ending", "start"), [("demo.letter", ".docx", b"PK"), ("demo.sheet", ".pdf", b"%PDF")]
    )
    async def test_the_plugin_s_own_is_filled(
        self, documents: Documents, template: str, ending: str, start: bytes
    ) -> None:
        """As long as no operator has replaced it."""
        made = await documents.fill(template, VALUES, at=AT)
        assert (made.ending, made.template_version) == (ending, 0)
        assert made.content.startswith(start)
        assert made.sha256 == hashlib.sha256(made.content).hexdigest()

    async def test_the_same_values_give_the_same_pdf(self, documents: Documents) -> None:
        """So that a hash on record can be checked."""
        first, again = [await documents.fill("demo.sheet", VALUES, at=AT) for _ in range(2)]
        assert first == again
        assert (await documents.fill("demo.sheet", {**VALUES, "title": "别的"}, at=AT)).sha256 != first.sha256

    async def test_what_an_operator_put_there_is_used(self, documents: Documents, replace: Replace) -> None:
        """From the next document on."""
        before = await documents.fill("demo.sheet", VALUES, at=AT)
        await replace("demo.sheet", '#import "huitang.typ": *\n另一个 #values.title'.encode())
        after = await documents.fill("demo.sheet", VALUES, at=AT)
        assert (before.template_version, after.template_version) == (0, 1)
        assert after.sha256 != before.sha256

    @pytest.mark.parametrize("template", ["demo.letter", "demo.sheet"])
    async def test_missing_values_are_told(self, documents: Documents, template: str) -> None:
        """With the name that is missing."""
        with pytest.raises(BrokenTemplate, match="day"):
            await documents.fill(template, {"title": "通知", "lines": []}, at=AT)

    async def test_an_undeclared_template_is_a_mistake(self, documents: Documents) -> None:
        """Of the plugin, not of its users."""
        with pytest.raises(ValueError, match=r"demo\.other"):
            await documents.fill("demo.other", VALUES)
