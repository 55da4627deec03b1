"""Reading and checking rule profiles: the built-in ones (`profiles/*.toml`) and those of operators."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import structs

from huitang_petitions.clock.profile import EventKind, Limit, Profile


class ProfileError(ValueError):
    """A profile that cannot be used; the message names the profile, the key and the reason, one a line."""


@lru_cache(maxsize=1)
def event_kinds() -> dict[str, EventKind]:
    """The events every profile knows, by id."""
    raw = (files("huitang_petitions.clock") / "events.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(raw), dict[str, EventKind])


@lru_cache(maxsize=1)
def builtin_profiles() -> dict[str, Profile]:
    """The profiles that come with the plugin, by id, each complete."""
    folder = files("huitang_petitions.clock") / "profiles"
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".toml")}
    read = {name: _read(tomllib.loads(text), name) for name, text in texts.items()}
    by_id = {profile.id: profile for profile in read.values()}
    for name, profile in read.items():
        if f"{profile.id}.toml" != name:
            raise ProfileError(f"{name}: id: is {profile.id!r}, not the name of the file")
    return {id_: _complete(by_id[id_], by_id) for id_ in sorted(by_id)}


def profile_from(data: Any) -> Profile:
    """An operator's profile from plain data (TOML or JSON), complete. ProfileError."""
    return _complete(_read(data, "profile"), builtin_profiles())


def parse_profile(text: str) -> Profile:
    """An operator's profile from TOML text. ProfileError."""
    try:
        return profile_from(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"no TOML: {error}") from None


def _read(data: Any, name: str) -> Profile:
    try:
        return msgspec.convert(data, Profile)
    except msgspec.ValidationError as error:
        said, _at, path = str(error).partition(" - at `")
        raise ProfileError(f"{name}: {path.rstrip('`').lstrip('$.') or '(top)'}: {said}") from None


def _complete(profile: Profile, others: dict[str, Profile]) -> Profile:
    """With what it takes from the profile it extends, and checked."""
    if profile.extends:
        base = others.get(profile.extends)
        if base is None or base is profile:
            raise ProfileError(f"{profile.id}: extends: there is no {profile.extends!r}; known: {', '.join(others)}")
        base = _complete(base, {id_: other for id_, other in others.items() if id_ != profile.id})
        missing = set(profile.without) - {limit.id for limit in base.limits}
        if missing:
            raise ProfileError(f"{profile.id}: without: {base.id} has no limit {min(missing)!r}")
        own = {limit.id: limit for limit in profile.limits}
        kept = [own.pop(limit.id, limit) for limit in base.limits if limit.id not in profile.without]
        profile = structs.replace(
            profile,
            extends="",
            without=(),
            sources={**base.sources, **profile.sources},
            events={**base.events, **profile.events},
            limits=(*own.values(), *kept),
        )
    problems = [f"{profile.id}: {problem}" for problem in _problems(profile)]
    if problems:
        raise ProfileError("\n".join(problems))
    return profile


def kinds_of(profile: Profile) -> dict[str, EventKind]:
    """The events a case of this profile may name."""
    return {**event_kinds(), **profile.events} if profile.events else event_kinds()


def _problems(profile: Profile) -> Iterator[str]:
    known = kinds_of(profile)
    seen: set[str] = set()
    if not profile.limits:
        yield "limits: none"
    if profile.valid_from and profile.valid_to and profile.valid_to < profile.valid_from:
        yield f"valid_to: {profile.valid_to} lies before valid_from {profile.valid_from}"
    for limit in profile.limits:
        if limit.id in seen:
            yield f"limits.{limit.id}: there are two of this id"
        seen.add(limit.id)
        if limit.source and limit.source not in profile.sources:
            yield f"limits.{limit.id}.source: {limit.source!r} is not among the sources"
        for key, name in _events_of(limit):
            if name not in known:
                yield f"limits.{limit.id}.{key}: there is no event {name!r}; known: {', '.join(known)}"
    for id_, kind in profile.events.items():
        for name in (*kind.after, *kind.needs, *kind.not_with):
            if name not in known:
                yield f"events.{id_}: there is no event {name!r}"


def _events_of(limit: Limit) -> Iterator[tuple[str, str]]:
    for key in ("start", "satisfied_by", "void_by"):
        for name in getattr(limit, key):
            yield key, name
    for pause in limit.pauses:
        yield "pauses", pause.from_
        yield "pauses", pause.to
    if limit.extension:
        yield "extension", limit.extension.event
