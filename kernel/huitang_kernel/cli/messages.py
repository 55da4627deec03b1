"""`huitang messages`."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from huitang_kernel.app import Hall
from huitang_kernel.cli.session import settings_options
from huitang_kernel.cli.texts import _
from huitang_kernel.cli.users import on_hall
from huitang_kernel.messages.simulators.base import Simulator
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict

HERE = "http://127.0.0.1:8000/api/messages"


@click.group()
def messages() -> None:
    """See and send again what people outside are told; gateways for trying out."""


@messages.command()
@settings_options
def status(config: Path | None, data_dir: Path | None) -> None:
    """Say how many messages are in which state, and which ways out are set up."""

    async def work(hall: Hall) -> tuple[dict[str, int], list[str]]:
        service = hall.services.messages
        return await service.reading.counts(SYSTEM), sorted(service.gateways)

    counts, gateways = on_hall(config, data_dir, work)
    table = Table()
    table.add_column(_("State"))
    table.add_column(_("Messages"), justify="right")
    for state, count in counts.items():
        table.add_row(state, str(count))
    Console().print(table)
    click.echo(_("Set up: {channels}", channels=", ".join(gateways) or "-"))


@messages.command()
@settings_options
def retry(config: Path | None, data_dir: Path | None) -> None:
    """Send everything again that was given up. What may have gone out all the same can then come twice."""

    async def work(hall: Hall) -> int:
        try:
            return await hall.services.messages.reading.retry(SYSTEM, None)
        except Conflict:
            return 0

    click.echo(_("{count} messages will be sent again.", count=on_hall(config, data_dir, work)))


@messages.command("sms-simulator")
@click.option("--port", default=8091, show_default=True, help="Where it listens, on this machine only.")
@click.option("--webhook", default=f"{HERE}/sms/events", show_default=True, help="Where it tells receipts.")
def sms_simulator(port: int, webhook: str) -> None:
    """Serve an SMS gateway that sends nothing, with faults at will (docs/operate/messages.md)."""
    from huitang_kernel.messages.simulators.sms import DEFAULT_SECRET, SmsSimulator

    click.echo(f'[plugins.messages.sms]\nurl = "http://127.0.0.1:{port}"\nwebhook_secret = "{DEFAULT_SECRET}"')
    _serve(SmsSimulator(port, webhook))


@messages.command("wechat-simulator")
@click.option("--port", default=8092, show_default=True, help="Where it listens, on this machine only.")
@click.option("--webhook", default=f"{HERE}/wechat/events", show_default=True, help="Where it tells receipts.")
def wechat_simulator(port: int, webhook: str) -> None:
    """Serve a WeChat official account that sends nothing, with faults at will (docs/operate/messages.md)."""
    from huitang_kernel.messages.simulators.wechat import Account, WechatSimulator

    account = Account()
    facts = "\n".join(f'{name} = "{getattr(account, name)}"' for name in account.__struct_fields__)
    click.echo(f'[plugins.messages.wechat]\nurl = "http://127.0.0.1:{port}"\n{facts}')
    _serve(WechatSimulator(port, webhook))


def _serve(simulator: Simulator) -> None:
    """Until Ctrl-C."""
    click.echo(_("Serving at {url}; what phones get is at {url}/simulator", url=simulator.url))
    try:
        simulator.serve_forever()
    except KeyboardInterrupt:
        simulator.server_close()
