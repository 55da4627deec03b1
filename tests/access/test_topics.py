"""Every live topic of every installed plugin × anonymous, somebody without a role, a device without one: nobody hears.

The list is taken from the running hall, so a new topic is in it by itself. Who hears what with which role is asked in
each plugin's own tests.
"""

from __future__ import annotations

import uuid

import pytest

from huitang_kernel.identity.testing import PASSWORD
from huitang_kernel.testing import client_of
from huitang_sdk.contracts.identity import ANONYMOUS, SYSTEM
from huitang_sdk.testing import actor, device_actor

KEYS = ("", str(uuid.UUID(int=7)), "none", "' OR true --")


@pytest.fixture
async def hall(open_hall):
    cheap = {"identity": {"argon2_memory_kib": 64, "argon2_time": 1}}
    return await open_hall(installed=None, plugins=cheap, policy={"on_plugin_failure": "abort"})


def topics_of(hall):
    return [topic for record in hall.registry for topic in record.declarations.live_topics]


async def test_nobody_hears_without_a_right(hall):
    access = hall.services.live.access
    topics = topics_of(hall)
    assert "notifications.inbox" in {topic.id for topic in topics}
    for topic in topics:
        for key in KEYS:
            for somebody in (ANONYMOUS, actor("nobody"), device_actor("screen")):
                refusal = await access.refusal(somebody, (topic.id, key))
                assert refusal, f"{somebody.name or 'anonymous'} hears {topic.id}:{key}"


async def test_every_topic_asks_for_a_permission_or_has_a_scope(hall):
    open_to_all = [topic.id for topic in topics_of(hall) if topic.permission is None and topic.may is None]
    assert open_to_all == []


async def test_an_inbox_is_heard_by_its_owner_alone(hall):
    identity = hall.services.identity
    root = await identity.create_organisation(SYSTEM, "云江市")
    lin = await identity.create_account(SYSTEM, "lin", "lin", PASSWORD, root.id)
    inbox = ("notifications.inbox", str(lin.id))
    access = hall.services.live.access
    operator = actor("operator", ("permissions.operator", root.id, "all"))
    assert await access.refusal(actor("lin", account_id=lin.id), inbox) == ""
    assert await access.refusal(operator, inbox) == "not-found"
    async with client_of(hall) as client:
        answer = await client.get(f"/live/events?topic=notifications.inbox:{lin.id}")
        assert answer.status_code == 401 or answer.headers["location"].startswith("/identity/sign-in")
