"""The words of a notice: Jinja texts of the declaring plugin, in the recipient's language.

`templates/<plugin>/notices/<name>/<language>.subject.txt` and `.body.txt`; where a channel needs other words,
`<language>.<channel>.subject.txt` and `.body.txt` come first. Every template knows `url` and `recipient` (a name)
beside the data it was sent with. A template that is wrong never costs the notice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from huitang_kernel.plugins.registry import PluginRecord
from huitang_sdk.declare import NotificationKind
from huitang_sdk.i18n import LOCALES, translate, use_locale

PARTS = ("subject", "body")
MAX_TITLE = 200
MAX_BODY = 20_000
log = logging.getLogger("huitang.notifications")


class Words(Struct, frozen=True):
    title: str
    body: str


@lru_cache(maxsize=64)
def _environment(folder: Path) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        bytecode_cache=FileSystemBytecodeCache(),
    )


def folder_of(record: PluginRecord, kind: NotificationKind) -> Path:
    """Where the words of a kind lie."""
    assert record.plugin is not None
    return record.plugin.folder / "templates" / record.id / "notices" / kind.id.rpartition(".")[2]


def has_words(record: PluginRecord, kind: NotificationKind) -> bool:
    """False for a kind that only to-dos use: nobody is ever sent one."""
    return not kind.todo or folder_of(record, kind).is_dir()


def write_words(
    record: PluginRecord, kind: NotificationKind, channel: str, locale: str, values: Mapping[str, str]
) -> Words:
    """Fill the templates; when they are missing or wrong, the kind's title must do, and the plugin is named."""
    with use_locale(locale):
        try:
            subject, body = (_render(record, kind, channel, locale, part, values) for part in PARTS)
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            log.warning("the words of %s (%s, %s) could not be made", kind.id, channel, locale, exc_info=error)
            record.note_trouble(f"notice:{kind.id}", error)
            subject, body = translate(record.id, kind.title), ""
        title = " ".join(subject.split()) or translate(record.id, kind.title)
        return Words(title[:MAX_TITLE], body.strip()[:MAX_BODY])


def _render(
    record: PluginRecord, kind: NotificationKind, channel: str, locale: str, part: str, values: Mapping[str, str]
) -> str:
    names = [f"{locale}.{channel}.{part}.txt", f"{locale}.{part}.txt"]
    template = _environment(folder_of(record, kind)).select_template(names)
    return template.render(values)


def problems(record: PluginRecord) -> Iterator[str]:
    """What is missing or does not parse among a plugin's templates, one line each naming the file."""
    for kind in record.declarations.notification_kinds:
        folder = folder_of(record, kind)
        if not has_words(record, kind):
            continue
        for name in [f"{locale}.{part}.txt" for locale in LOCALES for part in PARTS]:
            try:
                _environment(folder).get_template(name)
            except TemplateNotFound:
                yield f"notification kind {kind.id}: templates/{record.id}/notices/{folder.name}/{name} is missing"
            except TemplateError as error:
                yield f"notification kind {kind.id}: templates/{record.id}/notices/{folder.name}/{name}: {error}"
