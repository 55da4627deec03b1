"""`huitang users`: accounts from the command line, for the first operator and for the day nobody can sign in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import rich_click as click
from rich.console import Console
from rich.table import Table

from huitang_kernel.app import Hall
from huitang_kernel.cli.session import connected_hall, database_of, read_settings, settings_options
from huitang_kernel.cli.texts import _
from huitang_sdk.contracts import Account, Organisation
from huitang_sdk.contracts.identity import SYSTEM

T = TypeVar("T")
REACHES = ("own", "unit", "below", "all")


@click.group()
def users() -> None:
    """Create, list and unlock accounts, set passwords."""


def on_hall(config: Path | None, data_dir: Path | None, work: Callable[[Hall], Awaitable[T]]) -> T:
    """Do `work` on the installation's hall."""
    settings = read_settings(config, data_dir, logging={"level": "WARNING"})

    async def connected(dsn: str) -> T:
        async with connected_hall(settings, dsn) as hall:
            return await work(hall)

    with database_of(settings) as dsn:
        return asyncio.run(connected(dsn))


async def named(hall: Hall, username: str) -> Account:
    account = await hall.services.identity.account_named(username)
    if account is None:
        raise click.ClickException(_("There is no account with the user name {name}.", name=username))
    return account


@users.command("list")
@settings_options
@click.option("--text", default="", help="Only names and user names that contain this.")
def list_users(config: Path | None, data_dir: Path | None, text: str) -> None:
    """List active accounts by name."""

    async def work(hall: Hall) -> list[Account]:
        return list(await hall.services.identity.find_accounts(text, limit=1000))

    table = Table()
    for heading in (_("User name"), _("Name"), _("Organisation"), _("Position")):
        table.add_column(heading)
    found = on_hall(config, data_dir, work)
    for account in found:
        posts = "、".join(position.title for position in account.positions)
        table.add_row(account.username, account.name, account.organisation_name, posts)
    Console().print(table)
    Console().print(_("{count} accounts", count=len(found)))


@users.command()
@settings_options
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--password", help="Asked for when it is not given here.")
@click.option("--organisation", help="Name of the person's organisation; the very first one is created.")
@click.option("--role", "roles", multiple=True, help="A role to grant there; may be repeated.")
@click.option("--reach", type=click.Choice(REACHES), default="below", show_default=True, help="Reach of the roles.")
def create(config: Path | None, data_dir: Path | None, username: str, **given: Any) -> None:
    """Create an account, with roles if any are named."""
    password = given["password"] or click.prompt(_("Password"), hide_input=True, confirmation_prompt=True)

    async def work(hall: Hall) -> None:
        unit = await _organisation(hall, given["organisation"])
        if given["roles"] and unit is None:
            raise click.ClickException(_("A role is held in an organisation: name one with --organisation."))
        async with hall.core.database.write(SYSTEM):
            account = await hall.services.identity.create_account(
                SYSTEM, username, given["name"], password, unit.id if unit else None
            )
            for role in given["roles"]:
                assert unit is not None
                reach = given["reach"]
                await hall.services.permissions.grant(SYSTEM, role, unit.id, reach, account_id=account.id)

    on_hall(config, data_dir, work)
    click.echo(_("Created {name}.", name=username))


async def _organisation(hall: Hall, name: str | None) -> Organisation | None:
    if not name:
        return None
    found = await hall.services.identity.organisation_named(name)
    if found is None and not await hall.services.identity.organisations():
        return await hall.services.identity.create_organisation(SYSTEM, name)
    if found is None:
        raise click.ClickException(_("There is no organisation, or more than one, named {name}.", name=name))
    return found


@users.command()
@settings_options
@click.argument("username")
@click.option("--password", help="Asked for when it is not given here.")
def password(config: Path | None, data_dir: Path | None, username: str, password: str | None) -> None:
    """Set a new password; the account is unlocked and signed out everywhere."""
    chosen = password or click.prompt(_("Password"), hide_input=True, confirmation_prompt=True)

    async def work(hall: Hall) -> None:
        account = await named(hall, username)
        await hall.services.identity.set_password(SYSTEM, account.id, chosen)

    on_hall(config, data_dir, work)
    click.echo(_("The password of {name} is set.", name=username))


@users.command()
@settings_options
@click.argument("username")
def unlock(config: Path | None, data_dir: Path | None, username: str) -> None:
    """Let an account sign in again that was locked after wrong passwords."""

    async def work(hall: Hall) -> None:
        account = await named(hall, username)
        await hall.services.identity.unlock(SYSTEM, account.id)

    on_hall(config, data_dir, work)
    click.echo(_("{name} may sign in again.", name=username))
