"""Suggestions in the hall: learnt from what people decided, handlers by who handled such matters before."""

from __future__ import annotations

import shutil

import pytest_asyncio

from huitang_petitions.services import suggesting
from huitang_petitions.tables import Matter
from huitang_sdk.db import new_id
from tests.plugins.petitions.register.matters import MORNING


@pytest_asyncio.fixture
async def ready(town, model_folder, suggester):
    """The town with the model that the tests have learnt."""
    town.ctx.folder.mkdir(parents=True, exist_ok=True)
    for file in model_folder.glob("*.npz"):
        shutil.copy(file, town.ctx.folder)
    return town


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
    for number in range(30):
        text = f"无人机低空飞行扰民，第{number}次航拍到窗口"
        await decided(ready, text, remit="government", category="environment.pollution.noise")
    await decided(ready, "举报", remit="supervisory", category="discipline.office.bribery", whistle=True)
    assert await suggesting.learn_anew(ready.ctx) == 30
    given = await suggesting.suggest_for(ready.ctx, "", "每天无人机航拍，低空飞行")
    assert given.category.choices[0].id == "environment.pollution.noise"
    assert "无人机".encode() not in (ready.ctx.folder / "suggester.npz").read_bytes()
