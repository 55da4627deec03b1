"""The log of a vote and the verifier that shares no code with the plugin: whatever is altered is named."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huitang_conference.services.voting.log import PURPOSE, export_log
from huitang_conference.services.voting.running import announce, close_poll
from huitang_conference.verifier import verify_log
from huitang_sdk.contracts.identity import SYSTEM
from tests.plugins.conference.voting.sitting import sitting_in

VERIFIER = Path(verify_log.__file__)


async def a_log(ctx, recorder, **values) -> tuple[bytes, dict, list]:
    """A small vote's log, its row, the answers to its presses."""
    sitting = await sitting_in(ctx, 9)
    poll = await sitting.poll(**values)
    answers = []
    for choices in (["for"] * 5, ["against"] * 2):
        start = len(answers)
        presses = [sitting.press(poll, start + number, choice) for number, choice in enumerate(choices)]
        answers += await recorder.press_many(presses)
    await close_poll(ctx, SYSTEM, poll)
    await announce(ctx, SYSTEM, poll)
    return (await export_log(ctx, poll)).encode(), await sitting.row(poll), answers


@pytest.mark.parametrize("secrecy", ["open", "secret"])
async def test_a_whole_log_is_accepted_with_its_root_and_every_receipt(ctx, recorder, secrecy):
    log, row, answers = await a_log(ctx, recorder, secrecy=secrecy, counts="last")
    key = ctx.keys.public_key(PURPOSE).hex()
    for answer in answers:
        said = verify_log.verify(log, key=key, root=row["result"]["root"], receipt=answer.receipt.lower())
    assert "for 5, against 2, abstain 0, needed 5" in said[1]
    with pytest.raises(verify_log.Wrong, match="no press"):
        verify_log.verify(log, receipt="0000000000")
    with pytest.raises(verify_log.Wrong, match="printed"):
        verify_log.verify(log, root="00" * 32)
    with pytest.raises(verify_log.Wrong, match="another key"):
        verify_log.verify(log, key="00" * 32)


async def test_the_log_of_a_secret_vote_says_neither_choices_nor_times_of_presses(ctx, recorder):
    log, _row, _answers = await a_log(ctx, recorder, secrecy="secret")
    records = [json.loads(json.loads(line)["record"]) for line in log.decode().splitlines()[1:]]
    presses = [record for record in records if record["kind"] == "presses"]
    assert len(presses) == 2
    for record in presses:
        assert "at" not in record
        assert all(entry.keys() == {"attendee", "number", "seal"} for entry in record["body"]["entries"])


async def test_any_flipped_byte_is_noticed_and_its_record_named(ctx, recorder):
    log, _row, _answers = await a_log(ctx, recorder, secrecy="open")

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(place=st.integers(0, len(log) - 1), mask=st.integers(1, 255))
    def flip(place, mask):
        altered = log[:place] + bytes([log[place] ^ mask]) + log[place + 1 :]
        line = log[:place].count(b"\n")
        with pytest.raises(verify_log.Wrong) as wrong:
            verify_log.verify(altered)
        # A line end that is gone makes two records one; the last one leaves the file without an end.
        assert wrong.value.record == line

    flip()


async def test_a_removed_or_moved_record_is_named(ctx, recorder):
    log, _row, _answers = await a_log(ctx, recorder)
    lines = log.splitlines(keepends=True)
    for gone in range(1, len(lines)):
        with pytest.raises(verify_log.Wrong) as wrong:
            verify_log.verify(b"".join(lines[:gone] + lines[gone + 1 :]))
        assert wrong.value.record == gone
        with pytest.raises(verify_log.Wrong):
            verify_log.verify(b"".join(lines[:gone]))
    for first in range(1, len(lines) - 1):
        moved = [*lines[:first], lines[first + 1], lines[first], *lines[first + 2 :]]
        with pytest.raises(verify_log.Wrong) as wrong:
            verify_log.verify(b"".join(moved))
        assert wrong.value.record == first


