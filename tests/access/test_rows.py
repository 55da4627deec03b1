"""Every reading route × a member of the unit, a member of another unit, the operator: whose rows are seen, and by whom.

A notice and a declaration of one office carry a mark that stands nowhere else. Whoever is not of that office must not
meet the mark on any page, list, count, export, search or suggestion, with the right ids in the address or without.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest_asyncio

from huitang_budget.plugin import plugin as budget
from huitang_kernel.app import Hall
from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.testing import client_of
from huitang_noticeboard.services import publish_notice
from huitang_sdk.contracts.identity import SYSTEM
from tests.access.test_matrix import CHEAP, VALUES, Door, doors_of, knock
from tests.e2e.form_text import form

MARK = "青檀渡口"
ROLES = ("noticeboard.editor", "budget.clerk", "budget.reviewer")
UNITS = ("云江市教育局", "云江市水务局")


class Scene:
    """Two offices with a member each, and the marked things of the first."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.ids: dict[str, str] = {}

    async def build(self) -> Scene:
        identity, rights = self.hall.services.identity, self.hall.services.permissions
        root = await identity.create_organisation(SYSTEM, "云江市")
        units = [await identity.create_organisation(SYSTEM, name, root.id) for name in UNITS]
        for name, unit in zip(("member", "stranger"), units, strict=True):
            account = await identity.create_account(SYSTEM, name, name, PASSWORD, unit.id)
            for role in ROLES:
                await rights.grant(SYSTEM, role, unit.id, account_id=account.id)
        operator = await identity.create_account(SYSTEM, "operator", "operator", PASSWORD, root.id)
        await rights.grant(SYSTEM, "permissions.operator", root.id, "all", account_id=operator.id)
        await self._make_things(units[0].id)
        return self

    async def _make_things(self, unit: UUID) -> None:
        noticeboard = self.hall.registry.get("noticeboard").context
        notice = await publish_notice(noticeboard, SYSTEM, title=f"{MARK}公告", body="正文", organisation_id=unit)
        self.ids["noticeboard"] = str(notice)
        async with client_of(self.hall) as client:
            await sign_in(self.hall, client, "member")
            files = {"files": ("form.txt", form(f"{MARK}项目").encode(), "text/plain")}
            imported = await client.post("/budget/declarations/import", files=files, data={"organisation_id": ""})
            assert imported.status_code == 200, imported.text[:500]
        rows = await self.hall.core.database.fetch("SELECT id FROM budget.declaration")
        self.ids["budget"] = str(rows[0]["id"])
        await self.hall.services.search.rebuild()

    def reading(self) -> list[str]:
        """Every address that is read, with the ids of the marked things where a route asks for one, and searches."""
        doors = [door for door in doors_of(self.hall) if door.method == "GET"]
        extra = [f"/search/?q={MARK}", f"/search/suggest?q={MARK}", f"/budget/declarations?q={MARK}"]
        return [self._address(door) for door in doors] + extra

    def _address(self, door: Door) -> str:
        plugin = next((part for part in door.path.split("/") if part and part != "api"), "")
        return door.path.replace(VALUES["uuid"], self.ids.get(plugin, VALUES["uuid"]))


@pytest_asyncio.fixture
async def scene(open_hall) -> AsyncIterator[Scene]:
    assert budget.manifest.id == "budget"
    yield await Scene(await open_hall(installed=None, plugins=CHEAP)).build()


def text_of(answer: httpx.Response) -> str:
    """What a person would read in the answer, also inside Word and Excel files."""
    if answer.content[:2] != b"PK":
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


async def marked(scene: Scene, username: str) -> list[str]:
    """The addresses on which this person meets the mark."""
    found = []
    async with client_of(scene.hall) as client:
        await sign_in(scene.hall, client, username)
        for address in scene.reading():
            answer = await knock(client, Door("GET", address, ""))
            assert answer.status_code < 500, f"{address}: {answer.status_code}"
            text = text_of(answer)
            if f"{MARK}公告" in text or f"{MARK}项目" in text or "课后服务预约" in text:
                found.append(address)
    return found


async def test_a_member_meets_the_rows_of_her_unit(scene: Scene):
    found = await marked(scene, "member")
    for address in ("/noticeboard", "/budget/declarations", f"/search/?q={MARK}", "/budget/declarations/export.xlsx"):
        assert address in found
    assert f"/api/budget/declarations/{scene.ids['budget']}" in found
    assert len(found) >= 8


async def test_a_member_of_another_unit_meets_them_nowhere(scene: Scene):
    assert await marked(scene, "stranger") == []


async def test_the_operator_runs_the_platform_and_reads_nobodys_work(scene: Scene):
    work = ("/budget", "/api/budget", "/noticeboard", "/search")
    assert [address for address in await marked(scene, "operator") if address.startswith(work)] == []


async def test_another_units_ids_are_as_if_they_did_not_exist(scene: Scene):
    async with client_of(scene.hall) as client:
        await sign_in(scene.hall, client, "stranger")
        for door in doors_of(scene.hall):
            if VALUES["uuid"] in door.path and door.path.split("/")[1] in ("noticeboard", "budget"):
                answer = await client.request(door.method, scene._address(door), data={"version": "1"})
                assert answer.status_code in (404, 405), f"{door}: {answer.status_code}"
