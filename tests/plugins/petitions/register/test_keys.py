"""A change of keys leaves nothing of the register behind, and takes what was never written for no harm."""

from __future__ import annotations

from datetime import date

from huitang_petitions.plugin import PetitionsPlugin
from huitang_petitions.tables import Rating, Supervision
from huitang_sdk.contracts.identity import SYSTEM
from tests.plugins.petitions.conftest import PEOPLE, UNITS
from tests.plugins.petitions.register.matters import MORNING, at, received
from tests.town import settle

QUICK = {"personal": {"lease_seconds": 0.3}}


async def test_what_was_never_written_is_no_alteration(open_hall):
    town = await settle(open_hall, PetitionsPlugin(), UNITS, PEOPLE, plugins=QUICK)
    ctx, _clock = at(town)
    matter_id, other = await received(town, ctx, 2)
    office = town.units["office"].id
    await Rating(matter_id=matter_id, office="office", body_id=office, grade="good", channel="web", at=MORNING).save()
    step = Supervision(matter_id=matter_id, step="urge", organ="handler", due=date(2026, 3, 9), at=MORNING)
    step.note = ctx.personal.seal("supervision.note", step.id, "请抓紧办理")
    await step.save()
    personal = town.hall.services.personal
    checks = {check.id: check.check for check in town.hall.registry.get("personal").declarations.health_checks}

    await personal.rotation.finish(SYSTEM)  # what every night does
    assert (await checks["personal.columns"](ctx)).ok

    await personal.rotation.begin(SYSTEM)
    await personal.rotation.finish(SYSTEM)
    tables = {table.name: table for table in await personal.states.tables()}
    assert {(table.complete, table.broken) for table in tables.values()} == {(2, 0)}
    assert (await checks["personal.columns"](ctx)).ok
    (kept,) = await ctx.db.fetch("SELECT id, note, answer FROM petitions.supervision WHERE matter_id = $1", matter_id)
    assert ctx.personal.unseal("supervision.note", kept["id"], kept["note"]) == "请抓紧办理"
    assert kept["answer"] == b""
    notes = await ctx.db.fetch(
        "SELECT DISTINCT note FROM petitions.event WHERE matter_id IN ($1, $2)", matter_id, other
    )
    assert [row["note"] for row in notes] == [b""]
