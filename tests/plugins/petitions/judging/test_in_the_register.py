"""Suggestions in the hall: learnt from what people decided, handlers by who handled such matters before."""

from __future__ import annotations

import re

from msgspec import structs

from huitang_petitions.judging.model import packed, unpacked
from huitang_petitions.judging.reading import shipped
from huitang_petitions.services import learnt, office_data, suggesting
from huitang_petitions.services.learnt import Right
from huitang_petitions.tables import Matter
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.plugins.petitions.register.matters import MORNING
from tests.plugins.petitions.register.test_way import opened


async def decided(town, text: str, **values) -> None:
    matter_id = new_id()
    sealed = {
        "subject": town.ctx.personal.seal("matter.subject", matter_id, ""),
        "body": town.ctx.personal.seal("matter.body", matter_id, text),
    }
    values = {"organisation_id": town.units["office"].id, "channel": "web", "state": "registered", **sealed, **values}
    key = str(matter_id)
    await Matter(
        id=matter_id, number=key, code_hash=key.encode(), received_at=MORNING, updated_at=MORNING, **values
    ).save()


async def test_who_handled_such_matters_is_suggested_by_name(ready):
    wages = {"remit": "government", "category": "labour.work.wages", "handler_id": ready.units["bureau"].id}
    for _number in range(12):
        await decided(ready, "工地欠薪", **wages)
    given = await suggesting.suggest_for(ready.ctx, "讨薪", "包工头拖欠我们二十个农民工的工资")
    assert given.remit.choices[0].id == "government"
    assert given.category.choices[0].id == "labour.work.wages"
    first = given.handler.choices[0]
    assert (first.id, first.title.zh) == (str(ready.units["bureau"].id), "望月县住建局")
    assert first.reasons[0].zh.startswith("12 件已确认")


async def test_a_night_s_learning_takes_in_decided_matters_and_keeps_no_text(ready):
    handler = ready.units["bureau"].id
    for number in range(30):
        text = f"无人机低空飞行，第{number}次航拍到窗口"
        await decided(ready, text, remit="government", category="environment.pollution.noise", handler_id=handler)
    await decided(ready, "举报", remit="supervisory", category="discipline.office.bribery", whistle=True)
    assert await suggesting.learn_anew(ready.ctx) == 30
    given = await suggesting.suggest_for(ready.ctx, "", "每天无人机航拍，低空飞行")
    assert given.category.choices[0].id == "environment.pollution.noise"
    newest = await learnt.newest(ready.ctx)
    assert (newest.version, newest.decided) == (1, 30)
    raw = await learnt.bytes_of(ready.ctx, newest)
    assert unpacked(raw)
    assert "无人机".encode() not in raw
    assert {one.set for one in newest.measured} == {"synthetic", "handwritten", "decided"}
    assert newest.right("category").letters == 30
    assert newest.right("category").first < 1, "measured before it was learnt"
    assert newest.right("handler").letters == 30
    assert newest.right("handler").first == 0, "measured by who handled them, before that was counted"
    # Another node has a folder of its own and knows the same version; a page tells it.
    other = structs.replace(ready.ctx, folder=ready.ctx.folder / "elsewhere")
    await suggesting.suggester(other)
    assert not other.folder.exists()
    again = await suggesting.suggest_for(other, "", "每天无人机航拍，低空飞行")
    assert again == given
    page = (await (await ready.sign_in("head")).get("/petitions/data")).text
    assert "第 1 版" in page
    assert "学习之前" in page


def sorting_card(page) -> str:
    return page.text.split('id="sorting"')[1].split('id="steps"')[0]


async def test_what_is_measured_is_named_and_before_the_first_night_it_is_the_makers_figure(ready):
    address, _matter = await opened(ready)
    officer = await ready.sign_in("officer")
    asked = {"act": "suggest"}
    assert "出厂测量：对 3000 件" in sorting_card(await officer.post(f"{address}/sorting", data=asked))
    page = (await (await ready.sign_in("head")).get("/petitions/data")).text
    assert "所说事项未学过的编造来信" in page
    assert "73.4" in page
    told = [
        Right(set=name, question="category", letters=25, first=first, first_three=1, sure=0.5, right_when_sure=0.9)
        for name, first in (("handwritten", 0.99), ("decided", 0.64))
    ]
    await learnt.keep(ready.ctx, b"spoiled", [], told)
    card = sorting_card(await officer.post(f"{address}/sorting", data=asked))
    assert "64" in card.split('id="category"')[1]
    assert "99 %" not in card
    text = shipped("remits.toml").replace('id = "default"', 'id = "ours"')
    await office_data.replace(ready.ctx, SYSTEM, "remits", text.encode(), 0)
    await learnt.keep(ready.ctx, b"spoiled", [], [])
    card = sorting_card(await officer.post(f"{address}/sorting", data=asked))
    assert "准确率尚未测量" in card
    assert "出厂测量" not in card


async def test_only_what_is_sure_is_filled_into_the_form(ready):
    officer = await ready.sign_in("officer")
    for body, sure in (("请看附件", False), ("包工头拖欠我们二十个农民工的工资，干完活不给工钱，老板跑了", True)):
        address, matter = await opened(ready)
        sealed = ready.ctx.personal.seal("matter.body", matter, body)
        subject = ready.ctx.personal.seal("matter.subject", matter, "来信")
        await Matter.update({"body": sealed, "subject": subject}).where(Matter.id == matter)
        given = await suggesting.suggest_for(ready.ctx, "来信", body)
        assert (given.category.sure, bool(given.category.choices)) == (sure, True)
        card = sorting_card(await officer.post(f"{address}/sorting", data={"act": "suggest"}))
        first = given.category.choices[0]
        assert first.title.zh in card
        assert bool(re.search(rf'value="{first.id}"[^>]* selected', card)) == sure


async def test_what_holds_is_the_newest_version_and_old_models_go(ready, suggester):
    raw = packed(suggester.model)
    told = Right(set="decided", question="remit", letters=25, first=0.8, first_three=1, sure=0.5, right_when_sure=0.9)
    for version in range(1, 6):
        assert await learnt.keep(ready.ctx, raw, [], [told]) == version
    rows = await ready.fetch("SELECT version, file_id FROM petitions.suggester ORDER BY version")
    assert [row["version"] for row in rows if row["file_id"]] == [3, 4, 5]
    stored = "SELECT count(*) FROM files.file_version WHERE name LIKE 'suggester-%'"
    assert await ready.one(stored) == learnt.KEPT
    first = await suggesting.suggester(ready.ctx)
    assert await suggesting.suggester(ready.ctx) is first
    # A version that cannot be read is told of in the log, and what the plugin brings is used.
    assert await learnt.keep(ready.ctx, b"spoiled", [], []) == 6
    other = await suggesting.suggester(ready.ctx)
    assert other is not first
    assert other.suggest("讨薪", "老板欠我工资不给").remit.choices[0].id == "government"
