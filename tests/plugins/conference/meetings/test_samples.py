"""The samples of the demo: loaded by the same services, once, and something of everything."""

from __future__ import annotations

import msgspec

from huitang_conference import samples
from huitang_conference.plugin import ConferencePlugin
from huitang_sdk.contracts.identity import SYSTEM
from tests.plugins.conference.town import Town


async def test_the_samples_show_something_of_everything_and_load_once(open_hall):
    hall = await open_hall(ConferencePlugin())
    await hall.services.identity.create_organisation(SYSTEM, "云江市")
    town = Town(hall, "conference", {}, {})
    for _time in range(2):
        await samples.load(town.ctx, None)
    meetings = await town.fetch("SELECT * FROM conference.meeting ORDER BY starts_at")
    assert [meeting["state"] for meeting in meetings] == ["archived", "convened", "convened", "draft"]
    today = meetings[1]
    assert today["members_total"] == 45
    counts = {
        "conference.body": 3,
        "conference.member": 121,
        "conference.hall": 1,
        "conference.seat": 216,
    }
    for table, count in counts.items():
        assert await town.one(f"SELECT count(*) FROM {table}") == count, table
    kinds = await town.fetch("SELECT DISTINCT kind FROM conference.item WHERE meeting_id = $1", today["id"])
    assert {row["kind"] for row in kinds} == {"report", "motion", "appointment", "other"}
    polls = await town.fetch("SELECT kind FROM conference.poll WHERE meeting_id = $1 ORDER BY position", today["id"])
    assert [row["kind"] for row in polls].count("appointment") == 3
    assert {"motion", "amendment"} <= {row["kind"] for row in polls}
    held = await town.fetch(
        "SELECT kind, state, result, announced_at - opened_at < interval '1 hour' AS soon FROM conference.poll"
        " WHERE meeting_id = $1 ORDER BY position",
        meetings[0]["id"],
    )
    assert [(row["kind"], row["state"], row["soon"]) for row in held] == [
        (kind, "closed", True) for kind in ("motion", "appointment", "appointment")
    ]
    results = [msgspec.json.decode(row["result"]) for row in held]
    assert [result["verdict"]["passed"] for result in results] == [True, True, False]
    assert results[1]["counts"]["not_pressed"] == 1
    elections = "SELECT seats FROM conference.poll WHERE kind = 'election'"
    assert await town.one(elections) == 2
    leave = await town.fetch("SELECT state FROM conference.leave_request ORDER BY state")
    assert [row["state"] for row in leave] == ["asked", "granted", "granted"]
    assert await town.one("SELECT count(*) FROM conference.document") == 7
    unseated = "SELECT count(*) FROM conference.attendee a WHERE meeting_id = $1 AND role = 'member' AND NOT EXISTS"
    seated = "(SELECT 1 FROM conference.seat s WHERE s.attendee_id = a.id)"
    assert await town.one(f"{unseated} {seated}", today["id"]) == 0
