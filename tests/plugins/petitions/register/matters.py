"""Matters put straight into the register, for tests of what happens to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from huitang_petitions.services import access, happening
from huitang_petitions.services.access import ref
from huitang_petitions.services.answering import ANSWERS
from huitang_petitions.services.steps import Wanted
from huitang_petitions.tables import Matter
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import NotFound
from huitang_sdk.testing import FixedClock

MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""A Monday, 9 o'clock in China."""


ANSWER = "已核实，答复如下。"


def wanted(step: str, **more: Any) -> Wanted:
    """What goes with a step: one that answers needs words."""
    return Wanted(**words(step) | more)


def at(town: Any, moment: datetime = MORNING) -> tuple[Any, FixedClock]:
    """The plugin's context with a clock of the test's own."""
    town.ctx.clock = clock = FixedClock(moment)
    return town.ctx, clock


def words(step: str) -> dict[str, str]:
    """The same for a form."""
    return {"words": ANSWER} if step in ANSWERS else {}


async def put(town: Any, received: datetime = MORNING, **values: Any) -> UUID:
    """A matter straight into the register, without events."""
    number = str(new_id())
    values = {"organisation_id": town.units["office"].id, "channel": "letter", "state": "registered", **values}
    matter = Matter(number=number, code_hash=number.encode(), received_at=received, updated_at=received, **values)
    await matter.save()
    return matter.id


async def happens(town: Any, ctx: Any, matter_id: UUID, kind: str, **more: Any) -> None:
    """Put an event on record, as services do."""
    async with ctx.db.write(SYSTEM) as write:
        (row,) = await ctx.db.fetch("SELECT * FROM petitions.matter WHERE id = $1 FOR UPDATE", matter_id)
        await happening.record(ctx, write, SYSTEM, row, kind, **more)


async def received(town: Any, ctx: Any, count: int, **values: Any) -> list[UUID]:
    """So many matters, each with the event of its arrival."""
    found = []
    async with ctx.db.write(SYSTEM) as write:
        for _number in range(count):
            matter_id = await put(town, ctx.clock.now(), **values)
            (row,) = await ctx.db.fetch("SELECT * FROM petitions.matter WHERE id = $1", matter_id)
            await happening.record(ctx, write, SYSTEM, row, "received")
            found.append(matter_id)
        await write.audit("petitions.test.filled", ref(found[0]))
    return found


OWN = """
id = "own"
extends = "regulations-2022"
[[limits]]
id = "tell"
start = ["received"]
satisfied_by = ["told"]
length = 5
title = { zh = "告知", en = "tell" }
"""
"""The profile of an office that tells within five days."""


async def reads(town: Any, name: str, matter: UUID) -> bool:
    """Whether this person of the town may read the matter."""
    try:
        await access.matter_for(town.ctx, town.actors[name], matter, access.READ)
    except NotFound:
        return False
    return True
