"""A meeting with its people in a real hall: accounts with real roles, seats with devices, an agenda with papers.

Made by SQL where that is shorter, so that the screens are tested apart from the pages that prepare a meeting.
"""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from huitang_conference.plugin import ConferencePlugin
from huitang_conference.rules.profiles import builtin_profiles, profile_to_json
from huitang_conference.services.voting.presses import Press, Recorder
from huitang_conference.services.voting.running import NewPoll, open_poll, prepare_poll
from huitang_sdk.contracts.devices import NewDevice
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests import town as towns

UNITS = (("city", "云江市人大常委会", ""), ("east", "望月县人大常委会", ""))
PEOPLE = (
    # name, unit, role, unit of the grant, reach; "stranger" is of another town
    ("clerk", "city", "conference.clerk", "", "below"),
    ("chair", "city", "conference.chair", "", "below"),
    ("operator", "city", "conference.operator", "", "below"),
    ("teller", "city", "conference.supervisor", "", "below"),
    ("member", "city", "conference.member", "", "own"),
    ("second", "city", "conference.member", "", "own"),
    ("observer", "city", "conference.member", "", "own"),
    ("plain", "city", "", "", ""),
    ("stranger", "east", "conference.chair", "", "below"),
)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc00000030101003fd7a3a30000000049454e44ae426082"
)
MEMBERS = ("周文清", "陈立新", "吴晓岚", "郑国安", "林若梅")
"""The first is the chair, the next two sign in as member and second."""
DEVICES = (
    ("seat", "1-1", "conference.terminal"),
    ("free", "9-9", "conference.terminal"),
    ("screen", "大厅", "conference.screen"),
)


class Town(towns.Town):
    """`actors` act in services, `client` opens a browser's session, or that of a device."""

    tokens: dict[str, str] = {}
    meeting: UUID = UUID(int=0)
    attendees: dict[str, UUID] = {}
    items: list[UUID] = []

    @property
    def unit(self) -> UUID:
        """The town's own organisation."""
        return self.units["city"].id  # type: ignore[no-any-return]

    async def client(self, name: str = "") -> Any:
        """A client that is signed in as `name`, or is the device of that name; "" is nobody."""
        client = await self.sign_in("" if name in self.tokens else name)
        if name in self.tokens:
            client.headers["Authorization"] = f"Bearer {self.tokens[name]}"
        return client

    def at(self, desk: str) -> str:
        """The address of a desk of the meeting."""
        return f"/conference/meetings/{self.meeting}/{desk}"

    async def presence(self, presence: str, *names: str) -> None:
        await self.ctx.db.execute(
            "UPDATE conference.attendee SET presence = $3 WHERE meeting_id = $1 AND name = ANY($2::text[])",
            *(self.meeting, list(names or MEMBERS), presence),
        )

    async def prepare(self, **values: Any) -> UUID:
        """A vote on the first item that is prepared."""
        new = {"kind": "motion", "title": "关于批准预算调整方案的决议", "item_id": self.items[0], "secrecy": "open"}
        return await prepare_poll(self.ctx, SYSTEM, self.meeting, NewPoll(**(new | values)))

    async def open(self, **values: Any) -> UUID:
        """A vote that is open."""
        poll = await self.prepare(**values)
        await open_poll(self.ctx, SYSTEM, poll)
        return poll

    async def press(self, poll: UUID, *choices: str) -> None:
        """The first members press these."""
        recorder = Recorder(self.ctx)
        presses = [
            Press(
                poll_id=poll, attendee_id=self.attendees[name], press_id=secrets.token_hex(8), number=1, choice=choice
            )
            for name, choice in zip(MEMBERS, choices, strict=False)
        ]
        await recorder.press_many(presses)
        await recorder.stop()


async def open_town(open_hall: Any, **options: Any) -> Town:
    return await towns.settle_once(open_hall, ConferencePlugin(), "screens", _begin, **options)


async def _begin(empty: towns.Town) -> Town:
    opened = Town(empty.hall, empty.plugin, empty.units, empty.actors, meeting=new_id())
    await opened.people(UNITS, PEOPLE)
    await _meeting(opened)
    await _devices(opened)
    return opened


async def _meeting(town: Town) -> None:
    """A standing committee of nine, five of them here, its third meeting with two items."""
    profile = builtin_profiles()["city-standing-committee"]
    body, run = new_id(), town.ctx.db.execute
    await run(
        "INSERT INTO conference.body (id, organisation_id, name, kind, profile_id) VALUES ($1, $2, $3, $4, $5)",
        *(body, town.unit, "云江市人大常委会", "standing_committee", profile.id),
    )
    await run(
        "INSERT INTO conference.meeting (id, organisation_id, body_id, title, place, starts_at, state, profile,"
        " members_total, speaking_open) VALUES ($1, $2, $3, $4, $5, now(), 'open', $6::text::jsonb, 9, true)",
        *(town.meeting, town.unit, body, "云江市人大常委会第三次会议", "常委会会议厅", profile_to_json(profile)),
    )
    accounts = {"周文清": "chair", "陈立新": "member", "吴晓岚": "second", "何列席": "observer"}
    for place, name in enumerate((*MEMBERS, "何列席"), 1):
        attendee, account = new_id(), accounts.get(name)
        town.attendees[name] = attendee
        role = "observer" if name == "何列席" else "member"
        await run(
            "INSERT INTO conference.attendee (id, meeting_id, account_id, name, title, role, is_chair, position,"
            " presence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'present')",
            *(attendee, town.meeting, town.actors[account].account_id if account else None, name),
            *("主任" if place == 1 else "委员", role, place == 1, place),
        )
        await run(
            "INSERT INTO conference.seat (id, meeting_id, label, x, y, attendee_id) VALUES ($1, $2, $3, $4, $5, $6)",
            *(new_id(), town.meeting, f"{1 + place // 4}-{place}", float(place % 4), float(place // 4), attendee),
        )
    for place, title in enumerate(("关于批准2026年市级预算调整方案", "人事任免"), 1):
        item = new_id()
        town.items.append(item)
        await run(
            "INSERT INTO conference.item (id, meeting_id, position, number, title, kind)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            *(item, town.meeting, place, f"议程{place}", title, "motion" if place == 1 else "appointment"),
        )
    await run("UPDATE conference.meeting SET item_id = $2 WHERE id = $1", town.meeting, town.items[0])
    await run("UPDATE conference.item SET state = 'current', started_at = now() WHERE id = $1", town.items[0])


async def _devices(town: Town) -> None:
    made = [NewDevice(name, place, role) for name, place, role in DEVICES]
    invited = await town.ctx.devices.invite(made, organisation_id=town.unit, actor=SYSTEM)
    for invitation in invited:
        _device, token = await town.ctx.devices.enrol(invitation.code)
        town.tokens[invitation.device.name] = token
