"""What the command line says: English in the code, zh-CN from `locale/zh-CN.po` beside this file.

The language is Chinese unless the machine's (LC_ALL, LC_MESSAGES, LANG) is English or `--language` says otherwise.
"""

from __future__ import annotations

import os
from copy import copy
from functools import lru_cache
from pathlib import Path

import rich_click as click

LANGUAGES = ("zh-CN", "en")
_chosen: list[str] = []


def set_language(language: str) -> None:
    """Speak this language for the rest of the process."""
    _chosen[:] = [language]


def current_language() -> str:
    """ "zh-CN" or "en"."""
    if _chosen:
        return _chosen[0]
    machine = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if machine.lower().startswith("en") else "zh-CN"


@lru_cache(maxsize=1)
def _chinese() -> dict[str, str]:
    from babel.messages.pofile import read_po

    with (Path(__file__).parent / "locale" / "zh-CN.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="zh_CN") if m.id and m.string}


def _(message: str, /, **values: object) -> str:
    """The message in the operator's language, its {named} places filled."""
    text = _chinese().get(message, message) if current_language() == "zh-CN" else message
    return text.format(**values) if values else text


def translate_command(command: click.Command) -> click.Command:
    """A copy of the command with translated help, options and subcommands; English helps are message ids."""
    told = copy(command)
    told.help = _(" ".join(command.help.split())) if command.help else command.help
    told.params = [_translate_option(parameter) for parameter in command.params]
    if isinstance(command, click.Group) and isinstance(told, click.Group):
        told.commands = {name: translate_command(child) for name, child in command.commands.items()}
    return told


def _translate_option(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option) or not parameter.help:
        return parameter
    told = copy(parameter)
    told.help = _(parameter.help)
    return told
