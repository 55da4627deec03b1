"""Matters that were answered, for tests of what comes afterwards."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from huitang_petitions.services import codes
from huitang_petitions.services.closing.publishing import propose, publish
from huitang_petitions.services.closing.rating import Opinion, collect
from huitang_petitions.services.registering import register
from huitang_petitions.services.steps import Wanted, take
from huitang_sdk.contracts.identity import SYSTEM
from tests.plugins.petitions.intake.letters import intake
from tests.plugins.petitions.register.matters import at, received, wanted

GOOD, FAIR, BAD = "satisfied", "fairly_satisfied", "dissatisfied"


async def answered(town: Any, count: int = 1, **values: Any) -> tuple[Any, Any, list[UUID]]:
    """The context, its clock and so many matters that the officer answered a day after they came."""
    ctx, clock = at(town)
    matters = await received(town, ctx, count, **{"kind": "appeal", **values})
    clock.forward(days=1)
    for matter in matters:
        await take(ctx, town.actors["officer"], matter, "accept", Wanted())
        await take(ctx, town.actors["officer"], matter, "answer", wanted("answer"))
    return ctx, clock, matters


async def written(town: Any, **changes: Any) -> tuple[Any, Any, UUID, str]:
    """The same for one matter that was registered with people: its id, and a pass for it."""
    ctx, clock = at(town)
    done = await register(ctx, SYSTEM, intake(kind="appeal", organisation_id=town.units["office"].id, **changes))
    clock.forward(days=1)
    for step in ("accept", "answer"):
        await take(ctx, town.actors["officer"], done.id, step, wanted(step))
    token = await pass_for(town, done.id)
    return ctx, clock, done.id, token


async def pass_for(town: Any, matter_id: UUID) -> str:
    kept = await town.one("SELECT code_hash FROM petitions.matter WHERE id = $1", matter_id)
    return codes.new_pass(town.ctx, matter_id, kept)


async def rated(town: Any, matter_id: UUID, grade: str, by: str = "head", channel: str = "phone") -> None:
    await collect(town.ctx, town.actors[by], matter_id, channel, {"office": Opinion(grade)})


async def agreed(town: Any, matter_id: UUID, words: str, version: int) -> None:
    """Published as it has to be: the head puts the words up, the officer looks and publishes."""
    await propose(town.ctx, town.actors["head"], matter_id, words, version)
    await publish(town.ctx, town.actors["officer"], matter_id, words, version)
