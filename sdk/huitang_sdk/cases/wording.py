"""What an engine says: the wording is data, `messages.toml` of its package above the SDK's own messages on input."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from importlib.resources import files

from huitang_sdk.cases.problems import CaseError, Problem
from huitang_sdk.cases.texts import Text

_OWN = "huitang_sdk.cases"

_PATTERNS = (
    (r"Expected `int(?: \| null)?`, got `(?P<got>\w+)`", "input.not_whole"),
    (r"Expected `int` >= 0", "input.negative"),
    (r"Expected `int` >= 1", "input.not_positive"),
    (r"Expected `int` <= \d+", "input.too_large"),
    (r"Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`", "input.wrong_type"),
    (r"Invalid RFC3339 encoded date", "input.no_date"),
)
"""What msgspec says, and the message for it."""


class Wording:
    """The messages of an engine by their codes: "group.name" of `messages.toml` in its package.

        [state]
        late = { zh = "逾期 {days} 日", en = "{days} days late" }

    The SDK's own group `input` lies beneath; a message of the same code in the package wins. `patterns` are further
    sentences of msgspec, as regular expressions, with the code of what is said instead: that of a `Meta(pattern=…)`,
    say, or of a ValueError raised in `__post_init__`. Their named groups fill the message.

    >>> Wording(patterns=[(r"Expected `str` of length <= \\d+", "input.too_large")]).say("input.negative").en
    'must not be negative'
    """

    def __init__(self, package: str = _OWN, *, patterns: Iterable[tuple[str, str]] = ()) -> None:
        self._package = package
        self._patterns = [(re.compile(pattern), code) for pattern, code in (*patterns, *_PATTERNS)]

    @cached_property
    def messages(self) -> Mapping[str, Text]:
        """Every message by its code, such as "input.empty"."""
        return {**_messages_of(_OWN), **_messages_of(self._package)}

    def say(self, code: str, **values: object) -> Text:
        """The message of this code, filled; without values as it stands. KeyError for a code that does not exist.

        >>> INPUT.say("input.missing", key="seats").en
        "'seats' is missing"
        """
        text = self.messages[code]
        return text.filled(values) if values else text

    def refuse(self, path: str, code: str, **values: object) -> CaseError:
        """The error for one mistake, to be raised.

        >>> print(INPUT.refuse("$.seats", "input.not_positive"))
        $.seats: 至少为 1 / must be at least 1
        """
        return CaseError([Problem(path, self.say(code, **values))])

    def unknown(self, value: str, known: Iterable[str]) -> Text:
        """That `value` is none of those known, and which was probably meant.

        >>> INPUT.unknown("appel", ["appeal", "suggestion"]).en
        "there is no 'appel'; did you mean 'appeal'? Known are: appeal, suggestion"
        """
        names = list(known)
        near = get_close_matches(value, names, n=1, cutoff=0.5)
        if near:
            return self.say("input.unknown_value_near", value=value, near=near[0], known=names)
        return self.say("input.unknown_value", value=value, known=names)

    def of_msgspec(self, message: str) -> Text:
        """msgspec's message in both languages; what is not known is passed on as it is.

        >>> INPUT.of_msgspec("Expected `int` >= 1 - at `$.seats`").zh
        '至少为 1'
        """
        said = message.partition(" - at `")[0]
        for pattern, code in self._patterns:
            found = pattern.match(said)
            if found:
                return self.say(code, **found.groupdict())
        return Text(said, said)


def _messages_of(package: str) -> dict[str, Text]:
    raw = (files(package) / "messages.toml").read_text(encoding="utf-8")
    return {
        f"{group}.{name}": Text(**texts)
        for group, members in tomllib.loads(raw).items()
        for name, texts in members.items()
    }


INPUT = Wording()
"""The SDK's own messages alone."""
