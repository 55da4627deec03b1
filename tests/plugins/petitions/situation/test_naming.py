"""Letters of every channel come to a district: by the place they name, or by an officer who sorts them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from huitang_petitions.services import situation
from huitang_petitions.services.registering import register
from huitang_petitions.services.situation import Wanted
from huitang_sdk.contracts.identity import ANONYMOUS, SYSTEM
from tests.plugins.petitions.intake.letters import form, intake
from tests.plugins.petitions.situation.test_map import CITY, give

DISTRICT = "SELECT district FROM petitions.matter WHERE id = $1"
RECENT = timedelta(days=8)


async def counted(town) -> dict[str, int]:
    ctx = town.ctx
    wanted = Wanted(period=situation.period_of(ctx, 12))
    return {one.value: one.count for one in await situation.figures(ctx, town.actors["analyst"], "district", wanted)}


async def test_a_letter_whose_place_names_one_district_counts_there(town):
    head, resident = await town.sign_in("head"), await town.sign_in("")
    assert (await give(head, CITY)).status_code == 303
    places = {"城东 菜市场": "东区", "西区 3 栋": "西区", "东区和西区之间": "", "城东路 3 号": "", "": ""}
    received = datetime.now(UTC) - RECENT
    for place, wanted in places.items():
        done = await register(town.ctx, ANONYMOUS, intake(channel="web", place=place, received_at=received))
        assert await town.one(DISTRICT, done.id) == wanted, place
    given = await register(town.ctx, SYSTEM, intake(place="西区", district="东区", received_at=received))
    assert await town.one(DISTRICT, given.id) == "东区"
    assert await counted(town) == {"东区": 2, "西区": 1, "": 3}
    answer = await resident.post("/petitions/write", data=await form(resident, place="东区人民路", body="另一件事"))
    assert answer.status_code == 200
    assert await town.one("SELECT count(*) FROM petitions.matter WHERE district = '东区'") == 3


async def test_an_officer_is_offered_what_the_letter_names_and_gives_the_district(town):
    head, officer = await town.sign_in("head"), await town.sign_in("officer")
    assert (await give(head, CITY)).status_code == 303
    received = datetime.now(UTC) - RECENT
    sms = intake(channel="sms", body="我住西区，楼下夜里很吵", received_at=received)
    done = await register(town.ctx, ANONYMOUS, sms)
    assert await town.one(DISTRICT, done.id) == ""
    address = f"/petitions/matters/{done.id}/way"
    page = (await officer.get(address)).text
    assert "来信提到：西区" in page
    assert 'name="district" value="西区"' in page
    assert '<option value="东区">' in page
    sorted_as = {"kind": "appeal", "remit": "", "category": ""}
    assert (await officer.post(f"{address}/sorting", data=sorted_as | {"district": "城东"})).status_code == 303
    assert await town.one(DISTRICT, done.id) == "东区"
    assert await counted(town) == {"东区": 1}
    assert 'name="district" value="东区"' in (await officer.get(address)).text
    long = await officer.post(f"{address}/sorting", data=sorted_as | {"district": "长" * 101})
    assert (long.status_code, 'id="district-error"' in long.text) == (422, True)
    api = f"/api/petitions/matters/{done.id}/sorting"
    assert (await officer.post(api, json=sorted_as)).status_code == 204
    assert await town.one(DISTRICT, done.id) == "东区"
    assert (await officer.post(api, json=sorted_as | {"district": ""})).status_code == 204
    assert await town.one(DISTRICT, done.id) == ""
    assert (await officer.post(api, json=sorted_as | {"kind": "song"})).status_code == 422


async def test_without_outlines_letters_come_in_as_before(town):
    done = await register(town.ctx, ANONYMOUS, intake(channel="web", place="东区 3 栋"))
    assert await town.one(DISTRICT, done.id) == ""
    officer = await town.sign_in("officer")
    assert (await officer.get(f"/petitions/matters/{done.id}/way")).status_code == 200
