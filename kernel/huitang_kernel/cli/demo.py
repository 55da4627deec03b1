"""`huitang demo`: everything on one machine, with the sample city in it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import rich_click as click
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from huitang_kernel.app import Hall
from huitang_kernel.cli.samples import DEFAULT_PASSWORD, City, load_samples, missing_samples, read_city
from huitang_kernel.cli.serving import require_free_port, run_server
from huitang_kernel.cli.session import connected_hall, database_of, pending_migrations, read_settings
from huitang_kernel.cli.texts import _, current_language
from huitang_kernel.cli.web import BANNER
from huitang_kernel.config import Settings
from huitang_kernel.messages.simulators.sms import DEFAULT_SECRET, SmsSimulator


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port on 127.0.0.1.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    show_default=True,
    help="Folder in which the demo keeps its data.",
)
@click.option("--password", default=DEFAULT_PASSWORD, show_default=True, help="Password of the demo accounts.")
def demo(port: int, data_dir: Path, password: str) -> None:
    """Start Huitang with a sample city, for trying it out. Ctrl-C stops it; the data stay."""
    os.environ.setdefault("HUITANG_LOGGING__LEVEL", "WARNING")
    os.environ.setdefault("HUITANG_SERVER__DRAIN_SECONDS", "1")
    city = read_city()
    for name, value in city.settings.items():
        os.environ.setdefault(name, value)
    host = "127.0.0.1"
    settings = read_settings(None, data_dir, server={"host": host, "port": port, "workers": 1})
    require_free_port(host, port)
    console = Console()
    with steps(console) as progress:
        task = progress.add_task(_("Starting the database"), total=None)
        with database_of(settings) as dsn:
            progress.update(task, total=1, completed=1)
            asyncio.run(prepare(settings, dsn, city, password, progress))
            task = progress.add_task(_("Starting the web server"), total=None)
            progress.update(task, total=1, completed=1)
            progress.stop()
            address = f"http://{host}:{port}"
            with kept_messages(address) as kept:
                os.environ[BANNER] = banner(console, address, city, password, kept)
                run_server(settings, dsn, None, quiet=True)
            console.print(_("Stopped. The data stay in {folder}.", folder=settings.data_dir))


@contextmanager
def kept_messages(address: str) -> Iterator[str]:
    """An SMS gateway that sends nothing: what phones would get is shown at its address, codes of residents among it."""
    simulator = SmsSimulator(0, f"{address}/api/messages/sms/events")
    os.environ["HUITANG_PLUGINS__MESSAGES__SMS__URL"] = simulator.url
    os.environ["HUITANG_PLUGINS__MESSAGES__SMS__WEBHOOK_SECRET"] = DEFAULT_SECRET
    Thread(target=simulator.serve_forever, name="sms-simulator", daemon=True).start()
    try:
        yield f"{simulator.url}/simulator"
    finally:
        simulator.shutdown()


@contextmanager
def steps(console: Console) -> Iterator[Progress]:
    """One line per step, with a bar and the time it took."""
    columns = (SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"), BarColumn(bar_width=30))
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        yield progress


async def prepare(settings: Settings, dsn: str, city: City, password: str, progress: Progress) -> None:
    """Migrate, load the samples if they are not there yet, and build the index after loading."""
    task = progress.add_task(_("Bringing the database up to date"), total=None)
    missing = await missing_samples(dsn)
    if missing or await pending_migrations(Hall(settings), dsn):
        async with connected_hall(settings, dsn) as hall:
            progress.update(task, total=1, completed=1)
            await load_samples(hall, city, password, missing, progress)
            await build_index(hall, progress)
    else:
        progress.update(task, total=1, completed=1)


async def build_index(hall: Hall, progress: Progress) -> None:
    """Index what was loaded, so that the first search finds it; later changes are indexed as they happen."""
    task = progress.add_task(_("Building the search index"), total=None)
    done: dict[str, tuple[int, int]] = {}

    def show(kind: str, count: int, total: int) -> None:
        done[kind] = (count, total)
        progress.update(task, completed=sum(c for c, _t in done.values()), total=sum(t for _c, t in done.values()))

    await hall.services.search.rebuild(show)
    progress.update(task, total=1, completed=1)


def banner(console: Console, address: str, city: City, password: str, kept: str) -> str:
    """The address and who can sign in, ready to print."""
    table = Table(box=None, pad_edge=False)
    for heading in (_("Role"), _("User name"), _("Name"), _("Password")):
        table.add_column(heading, no_wrap=True)
    for person in city.shown:
        table.add_row(person.shown_as.get(current_language(), person.username), person.username, person.name, password)
    with console.capture() as capture:
        console.print(Panel.fit(f"[bold]{address}[/bold]", title=_("Huitang is ready"), border_style="green"))
        console.print(table)
        told = _("Messages to phones are not sent but kept, codes to sign in among them: {address}", address=kept)
        console.print(told, soft_wrap=True)
        console.print(_("Press Ctrl-C to stop. The data stay."))
    return capture.get()
