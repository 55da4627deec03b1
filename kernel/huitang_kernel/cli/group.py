"""A command group that knows its commands by name and loads each when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import rich_click as click

from huitang_kernel.cli.texts import _, translate_command

GROUP = "huitang.commands"


class LazyGroup(click.RichGroup):
    """The kernel's commands from a table, those of plugins from the entry point group "huitang.commands"."""

    def __init__(self, *args: Any, commands_at: Mapping[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self._own = dict(commands_at)
        self._listing = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._own, *sorted(plugin_commands().keys() - self._own.keys())]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if self._listing:
            return click.RichCommand(name=name, short_help=self._summary(name))
        if name in self._own:
            module, _colon, attribute = self._own[name][0].partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            return translate_command(command)
        point = plugin_commands().get(name)
        return load_plugin_command(point) if point else None

    def format_help(self, ctx: click.RichContext, formatter: click.RichHelpFormatter) -> None:  # type: ignore[override]
        """List the commands without loading them: one that is broken must not hide the others."""
        self._listing, original = True, self.help
        self.help = _(original or "")
        try:
            super().format_help(ctx, formatter)
        finally:
            self._listing, self.help = False, original

    def _summary(self, name: str) -> str:
        if name in self._own:
            return _(self._own[name][1])
        point = plugin_commands()[name]
        return str(point.dist.metadata["Summary"] or "") if point.dist else ""


def plugin_commands() -> dict[str, EntryPoint]:
    """Commands of the installed plugins by name; when two claim a name, the first distribution by name has it."""
    points = sorted(entry_points(group=GROUP), key=lambda p: p.dist.name if p.dist else "", reverse=True)
    return {point.name: point for point in points}


def load_plugin_command(point: EntryPoint) -> click.Command:
    """Load a plugin's command; if it cannot be loaded, a command that says why when it is called."""
    try:
        command = point.load()
        if not isinstance(command, click.Command):
            raise TypeError(f"{point.value} is not a click command")
        return command
    except Exception as error:
        return _broken(point, error)


def _broken(point: EntryPoint, error: Exception) -> click.Command:
    source = f"{point.dist.name} {point.dist.version}" if point.dist else point.value

    @click.command(point.name, context_settings={"ignore_unknown_options": True}, add_help_option=False)
    @click.argument("rest", nargs=-1, type=click.UNPROCESSED)
    def broken(rest: tuple[str, ...]) -> None:
        raise click.ClickException(
            _(
                "The command {name} of {source} cannot be loaded: {cause}. Install that plugin again or remove it.",
                name=point.name,
                source=source,
                cause=f"{type(error).__name__}: {error}",
            )
        )

    return broken
