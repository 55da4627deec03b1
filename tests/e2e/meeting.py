"""A congress of four deputies that meets today, in a server of its own: what the tests of the screens start from.

`python -m tests.e2e.meeting FOLDER` makes it in FOLDER and prints what is needed to come in.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from huitang_conference.services import agenda, bodies, documents, meetings, members, seating
from huitang_conference.services.voting.running import NewPoll, prepare_poll
from huitang_kernel.app import Hall
from huitang_kernel.cli.session import connected_hall, database_of, read_settings
from huitang_sdk.contracts.devices import NewDevice
from huitang_sdk.contracts.identity import SYSTEM

PASSWORD = "sample-password-27"
DEPUTIES = ("周文清", "陈立新", "吴晓岚", "郑国安")
"""The first presides; the next two sit at devices, the last one signs in on a phone."""
PEOPLE = {
    "chair": "conference.chair",
    "operator": "conference.operator",
    "clerk": "conference.clerk",
    "teller": "conference.supervisor",
    "deputy": "conference.member",
}
ITEMS = (
    ("一、", "关于批准2026年市级预算调整方案的决议（草案）", "motion", "市财政局局长 林若梅"),
    ("二、", "关于修改《云江市城市绿化条例》的决定（草案）", "motion", "市人大法制委员会"),
    ("三、", "选举市监察委员会委员", "election", "大会主席团"),
)
TEXT = """第一条 批准市人民政府提出的2026年市级预算调整方案。
第二条 一般公共预算支出调增1.2亿元，主要用于中小学校舍改造。
"""


async def make(hall: Hall) -> dict[str, Any]:
    """Accounts, the body, the meeting with its agenda, papers and votes, the devices; returns their addresses."""
    record = hall.registry.get("conference")
    assert record is not None, "the conference plugin is not installed"
    ctx = record.context
    identity, permissions = hall.services.identity, hall.services.permissions
    city = await identity.create_organisation(SYSTEM, "云江市人民代表大会")
    accounts: dict[str, Any] = {}
    for username, role in PEOPLE.items():
        name = {"chair": DEPUTIES[0], "deputy": DEPUTIES[3]}.get(username, username)
        accounts[username] = await identity.create_account(SYSTEM, username, name, PASSWORD, city.id)
        reach = "own" if username == "deputy" else "below"
        await permissions.grant(SYSTEM, role, city.id, reach, account_id=accounts[username].id)
    values = bodies.BodyValues(name="云江市人民代表大会", kind="congress", profile_id="city-congress", term="第十届")
    body = await bodies.create(ctx, SYSTEM, city.id, values)
    for place, name in enumerate(DEPUTIES):
        account = {0: "chair", 3: "deputy"}.get(place)
        new = members.MemberValues(
            name=name, title="代表", account_id=accounts[account].id if account else None, card=f"card-{place}"
        )
        await members.add(ctx, SYSTEM, body, new)
    meeting = await _meeting(ctx, body)
    tokens = await _devices(ctx, city.id, meeting)
    return {"meeting": str(meeting), "tokens": tokens}


async def _meeting(ctx: Any, body: Any) -> Any:
    values = meetings.MeetingValues(
        title="云江市第十届人民代表大会第三次会议", number="第三次会议", starts_at=datetime.now(UTC), place="云江会堂"
    )
    meeting = await meetings.create(ctx, SYSTEM, body, values)
    await seating.lay_out(ctx, SYSTEM, meeting, seating.grid(1, 4))
    await seating.assign_in_order(ctx, SYSTEM, meeting)
    ids = []
    for number, title, kind, presenter in ITEMS:
        values = agenda.ItemValues(title=title, kind=kind, number=number, presenter=presenter)
        ids.append(await agenda.add(ctx, SYSTEM, meeting, values))
    await documents.attach(
        ctx, SYSTEM, meeting, "预算调整方案.txt", TEXT.encode(), title="预算调整方案（草案）", item_id=ids[0]
    )
    await meetings.convene(ctx, SYSTEM, meeting, reason="测试")
    # The rules of this body let the chair prolong a speech, which the sample profile leaves to the operator to say.
    await ctx.db.execute(
        "UPDATE conference.meeting SET profile = jsonb_set(profile, '{speech,plenary,extension}', 'true')"
        " WHERE id = $1",
        meeting,
    )
    for new in (
        NewPoll(kind="motion", title="预算调整方案的决议", item_id=ids[0], secrecy="open"),
        NewPoll(kind="motion", title="绿化条例的修改决定", item_id=ids[1], secrecy="secret", counts="last"),
        NewPoll(kind="election", title="市监察委员会委员", item_id=ids[2], names=["林若梅", "何守正"], seats=1),
    ):
        await prepare_poll(ctx, SYSTEM, meeting, new)
    return meeting


async def _devices(ctx: Any, organisation: Any, meeting: Any) -> dict[str, str]:
    """A terminal at the seats of the second and the third deputy, and the hall screen."""
    labels = [seat.label for seat in await seating.seats(ctx, meeting)]
    made = [NewDevice(f"席位{n}", labels[n], "conference.terminal") for n in (1, 2)]
    made.append(NewDevice("大屏", "大厅", "conference.screen"))
    invited = await ctx.devices.invite(made, organisation_id=organisation, actor=SYSTEM)
    return {
        name: (await ctx.devices.enrol(one.code))[1]
        for name, one in zip(("seat1", "seat2", "screen"), invited, strict=True)
    }


async def _main(folder: Path) -> None:
    settings = read_settings(None, folder, logging={"level": "WARNING"})
    with database_of(settings) as dsn:
        async with connected_hall(settings, dsn) as hall:
            print(json.dumps(await make(hall)), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
