"""`huitang petitions`: what the plugin can do from the command line. An index; each command has its own module."""

from __future__ import annotations

import rich_click as click

from huitang_petitions.commands.clock import clock
from huitang_petitions.commands.match import match
from huitang_petitions.commands.situation import measure_situation
from huitang_petitions.commands.suggest import measure, suggest


@click.group(name="petitions", help="来信来访：法定期限、来信比对、受理建议。")
def petitions() -> None:
    """The group that the platform's command line takes over."""


petitions.add_command(clock)
petitions.add_command(suggest)
petitions.add_command(measure)
petitions.add_command(measure_situation)
petitions.add_command(match)
