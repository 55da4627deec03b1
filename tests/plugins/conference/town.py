"""A town whose standing committee meets: real accounts with real roles, a body, a convened meeting with seats.

town = await open_town(open_hall, members=5)
await present(town, 3)                              # three members have checked in
await attendance.check_in(town.ctx, town.actors["member4"], town.meeting_id, town.attendees["member4"], "seat")
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from huitang_conference.plugin import ConferencePlugin
from huitang_conference.services import attendance, bodies, meetings, members, roster, seating
from huitang_sdk.contracts.identity import SYSTEM
from tests import town as towns

UNITS = (("city", "云江市", ""), ("office", "云江市人大常委会办公室", "city"), ("east", "望月县", ""))
PEOPLE = (
    # name, unit, role, unit of the grant, reach
    ("clerk", "office", "conference.clerk", "city", "below"),
    ("chair", "office", "conference.chair", "city", "below"),
    ("operator", "office", "conference.operator", "city", "below"),
    ("teller", "office", "conference.supervisor", "city", "below"),
    ("observer", "office", "conference.member", "office", "own"),
    ("stranger", "east", "conference.clerk", "east", "below"),
    ("plain", "office", "", "", ""),
)
PROFILES = {
    "standing_committee": "city-standing-committee",
    "presidium": "city-presidium",
    "congress": "city-congress",
    "council_of_chairs": "city-council-of-chairs",
}


class Town(towns.Town):
    """The hall with its people, the body and its meeting.

    `attendees` and `seats` have the ids by the person's name: "member1" (who presides) … and "observer".
    """

    body_id: UUID = UUID(int=0)
    meeting_id: UUID = UUID(int=0)
    attendees: dict[str, UUID] = {}
    seats: dict[str, UUID] = {}


async def open_town(
    open_hall: Any,
    members: int = 5,
    *,
    kind: str = "standing_committee",
    profile: str = "",
    accounts: int | None = None,
    convened: bool = True,
    in_days: float = 10,
    **options: Any,
) -> Town:
    """A town with a body of `members`, and a meeting of it `in_days` days from now that is convened, or else a draft.

    The first `accounts` members (default: the first twelve) can sign in. Every member has a seat, the observer too.
    """

    with_account = min(members, 12) if accounts is None else accounts
    what = (members, kind, profile, with_account, convened, in_days)
    return await towns.settle_once(open_hall, ConferencePlugin(), what, partial(_begin, *what), **options)


async def _begin(
    members: int, kind: str, profile: str, with_account: int, convened: bool, in_days: float, empty: towns.Town
) -> Town:
    opened = Town(empty.hall, empty.plugin, empty.units, empty.actors)
    await opened.people(UNITS, PEOPLE)
    for number in range(1, with_account + 1):
        await opened.add_person(f"member{number}", "office", "conference.member", "office", "own")
    values = bodies.BodyValues(name="云江市人大常委会", kind=kind, profile_id=profile or PROFILES[kind], term="第十届")
    opened.body_id = await bodies.create(opened.ctx, opened.actors["clerk"], opened.units["city"].id, values)
    await add_members(opened, opened.body_id, members, with_account)
    opened.meeting_id = await new_meeting(opened, in_days=in_days, convened=convened)
    await know(opened)
    return opened


async def add_members(town: Town, body_id: UUID, count: int, with_account: int) -> None:
    for number in range(1, count + 1):
        person = town.actors[f"member{number}"] if number <= with_account else None
        title = "主任" if number == 1 else "委员"
        account_id = person.account_id if person else None
        member = members.MemberValues(name=f"成员{number}", title=title, account_id=account_id, card=f"card-{number}")
        await members.add(town.ctx, town.actors["clerk"], body_id, member)


async def new_meeting(town: Town, *, in_days: float = 10, convened: bool = True, title: str = "第三次会议") -> UUID:
    """One more meeting of the body, with seats for everybody and an observer."""
    ctx, clerk = town.ctx, town.actors["clerk"]
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(days=in_days)
    values = meetings.MeetingValues(title=title, number="第三次", starts_at=begins, place="云江会堂")
    meeting_id = await meetings.create(ctx, clerk, town.body_id, values)
    account_id = town.actors["observer"].account_id
    await roster.invite(ctx, clerk, meeting_id, name="列席员", title="代表", account_id=account_id)
    called = len(await roster.attendees(ctx, meeting_id))
    await seating.lay_out(ctx, clerk, meeting_id, seating.grid(-(-called // 10), min(called, 10)))
    await seating.assign_in_order(ctx, clerk, meeting_id)
    if convened:
        await meetings.convene(ctx, clerk, meeting_id, reason="测试")
    return meeting_id


async def know(town: Town, meeting_id: UUID | None = None) -> None:
    """Look up `attendees` and `seats` of a meeting (the town's own, or another that becomes the town's)."""
    town.meeting_id = meeting_id or town.meeting_id
    everybody = await roster.attendees(town.ctx, town.meeting_id)
    named = {
        f"member{attendee.position}" if attendee.role == "member" else attendee.role: attendee for attendee in everybody
    }
    town.attendees = {name: attendee.id for name, attendee in named.items()}
    town.seats = {name: attendee.seat_id for name, attendee in named.items() if attendee.seat_id}


async def present(town: Town, count: int, *, meeting_id: UUID | None = None) -> list[UUID]:
    """Check the first `count` members in at their seats; returns who they are."""
    ids = [town.attendees[f"member{number}"] for number in range(1, count + 1)]
    await attendance.check_in_many(town.ctx, SYSTEM, meeting_id or town.meeting_id, ids, "seat")
    return ids
