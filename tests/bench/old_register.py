"""A register as an office has it after three years: as many matters as wanted, all sealed, and all that followed them.

Letters of the generator with other people, places, days, offices and outcomes; a third comes from people who wrote
before. What follows from a matter (its events, ratings, visits, publications) is made by the database from its state.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
from msgspec import Struct

from huitang_kernel.app import Hall
from huitang_petitions.judging.letters import synthetic
from huitang_petitions.letters import letters
from huitang_petitions.matching import VERSION
from huitang_petitions.services import similar
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import SYSTEM
from tests.bench.matching import Text
from tests.bench.old_register_sql import AFTER, INDEXES, NO_INDEXES

TEXTS = 6_000
CHUNK = 20_000
YEARS = 3
COUNTIES = ("云溪区", "青禾县", "望月县", "桃源区", "临江县", "北山县")
PASSWORD = "a-long-password-for-measuring"
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国志红梅文玉兰春燕晓东海云飞"
CHANNELS = ("web", "phone", "sms", "wechat", "letter", "fax", "visit", "import", "transferred")
OFTEN = (38, 22, 2, 8, 14, 1, 10, 2, 3)
KINDS = ("appeal", "suggestion", "accusation", "")
STATES: tuple[tuple[int, dict[str, int]], ...] = (
    (10, {"registered": 60, "handling": 15, "transferred": 10, "assigned": 15}),
    (
        70,
        {"registered": 2, "handling": 48, "answered": 25, "transferred": 8, "assigned": 5, "refused": 6, "closed": 3}
        | {"withdrawn": 3},
    ),
    (
        10**6,
        {"closed": 640, "answered": 190, "refused": 80, "withdrawn": 40, "transferred": 20, "reviewed": 8}
        | {"rechecked": 8, "handling": 12, "registered": 2},
    ),
)
"""Up to which age in days, and how often each state is then met."""
COLUMNS = (
    *("id", "organisation_id", "number", "code_hash", "channel", "kind", "state", "subject", "body", "place"),
    *("district", "category", "remit", "people", "anonymous", "whistle", "publish", "urgent", "earlier", "came_from"),
    *("handler_id", "assignee_id", "due", "due_limit", "mark", "received_at", "registered_at", "closed_at"),
    *("updated_at", "version"),
)
PERSON = (
    *("id", "organisation_id", "name", "name_index", "phone", "phone_index", "id_number", "address", "gender"),
    "created_at",
)


class City(Struct):
    """Its offices for letters and visits (the city's first), who handles, and people who hold roles."""

    offices: list[UUID]
    handlers: list[UUID]
    actors: dict[str, Actor]

    @property
    def accounts(self) -> list[UUID]:
        return [actor.account_id for actor in self.actors.values() if actor.account_id]


async def settle(hall: Hall, ctx: Any) -> City:
    """A city with a congress, counties and bureaus; found again when it is there."""
    identity, rights = hall.services.identity, hall.services.permissions
    known = {unit.name: unit.id for unit in await identity.organisations()}

    async def unit(name: str, above: UUID | None) -> UUID:
        if name not in known:
            known[name] = (await identity.create_organisation(SYSTEM, name, above)).id
        return known[name]

    root = await unit("云江市人大常委会", None)
    offices, handlers = [await unit("云江市人大常委会信访办", root)], []
    for name in ("城建环资委", "教科文卫委", "监察司法委", "预算工委"):
        handlers.append(await unit(f"云江市人大{name}", root))
    for county in COUNTIES:
        above = await unit(county, root)
        offices.append(await unit(f"{county}人大信访室", above))
        handlers += [await unit(f"{county}{bureau}", above) for bureau in ("住建局", "人社局", "农业农村局")]
    people = {
        "head": ("petitions.head", offices[0], root, "below"),
        "supervisor": ("petitions.supervisor", offices[0], root, "below"),
        "officer": ("petitions.officer", offices[0], root, "below"),
        "analyst": ("petitions.analyst", offices[0], root, "below"),
        "receptionist": ("petitions.receptionist", offices[0], offices[0], "unit"),
        "county": ("petitions.head", offices[1], known[COUNTIES[0]], "below"),
        "handler": ("petitions.handler", handlers[0], handlers[0], "unit"),
        "bureau": ("petitions.handler", handlers[4], handlers[4], "unit"),
    }
    actors = {}
    for name, (role, of, where, reach) in people.items():
        found = await identity.find_accounts(f"bench-{name}", limit=5)
        if found:
            account_id = found[0].id
        else:
            account_id = (await identity.create_account(SYSTEM, f"bench-{name}", f"{name}员", PASSWORD, of)).id
            await rights.grant(SYSTEM, role, where, reach, account_id=account_id)
        actor = await ctx.permissions.as_actor(account_id)
        assert actor is not None
        actors[name] = actor
    return City(offices, handlers, actors)


async def fill(ctx: Any, dsn: str, city: City, count: int) -> None:
    """Put `count` matters into the register. Its indexes are made afterwards, which is quicker."""
    connection = await asyncpg.connect(dsn)
    # Rows that come from here refer to each other rightly: nobody looks after every one of them.
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    await connection.execute("SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
    kept = await connection.fetch(INDEXES)
    for (drop,) in await connection.fetch(NO_INDEXES):
        await connection.execute(drop)
    for matters, persons, parties, features in _chunks(ctx, city, count):
        await _copy(connection, "matter", matters, COLUMNS)
        await _copy(connection, "petitioner", persons, PERSON)
        await _copy(connection, "party", parties, ("id", "matter_id", "petitioner_id", "role", "position"))
        await _copy(connection, "feature", features, ("id", "features", "version", "compared"))
    for table, statement in AFTER:
        arguments = {"offices": city.offices, "handlers": city.handlers, "accounts": city.accounts}
        wanted = [value for name, value in arguments.items() if f"/*{name}*/" in statement]
        await connection.execute(statement, *wanted)
        await connection.execute(f"VACUUM ANALYZE {table}")
    for (definition,) in kept:
        await connection.execute(definition)
    for table in ("matter", "petitioner", "party", "feature"):
        await connection.execute(f"VACUUM ANALYZE petitions.{table}")
    await connection.close()


async def _copy(connection: Any, table: str, rows: Sequence[Any], columns: Sequence[str]) -> None:
    await connection.copy_records_to_table(table, schema_name="petitions", records=rows, columns=columns)


def _chunks(ctx: Any, city: City, count: int) -> Iterator[tuple[list[Any], ...]]:
    rng = random.Random(11)
    hasher = similar.hasher_of(ctx)
    texts = [
        (made.letter, example, made.labels.district, Text.of(hasher.features(made.letter)))
        for made, example in zip(letters(TEXTS, seed=9), synthetic(TEXTS, 9), strict=True)
    ]
    now = ctx.clock.now()
    step = timedelta(days=YEARS * 365) / count
    maker = _Maker(ctx, city, rng, texts, now)
    rows: tuple[list[Any], ...] = ([], [], [], [])
    for number in range(count):
        for one, into in zip(maker.matter(number, now - step * (count - number)), rows, strict=True):
            into.append(one)
        if len(rows[0]) == CHUNK:
            yield rows
            rows = ([], [], [], [])
    if rows[0]:
        yield rows


class _Maker:
    def __init__(self, ctx: Any, city: City, rng: random.Random, texts: Sequence[Any], now: datetime) -> None:
        self.ctx, self.own = ctx, np.random.default_rng(7)
        self.seal, self.index, self.city, self.rng = ctx.personal.seal, ctx.personal.index, city, rng
        self.texts, self.now = texts, now

    def _id(self, at: datetime) -> UUID:
        """As `new_id` at that moment."""
        bits = self.rng.getrandbits(74)
        return UUID(
            int=int(at.timestamp() * 1000) << 80 | 7 << 76 | (bits >> 62) << 64 | 2 << 62 | bits & (1 << 62) - 1
        )

    def _state(self, age: int) -> str:
        chances = next(chances for up_to, chances in STATES if age < up_to)
        return self.rng.choices(list(chances), list(chances.values()))[0]

    def matter(self, number: int, at: datetime) -> tuple[Any, Any, Any, Any]:
        rng, seal = self.rng, self.seal
        letter, example, district, text = self.texts[rng.randrange(TEXTS)]
        id_, whose, state = self._id(at), self._id(at), self._state((self.now - at).days)
        # Of ten matters four come to the city, the others to the counties; most go to whoever handles such.
        office = self.city.offices[max(0, rng.randrange(-3, len(self.city.offices)))]
        is_sorted = state != "registered" or rng.random() < 0.3
        handler = (
            self.city.handlers[min(rng.randrange(40), rng.randrange(len(self.city.handlers)))]
            if state not in ("registered", "refused", "withdrawn") and rng.random() < 0.8
            else None
        )
        whistle = rng.random() < 0.01
        matter = (
            *(id_, office, f"{at.year}-{number:07}", rng.randbytes(32), rng.choices(CHANNELS, OFTEN)[0]),
            *(rng.choices(KINDS, (70, 18, 8, 4 if is_sorted else 40))[0], state),
            seal("matter.subject", id_, letter.subject),
            seal("matter.body", id_, f"{letter.text}\n此件第 {number} 次登记，来信人补充了有关材料。"),
            seal("matter.place", id_, f"{letter.place} {rng.randrange(1, 400)} 号"),
            *(district if rng.random() < 0.95 else "", example.category if is_sorted else ""),
            *(example.remit if is_sorted else "", rng.choice((2, 3, 5, 8, 30)) if rng.random() < 0.06 else 1),
            *(whistle or rng.random() < 0.05, whistle, not whistle and rng.random() < 0.3, rng.random() < 0.01),
            *(seal("matter.earlier", id_, ""), "省人大常委会信访局" if rng.random() < 0.03 else "", handler),
            self.city.accounts[rng.randrange(len(self.city.accounts))] if handler and rng.random() < 0.2 else None,
            *(None, "", "", at, at, at + timedelta(days=50) if state == "closed" else None),
            *(min(self.now, at + timedelta(days=50)), 1),
        )
        party = (self._id(at), id_, whose, "petitioner", 0)
        features = similar.sealed(self.ctx, id_, next(text.letters(self.own, 1)))
        return matter, self._person(whose, office, number, at), party, (id_, features, VERSION, True)

    def _person(self, id_: UUID, office: UUID, number: int, at: datetime) -> tuple[Any, ...]:
        rng, seal, index = self.rng, self.seal, self.index
        # Whoever writes again has the number of somebody who wrote before.
        who = rng.randrange(number + 1) if rng.random() < 0.35 else number
        name = FAMILY[who * 7 % len(FAMILY)] + GIVEN[who * 13 % len(GIVEN)] + GIVEN[who // 40 % len(GIVEN)]
        phone = f"139{who:08}"
        return (
            *(id_, office, seal("petitioner.name", id_, name), index("petitioner.name", name)),
            *(seal("petitioner.phone", id_, phone), index("petitioner.phone", phone)),
            seal("petitioner.id_number", id_, ""),
            *(seal("petitioner.address", id_, f"科园路 {who % 900} 号"), "", at),
        )
