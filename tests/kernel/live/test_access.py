"""Who hears what: never out of scope, and not a second longer than allowed."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from websockets.asyncio.client import connect

from huitang_sdk.contracts import NewDevice, Ref
from huitang_sdk.contracts.identity import SYSTEM
from tests.kernel.live.talking import listening, person, say, talk_of, until
from tests.kernel.live.test_socket import ask, heard

HEAR, SECRET = "talk.word.hear", "talk.secret.hear"
TOPICS = [("talk.words", ""), ("talk.secrets", ""), ("talk.room", "mine"), ("talk.room", "theirs"), ("talk.all", "")]
READERS = {
    "nobody": ((), set()),
    "hearer": ((HEAR,), set()),
    "keeper": ((SECRET,), {"theirs"}),
    "tenant": ((), {"mine"}),
    "everything": ((HEAR, SECRET), {"mine", "theirs"}),
}
WANTED = {
    "nobody": {("talk.all", "")},
    "hearer": {("talk.words", ""), ("talk.all", "")},
    "keeper": {("talk.secrets", ""), ("talk.room", "theirs"), ("talk.all", "")},
    "tenant": {("talk.room", "mine"), ("talk.all", "")},
    "everything": set(TOPICS),
}


@pytest.mark.parametrize("reader", READERS)
async def test_every_reader_hears_just_their_topics(hall, place, talk, reader):
    """Everybody asks for everything, from the first message on; then everything is said once more."""
    permissions, rooms = READERS[reader]
    account, cookie = await person(hall, reader, *permissions)
    for room in rooms:
        talk.rooms[room] = {account.id}
    for topic, key in TOPICS:
        await say(hall, topic, key, word="before")
    async with connect(f"ws://{place}/live/socket", additional_headers=cookie) as socket:
        await ask(socket, subscribe=[{"topic": topic, "key": key, "since": 0} for topic, key in TOPICS])
        for topic, key in TOPICS:
            await say(hall, topic, key, word="after")
        await say(hall, "talk.all", word="end")
        messages = []
        while not messages or messages[-1]["data"] != {"word": "end"}:
            messages += [one for one in await heard(socket) if one["type"] == "message"]
    assert {(one["topic"], one["key"]) for one in messages} == WANTED[reader]
    assert sum(one["data"] == {"word": "after"} for one in messages) == len(WANTED[reader])


async def ended(hall, events, change, code):
    """That a change ends the topic within a second, for good: what is said afterwards is not heard."""
    assert (await events.several(1))[0][0] == "ready"
    await change()
    async with asyncio.timeout(1):
        kind, data = await events.next()
    assert (kind, data.get("code")) == (("ended", code) if code != "not-signed-in" else ("goodbye", code))
    await say(hall, word="too late")
    rest = [kind async for kind in rest_of(events)]
    assert rest in (["goodbye"], [])


async def rest_of(events):
    async with asyncio.timeout(3):
        while (found := await events.next())[0] != "closed":
            yield found[0]


async def test_a_grant_that_is_taken_away_ends_it(hall, place):
    _, cookie = await person(hall, "lin", HEAR)

    async def take_away():
        (row,) = await hall.core.database.fetch("SELECT id FROM permissions.role_grant WHERE role = 'custom.lin'")
        await hall.services.permissions.revoke(SYSTEM, row["id"])

    async with listening(place, "topic=talk.words", cookie) as events:
        await ended(hall, events, take_away, "forbidden")


async def test_a_role_that_changes_ends_it(hall, place):
    _, cookie = await person(hall, "lin", HEAR)

    async def change():
        await hall.services.permissions.save_role(SYSTEM, "custom.lin", title="lin", allows=())

    async with listening(place, "topic=talk.words", cookie) as events:
        await ended(hall, events, change, "forbidden")


async def test_signing_out_ends_it(hall, place):
    account, cookie = await person(hall, "lin", HEAR)

    async def sign_out():
        await hall.services.identity.sessions.end(SYSTEM, account.id)

    async with listening(place, "topic=talk.words", cookie) as events:
        await ended(hall, events, sign_out, "not-signed-in")


async def test_an_account_that_is_switched_off_ends_it(hall, place):
    account, cookie = await person(hall, "lin", HEAR)

    async def switch_off():
        await hall.services.identity.update_account(SYSTEM, account.id, is_active=False)

    async with listening(place, "topic=talk.words", cookie) as events:
        await ended(hall, events, switch_off, "not-signed-in")


async def test_a_plugin_that_is_switched_off_ends_it(hall, place):
    _, cookie = await person(hall, "lin", HEAR)
    own = []
    talk_of(hall).live.subscribe("talk.words", "", own.append)

    async def switch_off():
        await hall.services.portal.switches.switch(SYSTEM, "talk", enabled=False)

    async with listening(place, "topic=talk.words", cookie) as events:
        await ended(hall, events, switch_off, "not-found")
    assert own == []


async def test_a_key_that_leaves_the_scope_ends_it(hall, place, talk):
    """The plugin says so, inside its write: then it takes a second, otherwise until the next round."""
    account, cookie = await person(hall, "lin", HEAR)
    talk.rooms["7"] = {account.id}

    async def leave_room():
        ctx = talk_of(hall)
        async with ctx.db.write(SYSTEM) as write:
            talk.rooms["7"] = set()
            await ctx.live.recheck("talk.room", "7")
            await write.audit("talk.room.left", Ref("talk.room", UUID(int=7)))

    async with listening(place, "topic=talk.room:7", cookie) as events:
        await ended(hall, events, leave_room, "not-found")


async def test_a_scope_that_nobody_speaks_of_is_asked_again(talk, served_hall):
    hall, place = await served_hall(talk, live={"recheck": 0.2})
    account, cookie = await person(hall, "lin", HEAR)
    talk.rooms["7"] = {account.id}

    async def leave_room():
        talk.rooms["7"] = set()

    async with listening(place, "topic=talk.room:7", cookie) as events:
        assert (await events.several(1))[0][0] == "ready"
        await leave_room()
        assert (await events.several(1))[0][0] == "ended"


async def test_a_device_hears_until_it_is_revoked(hall, place):
    """What it may hear is its role's; whoever is known may hear topics without a permission."""
    root = await hall.services.identity.create_organisation(SYSTEM, "云江市")
    ctx = talk_of(hall)
    async with ctx.db.write(SYSTEM):
        invitations = await ctx.devices.invite(
            [NewDevice("12排8座", "12-8", "talk.terminal")], organisation_id=root.id, actor=SYSTEM
        )
    device, token = await ctx.devices.enrol(invitations[0].code)
    async with listening(place, "topic=talk.words", {"Authorization": f"Bearer {token}"}) as events:
        await ended(hall, events, lambda: ctx.devices.revoke(device.id, actor=SYSTEM, reason="lost"), "not-signed-in")
    await until(lambda: len(hall.services.live.clients) == 0)
