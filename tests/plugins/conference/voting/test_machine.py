"""Any order of presses, repeats, departures and closings on two nodes: what the hall believes is what is counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huitang_conference.services.voting.log import export_log
from huitang_conference.services.voting.presses import Press, Recorded, Recorder
from huitang_conference.services.voting.running import close_poll
from huitang_conference.verifier import verify_log
from huitang_sdk.contracts.identity import SYSTEM
from tests.plugins.conference.voting.sitting import sitting_in

MEMBERS = 4
members = st.integers(0, MEMBERS - 1)
choices = st.sampled_from(["for", "against", "abstain"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("press"), members, choices),
        st.tuples(st.just("again"), members, st.integers(0, 5)),
        st.tuples(st.just("leave"), members, st.none()),
        st.tuples(st.just("return"), members, st.none()),
    ),
    max_size=14,
)


class Hall:
    """What the members believe: the presses each of them sent, and which of them counts."""

    def __init__(self, rule: str) -> None:
        self.rule = rule
        self.sent: dict[int, list[Press]] = {}
        self.counted: dict[int, Press] = {}
        self.there = set(range(MEMBERS))

    def expect(self, member: int, press: Press) -> bool:
        """Whether this press, arriving now, is recorded (as new or as known)."""
        counted = self.counted.get(member)
        if counted is not None and (self.rule == "first" or press.number <= counted.number):
            return True
        if member not in self.there:
            return False
        self.counted[member] = press
        return True


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rule=st.sampled_from(["first", "last"]), secrecy=st.sampled_from(["open", "secret"]), steps=steps)
async def test_any_order_of_things_on_two_nodes(ctx, recorder, rule, secrecy, steps):
    other = Recorder(ctx)
    await play(ctx, (recorder, other), rule, secrecy, steps)
    await other.stop()


async def play(ctx, recorders, rule, secrecy, steps) -> None:
    sitting, hall = await sitting_in(ctx, MEMBERS), Hall(rule)
    poll = await sitting.poll(counts=rule, secrecy=secrecy)
    for number, (what, member, value) in enumerate(steps):
        if what in ("leave", "return"):
            await sitting.set_presence(member, "left" if what == "leave" else "present")
            (hall.there.discard if what == "leave" else hall.there.add)(member)
            continue
        sent = hall.sent.setdefault(member, [])
        if what == "press":
            sent.append(Press(poll, sitting.members[member], uuid4().hex, len(sent) + 1, value))
        if sent:
            press = sent[-1] if what == "press" else sent[value % len(sent)]
            expected = hall.expect(member, press)
            # The same press reaches both nodes at one moment, as after a lost connection.
            answers = await asyncio.gather(*(recorder.press(press) for recorder in recorders[: 1 + number % 2]))
            for answer in answers:
                assert isinstance(answer, Recorded) == expected
                assert not expected or answer.counted == hall.counted[member].press_id
    await close_poll(ctx, SYSTEM, poll)
    counts = (await sitting.row(poll))["result"]["counts"]
    believed = Counter(press.choice for press in hall.counted.values())
    assert {word: counts[word] for word in ("for", "against", "abstain")} == {
        word: believed[word] for word in ("for", "against", "abstain")
    }
    assert await sitting.count("press", poll) == len(hall.counted)
    assert verify_log.verify((await export_log(ctx, poll)).encode())
