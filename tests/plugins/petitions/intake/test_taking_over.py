"""A list that was looked at is taken over once, however often and fast somebody presses."""

from __future__ import annotations

import asyncio

from huitang_petitions.services import past
from huitang_petitions.services.importing import Taken, look_at, take_over
from huitang_sdk.contracts import Ref
from huitang_sdk.errors import NotFound
from tests.plugins.petitions.intake.test_old_people import HEAD, row
from tests.plugins.petitions.intake.test_old_registers import ago, workbook


async def test_of_two_who_take_a_list_over_at_once_one_gets_it_with_its_codes(town):
    who = town.actors["receptionist"]
    sheet = await look_at(town.ctx, who, workbook(HEAD, row(town), row(town, 事由="井盖", 收到日期=ago(town, 2))))
    both = (take_over(town.ctx, who, sheet.token) for _ in range(2))
    found = await asyncio.gather(*both, return_exceptions=True)
    (taken,) = [one for one in found if isinstance(one, Taken)]
    assert (taken.count, len(taken.codes)) == (2, 2)
    assert [type(one) for one in found if one is not taken] == [NotFound]
    assert await town.one("SELECT count(*) FROM petitions.matter") == 2


async def test_nothing_to_put_on_record_is_nothing_done(town):
    who = town.actors["receptionist"]
    async with town.ctx.db.write(who) as write:
        await past.put(town.ctx, write, who, [])
        await write.audit("petitions.register.imported", Ref("petitions.import", who.account_id))
