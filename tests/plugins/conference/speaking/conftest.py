"""A meeting in session with five members, an observer and one of the staff, made row by row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest_asyncio
from msgspec import Struct

import huitang_conference.plugin
from huitang_conference.rules import builtin_profiles, profile_to_json
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id

PEOPLE = (
    ("chair", "conference.chair", "below", "member"),
    ("clerk", "conference.clerk", "below", "staff"),
    *((f"member{n}", "conference.member", "own", "member") for n in range(1, 6)),
    ("observer", "conference.member", "own", "observer"),
    ("stranger", "conference.member", "own", None),
)


class Sitting(Struct):
    hall: Any
    meeting_id: UUID
    item_id: UUID
    actors: dict[str, Actor]
    attendees: dict[str, UUID]

    @property
    def ctx(self) -> Any:
        return self.hall.registry.get("conference").context

    async def fetch(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        return await self.hall.core.database.fetch(sql, *values)


@pytest_asyncio.fixture
async def sitting(open_hall) -> Sitting:
    return await open_sitting(open_hall)


@pytest_asyncio.fixture
async def make_sitting(open_hall):
    return lambda **options: open_sitting(open_hall, **options)


async def open_sitting(open_hall, *, profile: str = "npc-presidium", kind: str = "presidium") -> Sitting:
    hall = await open_hall(huitang_conference.plugin.ConferencePlugin())
    record = hall.registry.get("conference")
    assert record.is_active, record.cause
    execute = hall.core.database.execute
    city = await hall.services.identity.create_organisation(SYSTEM, "云江市")
    body, meeting, item = new_id(), new_id(), new_id()
    rules = profile_to_json(builtin_profiles()[profile])
    await execute(
        "INSERT INTO conference.body (id, organisation_id, name, kind, profile_id) VALUES ($1, $2, '主席团', $3, $4)",
        *(body, city.id, "presidium", profile),
    )
    await execute(
        "INSERT INTO conference.meeting (id, organisation_id, body_id, title, sitting, starts_at, state, profile,"
        " members_total, item_id, speaking_open) VALUES ($1, $2, $3, '主席团会议', $4, now(), 'open', $5, 6, $6, true)",
        *(meeting, city.id, body, kind, rules, item),
    )
    await execute(
        "INSERT INTO conference.item (id, meeting_id, position, title) VALUES ($1, $2, 1, '审议报告')", item, meeting
    )
    actors, attendees = {}, {}
    for name, role, reach, seat in PEOPLE:
        account = await hall.services.identity.create_account(SYSTEM, name, name, "a-long-password-for-tests", city.id)
        await hall.services.permissions.grant(SYSTEM, role, city.id, reach, account_id=account.id)
        grants, allowed, denied = await hall.services.permissions.grants_of(account.id)
        more = {"grants": grants, "allowed": allowed, "denied": denied}
        actors[name] = Actor(account_id=account.id, name=name, organisation_id=city.id, **more)
        if seat:
            attendees[name] = new_id()
            await execute(
                "INSERT INTO conference.attendee (id, meeting_id, account_id, name, role, presence)"
                " VALUES ($1, $2, $3, $4, $5, 'present')",
                *(attendees[name], meeting, account.id, name, seat),
            )
    return Sitting(hall, meeting, item, actors, attendees)
