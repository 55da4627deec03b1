"""The words of messages to people outside: Jinja texts of the declaring plugin, which operators may replace.

`templates/<plugin>/messages/<name>/<language>.<channel>.txt`, where <name> is the last part of the kind's id. They may
name what the kind's `sample` names, and nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from huitang_sdk.declare import MessageKind
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import LOCALES, translate

SITE = "site"
"""What the platform fills in by itself where a sample names it: its public address without a "/" at the end, or ""."""
MAX_WORDS = 1000
"""The most characters a message may have; an SMS of that length is sent in 15 parts."""
_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True)
_COUNTRY = re.compile(r"^(?:\+86|0086|86(?=1\d{10}$))")


class BrokenWords(Invalid):
    """The words of a message cannot be filled; the message says why."""

    code = "broken-words"


def _(message: str, **values: object) -> str:
    """The SDK has no catalogue of its own: its words are in the portal's."""
    return translate("portal", message, **values)


def words_file(folder: Path, plugin: str, kind: MessageKind, locale: str, channel: str) -> Path:
    """Where a plugin's own words lie; `folder` is its package."""
    return folder / f"templates/{plugin}/messages/{kind.id.rpartition('.')[2]}/{locale}.{channel}.txt"


def fill_words(words: str, data: Mapping[str, str]) -> str:
    """The text of a message. Raises BrokenWords: a name that does not exist, a tag that is not closed, nothing left.

    >>> fill_words("查询码：{{ code }}", {"code": "7K2M"})
    '查询码：7K2M'
    """
    try:
        text = _compiled(words).render(dict(data)).strip()
    except UndefinedError as error:
        raise BrokenWords(_("The words name something that is not there: {reason}", reason=error.message)) from error
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise BrokenWords(_("The words have a mistake: {reason}", reason=str(error))) from error
    if not text:
        raise BrokenWords(_("Nothing is left of the words when they are filled."))
    if len(text) > MAX_WORDS:
        said = _("The message has {count} characters; at most {most} can be sent.", count=len(text), most=MAX_WORDS)
        raise BrokenWords(said)
    return text


@lru_cache(maxsize=512)
def _compiled(words: str) -> Template:
    return _ENVIRONMENT.from_string(words)


def check_data(kind: MessageKind, data: Mapping[str, str]) -> None:
    """Raise ValueError unless `data` has what the words may name: an operator's own may need any of it."""
    missing = sorted(kind.sample.keys() - data.keys())
    if missing:
        raise ValueError(f"message kind {kind.id}: data lacks {', '.join(missing)}, which its sample has")


def own_words_problems(folder: Path, plugin: str, kind: MessageKind) -> Iterator[str]:
    """What is missing or cannot be filled with the sample among a kind's own words, one line each naming the file."""
    for locale in LOCALES:
        for channel in kind.channels:
            path = words_file(folder, plugin, kind, locale, channel)
            try:
                fill_words(path.read_text(encoding="utf-8"), kind.sample)
            except OSError:
                yield f"message kind {kind.id}: {path.relative_to(folder)} is missing"
            except BrokenWords as error:
                yield f"message kind {kind.id}: {path.relative_to(folder)}: {error.message}"


def phone_to_dial(phone: str) -> str:
    """The number as a gateway is given it: digits, a + before a foreign country, no +86; "" for what is no number.

    >>> phone_to_dial("138 0000-1234"), phone_to_dial("+86 13800001234"), phone_to_dial("+1 (415) 555-0100")
    ('13800001234', '13800001234', '+14155550100')
    >>> phone_to_dial("unknown"), phone_to_dial("12")
    ('', '')
    """
    plain = re.sub(r"[\s()./\-\u2010-\u2015]", "", unicodedata.normalize("NFKC", phone))
    plain = _COUNTRY.sub("", plain)
    return plain if re.fullmatch(r"\+?[0-9]{5,15}", plain) else ""
