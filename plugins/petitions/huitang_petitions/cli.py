"""`huitang petitions`: what the plugin can do from the command line. An index; each command has its own module."""

from __future__ import annotations

import rich_click as click

from huitang_petitions.commands.clock import clock


@click.group(name="petitions", help="来信来访的法定期限。")
def petitions() -> None:
    """The group that the platform's command line takes over."""


petitions.add_command(clock)
