"""What residents do with their accounts: sessions, another number, deleting it all."""

from __future__ import annotations

import re

import pytest

from huitang_kernel.identity import resident_codes, resident_sessions
from huitang_kernel.identity.testing import resident_session, sign_in_resident
from huitang_sdk.errors import Invalid
from tests.kernel.identity.residents import HOME, LIN, ZHOU


async def test_sessions_are_seen_and_ended(town):
    async with town.client(headers={"user-agent": "Mozilla/5.0 (iPhone) Safari/604"}) as phone, town.client() as desk:
        await town.enter(phone, LIN)
        await town.enter(desk, LIN)
        page = await desk.get(HOME)
        assert "Safari · iPhone" in page.text
        end = re.search(r'action="(/identity/residents/sessions/[0-9a-f-]{36}/end)"', page.text).group(1)
        async with town.client() as stranger:
            await town.enter(stranger, ZHOU)
            await stranger.post(end)
        assert (await phone.get(HOME)).status_code == 200
        assert (await desk.post(end)).status_code == 303
        assert (await phone.get(HOME)).headers["location"].startswith(f"{HOME}/sign-in")
        await town.enter(phone, LIN)
        await phone.post(f"{HOME}/sessions/end-others")
        assert (await desk.get(HOME)).status_code == 303
        await phone.post(f"{HOME}/sign-out")
        assert (await phone.get(HOME)).status_code == 303
        assert (await phone.post(f"{HOME}/sign-out")).headers["location"] == "/"


async def test_who_does_not_say_that_the_device_is_their_own_is_signed_out_when_idle(town):
    async with town.client() as shared, town.client() as own:
        entered = await town.enter(shared, LIN)
        kept = await town.enter(own, LIN, keep="y")
        assert "max-age" not in entered.headers["set-cookie"].split(resident_sessions.COOKIE)[-1].lower()
        assert "max-age=2592000" in kept.headers["set-cookie"].lower()
        await town.hall.core.database.execute(
            "UPDATE identity.resident_session SET last_seen_at = now() - interval '2 hours'"
        )
        town.book.sessions.forget()
        assert (await shared.get(HOME)).status_code == 303
        assert (await own.get(HOME)).status_code == 200
    assert await town.book.sessions.sweep() == 1


async def test_another_number_takes_the_place_of_the_old_one(town):
    async with town.client() as client:
        await town.enter(client, LIN)
        asked = await client.post(f"{HOME}/phone", data={"phone": ZHOU})
        assert asked.headers["location"] == f"{HOME}/code"
        changed = await client.post(f"{HOME}/code", data={"code": town.code()})
        assert changed.headers["location"] == f"{HOME}?done=phone"
        assert "139****5678" in (await client.get(HOME)).text
    async with town.client() as client:
        await town.enter(client, ZHOU)
    assert await town.count() == 1
    async with town.client() as client:
        await town.enter(client, LIN)
    assert await town.count() == 2


async def test_a_number_of_somebody_else_is_not_taken_over(town):
    await resident_session(town.hall, ZHOU)
    async with town.client() as client:
        await town.enter(client, LIN)
        await client.post(f"{HOME}/phone", data={"phone": ZHOU})
        answer = await client.post(f"{HOME}/code", data={"code": town.code()})
        assert answer.status_code == 422
        assert "已用于另一个账号" in answer.text
        assert "138****1234" in (await client.get(HOME)).text


async def test_a_code_for_another_number_signs_nobody_in(town):
    async with town.client() as client:
        await town.enter(client, LIN)
        await client.post(f"{HOME}/phone", data={"phone": ZHOU})
        token = client.cookies[resident_codes.COOKIE]
        with pytest.raises(Invalid):
            await town.book.enter(token, town.code(), "", keep=False, user_agent="")
        await client.post(f"{HOME}/sign-out")
        answer = await client.post(f"{HOME}/code", data={"code": town.code()})
        assert answer.status_code == 422
    assert await town.count() == 1


async def test_whoever_deletes_the_account_is_gone_and_plugins_hear_of_it(town):
    async with town.client() as client:
        resident = await sign_in_resident(town.hall, client, LIN)
        assert (await client.get(f"{HOME}/delete")).status_code == 200
        gone = await client.post(f"{HOME}/delete")
        assert (gone.status_code, gone.headers["location"]) == (303, "/")
        assert (await client.get(HOME)).status_code == 303
    assert await town.count() == await town.count("resident_session") == 0
    rows = await town.hall.core.database.fetch(
        "SELECT payload::text AS p FROM kernel.outbox WHERE name = $1", "identity.resident.deleted"
    )
    assert [str(resident.id) in row["p"] for row in rows] == [True]
