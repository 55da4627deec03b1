"""The console page: what is sealed, a new key by a button, and who may."""

from __future__ import annotations

import asyncio

import pytest

from huitang_kernel.identity.testing import sign_in
from tests.kernel.identity.people import build_city, identity_settings
from tests.kernel.personal.conftest import QUICK
from tests.kernel.personal.contacts import add_many, all_open, keys_of
from tests.sdk.demo_plugin import Demo


@pytest.fixture
async def hall(open_hall):
    return await open_hall(Demo(), background=True, plugins={**identity_settings(), **QUICK})


@pytest.fixture
async def city(hall):
    return await build_city(hall)


async def test_an_operator_changes_the_key_and_sees_how_far_it_is(hall, ctx, city, states):
    rows = await add_many(ctx, 300)
    await city.operator()
    async with city.client() as client:
        await sign_in(None, client, "operator")
        page = await client.get("/personal/")
        assert page.status_code == 200
        assert "demo.contact.phone" in page.text
        assert "identity.account.phone" in page.text
        assert 'action="/personal/rotate"' in page.text
        asked = await client.post("/personal/rotate")
        assert asked.status_code == 303
        page = await client.get("/personal/")
        assert "正在把新密钥下发到所有进程" in page.text
        assert 'action="/personal/rotate"' not in page.text
        again = await client.post("/personal/rotate")
        assert again.status_code == 409
        assert "尚未完成" in again.text
        async with asyncio.timeout(60):
            while "every 2s" in (await client.get("/personal/progress")).text:  # noqa: ASYNC110 - as the page does
                await asyncio.sleep(0.1)
        page = await client.get("/personal/")
    assert "2 号密钥" in page.text
    assert not await states.is_unfinished()
    assert await keys_of(ctx) == {(2, 2)}
    assert await all_open(ctx) == rows


async def test_nobody_else_may(city):
    await city.person("li")
    async with city.client() as client:
        assert (await client.get("/personal/")).status_code in (303, 401)
        await sign_in(None, client, "li")
        for answer in (await client.get("/personal/"), await client.get("/personal/progress")):
            assert answer.status_code == 403
        assert (await client.post("/personal/rotate")).status_code == 403
