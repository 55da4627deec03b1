"""A change on one node holds on every other within a second. The other node is a real process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from huitang_kernel.identity.testing import sign_in
from huitang_kernel.testing import TEST_KEY
from huitang_sdk.contracts.identity import SYSTEM
from tests.kernel.identity.people import build_city, identity_settings

ROOT = Path(__file__).parents[3]
WITHIN = 1.0


class OtherNode:
    """Waits for the status that the other process prints."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def turns(self, status: int, within: float = WITHIN) -> None:
        assert self._process.stdout is not None
        started = time.perf_counter()
        line = await asyncio.wait_for(self._process.stdout.readline(), within)
        assert int(line or 0) == status, f"{line!r} after {time.perf_counter() - started:.2f} s"

    async def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert await asyncio.wait_for(self._process.wait(), 20) == 0


async def start_node(hall, tmp_path, settings, token, path) -> OtherNode:
    values = json.dumps({"data_dir": str(tmp_path / "other"), "key": TEST_KEY, "plugins": settings})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.kernel.permissions.other_node", hall.dsn, values, token, path),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return OtherNode(process)


async def test_grants_roles_accounts_and_sessions_hold_everywhere_within_a_second(open_hall, tmp_path):
    settings = identity_settings(cache_seconds=600)  # so that only the notification can tell
    city = await build_city(await open_hall(plugins=settings))
    service = city.permissions
    role = await service.create_role(SYSTEM, "reads", "Reads", allows=["identity.account.read"])
    wang = await city.person("wang", city.east)
    async with city.client() as client:
        token = await sign_in(city.hall, client, "wang")
    node = await start_node(city.hall, tmp_path, settings, token, "/identity/accounts")
    try:
        await node.turns(403, within=30)
        grant = await service.grant(SYSTEM, role, city.east, "below", account_id=wang)
        await node.turns(200)
        await service.save_role(SYSTEM, role, title="Reads", allows=[])
        await node.turns(403)
        await service.save_role(SYSTEM, role, title="Reads", allows=["identity.account.read"])
        await node.turns(200)
        await service.revoke(SYSTEM, grant)
        await node.turns(403)
        group = await city.identity.groups.create(SYSTEM, "读者", [wang])
        await service.grant(SYSTEM, role, city.east, "unit", group_id=group)
        await node.turns(200)
        await city.identity.groups.set_members(SYSTEM, group, [])
        await node.turns(403)
        await service.rule_rows(SYSTEM, wang, "identity.account.read", [wang], "allow")
        await node.turns(200)
        await city.identity.update_account(SYSTEM, wang, is_active=False)
        await node.turns(303)
    finally:
        await node.stop()


async def test_a_revoked_session_is_over_everywhere_within_a_second(open_hall, tmp_path):
    settings = identity_settings(cache_seconds=600)
    city = await build_city(await open_hall(plugins=settings))
    wang = await city.person("wang", city.east)
    async with city.client() as client:
        token = await sign_in(city.hall, client, "wang")
    node = await start_node(city.hall, tmp_path, settings, token, "/identity/profile")
    try:
        await node.turns(200, within=30)
        await city.identity.set_password(SYSTEM, wang, "quite another sentence")
        await node.turns(303)
    finally:
        await node.stop()
