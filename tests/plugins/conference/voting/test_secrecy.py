"""Secret means secret: a thousand votes, and an attacker with a dump of everything who does no better than chance."""

from __future__ import annotations

import logging
import random
from pathlib import Path

import pytest

from huitang_conference.services.voting import closing, storing
from huitang_conference.services.voting.choices import Choices
from huitang_conference.services.voting.keychain import KeyLost, keychain, sweep
from huitang_conference.services.voting.presses import Recorded
from huitang_conference.services.voting.running import NewPoll, close_poll, open_poll, prepare_poll, repeat_poll
from huitang_conference.services.voting.sealing import Sealer, SealError, open_all
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict
from tests.plugins.conference.voting.attack import attacks, take_everything
from tests.plugins.conference.voting.sitting import sitting_in

POLLS = 50
MEMBERS = 20
VOTES = POLLS * MEMBERS
CHANCE = VOTES // 2
"""Half of each vote is for, half against: whoever guesses is right half of the time."""
BOUND = 5 * (VOTES / 4 * MEMBERS / (MEMBERS - 1)) ** 0.5
"""Five standard deviations of guessing: the test is wrong about one attack in a million."""


async def hold_votes(ctx, recorder, polls: int) -> tuple[dict, list, list[bytes]]:
    """Secret votes in which members press in a random order; what they chose, the polls, the private keys."""
    sitting = await sitting_in(ctx, MEMBERS)
    truth, ids, keys = {}, [], []
    for number in range(polls):
        poll = await sitting.poll(counts="last" if number % 2 else "first")
        keys.append(keychain(ctx).read(poll))
        choices = ["for"] * (MEMBERS // 2) + ["against"] * (MEMBERS // 2)
        random.shuffle(choices)
        order = random.sample(range(MEMBERS), MEMBERS)
        for some in (order[:7], order[7:8], order[8:]):
            presses = [sitting.press(poll, member, choices[member]) for member in some]
            assert all(isinstance(answer, Recorded) for answer in await recorder.press_many(presses))
        await close_poll(ctx, SYSTEM, poll)
        truth |= {(poll, sitting.members[member]): choices[member] for member in range(MEMBERS)}
        ids.append(poll)
    return truth, ids, keys


def right(guess: dict, truth: dict) -> float:
    """How often a guess is right; where an attack says nothing it throws a coin."""
    known = sum(guess[key] == choice for key, choice in truth.items() if key in guess)
    return known + (len(truth) - sum(key in guess for key in truth)) / 2


def data_dir(ctx) -> Path:
    return ctx.folder.parent.parent


@pytest.mark.timeout(300)
async def test_a_thousand_votes_are_not_linked_to_those_who_cast_them(ctx, recorder, fresh_dsn, caplog):
    caplog.set_level(logging.DEBUG)
    truth, polls, keys = await hold_votes(ctx, recorder, POLLS)
    assert len(truth) == VOTES
    loot = await take_everything(fresh_dsn, data_dir(ctx), caplog.text, polls)
    for name, guess in attacks(loot):
        assert abs(right(guess, truth) - CHANCE) < BOUND, name
    assert not list(keychain(ctx).folder.iterdir())
    everything = [*loot.wal, *loot.files, loot.dump.encode(), loot.text.encode()]
    for key in keys:
        assert not any(key in content or key.hex().encode() in content for content in everything)
    assert all(row["xmin"] == rows[0]["xmin"] for rows in loot.ballots.values() for row in rows)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("leak", "noticed"),
    [("unmixed", ("order of rows", "order in the log", "write-ahead log")), ("in clear", ("beside one another",))],
)
async def test_the_attacker_would_notice_a_leak(ctx, recorder, fresh_dsn, monkeypatch, leak, noticed):
    """The same attacks on a platform that leaks: else the test above would prove nothing."""
    if leak == "unmixed":
        monkeypatch.setattr(closing, "mixed", lambda ballots: ballots)
    else:

        async def leaking(ctx, sealers, poll_id, presses):
            answers = await real(ctx, sealers, poll_id, presses)
            for press in presses:
                sql = "UPDATE conference.press SET receipt = receipt || $3 WHERE poll_id = $1 AND attendee_id = $2"
                await ctx.db.execute(sql, poll_id, press.attendee_id, press.choice)
            return answers

        real = storing.store
        monkeypatch.setattr(storing, "store", leaking)
    truth, polls, _keys = await hold_votes(ctx, recorder, 10)
    loot = await take_everything(fresh_dsn, data_dir(ctx), "", polls)
    for attack in noticed:
        found = max(right(guess, truth) for name, guess in attacks(loot) if attack in name)
        assert found > 0.85 * len(truth), attack


