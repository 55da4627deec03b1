"""Reading, checking, writing rule profiles: the built-in ones (`profiles/*.toml`) and those of operators."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

from huitang_conference.rules.profile import ORDINARY, Profile
from huitang_conference.rules.sources import Ruled


class ProfileError(ValueError):
    """A profile that cannot be used; `problems` lists every reason, each naming the file and the key."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def parse_profile(text: str, *, name: str = "profile") -> Profile:
    """A profile from TOML or JSON text; `name` is what errors call it (a file name).

    ProfileError names every unknown source, missing rule, unknown key and wrong value with the key it stands at.
    """
    try:
        data = msgspec.json.decode(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError([f"{name}: neither TOML nor JSON: {error}"]) from None
    return profile_from(data, name=name)


def profile_from(data: Any, *, name: str = "profile") -> Profile:
    """A profile from plain data, checked like `parse_profile`."""
    try:
        profile = msgspec.convert(data, Profile)
    except msgspec.ValidationError as error:
        raise ProfileError([f"{name}: {_place(str(error))}"]) from None
    problems = [f"{name}: {problem}" for problem in _problems(profile)]
    if problems:
        raise ProfileError(problems)
    return profile


def profile_to_json(profile: Profile) -> str:
    """The profile as JSON text that `parse_profile` reads back."""
    return msgspec.json.format(msgspec.json.encode(profile), indent=2).decode()


@lru_cache(maxsize=1)
def builtin_profiles() -> dict[str, Profile]:
    """The profiles that come with the plugin, by id."""
    folder = files("huitang_conference.rules") / "profiles"
    found: dict[str, Profile] = {}
    for file in sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name):
        profile = parse_profile(file.read_text(encoding="utf-8"), name=file.name)
        if f"{profile.id}.toml" != file.name:
            raise ProfileError([f"{file.name}: id: is {profile.id!r}, not the name of the file"])
        found[profile.id] = profile
    return found


def rules_of(profile: Profile) -> Iterator[tuple[str, Ruled]]:
    """Every rule of a profile with the key it stands at, such as ("speech.plenary", …)."""
    yield from _walk("", profile)


def _walk(key: str, value: object) -> Iterator[tuple[str, Ruled]]:
    if isinstance(value, Ruled):
        yield key, value
    if isinstance(value, Struct):
        for field in value.__struct_fields__:
            yield from _walk(f"{key}.{field}" if key else field, getattr(value, field))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _walk(f"{key}.{name}", item)


def _problems(profile: Profile) -> Iterator[str]:
    for key, rule in rules_of(profile):
        if rule.source and rule.source not in profile.sources:
            yield f"{key}.source: {rule.source!r} is not among the sources: {', '.join(profile.sources) or 'none'}"
    if ORDINARY not in profile.decisions:
        yield f"decisions: {ORDINARY!r} is missing"
    if "motion" not in profile.voting:
        yield "voting: 'motion' is missing"
    if profile.valid_to is not None and profile.valid_to < profile.valid_from:
        yield f"valid_to: {profile.valid_to} lies before valid_from {profile.valid_from}"


def _place(message: str) -> str:
    """msgspec says "… - at `$.quorum.fraction`": put the key first."""
    said, _at, path = message.partition(" - at `")
    key = path.rstrip("`").rpartition("$")[2].lstrip(".")
    return f"{key or '(top)'}: {said}"