async def test_the_log_of_an_election_is_counted_again(ctx, recorder):
    sitting = await sitting_in(ctx, 11, profile="city-congress")
    poll = await sitting.poll(kind="election", title="副市长", names=["王一", "李二", "张三"], seats=2)
    ballots = ['{"marks":{"1":"for","2":"for"}}'] * 6 + ['{"marks":{"1":"for"},"write_ins":["赵 四"]}'] * 4
    await sitting.all_press(recorder, poll, [*ballots, '{"marks":{"1":"for","2":"for","3":"for"}}'])
    await close_poll(ctx, SYSTEM, poll)
    assert "elected: 王一、李二" in verify_log.verify((await export_log(ctx, poll)).encode())[1]


def resigned(log: bytes, change) -> bytes:
    """The log as a dishonest platform would write it: the closing record altered, and everything signed anew."""
    key = Ed25519PrivateKey.generate()
    records = [json.loads(json.loads(line)["record"]) for line in log.decode().splitlines()]
    head, previous, lines = records[0], "", []
    for record in records[1:]:
        if record["kind"] == "closed":
            change(record["body"])
        record["previous"] = previous
        lines.append(signed_line(key, record))
        previous = json.loads(lines[-1])["hash"]
    head |= {"key": key.public_key().public_bytes_raw().hex(), "last": previous}
    return "".join([signed_line(key, head), *lines]).encode()


def signed_line(key, record) -> str:
    text = verify_log.canonical(record)
    digest = hashlib.sha256(text.encode()).digest()
    signature = key.sign(b"huitang-poll-log-1:" + digest)
    return verify_log.canonical({"record": text, "hash": digest.hex(), "signature": signature.hex()}) + "\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(ballots=[["for", 6], ["against", 1]]),
        lambda body: body.update(ballots=[["for", 5], ["against", 3]]),
        lambda body: body["counts"].update({"for": 6, "against": 1}),
        lambda body: body["verdict"].update(passed=False, verdict="未通过"),
        lambda body: body["verdict"].update(needed=6),
        lambda body: body["verdict"].update(members=8),
        lambda body: body.update(voters=body["voters"][:3]),
    ],
)
async def test_a_platform_that_signs_a_wrong_count_is_found_out(ctx, recorder, change):
    log, _row, _answers = await a_log(ctx, recorder, secrecy="open")
    assert verify_log.verify(resigned(log, lambda body: None))
    with pytest.raises(verify_log.Wrong) as wrong:
        verify_log.verify(resigned(log, change))
    assert wrong.value.record == 5


async def test_records_cannot_be_changed_in_the_database_but_go_with_their_meeting(ctx, recorder):
    sitting = await sitting_in(ctx, 3)
    poll = await sitting.poll()
    await sitting.all_press(recorder, poll, ["for"] * 2)
    for sql in ("UPDATE conference.log_record SET record = ''", "DELETE FROM conference.log_record"):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await ctx.db.execute(sql)
    await close_poll(ctx, SYSTEM, poll)
    await ctx.db.execute("DELETE FROM conference.meeting WHERE id = $1", sitting.meeting_id)
    for table in ("log_record", "voter", "press", "ballot"):
        assert await sitting.count(table, poll) == 0


async def test_the_verifier_runs_by_itself(ctx, recorder, tmp_path):
    log, row, _answers = await a_log(ctx, recorder)
    good = run_alone(tmp_path, log, "log.jsonl", "--root", row["result"]["root"])
    assert good.returncode == 0, good.stderr
    altered = log.replace(b'\\"number\\":1', b'\\"number\\":2', 1)
    bad = run_alone(tmp_path, altered, "log.jsonl")
    assert bad.returncode == 1
    assert "record 3: altered" in bad.stderr
    assert run_alone(tmp_path, log, "none.jsonl").returncode == 2


def run_alone(folder: Path, log: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The verifier's file in a folder with nothing else, without the packages of the platform's folder."""
    (folder / "log.jsonl").write_bytes(log)
    (folder / "verify_log.py").write_bytes(VERIFIER.read_bytes())
    command = [sys.executable, "-I", "verify_log.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_verifier_imports_nothing_of_the_platform():
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    roots = {name.split(".")[0] for name in imported}
    assert roots <= sys.stdlib_module_names | {"cryptography"}
    assert len(VERIFIER.read_text(encoding="utf-8").splitlines()) < 400
