"""The page of a matter's handling: what is offered to whom, and every form of it."""

from __future__ import annotations

from uuid import UUID

import pytest

from huitang_petitions.services import protecting, sorting, steps
from huitang_petitions.tables import Matter
from huitang_petitions.workflow import MATTER
from tests.plugins.petitions.register.matters import at, received


async def opened(town, **values) -> tuple[str, UUID]:
    """A matter with a subject, and the address of its handling."""
    ctx, _clock = at(town)
    (matter,) = await received(town, ctx, 1, kind="appeal", **values)
    for column, text in (("subject", "旧小区加装电梯"), ("body", "请求协调"), ("place", "")):
        sealed = ctx.personal.seal(f"matter.{column}", matter, text)
        await Matter.update({column: sealed}).where(Matter.id == matter)
    return f"/petitions/matters/{matter}/way", matter


async def test_each_sees_the_steps_that_are_theirs(town):
    address, _matter = await opened(town)
    offered = {"officer": {"accept", "refuse", "transfer", "send_away", "assign", "withdraw"}, "receptionist": set()}
    for name, wanted in offered.items():
        client = await town.sign_in(name)
        page = await client.get(address)
        assert page.status_code == 200
        found = {part.split('"')[0] for part in page.text.split(f'action="{address}/steps/')[1:]}
        assert found == wanted, name
        assert "旧小区加装电梯" in page.text
    for name in ("county", "plain"):
        assert (await (await town.sign_in(name)).get(address)).status_code in (403, 404)


async def test_a_matter_that_was_transferred_is_not_called_by_its_channel(town):
    address, _matter = await opened(town, state="transferred", channel="letter")
    client = await town.sign_in("officer")
    for page in (address.removesuffix("/way"), "/petitions/?state=transferred"):
        shown = (await client.get(page)).text
        assert "已转送" in shown, page
        assert "其他机关转来" not in shown.partition("<main")[2].replace('value="transferred">其他机关转来', ""), page


async def test_a_matter_is_handled_by_forms_alone(town):
    address, matter = await opened(town)
    officer, head = await town.sign_in("officer"), await town.sign_in("head")
    answer = await officer.post(f"{address}/steps/refuse", data={"version": "1", "step_id": "refuse", "note": "重复"})
    assert answer.status_code == 422
    assert "重复" in answer.text
    assert 'id="refuse-article"' in answer.text
    assert (await officer.post(f"{address}/steps/accept", data={"version": "1"})).status_code == 303
    late = {"version": "1", "step_id": "accept", "note": "写了很久的说明"}
    answer = await officer.post(f"{address}/steps/accept", data=late)
    assert (answer.status_code, "写了很久的说明" in answer.text) == (409, True)
    assert (await officer.post(f"{address}/steps/fly", data={})).status_code == 409
    wrong = await officer.post(f"{address}/extensions", data={"limit": "handle", "days": "x", "reason": "复杂"})
    assert wrong.status_code == 422
    asked = {"limit": "handle", "days": "30", "reason": "等待鉴定结论"}
    assert (await officer.post(f"{address}/extensions", data=asked)).status_code == 303
    page = await head.get(address)
    assert "等待鉴定结论" in page.text
    (extension,) = {row["id"] for row in await town.fetch("SELECT id FROM petitions.extension")}
    assert f"/extensions/{extension}" not in (await officer.get(address)).text
    assert (await head.post(f"{address}/extensions/{extension}", data={"granted": "1"})).status_code == 303
    assert (await head.post(f"{address}/supervision", data={"step": "urge", "said": ""})).status_code == 422
    urged = {"step": "urge", "said": "请尽快答复"}
    assert (await head.post(f"{address}/supervision", data=urged)).status_code == 303
    (act,) = {row["id"] for row in await town.fetch("SELECT id FROM petitions.supervision")}
    told = {"answer": "已约定现场会"}
    assert (await officer.post(f"{address}/supervision/{act}", data=told)).status_code == 303
    page = await officer.get(address)
    assert "请尽快答复" in page.text
    assert "已约定现场会" in page.text
    assert (await officer.post(f"{address}/delivered", data={"delivered": "2026-04-01"})).status_code == 409
    assert (await officer.post(f"{address}/steps/answer", data={"words": "已约定现场会"})).status_code == 303
    assert await town.one("SELECT state FROM petitions.matter WHERE id = $1", matter) == "answered"
    for day in ("", "明天", "2026-01-01", "2027-01-01"):
        answer = await officer.post(f"{address}/delivered", data={"delivered": day})
        assert (answer.status_code, "delivered-error" in answer.text) == (422, True), day
    today = town.ctx.clock.today()
    assert (await officer.post(f"{address}/delivered", data={"delivered": str(today)})).status_code == 303
    assert f"送达信访人：{today.month}月{today.day}日" in (await officer.get(address)).text


async def test_the_form_that_all_workflows_share_takes_no_step_past_its_checks(town):
    _address, matter = await opened(town)
    await steps.take(town.ctx, town.actors["head"], matter, "accept", steps.Wanted())
    head = await town.sign_in("head")
    before = await town.fetch("SELECT state, updated_at FROM petitions.matter WHERE id = $1", matter)
    for one in MATTER.transitions:
        form = {"transition": one.id, "version": "2", "note": "不得留下的话"}
        answer = await head.post(f"/workflow/processes/petitions.matter/{matter}/move", data=form)
        assert answer.status_code == 404, one.id
    assert await town.fetch("SELECT state, updated_at FROM petitions.matter WHERE id = $1", matter) == before


