"""Art. 23 excepts those whose name or address is unclear: nobody is late for not telling them."""

from __future__ import annotations

import pytest

from huitang_petitions.services import merging, steps
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import Person
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict, Forbidden
from tests.plugins.petitions.intake.letters import intake
from tests.plugins.petitions.register.matters import at, wanted

TELL = "SELECT state FROM petitions.deadline WHERE matter_id = $1 AND limit_id = 'tell'"
SAID = "没有电话、地址和微信"


async def came(town, key, **more):
    office = town.units["office"].id
    return (await register(town.ctx, SYSTEM, intake(kind="appeal", organisation_id=office, key=key, **more))).id


async def test_whom_nobody_can_tell_is_put_on_record_and_nobody_is_late(town):
    _ctx, clock = at(town)
    matter = await came(town, "a", anonymous=True, persons=())
    officer, address = await town.sign_in("officer"), f"/petitions/matters/{matter}/way"
    page = (await officer.get(address)).text
    assert SAID in page
    assert page.index('value="address_unclear"') < page.index('value="told"')
    clock.forward(days=1)
    assert (await officer.post(f"{address}/events", data={"kind": "address_unclear"})).status_code == 303
    clock.forward(days=30)
    assert await town.one(TELL, matter) == "void"
    assert 'value="address_unclear"' not in (await officer.get(address)).text
    on_record = "SELECT count(*) FROM kernel.audit_record WHERE action = 'petitions.matter.address_unclear'"
    assert await town.one(on_record) == 1
    assert (await officer.post(f"{address}/events", data={"kind": "address_unclear"})).status_code == 409


async def test_it_is_offered_last_of_somebody_with_a_telephone(town):
    at(town)
    for key, more in (("named", {}), ("phone", {"anonymous": True, "persons": (Person(phone="13800001234"),)})):
        matter = await came(town, key, **more)
        page = (await (await town.sign_in("officer")).get(f"/petitions/matters/{matter}/way")).text
        assert page.index('value="address_unclear"') > page.index('value="told"'), key
        assert SAID not in page


async def test_it_is_of_one_matter_and_whoever_decides_says_it(town):
    ctx, clock = at(town)
    main, other = await came(town, "a", anonymous=True, persons=()), await came(town, "b")
    clock.forward(days=1)
    await steps.take(ctx, town.actors["head"], main, "accept", wanted("accept"))
    await merging.join(ctx, town.actors["head"], other, main)
    with pytest.raises(Forbidden):
        await steps.note(ctx, town.actors["receptionist"], main, "address_unclear")
    await steps.note(ctx, town.actors["officer"], main, "address_unclear")
    assert (await town.one(TELL, main), await town.one(TELL, other)) == ("void", "running")
    with pytest.raises(Conflict):
        await steps.note(ctx, town.actors["officer"], main, "address_unclear")
