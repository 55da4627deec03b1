"""`huitang conference`: what the plugin can do from the command line. An index; each command has its own module."""

from __future__ import annotations

import rich_click as click

from huitang_conference.commands.gateway import gateway
from huitang_conference.commands.log_key import log_key
from huitang_conference.commands.rehearse import rehearse
from huitang_conference.commands.rules import count, verdict
from huitang_conference.commands.simulate import simulate
from huitang_conference.commands.verify import verify


@click.group(name="conference", help="会议、表决和选举。")
def conference() -> None:
    """The group that the platform's command line takes over."""


conference.add_command(verdict)
conference.add_command(count)
conference.add_command(verify)
conference.add_command(simulate)
conference.add_command(rehearse)
conference.add_command(gateway)
conference.add_command(log_key)