async def test_before_the_close_no_choice_stands_anywhere_in_clear(ctx, recorder, fresh_dsn):
    sitting = await sitting_in(ctx, 11, profile="city-congress")
    poll = await sitting.poll(kind="election", title="副市长", names=["王一", "李二"], seats=1)
    names = ["欧阳晓岚甲", "司徒远航乙", "诸葛明川丙"]
    ballots = [f'{{"marks":{{}},"write_ins":["{name}"]}}' for name in names]
    assert all(isinstance(answer, Recorded) for answer in await sitting.all_press(recorder, poll, ballots * 3))
    loot = await take_everything(fresh_dsn, data_dir(ctx), "", [poll])
    everything = [*loot.wal, *loot.files, loot.dump.encode()]
    assert not any(name.encode() in content for name in names for content in everything)
    assert len({len(row["sealed"]) for row in loot.presses[poll]}) == 1, "lengths tell choices apart"
    assert all(row["choice"] is None for row in loot.presses[poll])
    await close_poll(ctx, SYSTEM, poll)
    assert (await sitting.row(poll))["result"]["counts"]["pressed"] == 9


async def test_every_choice_is_padded_to_one_length(ctx):
    poll = {
        "kind": "election",
        "seats": 3,
        "options": "{}",
        "names": '[{"id":"1","name":"王一"},{"id":"2","name":"李二"}]',
    }
    choices = Choices(poll)
    long = "一" * 20
    fullest = f'{{"marks":{{"1":"abstain","2":"against"}},"write_ins":["{long}","{long}","{long}","{long}","{long}"]}}'
    shortest = choices.canonical("{}")
    assert {len(choices.padded(shortest)), len(choices.padded(choices.canonical(fullest)))} == {choices.size}
    assert len(Choices({"kind": "motion"}).padded("for")) == len(Choices({"kind": "motion"}).padded("abstain"))


async def test_a_seal_opens_for_its_poll_and_person_only(ctx, tmp_path):
    sitting = await sitting_in(ctx, 3)
    poll, other = sitting.meeting_id, sitting.members[1]
    chain = keychain(ctx)
    sealer = Sealer(poll, chain.make(poll))
    sealed = sealer.seal(sitting.members[0], b"for")
    assert list(open_all(poll, chain.read(poll), [(sitting.members[0], sealed)])) == [b"for"]
    for wrong in (
        (poll, other, sealed),
        (other, sitting.members[0], sealed),
        (poll, sitting.members[0], sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (poll, sitting.members[0], bytes([sealed[0] ^ 1]) + sealed[1:]),
    ):
        with pytest.raises(SealError):
            list(open_all(wrong[0], chain.read(poll), [wrong[1:]]))


async def test_the_key_is_on_disk_for_its_owner_alone_and_is_overwritten(ctx):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll()
    chain = keychain(ctx)
    path = chain.folder / f"{poll}.key"
    assert path.stat().st_mode & 0o777 == 0o600
    kept = path.open("rb")
    key = kept.read()
    assert len(key) == 32
    await close_poll(ctx, SYSTEM, poll)
    kept.seek(0)
    assert kept.read() == bytes(32), "whoever had the file open, or finds its blocks, reads zeros"
    kept.close()
    with pytest.raises(KeyLost):
        chain.read(poll)


async def test_keys_left_by_a_crash_are_swept_and_those_needed_stay(ctx, recorder):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll()
    chain = keychain(ctx)
    key = chain.read(poll)
    await close_poll(ctx, SYSTEM, poll)
    (chain.folder / f"{poll}.key").write_bytes(key)
    again = await sitting.poll()
    assert await sweep(ctx) == 1
    assert chain.polls() == [again]


async def test_a_lost_key_is_said_plainly_and_the_vote_is_repeated(ctx, recorder):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll()
    await sitting.all_press(recorder, poll, ["for"] * 3)
    keychain(ctx).destroy(poll)
    with pytest.raises(Conflict, match="密钥"):
        await close_poll(ctx, SYSTEM, poll)
    assert (await sitting.row(poll))["state"] == "open"
    again = await repeat_poll(ctx, SYSTEM, poll, "密钥丢失")
    await sitting.all_press(recorder, again, ["for"] * 3)
    await close_poll(ctx, SYSTEM, again)
    assert (await sitting.row(again))["result"]["counts"]["for"] == 3


async def test_an_opening_that_was_rolled_back_leaves_a_key_that_hinders_nothing(ctx):
    sitting = await sitting_in(ctx, 3)
    poll = await prepare_poll(ctx, SYSTEM, sitting.meeting_id, NewPoll(kind="motion", title="决议"))
    keychain(ctx).make(poll)
    await open_poll(ctx, SYSTEM, poll)
    await close_poll(ctx, SYSTEM, poll)
