"""A standing committee and a presidium of the fictional city, with a meeting behind them, one today and
one planned; and a congress that elects."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

from huitang_conference.services import (
    agenda,
    attendance,
    bodies,
    copying,
    documents,
    halls,
    leave,
    meetings,
    members,
    roster,
    seating,
)
from huitang_conference.services.access import Ctx, ref
from huitang_conference.services.agenda import ItemValues
from huitang_conference.services.bodies import BodyValues
from huitang_conference.services.meetings import MeetingValues
from huitang_conference.services.members import MemberValues
from huitang_conference.services.voting.choices import WORDS
from huitang_conference.services.voting.presses import Press
from huitang_conference.services.voting.running import NewPoll, announce, close_poll, open_poll, prepare_poll
from huitang_conference.services.voting.sealing import Sealers
from huitang_conference.services.voting.storing import store
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.i18n import TIMEZONE


async def load(ctx: Ctx, city: Any) -> None:
    """Bodies, members, meetings; a second time nothing changes."""
    del city
    if await ctx.db.fetch("SELECT 1 FROM conference.body LIMIT 1"):
        return
    text = (files("huitang_conference") / "samples.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    owner = await ctx.identity.organisation_named(data["organisation"])
    root = (await ctx.identity.organisations())[0]
    async with ctx.db.write(SYSTEM) as write:
        made = [await _body(ctx, (owner or root).id, body, data["people"]) for body in data["bodies"]]
        last = await _past(ctx, made[0], data)
        today = await _today(ctx, last, data)
        await _planned(ctx, today, data)
        await _congress(ctx, made[-1], data)
        await write.audit("conference.samples.loaded", ref("body", made[0]))


async def _body(ctx: Ctx, organisation_id: UUID, body: dict[str, Any], people: Sequence[str]) -> UUID:
    values = BodyValues(
        name=body["name"], kind=body["kind"], profile_id=body["profile"], term=body["term"], since=body["since"]
    )
    body_id = await bodies.create(ctx, SYSTEM, organisation_id, values)
    async with ctx.db.write(SYSTEM) as write:
        for place, line in enumerate(people[: body["members"]]):
            name, title, username = (*line.split("|"), "", "")[:3]
            values_of = MemberValues(
                name=name,
                title=title or body["title"],
                account_id=await _account(ctx, username),
                position=place + 1,
                card=f"{body['kind']}-{place + 1:04}",
                since=body["since"],
            )
            await members.insert(ctx, write, body_id, values_of)
    return body_id


async def _account(ctx: Ctx, username: str) -> UUID | None:
    if not username:
        return None
    found = await ctx.identity.find_accounts(username, limit=5)
    return next((account.id for account in found if account.username == username), None)


def _at(ctx: Ctx, days: int, hour: int) -> datetime:
    day = ctx.clock.now().astimezone(TIMEZONE) + timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


async def _past(ctx: Ctx, body_id: UUID, data: dict[str, Any]) -> UUID:
    """The meeting two months ago: held and archived."""
    meeting = data["meetings"]["past"]
    begins = _at(ctx, -61, 9)
    meeting_id = await meetings.create(ctx, SYSTEM, body_id, _values(meeting, begins))
    for guest in data["guests"]:
        await roster.invite(ctx, SYSTEM, meeting_id, **guest)
    await seating.lay_out(ctx, SYSTEM, meeting_id, seating.grid(5, 10, head=7))
    await seating.assign_in_order(ctx, SYSTEM, meeting_id)
    await halls.keep(ctx, SYSTEM, meeting_id, data["hall"])
    ids = await _agenda(ctx, meeting_id, meeting["items"])
    await meetings.convene(ctx, SYSTEM, meeting_id, reason=data["reason"], notify=False)
    people = await roster.attendees(ctx, meeting_id)
    there = [person.id for place, person in enumerate(people) if place % 15 != 7]
    await attendance.check_in_many(ctx, SYSTEM, meeting_id, there, "card")
    await meetings.open_meeting(ctx, SYSTEM, meeting_id)
    voters = [person.id for person in people if person.id in there and person.role == "member"]
    for number, item_id in enumerate(ids, 1):
        await agenda.begin(ctx, SYSTEM, meeting_id, item_id)
        for vote in meeting["votes"]:
            if vote["item"] == number:
                await _held(ctx, meeting_id, item_id, vote, voters)
        await agenda.finish(ctx, SYSTEM, meeting_id, item_id)
    await meetings.close(ctx, SYSTEM, meeting_id)
    # It was held then, not when the samples are loaded.
    await ctx.db.execute(
        "UPDATE conference.meeting SET notice_sent_at = $2, notice_reason = '', opened_at = $3, closed_at = $4"
        " WHERE id = $1",
        *(meeting_id, begins - timedelta(days=10), begins, begins + timedelta(hours=3)),
    )
    await ctx.db.execute(
        "UPDATE conference.attendee SET presence_at = $2 WHERE meeting_id = $1 AND presence = 'present'",
        meeting_id,
        begins - timedelta(minutes=12),
    )
    # The signed log keeps the moment at which it was really written.
    await ctx.db.execute(
        "UPDATE conference.poll SET opened_at = $2, closed_at = $3, announced_at = $3 WHERE meeting_id = $1",
        *(meeting_id, begins + timedelta(hours=2, minutes=40), begins + timedelta(hours=2, minutes=41)),
    )
    await meetings.archive(ctx, SYSTEM, meeting_id)
    return meeting_id


async def _held(ctx: Ctx, meeting_id: UUID, item_id: UUID, vote: dict[str, Any], voters: Sequence[UUID]) -> None:
    """A vote from its opening to the announced result; whoever is left over did not press."""
    choices: list[str] = [word for word in WORDS for _ in range(vote[word])]
    values = {name: value for name, value in vote.items() if name not in ("item", *WORDS)}
    poll_id = await prepare_poll(ctx, SYSTEM, meeting_id, NewPoll(item_id=item_id, **values))
    await open_poll(ctx, SYSTEM, poll_id)
    pressed = zip(voters, choices, strict=False)
    presses = [Press(poll_id, who, f"sample-{n}", 1, choice) for n, (who, choice) in enumerate(pressed)]
    await store(ctx, Sealers(), poll_id, presses)
    await close_poll(ctx, SYSTEM, poll_id)
    await announce(ctx, SYSTEM, poll_id)


async def _today(ctx: Ctx, last_id: UUID, data: dict[str, Any]) -> UUID:
    """Today's meeting: called, ready to be opened, with documents, votes and requests for leave."""
    meeting = data["meetings"]["today"]
    begins = ctx.clock.now().replace(second=0, microsecond=0) + timedelta(hours=1)
    meeting_id = await copying.from_last(ctx, SYSTEM, last_id, _values(meeting, begins))
    for item in await agenda.items(ctx, meeting_id):
        await agenda.remove(ctx, SYSTEM, meeting_id, item.id)
    ids = await _agenda(ctx, meeting_id, meeting["items"])
    for paper in meeting["documents"]:
        await documents.attach(
            ctx,
            SYSTEM,
            meeting_id,
            f"{paper['title']}.txt",
            paper["text"].encode(),
            item_id=ids[paper["item"] - 1] if paper["item"] else None,
            audience=paper["audience"],
            withdraw_after=paper["audience"] == "members",
        )
    await meetings.convene(ctx, SYSTEM, meeting_id, reason=data["reason"])
    await _votes(ctx, meeting_id, ids, meeting["votes"])
    people = await roster.attendees(ctx, meeting_id)
    for request in meeting["leave"]:
        who = people[request["place"] - 1]
        asked = await leave.ask(ctx, SYSTEM, meeting_id, request["reason"], attendee_id=who.id)
        if request["granted"]:
            await leave.decide(ctx, SYSTEM, asked, granted=True, answer=request["answer"])
    return meeting_id


