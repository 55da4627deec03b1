"""Where a rule stands: a source text in one version, an article in it, and whether somebody has read it there."""

from __future__ import annotations

from msgspec import Struct


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A text that rules come from. `short` is the name used in citations, `version` says which text was read."""

    title: str
    short: str
    version: str


class Ruled(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every rule: `source` names one of the profile's sources.

    `verified` is true when the article itself was read in that version. What is not verified is a setting for the
    operator to confirm, not a statement of law.
    """

    source: str = ""
    article: str = ""
    verified: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if self.verified and not (self.source and self.article):
            raise ValueError("a verified rule names its source and its article")
        if bool(self.source) != bool(self.article):
            raise ValueError("source and article belong together")


class Citation(Struct, frozen=True, kw_only=True):
    """An article as it is cited: 《地方组织法》（2022-03-11 修正）第五十一条."""

    text: str
    verified: bool


def cite(rule: Ruled, sources: dict[str, Source]) -> Citation | None:
    """How to cite the article of `rule`; None for a rule without one."""
    if not rule.source:
        return None
    source = sources[rule.source]
    return Citation(text=f"《{source.short}》（{source.version}）{rule.article}", verified=rule.verified)
