"""A whistle-blower's report goes both ways with the roles as they are shipped, by pages alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from huitang_petitions.events import MatterRegistered
from huitang_petitions.services import steps
from huitang_petitions.services.registering import register
from huitang_sdk.contracts import Delivery
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import Invalid
from tests.plugins.petitions.intake.letters import code_in, form, intake
from tests.plugins.petitions.register.matters import at

TODOS = "SELECT assignee_id FROM notifications.todo WHERE closed_at IS NULL"
QUESTION, ANSWER = "请说明是哪一天、在什么地点。", "三月一日，在二楼会议室。"


async def on_lists(town) -> list[str]:
    names = {actor.account_id: name for name, actor in town.actors.items()}
    return [names[row["assignee_id"]] for row in await town.fetch(TODOS)]


async def stepped(client: Any, way: str, transition: str, version: int, **more: str) -> None:
    data = {"version": str(version), "step_id": transition, **more}
    answer = await client.post(f"{way}/steps/{transition}", data=data)
    assert answer.status_code == 303, answer.text


async def test_a_report_is_accepted_asked_about_answered_and_closed(town):
    at(town)
    writer, head = await town.sign_in(""), await town.sign_in("head")
    sent = await writer.post("/petitions/report", data=await form(writer, "/petitions/report"))
    code = code_in(sent.text)
    matter: UUID = await town.one("SELECT id FROM petitions.matter")
    await steps.begin(town.ctx, [(MatterRegistered(matter_id=matter, channel="web"), Delivery(new_id(), 1, None))])
    assert await on_lists(town) == ["head"]
    page, way = f"/petitions/matters/{matter}", f"/petitions/matters/{matter}/way"
    await stepped(head, way, "accept", 1)
    assert await on_lists(town) == ["head"]
    assert (await head.post(f"{page}/messages", data={"text": QUESTION})).status_code == 303
    reader = await town.sign_in("")
    letter = await reader.post("/petitions/look-up", data={"code": code}, follow_redirects=True)
    assert QUESTION in letter.text
    said = await reader.post("/petitions/my-letter", data={"act": "add", "text": ANSWER}, follow_redirects=True)
    assert ANSWER in said.text
    assert ANSWER in (await head.get(page)).text
    await stepped(head, way, "answer", 2, words="已核实。")
    await stepped(head, way, "close", 3, note="已核实并答复")
    state = await town.one("SELECT state FROM petitions.matter")
    assert (state, await on_lists(town)) == ("closed", [])
    for name in ("officer", "handler", "receptionist", "supervisor"):
        assert (await (await town.sign_in(name)).get(page)).status_code in (403, 404), name


@pytest.mark.parametrize("transition", ["transfer", "assign"])
async def test_a_report_goes_to_no_unit_where_nobody_may_read_it(town, transition):
    ctx, _clock = at(town)
    report = intake(channel="web", persons=(), anonymous=True, whistle=True, organisation_id=town.units["office"].id)
    done = await register(ctx, SYSTEM, report)
    head, committee = town.actors["head"], town.units["committee"].id
    with pytest.raises(Invalid) as refused:
        await steps.take(ctx, head, done.id, transition, steps.Wanted(organisation_id=committee))
    assert set(refused.value.fields) == {"organisation"}
    await town.add_person("trusted", "committee", "petitions.head", "committee", "unit")
    moved = await steps.take(ctx, head, done.id, transition, steps.Wanted(organisation_id=committee))
    assert moved.state in ("transferred", "assigned")
    assert "trusted" in await on_lists(town)