async def _planned(ctx: Ctx, last_id: UUID, data: dict[str, Any]) -> None:
    """The next meeting, still a draft."""
    await copying.from_last(ctx, SYSTEM, last_id, _values(data["meetings"]["planned"], _at(ctx, 58, 9)))


async def _congress(ctx: Ctx, body_id: UUID, data: dict[str, Any]) -> None:
    """A sitting of the congress that elects, the day after tomorrow."""
    meeting = data["meetings"]["congress"]
    meeting_id = await meetings.create(ctx, SYSTEM, body_id, _values(meeting, _at(ctx, 2, 9)))
    await seating.lay_out(ctx, SYSTEM, meeting_id, seating.grid(5, 9))
    await seating.assign_in_order(ctx, SYSTEM, meeting_id)
    ids = await _agenda(ctx, meeting_id, meeting["items"])
    await meetings.convene(ctx, SYSTEM, meeting_id, reason=data["reason"], notify=False)
    await _votes(ctx, meeting_id, ids, meeting["votes"])


def _values(meeting: dict[str, Any], begins: datetime) -> MeetingValues:
    return MeetingValues(
        title=meeting["title"],
        number=meeting["number"],
        place=meeting["place"],
        starts_at=begins,
        ends_at=begins + timedelta(hours=3),
    )


async def _agenda(ctx: Ctx, meeting_id: UUID, items: Sequence[dict[str, Any]]) -> list[UUID]:
    return [await agenda.add(ctx, SYSTEM, meeting_id, ItemValues(**item)) for item in items]


async def _votes(ctx: Ctx, meeting_id: UUID, ids: Sequence[UUID], votes: Sequence[dict[str, Any]]) -> None:
    """Votes are prepared in their order; one that amends another names its place in the list."""
    made: list[UUID] = []
    for vote in votes:
        values = {name: value for name, value in vote.items() if name not in ("item", "amends")}
        amends = made[vote["amends"] - 1] if "amends" in vote else None
        new = NewPoll(item_id=ids[vote["item"] - 1], amends_id=amends, **values)
        made.append(await prepare_poll(ctx, SYSTEM, meeting_id, new))
