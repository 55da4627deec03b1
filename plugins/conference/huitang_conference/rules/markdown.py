"""The built-in profiles as a page of the reference: every value, its article, and whether it was verified."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from huitang_conference.rules.profile import Profile
from huitang_conference.rules.profiles import builtin_profiles, rules_of
from huitang_conference.rules.shares import RuledShare
from huitang_conference.rules.sources import Ruled

_OF_EVERY_RULE = frozenset(Ruled.__struct_fields__)


def profiles_markdown() -> str:
    """All profiles, one table each."""
    profiles = builtin_profiles().values()
    lines = [
        "# Rule profiles",
        "",
        f"{len(profiles)} profiles come with the conference plugin, as examples to copy and change. **Verified** means "
        "that the article was read in the version named; everything else is a setting that the operator has to "
        "confirm, not a statement of law. A speaker is warned one minute before the end "
        "(`warn_seconds`). How votes are decided by them: "
        "[Votes and elections by the rules](../use/conference-rules.md).",
        "",
        *[f"- [{p.title.zh}](#{p.id}): `{p.id}`, {p.title.en}" for p in profiles],
    ]
    for profile in profiles:
        lines += ["", *_section(profile)]
    return "\n".join(lines)


def _section(profile: Profile) -> Iterator[str]:
    until = f" to {profile.valid_to}" if profile.valid_to else ""
    yield f"## {profile.id}"
    yield ""
    yield f"{profile.title.zh}; {profile.title.en}. Holds from {profile.valid_from}{until}."
    yield ""
    for source in profile.sources.values():
        yield f"- 《{source.title}》（{source.version}）"
    if profile.sources:
        yield ""
    yield "| key | value | article | verified | note |"
    yield "| --- | --- | --- | --- | --- |"
    for key, rule in rules_of(profile):
        citation = profile.cite(rule)
        article = citation.text if citation else ""
        yield f"| `{key}` | {_value(rule)} | {article} | {'yes' if rule.verified else 'no'} | {rule.note} |"


def _value(rule: Ruled) -> str:
    if isinstance(rule, RuledShare):
        return f"{'more than' if rule.strict else 'at least'} {rule.fraction} of {rule.base.replace('_', ' ')}"
    told = {name: value for name, value in msgspec.to_builtins(rule).items() if name not in _OF_EVERY_RULE}
    for name in ("consent", "title", "articles"):
        told.pop(name, None)
    return "; ".join(f"{name} {_plain(value)}" for name, value in told.items())


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value) or "none"
    return str(value)
