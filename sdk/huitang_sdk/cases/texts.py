"""One text in both languages at once: the same for a screen, a sheet and the command line."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Text(Struct, frozen=True):
    """One text in Chinese and in English.

    >>> str(Text("通过", "passed"))
    '通过 / passed'
    """

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"

    def filled(self, values: Mapping[str, object]) -> Text:
        """The text with its {named} places filled; a `Text` among the values speaks its own language in each.

        >>> Text("{who}缺席", "{who} absent").filled({"who": [Text("甲", "A"), Text("乙", "B")]})
        Text(zh='甲、乙缺席', en='A, B absent')
        """
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
