"""Loading the sample city and the samples of every plugin, once per database."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files

import asyncpg
import msgspec
import rich_click as click
from msgspec import Struct
from rich.progress import Progress

from huitang_kernel.app import Hall
from huitang_kernel.cli.texts import _, current_language
from huitang_kernel.plugins.registry import PluginRecord
from huitang_sdk.contracts import Organisation, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id

GROUP = "huitang.samples"
PACKAGE = "huitang_sample_city"
DEFAULT_PASSWORD = "huitang-demo"  # noqa: S105 - printed on every start of the demo
CITY = "city"
LOADED = "kernel.samples.loaded"
"""The audit record that marks what a database has got."""


class Unit(Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation: `key` names it inside city.toml, `parent` the key of the one above."""

    key: str
    name: str
    parent: str = ""
    code: str = ""


class Holding(Struct, frozen=True, forbid_unknown_fields=True):
    """A role held in a unit; without a unit in the person's own."""

    role: str
    reach: str = "below"
    unit: str = ""


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """An account: `shown_as` (by language) is what the demo calls it in its list of accounts, if it lists it."""

    username: str
    name: str
    unit: str
    position: str = ""
    email: str = ""
    shown_as: dict[str, str] = {}
    grants: tuple[Holding, ...] = ()


class City(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of city.toml."""

    name: str
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    settings: dict[str, str] = {}
    """What its operator has set, as variables of the environment."""

    @property
    def shown(self) -> list[Person]:
        return [person for person in self.people if person.shown_as]


def read_city() -> City:
    """The city of the installed distribution huitang-sample-data."""
    try:
        text = files(PACKAGE).joinpath("city.toml").read_text(encoding="utf-8")
    except ModuleNotFoundError as error:
        raise click.ClickException(_("The sample data are not installed. Run: pip install examples/data")) from error
    return msgspec.convert(tomllib.loads(text), City)


def sample_points() -> list[EntryPoint]:
    """Sample loaders of the installed distributions; their names are plugin ids."""
    return sorted(entry_points(group=GROUP), key=lambda point: point.name)


async def missing_samples(dsn: str) -> set[str]:
    """What is not loaded in this database yet: "city" and ids of plugins."""
    wanted = {CITY, *(point.name for point in sample_points())}
    connection = await asyncpg.connect(dsn)
    try:
        if not await connection.fetchval("SELECT to_regclass('kernel.audit_record') IS NOT NULL"):
            return wanted
        rows = await connection.fetch(
            "SELECT detail ->> 'samples' AS name FROM kernel.audit_record WHERE action = $1", LOADED
        )
        return wanted - {row["name"] for row in rows}
    finally:
        await connection.close()


async def load_samples(hall: Hall, city: City, password: str, missing: set[str], progress: Progress) -> None:
    """The city, then every plugin's own samples in plugin order; a plugin whose samples fail is named and left out."""
    if CITY in missing:
        await load_city(hall, city, password, progress)
        await mark_loaded(hall, CITY)
    points = {point.name: point for point in sample_points()}
    for record in hall.registry:
        if record.id in points and record.id in missing and record.is_active:
            task = progress.add_task(_("Sample data: {plugin}", plugin=title_of(record)), total=None)
            try:
                await points[record.id].load()(record.context, city)
            except Exception as error:
                progress.update(task, description=f"[red]{title_of(record)}: {type(error).__name__}: {error}")
                progress.stop_task(task)
                continue
            await mark_loaded(hall, record.id)
            progress.update(task, total=1, completed=1)


async def load_city(hall: Hall, city: City, password: str, progress: Progress) -> None:
    """Organisations, accounts and grants; what is there already is left as it is."""
    identity = hall.services.identity
    task = progress.add_task(_("Sample data: {plugin}", plugin=city.name), total=len(city.units) + len(city.people))
    units: dict[str, Organisation] = {}
    for unit in city.units:
        parent = units[unit.parent].id if unit.parent else None
        there = await identity.organisation_named(unit.name)
        units[unit.key] = there or await identity.create_organisation(SYSTEM, unit.name, parent, unit.code)
        progress.advance(task)
    for person in city.people:
        if await identity.account_named(person.username) is None:
            await add_person(hall, person, units, password)
        progress.advance(task)


async def add_person(hall: Hall, person: Person, units: Mapping[str, Organisation], password: str) -> None:
    """The account with position and roles in one transaction; roles of plugins that are not installed are left out."""
    async with hall.core.database.write(SYSTEM):
        account = await hall.services.identity.create_account(
            SYSTEM,
            person.username,
            person.name,
            password,
            units[person.unit].id,
            email=person.email,
            title=person.position,
        )
        for holding in person.grants:
            if holding.role.partition(".")[0] in hall.registry:
                unit = units[holding.unit or person.unit]
                await hall.services.permissions.grant(
                    SYSTEM, holding.role, unit.id, holding.reach, account_id=account.id
                )


async def mark_loaded(hall: Hall, name: str) -> None:
    async with hall.core.database.write(SYSTEM) as write:
        await write.audit(LOADED, Ref("kernel.samples", new_id()), detail={"samples": name})


def title_of(record: PluginRecord) -> str:
    return str(record.manifest.title.get(current_language()) or record.id)
