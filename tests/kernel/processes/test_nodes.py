"""Several nodes, one installation: what changes on one holds on all, and nobody is missed who is killed."""

from __future__ import annotations

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_sdk.contracts import NewDevice
from huitang_sdk.contracts.identity import SYSTEM
from tests.kernel.processes.nodes import until
from tests.kernel.processes.steady_plugin import SteadyPlugin

pytestmark = pytest.mark.timeout(180)
WITHIN = 1.0
CHEAP = {"identity": {"argon2_memory_kib": 64, "argon2_time": 1}}


@pytest.fixture
async def hall(open_hall):
    """A node of the test's own process, to change things from."""
    hall = await open_hall(SteadyPlugin(), installed=None, serve=False, plugins=CHEAP)
    hall.root = await hall.services.identity.create_organisation(SYSTEM, "云江市")
    return hall


async def person(hall, name, *roles):
    account = await hall.services.identity.create_account(SYSTEM, name, name, PASSWORD, hall.root.id)
    for role in roles:
        await hall.services.permissions.grant(SYSTEM, role, hall.root.id, "all", account_id=account.id)
    return account.id


async def all_answer(clients, path, status, within=WITHIN, **more):
    async def they_do():
        return [(await client.get(path, **more)).status_code for client in clients] == [status] * len(clients)

    await until(they_do, within)


async def test_what_changes_holds_on_both_nodes_within_a_second(hall, install):
    """A session, a switched plugin, a role, a device: two web nodes, changed from a third process."""
    site = install()
    one, two = await site.serve(), await site.serve()
    reader = await person(hall, "reader")
    rights, devices = hall.services.permissions, hall.registry.get("steady").context.devices
    async with one.client() as first, two.client() as second:
        await sign_in(None, first, "reader")
        second.cookies = first.cookies
        both = [first, second]
        await all_answer(both, "/identity/profile", 200)
        await all_answer(both, "/noticeboard/", 403)
        grant = await rights.grant(SYSTEM, "noticeboard.reader", hall.root.id, "all", account_id=reader)
        await all_answer(both, "/noticeboard/", 200)
        await site.command("plugins", "disable", "noticeboard")
        await all_answer(both, "/noticeboard/", 404)
        await site.command("plugins", "enable", "noticeboard")
        await all_answer(both, "/noticeboard/", 200)
        await rights.revoke(SYSTEM, grant)
        await all_answer(both, "/noticeboard/", 403)
    async with one.client() as first, two.client() as second:
        screen = NewDevice("大屏", "主席台", "steady.screen")
        (invited,) = await devices.invite([screen], organisation_id=hall.root.id, actor=SYSTEM)
        answer = await first.post("/api/identity/devices/enrol", json={"code": invited.code})
        bearer = {"Authorization": f"Bearer {answer.json()['token']}"}
        await all_answer([first, second], "/steady/watch", 200, headers=bearer)
        await devices.move(invited.device.id, "后台", actor=SYSTEM)

        async def both_know_the_place():
            said = [(await client.get("/steady/watch", headers=bearer)).json() for client in (first, second)]
            return said == [{"place": "后台"}] * 2

        await until(both_know_the_place, WITHIN)
        address = two.url.replace("http", "ws") + "/steady/socket"
        async with connect(address, additional_headers=bearer) as socket:
            assert await socket.recv() == "后台"
        await devices.revoke(invited.device.id, actor=SYSTEM, reason="损坏")
        await all_answer([first, second], "/steady/watch", 303, headers=bearer)
        assert not await gets_a_word(address, bearer)


async def gets_a_word(address, headers):
    """Whether somebody may open the WebSocket: one that is refused is closed before it says anything."""
    try:
        async with connect(address, additional_headers=headers) as socket:
            await socket.recv()
    except (ConnectionClosed, InvalidStatus):
        return False
    return True


async def leader_of(watch):
    return await watch.fetchval("SELECT split_part(node, ':', 2)::int FROM scheduling.leader")


async def test_a_job_runs_once_and_a_killed_leader_is_replaced(hall, install, watch):
    site = install()
    web, workers = await site.serve(), [await site.work(), await site.work()]
    by_pid = {node.pid: node for node in workers}

    async def ran(count):
        rows = await watch.fetch("SELECT action FROM kernel.audit_record WHERE action LIKE 'steady.work.%'")
        return len(rows) == 2 * count

    async with web.client() as client:
        assert (await client.post("/steady/ask")).status_code == 201
        await until(lambda: ran(1), 60)
        leader = await leader_of(watch)
        assert leader in by_pid
        await by_pid[leader].kill()

        async def another_leads():
            return await leader_of(watch) not in (leader, None)

        await until(another_leads, 60)
        assert (await client.post("/steady/ask")).status_code == 201
        await until(lambda: ran(2), 60)
    states = await watch.fetch("SELECT state, attempts FROM scheduling.run WHERE job = 'steady.work'")
    assert [(row["state"], row["attempts"]) for row in states] == [("done", 1)] * 2


async def test_one_web_node_is_killed_and_the_other_serves(hall, install):
    """With the same session: nodes keep nothing that the others need."""
    site = install()
    one, two = await site.serve(), await site.serve()
    await person(hall, "reader", "noticeboard.reader")
    async with one.client() as first, two.client() as second:
        await sign_in(None, first, "reader")
        second.cookies = first.cookies
        await one.kill()
        assert (await second.get("/noticeboard/")).status_code == 200
