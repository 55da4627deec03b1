"""`huitang check`: is this folder a sound plugin?"""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from huitang_kernel.cli.checks.folder import read_folder
from huitang_kernel.cli.checks.validators import VALIDATORS
from huitang_kernel.cli.texts import _


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path())
def check(folder: Path) -> None:
    """Check the folder of a plugin: manifest, declarations, imports, migrations, translations, documentation."""
    plugin = read_folder(folder.resolve())
    mistakes = 0
    for name, validator in VALIDATORS.items():
        for mistake in validator(plugin):
            mistakes += 1
            click.echo(f"[{name}] {mistake}")
    if mistakes:
        click.echo(_("{plugin}: {count} mistakes", plugin=plugin.id, count=mistakes))
        raise SystemExit(1)
    click.echo(_("{plugin} is sound.", plugin=plugin.id))
