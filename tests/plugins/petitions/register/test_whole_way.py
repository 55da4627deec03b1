"""The whole way of a matter: each step a to-do with its day in the right hands, a message, a public fact, a letter."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from msgspec import Struct

from huitang_petitions import messages
from huitang_petitions.clock.profiles import event_kinds
from huitang_petitions.events import MatterRegistered
from huitang_petitions.services import extending, lookup, merging, steps
from huitang_petitions.services.letters.making import offered
from huitang_petitions.services.registering import register
from huitang_petitions.services.steps import Wanted, note, take
from huitang_petitions.services.telling import TELLING
from huitang_sdk.contracts import Delivery
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, NotFound
from huitang_sdk.testing import FakeMessages
from tests.plugins.petitions.closing.matters import pass_for
from tests.plugins.petitions.intake.letters import BODY, NAME, PHONE, SUBJECT, intake
from tests.plugins.petitions.register.matters import at, wanted

TODOS = (
    "SELECT assignee_id, due FROM notifications.todo WHERE closed_at IS NULL AND kind LIKE 'petitions.to_%'"
    " AND subject_id = $1"
)
SENT = "SELECT kind FROM messages.message WHERE subject_id = $1 AND channel = 'sms' ORDER BY created_at, id"
MAY = {"decide": True, "handle": True, "review": True}


class Step(Struct, frozen=True, kw_only=True):
    """A step, who takes it, and what it leaves behind."""

    by: str
    take: str
    todo: set[str]
    due: date | None = None
    told: str = ""
    letters: set[str] = set()
    wanted: dict[str, Any] = {}


WAY = (
    # A Monday in March; every step is taken on the day after the one before.
    Step(by="officer", take="told", todo={"officer", "head"}, told="told"),
    Step(
        by="officer",
        take="assign",
        todo={"officer", "head", "county"},
        due=date(2026, 3, 19),
        told="assigned_out",
        letters={"referral"},
        wanted={"organisation": "east"},
    ),
    Step(by="county", take="object", todo={"officer", "head"}, due=date(2026, 3, 19), wanted={"note": "非本县职权"}),
    Step(
        by="officer",
        take="insist",
        todo={"officer", "head", "county"},
        due=date(2026, 3, 19),
        letters={"referral"},
        wanted={"note": "属地负责"},
    ),
    Step(
        by="county",
        take="take_up",
        todo={"officer", "head", "county"},
        due=date(2026, 3, 19),
        told="accepted",
        letters={"acceptance", "answer"},
    ),
    Step(
        by="county",
        take="told",
        todo={"officer", "head", "county"},
        due=date(2026, 5, 6),
        told="told",
        letters={"acceptance", "answer"},
    ),
    Step(
        by="head",
        take="extend",
        todo={"officer", "head", "county"},
        due=date(2026, 6, 5),
        told="extended",
        letters={"acceptance", "answer", "extension"},
    ),
    Step(
        by="county",
        take="answer",
        todo={"officer", "head", "county"},
        due=date(2026, 4, 9),
        told="answered",
        letters={"answer"},
    ),
    Step(
        by="head",
        take="review",
        todo={"head"},
        due=date(2026, 4, 10),
        told="review_requested",
        letters={"review", "extension"},
    ),
    Step(
        by="head",
        take="decide_review",
        todo={"officer", "head", "county"},
        due=date(2026, 4, 11),
        told="review_answered",
        letters={"review"},
    ),
    Step(
        by="head",
        take="recheck",
        todo={"head"},
        due=date(2026, 4, 12),
        told="recheck_requested",
        letters={"recheck", "extension"},
    ),
    Step(by="head", take="decide_recheck", todo=set(), told="recheck_answered", letters={"recheck"}),
    Step(
        by="head",
        take="reopen",
        todo={"officer", "head", "county"},
        due=date(2026, 5, 14),
        told="reopened",
        letters={"acceptance", "answer", "extension"},
        wanted={"note": "有新的证据"},
    ),
    Step(by="head", take="close", todo=set(), told="closed", wanted={"note": "已办结"}),
)


async def registered(town: Any, **changes: Any) -> tuple[Any, Any, UUID]:
    ctx, clock = at(town)
    done = await register(ctx, SYSTEM, intake(kind="appeal", organisation_id=town.units["office"].id, **changes))
    await steps.begin(ctx, [(MatterRegistered(matter_id=done.id, channel="phone"), Delivery(new_id(), 1, None))])
    return ctx, clock, done.id


async def todos(town: Any, matter: UUID) -> tuple[set[str], set[date | None]]:
    names = {actor.account_id: name for name, actor in town.actors.items()}
    rows = await town.fetch(TODOS, matter)
    return {names[row["assignee_id"]] for row in rows}, {row["due"] for row in rows}


async def sent(town: Any, matter: UUID) -> list[str]:
    return [row["kind"].removeprefix("petitions.") for row in await town.fetch(SENT, matter)]


async def facts(town: Any, matter: UUID) -> int:
    return len((await lookup.seen_with(town.ctx, await pass_for(town, matter))).facts)


async def taken(town: Any, matter: UUID, step: Step) -> None:
    ctx, actor = town.ctx, town.actors[step.by]
    if step.take == "told":
        await note(ctx, actor, matter, "told")
    elif step.take == "extend":
        asked = await extending.ask(ctx, town.actors["county"], matter, "handle", 30, "等待鉴定结论")
        (row,) = await town.fetch("SELECT due FROM notifications.todo WHERE subject_id = $1 LIMIT 1", asked)
        assert row["due"] == date(2026, 5, 6)
        await extending.decide(ctx, actor, asked, granted=True)
    else:
        unit = step.wanted.get("organisation")
        more = {"organisation_id": town.units[unit].id if unit else None, "note": step.wanted.get("note", "")}
        await take(ctx, actor, matter, step.take, wanted(step.take, **more))


async def test_every_step_leaves_a_to_do_a_message_a_fact_and_a_letter(town):
    ctx, clock, matter = await registered(town)
    assert await todos(town, matter) == ({"officer", "head"}, {date(2026, 3, 17)})
    assert await sent(town, matter) == ["registered"]
    for step in WAY:
        clock.forward(days=1)
        before, told = await facts(town, matter), await sent(town, matter)
        await taken(town, matter, step)
        if step.take not in ("told", "extend"):
            with pytest.raises((Conflict, NotFound)):
                await taken(town, matter, step)
        people, days = await todos(town, matter)
        assert people == step.todo, step.take
        assert days == ({step.due} if step.todo else set()), step.take
        assert await sent(town, matter) == told + ([step.told] if step.told else []), step.take
        assert await facts(town, matter) == before + bool(step.told), step.take
        state = await town.one("SELECT state FROM petitions.matter WHERE id = $1", matter)
        assert {kind for kind, _letter in await offered(ctx, matter, state, MAY)} == step.letters, step.take


async def test_what_goes_out_names_the_number_and_the_day_and_nobody(town):
    ctx, clock, matter = await registered(town)
    ctx.messages = phones = FakeMessages(messages.KINDS, town.hall.registry.get("petitions").plugin.folder, "petitions")
    clock.forward(days=1)
    await take(ctx, town.actors["officer"], matter, "accept", Wanted())
    await lookup.withdraw(ctx, await pass_for(town, matter))
    number = await town.one("SELECT number FROM petitions.matter WHERE id = $1", matter)
    accepted, withdrawn = [message.text for message in phones.sent]
    assert number in accepted
    assert "2026-05-02" in accepted
    assert "撤回" in withdrawn
    for text in (accepted, withdrawn):
        assert not [part for part in (NAME, PHONE, SUBJECT, BODY) if part in text]


async def test_whoever_reports_in_confidence_is_sent_nothing(town):
    ctx, clock, matter = await registered(town)
    await town.fetch("UPDATE petitions.matter SET whistle = TRUE WHERE id = $1 RETURNING id", matter)
    clock.forward(days=1)
    await take(ctx, town.actors["head"], matter, "refuse", wanted("refuse", article="第十九条", note="已在审理"))
    assert await sent(town, matter) == ["registered"]


async def test_those_who_are_joined_are_told_of_each_step_too(town):
    ctx, clock, matter = await registered(town)
    other = (
        await register(
            ctx,
            SYSTEM,
            intake(kind="appeal", organisation_id=town.units["office"].id, channel="visit", key="another"),
        )
    ).id
    clock.forward(days=1)
    await merging.join(ctx, town.actors["officer"], other, matter)
    await take(ctx, town.actors["officer"], matter, "accept", Wanted())
    assert await sent(town, other) in (["registered", "merged"], ["registered", "merged", "accepted"])
    assert await sent(town, matter) == ["registered", "accepted"]


def test_every_step_that_the_petitioner_sees_is_told():
    assert set(TELLING) <= set(event_kinds())
    unseen = {"received", "registered", "transferred_in", "assigned_in", "address_unclear", "objected", "handed_back"}
    unseen |= {"supplemented", "urged", "supervised", "hearing_started", "hearing_ended", "reported_back"}
    assert set(event_kinds()) - set(TELLING) == unseen | {"rated", "visited"}
