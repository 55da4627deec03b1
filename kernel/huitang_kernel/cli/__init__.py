"""The `huitang` command line.

Nothing of the server is imported here: a command's module is loaded when the command is called, so that
`huitang budget declarations check` reads forms on a machine where no server runs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import rich_click as click

from huitang_kernel import __version__
from huitang_kernel.cli.collecting import collect_seldom
from huitang_kernel.cli.group import LazyGroup
from huitang_kernel.cli.texts import LANGUAGES, set_language

COMMANDS = {
    "demo": ("huitang_kernel.cli.demo:demo", "Start Huitang with a sample city, for trying it out."),
    "serve": ("huitang_kernel.cli.serve:serve", "Serve the portal and its plugins."),
    "worker": ("huitang_kernel.cli.serve:worker", "Run jobs and deliveries without serving pages."),
    "migrate": ("huitang_kernel.cli.migrate:migrate", "Bring the database up to date, or say what is missing."),
    "plugins": ("huitang_kernel.cli.plugins:plugins", "List, enable and disable plugins."),
    "users": ("huitang_kernel.cli.users:users", "Create, list and unlock accounts, set passwords."),
    "search": ("huitang_kernel.cli.search:search", "Rebuild the search index."),
    "personal": ("huitang_kernel.cli.personal:personal", "Change the keys of personal data."),
    "messages": ("huitang_kernel.cli.messages:messages", "See and send again what people outside are told."),
    "audit": ("huitang_kernel.cli.audit:audit", "Verify and read the audit log."),
    "doctor": ("huitang_kernel.cli.doctor:doctor", "Say what is wrong with this installation, and the remedy."),
    "check": ("huitang_kernel.cli.check:check", "Check the folder of a plugin."),
}
"""Name → where the command is, and its line in the list."""


def choose_language(_context: click.Context, _option: click.Parameter, language: str | None) -> None:
    """Before anything else is read, so that help is in the chosen language, too."""
    if language:
        set_language(language)


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, "-V", "--version", prog_name="huitang")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    help="Language of what is printed.",
    is_eager=True,
    expose_value=False,
    callback=choose_language,
)
def root() -> None:
    """Huitang: one hall for the work of a people's congress."""


def run_in_platform(plugin: str, work: Any, config: Path | None, data_dir: Path | None) -> Any:
    """What stands behind huitang_sdk.commands.in_platform; the kernel is loaded when it is called."""
    from huitang_kernel.cli.session import work_as_plugin

    return work_as_plugin(plugin, work, config, data_dir)


def main() -> None:
    """Entry point. Mistakes of settings, database and input are told in plain words; status 1, or 2 for wrong usage."""
    collect_seldom()
    try:
        root(prog_name="huitang", obj=run_in_platform)
    except Exception as error:
        from huitang_kernel.cli.errors import explain

        lines = explain(error)
        if lines is None:
            raise
        for line in lines:
            click.echo(line, err=True)
        sys.exit(1)
