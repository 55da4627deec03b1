"""One town for each test of the screens."""

from __future__ import annotations

import pytest

from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.plugins.conference.screens.town import PIXEL, open_town


@pytest.fixture
async def town(open_hall):
    return await open_town(open_hall)


@pytest.fixture
async def scene(town):
    """Something of everything that an address can name."""
    poll, speech, call, act, document = await town.prepare(), new_id(), new_id(), new_id(), new_id()
    run = town.ctx.db.execute
    member = town.attendees["陈立新"]
    await run(
        "INSERT INTO conference.speech (id, meeting_id, attendee_id, asked_at) VALUES ($1, $2, $3, now())",
        *(speech, town.meeting, member),
    )
    await run(
        "INSERT INTO conference.service_call (id, meeting_id, attendee_id, what, at)"
        " VALUES ($1, $2, $3, 'water', now())",
        *(call, town.meeting, member),
    )
    await run(
        "INSERT INTO conference.manual_act (id, meeting_id, act, detail, asked_by, asked_at)"
        " VALUES ($1, $2, 'poll.hands', '{}', $3, now())",
        *(act, town.meeting, town.actors["clerk"].account_id),
    )
    async with town.ctx.db.write(SYSTEM) as write:
        stored = await town.ctx.files.save("图.png", PIXEL, actor=SYSTEM)
        await write.audit("conference.document.saved", Ref("conference.document", document))
    await run(
        "INSERT INTO conference.document (id, meeting_id, item_id, file_id, title) VALUES ($1, $2, $3, $4, '示意图')",
        *(document, town.meeting, town.items[0], stored.id),
    )
    return poll, speech, call, act, document
