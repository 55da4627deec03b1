"""Which letters there are, when each is offered, and their templates: `letters.toml` read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Literal

from msgspec import Struct, convert

from huitang_petitions.services.access import RULES
from huitang_sdk.declare import DocumentTemplate

ENDINGS = {".pdf": "pdf", ".docx": "word"}


class Letter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of letter; see the head of `letters.toml`."""

    title: str
    name: str
    states: tuple[str, ...]
    may: Literal["decide", "handle", "review"]
    issuer: Literal["office", "handler"]
    begins: tuple[str, ...] = ()
    after: str = ""
    fields: tuple[Literal["article", "to"], ...] = ()
    needs: tuple[Literal["article", "to", "body"], ...] = ()
    given: bool = True
    draft: str = ""
    elsewhere: Mapping[str, str] = {}

    @property
    def permission(self) -> str:
        return f"petitions.matter.{self.may}"


_DATA = (files("huitang_petitions.services.letters") / "letters.toml").read_text(encoding="utf-8")
LETTERS: Mapping[str, Letter] = convert(tomllib.loads(_DATA), dict[str, Letter])

_LIMIT = {"title": "办结", "what": "书面答复信访人", "kind": "duty", "days": 60, "unit": "日", "due": "2026年5月2日"}
_LIMIT |= {"law": "《信访工作条例》", "article": "第三十四条", "verified": True}
SAMPLE: Mapping[str, Any] = {
    "number": "2026-000042",
    "organ": "云江市人大常委会信访办",
    "to": "望月县人大常委会",
    "addressee": "王样例",
    "people": 1,
    "subject": "小区路灯三个月未修",
    "received": "2026年3月2日",
    "accepted": "2026年3月3日",
    "answered": "2026年4月1日",
    "law": "《信访工作条例》",
    "article": "《信访工作条例》第十九条",
    "limits": [_LIMIT],
    "extension": {
        "days": 30,
        "due": "2026年6月1日",
        "approver": "李示范",
        "law": "《信访工作条例》",
        "article": "第三十四条",
    },
    "is_assigned": True,
    "paragraphs": ["第一段。", "第二段。"],
    "date": "2026年3月5日",
}
"""What a template of any letter may name."""


def template_of(kind: str, ending: str) -> str:
    """The id of the template of a letter for ".docx" or ".pdf"."""
    return f"petitions.{kind}.{ENDINGS[ending]}"


TEMPLATES = tuple(
    DocumentTemplate(
        template_of(kind, ending),
        letter.title,
        f"documents/{kind}{'.docx' if ending == '.docx' else '.typ'}",
        SAMPLE,
        RULES,
        () if ending == ".docx" else ("documents/letter.typ",),
    )
    for kind, letter in LETTERS.items()
    for ending in ENDINGS
)
