"""What the engine says, in both languages at once: the wording is data (`messages.toml`)."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from msgspec import Struct


class Text(Struct, frozen=True):
    """One text in Chinese and in English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"

    def filled(self, values: dict[str, object]) -> Text:
        """The text with its {named} places filled; a `Text` among the values speaks its own language in each."""
        return Text(
            self.zh.format(**{name: _in(value, "zh") for name, value in values.items()}),
            self.en.format(**{name: _in(value, "en") for name, value in values.items()}),
        )


def _in(value: object, language: str) -> object:
    if isinstance(value, Text):
        return getattr(value, language)
    if isinstance(value, (list, tuple)):
        return ("、" if language == "zh" else ", ").join(str(_in(item, language)) for item in value)
    return value


@lru_cache(maxsize=1)
def messages() -> dict[str, Text]:
    """Every message by its code, such as "state.late"."""
    raw = (files("huitang_petitions.clock") / "messages.toml").read_text(encoding="utf-8")
    return {
        f"{group}.{name}": Text(**texts)
        for group, members in tomllib.loads(raw).items()
        for name, texts in members.items()
    }


def say(code: str, **values: object) -> Text:
    """The message of this code, filled.

    >>> say("input.negative").en
    'must not be negative'
    """
    text = messages()[code]
    return text.filled(values) if values else text
