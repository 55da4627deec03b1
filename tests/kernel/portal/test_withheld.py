"""What a plugin keeps from a reader of the audit log is not there for this reader: not in the list, its count, its
pages or by its address; and nothing tells that it is missing.
"""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from huitang_kernel.plugins.declaring import check
from huitang_kernel.plugins.registry import PluginRecord, State
from huitang_kernel.plugins.withholding import Away
from huitang_kernel.testing import client_of
from huitang_sdk import Manifest, hookimpl
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import Sql
from huitang_sdk.declare import Declarations, Withheld
from huitang_sdk.errors import DeclarationError
from tests.kernel.portal.samples import Folder

KIND = "safes.safe"
OPEN, SECRET, OTHER = (Ref(KIND, UUID(int=number)) for number in (1, 2, 3))
KEEPER, OPERATOR = UUID(int=8), UUID(int=9)


class Safes(Folder):
    """Keeps the operator away from one safe, and fails to say so when it is told to."""

    manifest = Manifest(id="safes", title={"en": "Safes"}, version="1", sdk=">=0.1,<1")
    package = "safes"
    fails = False

    @hookimpl
    def withheld(self):
        async def refs(_ctx, actor):
            if self.fails:
                raise RuntimeError("the list is lost")
            return [SECRET, Ref("kernel.plugin", UUID(int=5))] if actor.account_id == OPERATOR else []

        return [Withheld((KIND,), refs)]


@pytest.fixture
def safes(tmp_path) -> Safes:
    (tmp_path / "safes" / "templates" / "safes").mkdir(parents=True)
    return Safes(tmp_path / "safes")


@pytest.fixture
def keeper(readers, keeper):
    readers.granted[KEEPER] = {"portal.audit.read"}
    return keeper


async def touched(hall, *subjects: Ref) -> None:
    for subject in subjects:
        async with hall.core.database.write(SYSTEM) as write:
            await write.audit("safes.safe.touched", subject, reason=f"第{subject.id.int}号")
    await hall.chain.seal()


async def listed(client, headers, **params) -> tuple[int, str]:
    """How many there are said to be, and the list."""
    page = (await client.get("/console/audit", params={"part": "safes", **params}, headers=headers)).text
    return int(re.search(r'class="ht-count"[^>]*>\D*(\d+)', page).group(1)), page


async def test_records_are_withheld_from_whom_the_plugin_names(open_hall, safes, operator, keeper):
    hall = await open_hall(safes)
    await touched(hall, OPEN, SECRET, SECRET, OTHER)
    (secret, *_rest) = await hall.audit.entries(subject=str(SECRET))
    async with client_of(hall) as client:
        count, page = await listed(client, operator)
        everything, _page = await listed(client, keeper)
        by_subject, _page = await listed(client, operator, subject=str(SECRET))
        by_words, _page = await listed(client, operator, q="第2号")
        second, _page = await listed(client, operator, size="1", page="2")
        alone = await client.get(f"/console/audit/{secret.id}", headers=operator)
        nothing = await client.get(f"/console/audit/{UUID(int=77)}", headers=operator)
        theirs = await client.get(f"/console/audit/{secret.id}", headers=keeper)
    assert (count, everything, by_subject, by_words, second) == (2, 4, 0, 0, 2)
    assert "第1号" in page
    assert "第2号" not in page
    assert (alone.status_code, nothing.status_code, theirs.status_code) == (404, 404, 200)
    assert str(SECRET.id) not in alone.text
    assert "依规定应当回避的事项" in page


async def test_nothing_tells_how_many_there_are_in_all(open_hall, safes, operator, keeper):
    """Their numbers in the chain would show gaps, and the number of all would be larger than the count."""
    hall = await open_hall(safes)
    await touched(hall, OPEN, *[SECRET] * 40, OTHER)
    (newest,) = await hall.audit.entries(subject=str(OTHER))
    async with client_of(hall) as client:
        _count, page = await listed(client, operator)
        record = (await client.get(f"/console/audit/{newest.id}", headers=operator)).text
        verified = (await client.post("/console/audit/verify", headers={**operator, "hx-request": "true"})).text
        (verdict,) = await hall.audit.entries(action="portal.audit.verified")
        noted = (await client.get(f"/console/audit/{verdict.id}", headers=operator)).text
    assert "审计链完整" in verified
    for text in (page, record, verified, noted):
        assert not re.search(rf"(?<![\w:.-]){newest.sequence}(?![\w:.-])", text)
    assert "records" not in verdict.detail


async def test_what_a_plugin_cannot_say_is_withheld_from_everybody(open_hall, safes, operator, keeper):
    hall = await open_hall(safes)
    await touched(hall, OPEN, SECRET)
    safes.fails = True
    async with client_of(hall) as client:
        broken = [(await listed(client, who))[0] for who in (operator, keeper)]
        safes.fails = False
        await client.post("/console/plugins/safes/switch", data={"enabled": "no"}, headers=operator)
        off = [(await listed(client, who))[0] for who in (operator, keeper)]
    assert broken == [0, 0]
    assert off == [1, 2]
    assert any(where.startswith("withheld:") for where in hall.registry.get("safes").troubles)


async def test_two_hundred_thousand_subjects_are_still_hashed(open_hall):
    """Each row compared with each of them would take minutes."""
    hall = await open_hall()
    sql = Sql()
    shown = Away(tuple(f"{KIND}:{number}" for number in range(200_000)), (f"{KIND}y",)).shown(sql)
    rows = f"FROM (SELECT '{KIND}:' || n AS subject FROM generate_series(199990, 200009) n) r WHERE {shown}"
    plan = await hall.core.database.fetch(f"EXPLAIN SELECT {rows}", *sql.values)
    words = " ".join(row["QUERY PLAN"] for row in plan)
    assert "Hash" in words
    assert "SubPlan" not in words
    ((left,),) = [row.values() for row in await hall.core.database.fetch(f"SELECT count(*) {rows}", *sql.values)]
    assert left == 10


async def test_a_plugin_that_never_said_what_it_withholds_shows_nothing(open_hall, readers, safes, operator):
    hall = await open_hall(safes)
    await touched(hall, OPEN)
    record = hall.registry.get("safes")
    record.declarations = Declarations()
    record.fail("declare", "broken")
    assert record.state is State.FAILED
    async with client_of(hall) as client:
        assert (await listed(client, operator))[0] == 0


def test_only_kinds_of_its_own_can_be_withheld(safes):
    async def refs(_ctx, _actor):
        return []

    record = PluginRecord("safes", safes.manifest, safes)
    with pytest.raises(DeclarationError, match=r"kernel\.plugin"):
        check(record, Declarations(withheld=(Withheld(("kernel.plugin",), refs),)))
