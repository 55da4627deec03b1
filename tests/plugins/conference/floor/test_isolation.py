"""What a terminal must never hear: another hall, and how a secret vote stands before it is closed."""

from __future__ import annotations

import contextlib
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huitang_conference.floor import acts, messages, protocol
from huitang_conference.services.access import attendee_for
from huitang_conference.services.state import tell_hall
from huitang_sdk.contracts import Actor, NewDevice, Ref
from huitang_sdk.contracts.identity import SYSTEM, Grant
from huitang_sdk.errors import NotFound
from tests.plugins.conference.floor.scene import make_scene
from tests.plugins.conference.floor.seats import seat_at


async def test_the_terminal_of_another_organisation_hears_nothing_of_this_hall(address, hall, ctx, scene):
    """The same seats, at the same time, in the next town; and a terminal whose own organisation has no meeting."""
    town = (await hall.services.identity.create_organisation(SYSTEM, "云河县")).id
    other = await make_scene(ctx, town, 5)
    village = (await hall.services.identity.create_organisation(SYSTEM, "云溪镇")).id
    invited = await ctx.devices.invite(
        [NewDevice("席位", scene.labels[0], "conference.terminal")], organisation_id=village, actor=SYSTEM
    )
    _, token = await ctx.devices.enrol(invited[0].code)
    async with (
        seat_at(address, scene.tokens[0]) as ours,
        seat_at(address, other.tokens[0]) as theirs,
        seat_at(address, token) as nobodys,
    ):
        for seat in (ours, theirs, nobodys):
            await seat.type("welcome")
        poll = str(await scene.poll())
        assert (await ours.ask("press", poll=poll, number=1, choice="for"))["type"] == "ack"
        assert (await theirs.ask("press", poll=poll, number=1, choice="for"))["code"] == "not-a-voter"
        assert (await nobodys.ask("press", poll=poll, number=1, choice="for"))["code"] == "no-meeting"
        await scene.close(poll)
        await ours.state("poll.closed")
        async with ctx.db.write(SYSTEM) as write:
            await write.audit("conference.meeting.told", Ref("conference.meeting", other.meeting))
            await tell_hall(ctx, other.meeting, "meeting.told")
        await theirs.state("meeting.told")
        await nobodys.ask("ping")
        assert str(scene.meeting) in "".join(ours.frames)
        for seat in (theirs, nobodys):
            assert str(scene.meeting) not in "".join(seat.frames)
            assert poll not in "".join(seat.frames)


async def test_a_seat_of_the_same_name_in_another_organisation_is_not_this_one(hall, ctx, scene):
    """Over HTTP a device may name any meeting; the seat is its own only where its organisation meets."""
    town = (await hall.services.identity.create_organisation(SYSTEM, "云河县")).id
    grant = (Grant("conference.terminal", town, "unit"),)
    stranger = Actor(device_id=uuid4(), place=scene.labels[0], organisation_id=town, grants=grant)
    with pytest.raises(NotFound):
        await attendee_for(ctx, stranger, scene.meeting)
    grant = (Grant("conference.terminal", scene.organisation, "unit"),)
    own = Actor(device_id=uuid4(), place=scene.labels[0], organisation_id=scene.organisation, grants=grant)
    assert (await attendee_for(ctx, own, scene.meeting))["id"] == scene.attendees[0]


async def test_a_place_may_name_hall_and_seat(address, ctx, scene):
    """In a house with several halls two seats may have the same label."""
    await ctx.db.execute("UPDATE conference.meeting SET speaking_open = true")
    invited = await ctx.devices.invite(
        [NewDevice("席位", f"{hall}/{scene.labels[1]}", "conference.terminal") for hall in ("常委会会议厅", "别的厅")],
        organisation_id=scene.organisation,
        actor=SYSTEM,
    )
    tokens = [(await ctx.devices.enrol(one.code))[1] for one in invited]
    async with seat_at(address, tokens[0]) as here, seat_at(address, tokens[1]) as elsewhere:
        assert (await here.type("welcome"))["seat"]["label"] == scene.labels[1]
        assert (await here.ask("speak"))["type"] == "ack"
        assert (await elsewhere.type("welcome"))["meeting"] is None


async def test_a_hall_screen_is_no_seat(address, ctx, scene):
    invited = await ctx.devices.invite(
        [NewDevice("大屏", scene.labels[0], "conference.screen")], organisation_id=scene.organisation, actor=SYSTEM
    )
    _, token = await ctx.devices.enrol(invited[0].code)
    async with seat_at(address, token) as screen:
        assert await screen.gone() == 4403
        assert screen.frames == []


def numbers_in(value):
    """Every number in a decoded message."""
    if isinstance(value, dict):
        return [n for inner in value.values() for n in numbers_in(inner)]
    if isinstance(value, list):
        return [n for inner in value for n in numbers_in(inner)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


async def test_no_frame_tells_how_a_secret_vote_stands(address, ctx, organisation):
    """Every frame of every seat between opening and closing: no result, no choice, no number that a press changes."""
    scene = await make_scene(ctx, organisation, 7)
    async with contextlib.AsyncExitStack() as stack:
        seats = [await stack.enter_async_context(seat_at(address, token)) for token in scene.tokens]
        for seat in seats:
            await seat.type("welcome")
        poll = str(await scene.poll(secrecy="secret"))
        for seat in seats:
            await seat.state("poll.opened")
        before = len(seats[0].frames)
        for number, seat in enumerate(seats[1:]):
            answer = await seat.ask("press", poll=poll, number=1, choice=("for", "against", "abstain")[number % 3])
            assert answer["type"] == "ack"
        async with ctx.db.write(SYSTEM) as write:
            await write.audit("conference.meeting.told", Ref("conference.meeting", scene.meeting))
            await tell_hall(ctx, scene.meeting, "meeting.told")
        told = await seats[0].state("meeting.told")
        assert told["poll"]["result"] is None
        heard = [frame for seat in seats for frame in seat.frames]
        assert not any('"against"' in frame or '"abstain"' in frame for frame in heard)
        # The one who has not pressed is told the same state as before, but for what happened and when.
        opened = await seats[0].state("poll.opened")
        assert numbers_in(told) == numbers_in(opened)
        assert len(seats[0].frames) == before + 1
        await scene.close(poll)
        await seats[0].state("poll.closed")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    fields=st.dictionaries(
        st.sampled_from(["id", "poll", "number", "choice", "kind", "speech", "t", "reason", "what"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()) | st.uuids(),
    ),
    kind=st.sampled_from(sorted(m.__struct_config__.tag for m in messages.FromTerminal.__args__)),
)
def test_whatever_is_sent_is_answered_once_or_refused(fields, kind):
    """Pure: what reads as a message has a name that an answer can carry, whatever else is in it."""
    text = msgspec.json.encode({**fields, "type": kind})
    with contextlib.suppress(protocol.BadMessage):
        message = protocol.read(text)
        answer = acts.refused(message.id, "conflict", "…")
        assert msgspec.json.decode(protocol.write(answer), type=messages.FromServer).id == message.id  # type: ignore[union-attr]
