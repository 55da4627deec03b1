"""WebSockets at the edge: opened by our own pages only, by somebody who is known, and closed with a reason."""

from __future__ import annotations

import pytest
from litestar import WebSocket, websocket
from litestar.di import NamedDependency
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.plugins.registry import State
from huitang_kernel.testing import client_of
from huitang_sdk import PluginContext, hookimpl
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import Permission
from huitang_sdk.errors import Conflict
from huitang_sdk.http import public, requires, signed_in
from tests.kernel.core.plugins_for_tests import FolderPlugin
from tests.kernel.core.served import served


class Echo(FolderPlugin):
    @hookimpl
    def permissions(self):
        return [Permission("echo.word.speak", "Speak")]

    @hookimpl
    def pages(self):
        @websocket("/public", guards=[public])
        async def speak(socket: WebSocket, ctx: NamedDependency[PluginContext], actor: NamedDependency[Actor]) -> None:
            await socket.accept()
            word = await socket.receive_text()
            await socket.send_json([ctx.plugin, actor.name, bool(actor.request_id), actor.address, word])
            await socket.close()

        @websocket("/people", guards=[signed_in])
        async def people(socket: WebSocket) -> None:
            await socket.accept()

        @websocket("/speakers", guards=[requires("echo.word.speak")])
        async def speakers(socket: WebSocket) -> None:
            await socket.accept()

        @websocket("/late", guards=[public])
        async def late(socket: WebSocket) -> None:
            await socket.accept()
            raise Conflict("too late")

        @websocket("/broken", guards=[public])
        async def broken(socket: WebSocket) -> None:
            raise RuntimeError("this socket is broken")

        return [speak, people, speakers, late, broken]


@pytest.fixture
async def hall(open_hall, tmp_path):
    plugins = {"identity": {"argon2_memory_kib": 64, "argon2_time": 1}}
    return await open_hall(Echo("echo", tmp_path), plugins=plugins)


@pytest.fixture
async def place(hall):
    async with served(hall) as address:
        yield address


async def cookie_of(hall, *permissions):
    identity = hall.services.identity
    root = await identity.create_organisation(SYSTEM, "云江市")
    account = await identity.create_account(SYSTEM, "lin", "林秀英", PASSWORD, root.id)
    if permissions:
        role = await hall.services.permissions.create_role(SYSTEM, "lin", "林", allows=permissions)
        await hall.services.permissions.grant(SYSTEM, role, root.id, "all", account_id=account.id)
    async with client_of(hall) as client:
        return {"Cookie": f"huitang_session={await sign_in(hall, client, 'lin')}"}


async def code_of(address, headers=None):
    """The code with which the server closes at once."""
    async with connect(f"ws://{address}", additional_headers=headers or {}) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        return socket.close_code, socket.close_reason


async def test_a_handler_knows_who_speaks(hall, place):
    headers = await cookie_of(hall)
    async with connect(f"ws://{place}/echo/public", additional_headers=headers) as socket:
        await socket.send("你好")
        assert await socket.recv() == '["echo","林秀英",true,"127.0.0.1","你好"]'
    async with connect(f"ws://{place}/echo/public") as socket:
        await socket.send("hi")
        assert await socket.recv() == '["echo","",false,"","hi"]'


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_pages_of_other_sites_cannot_open_one(place, headers):
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://{place}/echo/public", additional_headers=headers)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("behind", [False, True])
async def test_our_own_pages_can(place, behind):
    """Also behind a proxy that puts its own name into Host: then the browser's word counts."""
    headers = {"Origin": "https://hall.example", "Sec-Fetch-Site": "same-origin"} if behind else {}
    origin = None if behind else f"http://{place}"
    async with connect(f"ws://{place}/echo/public", origin=origin, additional_headers=headers) as socket:
        await socket.send("hi")
        assert "hi" in await socket.recv()


async def test_guards_close_with_a_code(hall, place):
    assert (await code_of(f"{place}/echo/people"))[0] == 4401
    assert await code_of(f"{place}/echo/speakers") == (4401, "请先登录。")
    headers = await cookie_of(hall)
    code, reason = await code_of(f"{place}/echo/speakers", headers)
    assert code == 4403
    assert "Speak" in reason
    assert (await code_of(f"{place}/echo/people", headers))[0] != 4401


async def test_who_holds_the_permission_gets_in(hall, place):
    headers = await cookie_of(hall, "echo.word.speak")
    assert (await code_of(f"{place}/echo/speakers", headers))[0] not in (4401, 4403)


async def test_no_such_socket_and_a_plugin_that_is_off(hall, place):
    assert (await code_of(f"{place}/echo/nowhere"))[0] == 4404
    assert (await code_of(f"{place}/nobody/nowhere"))[0] == 4404
    hall.registry.get("echo").state = State.DISABLED
    assert (await code_of(f"{place}/echo/public"))[0] == 4404


async def test_an_error_after_the_handshake_says_what_it_is(place):
    assert await code_of(f"{place}/echo/late") == (4409, "too late")


async def test_a_broken_socket_is_named(hall, place):
    assert (await code_of(f"{place}/echo/broken"))[0] == 4500
    assert "request:/echo/broken" in hall.registry.get("echo").troubles
