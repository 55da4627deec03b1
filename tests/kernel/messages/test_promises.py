"""The three promises, against gateways that go wrong in any order."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from outside import Sms, rows, send

from huitang_kernel.messages.gateways.outcome import PutOff, Unreachable, Unsure
from huitang_kernel.messages.receipts import Receipts
from huitang_kernel.messages.rules import Rule, keep
from huitang_kernel.messages.sender import Sender
from huitang_sdk.contracts.identity import SYSTEM

ROUNDS = 40
LAPSE = "UPDATE messages.message SET next_at = now() WHERE state IN ('queued', 'sending', 'failed')"


class Death(BaseException):
    """The process is gone: nothing after it is written."""


class Moody:
    """A gateway of which each try ends in one of five ways; `got` is what a phone has seen."""

    def __init__(self, moods: list[str], *, has_keys: bool) -> None:
        self.moods, self.has_keys = moods, has_keys
        self.keys: set[str] = set()
        self.got = 0

    def memory(self, _message):
        return timedelta(hours=24 if self.has_keys else 0)

    async def deliver(self, message):
        mood = self.moods.pop(0) if self.moods else "fine"
        if mood == "down":
            raise Unreachable("down")
        if mood == "busy":
            raise PutOff("busy")
        if mood == "lost":
            raise Unsure("lost")
        if mood == "dead before":
            raise Death
        if not (self.has_keys and message.reference in self.keys):
            self.got += 1
            self.keys.add(message.reference)
        if mood == "dead after":
            raise Death
        if mood == "answer lost":
            raise Unsure("answer-lost")
        return "g-1"

    async def close(self):
        """Nothing is open."""


async def tried_out(hall, settings, gateway: Moody) -> str:
    """One message, tried until it has come to an end, by a new process after each death; the end."""
    await hall.core.database.execute("DELETE FROM messages.message")
    await send(hall)
    for _ in range(20):
        sender = Sender(hall.core, settings, "sms", gateway, Receipts(hall.core.database))
        sender.personal = hall.registry.get("messages").context.personal
        try:
            while await sender.send_due():
                pass
        except Death:
            pass
        (state,) = await rows(hall)
        if state in ("accepted", "dead"):
            return state
        await hall.core.database.execute(LAPSE)
    raise AssertionError(f"no end: {await rows(hall, 'state, reason, attempts')}")


@pytest.mark.parametrize("retries", [0, 1, 3])
async def test_neither_zero_nor_two_however_few_pauses_there_are(open_town, retries):
    """Where the gateway keeps keys, doubt is settled: only what it certainly never took is given up."""
    sms = Sms()
    hall = await open_town(sms, background=False, retry_seconds=[0.0] * retries)
    sms.server_close()
    settings = hall.services.messages.settings
    choose = random.Random(20261201)
    moods = ["down", "busy", "lost", "answer lost", "dead before", "dead after"]
    ends = set()
    for _ in range(ROUNDS):
        plan = choose.choices(moods, k=choose.randrange(retries, retries + 6))
        gateway = Moody(list(plan), has_keys=True)
        state = await tried_out(hall, settings, gateway)
        is_refused = len(plan) > retries and {"down", "busy"}.issuperset(plan[: retries + 1])
        assert (state, gateway.got) == (("dead", 0) if is_refused else ("accepted", 1)), plan
        ends.add(state)
    assert ends == {"accepted", "dead"}


async def test_a_doubt_outlives_giving_up_and_is_settled_with_the_same_key(open_town):
    sms = Sms()
    hall = await open_town(sms, background=False, retry_seconds=[7200.0])
    sms.server_close()
    messages = hall.services.messages
    gateway = Moody(["answer lost", "busy"], has_keys=True)
    messages.gateways["sms"] = gateway
    sender = Sender(hall.core, messages.settings, "sms", gateway, Receipts(hall.core.database))
    sender.personal = hall.registry.get("messages").context.personal
    await send(hall)
    assert await sender.send_due()
    # An hour is left until the key is forgotten: too short for the last pause, long enough for an operator.
    await hall.core.database.execute("UPDATE messages.message SET unsure_since = now() - interval '23 hours'")
    await hall.core.database.execute(LAPSE)
    assert await sender.send_due()
    ((state, reason, since),) = await rows(hall, "state, reason, unsure_since")
    assert (state, reason) == ("dead", "unknown")
    assert since is not None
    assert await messages.reading.retry(SYSTEM, None) == 1
    assert await sender.send_due()
    assert await rows(hall, "state, round, unsure_since") == [("accepted", 1, None)]
    assert gateway.got == 1


async def test_a_forgotten_key_is_not_used_again(open_town):
    sms = Sms()
    hall = await open_town(sms, background=False, retry_seconds=[])
    sms.server_close()
    messages = hall.services.messages
    gateway = Moody(["lost"], has_keys=False)
    messages.gateways["sms"] = gateway
    sender = Sender(hall.core, messages.settings, "sms", gateway, Receipts(hall.core.database))
    sender.personal = hall.registry.get("messages").context.personal
    await send(hall)
    assert await sender.send_due()
    assert await rows(hall, "state, reason") == [("dead", "unknown")]
    await messages.reading.retry(SYSTEM, None)
    assert await rows(hall, "state, round, attempts, unsure_since") == [("queued", 2, 0, None)]


@pytest.mark.parametrize("promise", ["keys", "at-most-once", "at-least-once"])
async def test_whatever_goes_wrong_in_whatever_order(open_town, promise):
    sms = Sms()
    hall = await open_town(sms, background=False, retry_seconds=[0.0] * 9)
    sms.server_close()
    if promise != "keys":
        await keep(hall.core.database, SYSTEM, Rule("demo.told", promise))
    settings = hall.services.messages.settings
    choose = random.Random(20261125)
    moods = ["fine", "down", "busy", "lost", "answer lost", "dead before", "dead after"]
    ends = set()
    for _ in range(ROUNDS):
        plan = choose.choices(moods, k=choose.randrange(7))
        gateway = Moody(list(plan), has_keys=promise == "keys")
        state = await tried_out(hall, settings, gateway)
        ends.add((state, gateway.got))
        if promise == "keys":
            assert (state, gateway.got) == ("accepted", 1), plan
        elif promise == "at-most-once":
            assert gateway.got <= 1, plan
            assert state == "dead" or gateway.got == 1, plan
        else:
            assert state == "accepted", plan
            assert gateway.got >= 1, plan
    if promise == "at-most-once":
        assert ends == {("accepted", 1), ("dead", 0), ("dead", 1)}
