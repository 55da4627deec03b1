"""More time: asked for, and granted by somebody else, once, and only while the limit runs."""

from __future__ import annotations

from datetime import date

import pytest

from huitang_petitions.services import extending
from huitang_petitions.services.steps import Wanted, take
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from tests.plugins.petitions.register.matters import at, received

DUE = "SELECT due FROM petitions.deadline WHERE matter_id = $1 AND limit_id = 'handle'"
OPEN = "SELECT count(*) FROM notifications.todo WHERE kind = 'petitions.to_approve' AND closed_at IS NULL"


async def test_days_are_granted_by_somebody_else_and_once(town):
    ctx, clock = at(town)
    (matter,) = await received(town, ctx, 1, kind="appeal")
    officer, head = town.actors["officer"], town.actors["head"]
    with pytest.raises(Invalid):
        await extending.ask(ctx, officer, matter, "handle", 30, "情况复杂")
    await take(ctx, officer, matter, "accept", Wanted())
    clock.forward(days=50)
    for days, reason in ((0, "情况复杂"), (31, "情况复杂"), (30, " ")):
        with pytest.raises(Invalid):
            await extending.ask(ctx, officer, matter, "handle", days, reason)
    asked = await extending.ask(ctx, officer, matter, "handle", 30, "须等司法鉴定")
    assert await town.one(OPEN) == 1
    with pytest.raises(Conflict):
        await extending.ask(ctx, officer, matter, "handle", 10, "再要十天")
    with pytest.raises(Forbidden):
        await extending.decide(ctx, officer, asked, True)
    with pytest.raises(NotFound):
        await extending.decide(ctx, town.actors["county"], asked, True)
    await extending.decide(ctx, head, asked, True)
    assert await town.one(DUE, matter) == date(2026, 5, 31)
    assert await town.one(OPEN) == 0
    with pytest.raises(Conflict):
        await extending.decide(ctx, head, asked, False)
    # The law grants it once (art. 34): a second time nobody is even asked.
    with pytest.raises(Invalid) as twice:
        await extending.ask(ctx, officer, matter, "handle", 10, "再要十天")
    assert set(twice.value.fields) == {"days"}
    assert await town.one("SELECT count(*) FROM petitions.extension") == 1
    assert await town.one(DUE, matter) == date(2026, 5, 31)


async def test_the_head_who_asks_does_not_decide(town):
    ctx, _clock = at(town)
    (matter,) = await received(town, ctx, 1, kind="appeal")
    await take(ctx, town.actors["officer"], matter, "accept", Wanted())
    await town.add_person("both", "office", "petitions.head", "city")
    await town.hall.services.permissions.grant(
        town.actors["system"], "petitions.officer", town.units["city"].id, "below",
        account_id=town.actors["both"].account_id,
    )  # fmt: skip
    both = await ctx.permissions.as_actor(town.actors["both"].account_id)
    asked = await extending.ask(ctx, both, matter, "handle", 5, "等待材料")
    with pytest.raises(Forbidden):
        await extending.decide(ctx, both, asked, True)
    (row,) = await town.fetch("SELECT id, reason FROM petitions.extension")
    assert ctx.personal.unseal("extension.reason", row["id"], row["reason"]) == "等待材料"
