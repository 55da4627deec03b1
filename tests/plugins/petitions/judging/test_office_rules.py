"""An office's own categories, remits and handlers in the hall: checked together, followed everywhere, taken back."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import anyio
import pytest

from huitang_petitions.jobs import check_own_rules
from huitang_petitions.judging.reading import shipped
from huitang_petitions.services import office_data, office_rules, sorting, suggesting
from huitang_petitions.tables import OfficeData
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Invalid
from tests.plugins.petitions.judging.test_in_the_register import decided
from tests.plugins.petitions.register.matters import MORNING, put
from tests.plugins.petitions.register.test_way import opened

TREE = """
id = "own"
title = { zh = "本局", en = "ours" }
[nodes]
"drones" = { title = { zh = "无人机", en = "drones" } }
"drones.air" = { title = { zh = "飞行", en = "flying" } }
"drones.air.noise" = { title = { zh = "低空飞行", en = "low" }, words = ["无人机"] }
"""
HANDLERS = """
id = "own"
title = { zh = "本局", en = "ours" }
[handlers.desk]
title = { zh = "低空办", en = "drone desk" }
remits = ["government", "court", "procuratorate", "supervisory", "lower"]
categories = ["drones"]
"""


async def give(client, kind: str, content: str, version: int = 0):
    upload = {"file": (f"{kind}.toml", content.encode(), "text/plain")}
    return await client.post(f"/petitions/data/{kind}", data={"version": str(version)}, files=upload)


async def test_an_own_tree_is_what_people_choose_from_and_read(town):
    head = await town.sign_in("head")
    answer = await give(head, "categories", TREE.replace('"drones.air"', '"drones.ground"'))
    assert answer.status_code == 422
    assert "drones.air" in answer.text
    assert (await give(head, "categories", TREE)).status_code == 303
    paths = [path for path, _titles in await sorting.category_choices(town.ctx)]
    assert paths == ["drones", "drones.air", "drones.air.noise"]


async def learnt_anew(town) -> str:
    """How the learning that an upload began has ended."""
    runs = "SELECT state, error FROM scheduling.run WHERE job = 'petitions.learn'"
    with anyio.fail_after(120):
        while (run := (await town.fetch(runs))[0])["state"] not in ("done", "failed"):  # noqa: ASYNC110 - the job makes it true
            await anyio.sleep(0.1)
    return run["state"] + (run["error"] or "")


SECOND = '"drones.air.parcels" = { title = { zh = "无人机快递", en = "parcels" }, words = ["快递", "包裹"] }'


@pytest.mark.timeout(300)
@pytest.mark.parametrize("more", ["", SECOND])
async def test_an_own_tree_of_which_nothing_is_learnt_breaks_no_suggestion(working, more):
    head, officer = await working.sign_in("head"), await working.sign_in("officer")
    address, _matter = await opened(working)
    assert (await give(head, "categories", TREE + more)).status_code == 303
    for _when in ("before it was learnt", "after"):
        page = await officer.post(f"{address}/sorting", data={"act": "suggest"})
        assert page.status_code == 200
        told = page.text.split('id="sorting"')[1].split('id="steps"')[0]
        assert ("本机关的分类尚无学习材料" in told) == (not more)
        assert not more or "把握不大" in told
        assert await learnt_anew(working) == "done"
    # Once people have decided some, those are learnt, and how sure they are is judged by them.
    for number in range(60):
        said, category = ("窗口有包裹掉落", "drones.air.parcels") if number % 2 else ("半夜嗡嗡响", "drones.air.noise")
        if more:
            await decided(working, f"{said}，第{number}次", remit="government", category=category)
    await suggesting.learn_anew(working.ctx)
    answer = (await suggesting.suggest_for(working.ctx, "", "昨天有包裹掉落在院里")).category
    assert [choice.id for choice in answer.choices][:1] == (["drones.air.parcels"] if more else [])
    assert answer.sure == bool(more)


async def test_a_report_calls_categories_as_the_office_does(town):
    matter = await put(town, datetime(2026, 10, 14, 4, tzinfo=UTC), category="drones.air.noise")
    head, analyst = await town.sign_in("head"), await town.sign_in("analyst")
    assert (await give(head, "categories", TREE)).status_code == 303
    page = await analyst.get("/petitions/reports?period=2026-10")
    assert "无人机" in page.text
    assert "drones<" not in page.text
    rows = await analyst.get("/petitions/reports/rows?period=2026-10&mark=category:drones")
    assert "低空飞行" in rows.text
    assert str(matter) not in page.text


@pytest.mark.parametrize("kind", ["categories", "remits", "handlers"])
async def test_what_is_shipped_can_be_taken_home_and_given_as_one_s_own(town, kind):
    head = await town.sign_in("head")
    taken = await head.get(f"/petitions/data/{kind}/0")
    assert taken.text == shipped(f"{kind}.toml")
    before = await office_rules.office(town.ctx)
    assert (await give(head, kind, taken.text)).status_code == 303
    assert await office_rules.office(town.ctx) == before


async def test_files_have_to_fit_together_whichever_comes_last(town):
    async def put(kind: str, content: str, version: int) -> None:
        await office_data.replace(town.ctx, SYSTEM, kind, content.encode(), version)

    with pytest.raises(Invalid) as refused:
        await put("handlers", HANDLERS, 0)
    assert "drones" in refused.value.fields["file"]
    await put("categories", TREE, 0)
    await put("handlers", HANDLERS, 0)
    assert (await office_rules.office(town.ctx)).handlers.usual("court", "drones.air.noise") == "desk"
    with pytest.raises(Invalid) as refused:
        await put("categories", "", 1)
    assert "drones" in refused.value.fields["file"]
    await put("handlers", "", 1)
    await put("categories", "", 1)
    assert "drones" not in (await office_rules.office(town.ctx)).tree.nodes


async def test_remits_without_any_are_refused(town):
    text = 'id = "x"\nremits = []\n[title]\nzh = "空"\nen = "none"\n[sources]\n'
    with pytest.raises(Invalid) as refused:
        await office_data.replace(town.ctx, SYSTEM, "remits", text.encode(), 0)
    assert "$.remits" in refused.value.fields["file"]


async def test_remits_of_which_none_is_usual_are_refused_with_what_to_write(town):
    head = await town.sign_in("head")
    text = shipped("remits.toml").replace("government", "gov").replace('usual = [""]\n', "")
    answer = await give(head, "remits", text)
    assert answer.status_code == 422
    assert "usual = [" in answer.text
    assert "land.taking.compensation" in answer.text


async def test_rules_that_a_later_release_cannot_read_give_way_to_the_shipped_ones(town):
    row = OfficeData(kind="remits", version=1, content="spoiled", changed_at=MORNING)
    await OfficeData.insert(row)
    assert "government" in (await office_rules.office(town.ctx)).remits.ids
    assert (await (await town.sign_in("head")).get("/petitions/data")).status_code == 200


RENAMED = (
    shipped("remits.toml").replace('id = "government"', 'id = "gov"').replace('remit = "government"', 'remit = "gov"')
)


async def test_a_file_that_is_not_used_says_so_with_what_to_mend(town):
    head = await town.sign_in("head")
    assert (await give(head, "categories", TREE)).status_code == 303
    later = RENAMED.replace('usual = [""]\n', "")  # as an earlier version took it
    await OfficeData.insert(OfficeData(kind="remits", version=1, content=later, changed_at=MORNING))
    page = (await head.get("/petitions/data")).text
    remits = page.split('id="remits"')[1].split('id="handlers"')[0]
    assert "本机关的第 1 版未使用" in remits
    assert "usual" in remits
    tree = page.split('id="categories"')[1].split('id="remits"')[0]
    assert "请先改正该文件" in tree
    assert "drones" not in (await office_rules.office(town.ctx)).tree.nodes
    found = await check_own_rules(town.ctx)
    assert not found.ok
    mended = later.replace('id = "gov"', 'id = "gov"\nlike = "government"\nusual = [""]', 1).replace('"congress"', "")
    mended = re.sub(r'usual = \[(?!""\]).*\]\n', "", mended)
    answer = await give(head, "remits", mended, 1)
    assert answer.status_code == 303, answer.text
    assert "未使用" not in (await head.get("/petitions/data")).text
    assert (await check_own_rules(town.ctx)).ok


async def test_with_two_broken_files_each_can_be_mended_or_given_up(town):
    for kind in ("remits", "handlers"):
        await OfficeData.insert(OfficeData(kind=kind, version=1, content="spoiled", changed_at=MORNING))
    with pytest.raises(Invalid):
        await office_data.replace(town.ctx, SYSTEM, "remits", b"spoiled again", 1)
    await office_data.replace(town.ctx, SYSTEM, "remits", shipped("remits.toml").encode(), 1)
    assert set(await office_data.troubles(town.ctx, SYSTEM)) == {"remits", "handlers"}
    await office_data.replace(town.ctx, SYSTEM, "handlers", b"", 1)
    assert await office_data.troubles(town.ctx, SYSTEM) == {}


async def test_while_one_file_is_broken_none_is_taken_that_breaks_another(town):
    head = town.actors["head"]
    own = shipped("remits.toml").replace('usual = [""]', 'usual = ["", "land"]')
    await office_data.replace(town.ctx, head, "remits", own.encode(), 0)
    await OfficeData.insert(OfficeData(kind="handlers", version=1, content="spoiled", changed_at=MORNING))
    with pytest.raises(Invalid) as refused:
        await office_data.replace(town.ctx, head, "categories", TREE.encode(), 0)
    assert "land" in refused.value.fields["file"]
    await office_data.replace(town.ctx, head, "categories", shipped("categories.toml").encode(), 0)
    assert set(await office_data.troubles(town.ctx, SYSTEM)) == {"remits", "handlers", "categories"}


async def test_another_file_that_does_not_fit_any_more_is_named(town):
    head = await town.sign_in("head")
    assert (await give(head, "categories", TREE)).status_code == 303
    assert (await give(head, "handlers", HANDLERS)).status_code == 303
    answer = await give(head, "categories", shipped("categories.toml"), 1)
    assert answer.status_code == 422
    assert "“承办单位表”不再相符" in answer.text


async def test_a_renamed_remit_says_what_is_not_suggested_until_it_says_like(town):
    await put(town, remit="government", category="land.taking.compensation", subject=b"", body=b"")
    head = await town.sign_in("head")
    assert (await give(head, "remits", RENAMED)).status_code == 303
    page = (await head.get("/petitions/data")).text
    assert "没有受理范围相当于“转同级人民政府”（government）" in page
    assert "没有承办“转同级人民政府”（gov）的单位" in page
    assert "有 1 件事项的职权归属为“government”" in page
    handled = await suggesting.usual_handler(town.ctx, SYSTEM, "gov", "land.taking.compensation")
    assert not handled.choices
    assert (
        await give(head, "remits", RENAMED.replace('id = "gov"', 'id = "gov"\nlike = "government"', 1), 1)
    ).is_redirect
    page = (await head.get("/petitions/data")).text
    assert "没有受理范围相当于" not in page
    assert "没有承办" not in page
    handled = await suggesting.usual_handler(town.ctx, SYSTEM, "gov", "land.taking.compensation")
    assert handled.choices[0].id == "gov.land"


async def test_matters_that_are_out_of_reach_are_not_counted(town):
    await put(town, remit="government", organisation_id=town.units["bureau"].id, subject=b"", body=b"")
    await office_data.replace(town.ctx, SYSTEM, "remits", RENAMED.encode(), 0)
    told = (await office_data.troubles(town.ctx, town.actors["receptionist"]))["remits"].gaps
    assert not any("件事项" in line or "matters are sorted" in line for line in told)
    told = (await office_data.troubles(town.ctx, SYSTEM))["remits"].gaps
    assert any("件事项" in line or "matters are sorted" in line for line in told)