async def test_people_are_kept_away_by_forms(town):
    address, _matter = await opened(town)
    head, receptionist = await town.sign_in("head"), await town.sign_in("receptionist")
    assert (await head.post(f"{address}/accused", data={})).status_code == 422
    assert (await head.post(f"{address}/accused", data={"accused": "officer"})).status_code == 303
    assert (await (await town.sign_in("officer")).get(address)).status_code == 404
    (accused,) = {row["id"] for row in await town.fetch("SELECT id FROM petitions.accused")}
    assert (await head.post(f"{address}/accused/{accused}", data={"reason": ""})).status_code == 422
    assert (await head.post(f"{address}/accused/{accused}", data={"reason": "核实有误"})).status_code == 303
    assert (await head.post(f"{address}/recusal", data={"who": "nobody-here", "why": "亲属"})).status_code == 422
    gone = await receptionist.post(f"{address}/recusal", data={"why": "信访人是亲属"})
    assert gone.headers["location"] == "/petitions/"
    assert (await receptionist.get(address)).status_code == 404
    assert steps.WITH_REASON


async def test_a_matter_is_sorted_by_a_person_and_its_limits_follow(town):
    address, matter = await opened(town)
    officer = await town.sign_in("officer")
    for wrong in ({"kind": "song"}, {"remit": "moon"}, {"category": "a.b"}):
        assert (await officer.post(f"{address}/sorting", data=wrong)).status_code == 422
    assert (await officer.post(f"{address}/steps/accept", data={"version": "1"})).status_code == 303
    limits = "SELECT limit_id FROM petitions.deadline WHERE matter_id = $1 AND state = 'running'"
    assert "handle" in {row["limit_id"] for row in await town.fetch(limits, matter)}
    remit, category = (await sorting.remit_choices(town.ctx))[0][0], (await sorting.category_choices(town.ctx))[-1][0]
    sorted_as = {"kind": "suggestion", "remit": remit, "category": category}
    assert (await officer.post(f"{address}/sorting", data=sorted_as)).status_code == 303
    (row,) = await town.fetch("SELECT kind, remit, category FROM petitions.matter WHERE id = $1", matter)
    assert row == sorted_as
    assert "handle" not in {row["limit_id"] for row in await town.fetch(limits, matter)}
    assert (await (await town.sign_in("receptionist")).post(f"{address}/sorting", data=sorted_as)).status_code == 403


@pytest.mark.timeout(300)
async def test_a_suggestion_is_shown_with_its_reasons_and_nothing_is_kept(ready):
    town = ready
    address, matter = await opened(town)
    officer = await town.sign_in("officer")
    page = await officer.post(f"{address}/sorting", data={"act": "suggest", "kind": "appeal"})
    assert page.status_code == 200
    assert "%" in page.text.split('id="sorting"')[1].split('id="steps"')[0]
    (row,) = await town.fetch("SELECT remit, category FROM petitions.matter WHERE id = $1", matter)
    assert row == {"remit": "", "category": ""}


async def test_the_petitioner_is_told_by_a_button_and_the_limit_is_met(town):
    address, matter = await opened(town)
    officer = await town.sign_in("officer")
    assert 'value="told"' in (await officer.get(address)).text
    assert (await officer.post(f"{address}/events", data={"kind": "sung"})).status_code == 422
    assert (await officer.post(f"{address}/events", data={"kind": "hearing_started"})).status_code == 403
    assert (await officer.post(f"{address}/events", data={"kind": "told"})).status_code == 303
    state = "SELECT state FROM petitions.deadline WHERE matter_id = $1 AND limit_id = 'tell'"
    assert await town.one(state, matter) == "met"
    assert 'value="told"' not in (await officer.get(address)).text
    assert (await officer.post(f"{address}/events", data={"kind": "told"})).status_code == 409


async def test_whoever_handled_such_matters_is_offered_and_never_one_complained_of(town):
    decided = {"remit": "own", "category": "environment.pollution.noise"}
    committee = town.units["committee"]
    for _number in range(2):
        await opened(town, **decided, handler_id=committee.id)
    address, _matter = await opened(town, **decided)
    officer = await town.sign_in("officer")
    offered = f'<option value="{committee.id}" selected>'
    page = await officer.get(address)
    assert page.text.count(offered) == 2  # to transfer, and to assign
    assert "2 件已确认" in page.text
    undecided, _other = await opened(town)
    assert offered not in (await officer.get(undecided)).text
    chosen = {"version": "1", "step_id": "assign", "organisation": ""}
    assert offered not in (await officer.post(f"{address}/steps/assign", data=chosen)).text.split("/steps/assign")[1]
    await officer.post(f"{address}/accused", data={"unit": str(committee.id), "accused": ""})
    assert offered not in (await officer.get(address)).text
    assert (await officer.post(f"{address}/steps/assign", data=chosen)).status_code == 422


async def test_what_others_handled_is_counted_for_whoever_may_reach_it_alone(town):
    decided = {"remit": "own", "category": "environment.pollution.noise"}
    east = town.units["east"].id
    for _number in range(3):
        await opened(town, **decided, organisation_id=east, handler_id=town.units["bureau"].id)
    _address, kept = await opened(town, **decided, handler_id=town.units["committee"].id)
    address, _matter = await opened(town, **decided)
    local = await town.add_person("local", "office", "petitions.officer", "office", "unit")
    page = (await (await town.sign_in("local")).get(address)).text
    assert "1 件已确认" in page
    assert f'<option value="{town.units["bureau"].id}" selected>' not in page
    assert "4 件已确认的同类事项中 3 件" in (await (await town.sign_in("officer")).get(address)).text
    await protecting.accuse(town.ctx, town.actors["head"], kept, account_id=local.account_id)
    assert "件已确认" not in (await (await town.sign_in("local")).get(address)).text
