"""The page on which an office is given its rule profile."""

from __future__ import annotations

from huitang_petitions import jobs
from huitang_sdk.contracts import Run
from huitang_sdk.db import new_id
from tests.plugins.petitions.register.matters import OWN, at, received


async def test_an_office_is_given_a_profile_and_its_limits_are_reckoned_anew(town):
    ctx, clock = at(town)
    await received(town, ctx, 2)
    head = await town.sign_in("head")
    page = await head.get("/petitions/rules")
    assert page.status_code == 200
    assert "信访工作条例" in page.text
    city = str(town.units["city"].id)
    for wrong in (
        {"organisation": "", "valid_from": "2026-03-01", "profile": "shanghai"},
        {"organisation": city, "valid_from": "三月", "profile": "shanghai"},
        {"organisation": city, "valid_from": "2026-03-01", "profile": "nowhere"},
        {"organisation": city, "valid_from": "2026-03-01", "content": OWN.replace("5", "-5")},
    ):
        answer = await head.post("/petitions/rules", data=wrong)
        assert answer.status_code == 422, wrong
    done = await head.post("/petitions/rules", data={"organisation": city, "valid_from": "2026-03-01", "content": OWN})
    assert done.status_code == 303
    said = await jobs.renew(ctx, Run(id=new_id(), job="petitions.renew", due=clock.now()))
    assert "2" in said
    dues = await town.fetch("SELECT due::text AS due FROM petitions.deadline WHERE limit_id = 'tell'")
    assert {row["due"] for row in dues} == {"2026-03-07"}
    county = await town.sign_in("county")
    assert (await county.get("/petitions/rules")).status_code == 403
