#!/usr/bin/env python3
"""Check the log of a vote: nothing altered, removed or put elsewhere; the ballots counted again; a receipt found.

    python verify_log.py LOG.jsonl [--key PUBLIC_KEY] [--root HASH] [--receipt CODE]

It needs Python 3.11 and the package `cryptography`, and nothing of the voting system. PUBLIC_KEY is what the operator
of the system has published (without it the log is checked with the key it names itself, which proves that it is of one
piece, not whose it is). HASH is printed on the result sheet. The exit status is 0 when everything holds, 1 when
something does not, 2 when the file cannot be read. The format is described in docs/conference-log-format.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import unicodedata
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT, VERSION = "huitang-poll-log", 1
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
WORDS = ("for", "against", "abstain")
LAST = {"closed", "voided", "withdrawn"}


class Wrong(Exception):
    """What is wrong, and where: `record` is the sequence of the first record concerned, 0 the head."""

    def __init__(self, record: int, what: str) -> None:
        self.record = record
        place = f"record {record}" if record else "the head"
        super().__init__(f"{place}: {what}")


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def need(holds: bool, record: int, what: str) -> None:
    if not holds:
        raise Wrong(record, what)


# The chain: every line is what was signed, in its place.


def read_line(line: bytes, place: int) -> tuple[dict[str, Any], bytes, bytes, str]:
    """The record on a line, its hash, its signature, its text."""
    try:
        outer = json.loads(line.decode("utf-8"))
        text, digest, signature = outer["record"], outer["hash"], outer["signature"]
        record = json.loads(text)
        raw = bytes.fromhex(digest), bytes.fromhex(signature)
        is_whole = canonical(outer) == line.decode("utf-8") and set(outer) == {"record", "hash", "signature"}
        is_whole = is_whole and (raw[0].hex(), raw[1].hex()) == (digest, signature) and isinstance(record, dict)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Wrong(place, "altered: it cannot be read") from None
    need(is_whole, place, "altered: it is not written as it was exported")
    return record, *raw, text


def check_signature(key: Ed25519PublicKey, place: int, text: str, digest: bytes, signature: bytes) -> None:
    need(hashlib.sha256(text.encode()).digest() == digest, place, "altered: its hash is another one")
    try:
        key.verify(signature, f"{FORMAT}-{VERSION}:".encode() + digest)
    except InvalidSignature:
        raise Wrong(place, "altered, or not signed by this key") from None


def read_chain(content: bytes, known_key: str = "") -> list[tuple[dict[str, Any], str]]:
    """The records with their hashes, in order. Raises Wrong at the first that is not what was signed there."""
    lines = content.split(b"\n")
    need(len(lines) > 1 and lines[-1] == b"", len(lines) - 1, "removed in part: the file does not end with a line")
    head, digest, signature, text = read_line(lines[0], 0)
    need(head.get("format") == FORMAT and head.get("version") == VERSION, 0, "not a log that this program knows")
    need(not known_key or head.get("key") == known_key.lower(), 0, "signed by another key than the one published")
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(head.get("key"))))
    except ValueError:
        raise Wrong(0, "altered: it names no key") from None
    check_signature(key, 0, text, digest, signature)
    records: list[tuple[dict[str, Any], str]] = []
    previous = ""
    for place, line in enumerate(lines[1:-1], 1):
        record, digest, signature, text = read_line(line, place)
        check_signature(key, place, text, digest, signature)
        need(record.get("poll") == head.get("poll"), place, "put here from the log of another vote")
        found = record.get("sequence")
        need(found == place, place, f"removed, or put elsewhere: record {found} stands in its place")
        need(record.get("previous") == previous, place, "does not follow the record before it")
        previous = digest.hex()
        records.append((record, previous))
    need(head.get("records") == len(records), len(records) + 1, f"removed: {head.get('records')} records were exported")
    need(head.get("last") == previous, len(records), "not the last one that was exported")
    return records


# The vote: who pressed, and what became of it.


def receipt_of(entry: dict[str, Any]) -> str:
    number = int.from_bytes(hashlib.sha256(canonical(entry).encode()).digest()[:8], "big") >> 14
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(10)))


class Vote:
    """What the records say, taken in one after the other."""

    def __init__(self) -> None:
        self.described: dict[str, Any] = {}
        self.opened: dict[str, Any] | None = None
        self.closed: dict[str, Any] | None = None
        self.closed_at = 0
        self.ended = ""
        self.entries: dict[str, dict[str, Any]] = {}
        self.hands: dict[str, int] = {}
        self.receipts: dict[str, int] = {}

    def take(self, record: dict[str, Any]) -> None:
        place, kind, body = record["sequence"], record["kind"], record["body"]
        take = getattr(self, f"take_{kind}", None)
        need(take is not None, place, f"of a kind that this program does not know: {kind}")
        need(not self.ended or kind == "announced", place, f"follows the end of the vote ({self.ended})")
        assert take is not None
        take(place, body)
        if kind in LAST:
            self.ended = kind

    def take_prepared(self, place: int, body: dict[str, Any]) -> None:
        need(place == 1, place, "prepares a vote that is prepared already")
        self.described = body

    def take_changed(self, place: int, body: dict[str, Any]) -> None:
        need(self.opened is None, place, "changes a vote that has been opened")
        self.described = body

    def take_opened(self, place: int, body: dict[str, Any]) -> None:
        need(bool(self.described) and self.opened is None, place, "opens a vote a second time")
        self.opened = body

    def take_presses(self, place: int, body: dict[str, Any]) -> None:
        need(self.opened is not None, place, "has presses before the vote was opened")
        for entry in body["entries"]:
            who, earlier = entry["attendee"], self.entries.get(entry["attendee"])
            if self.described["counts"] == "first":
                need(earlier is None, place, f"has a second press of {who}")
            need(earlier is None or earlier["number"] < entry["number"], place, f"has an outdated press of {who}")
            need(("choice" in entry) == (self.described["secrecy"] == "open"), place, "says what it must not say")
            self.entries[who] = entry
            self.receipts[receipt_of(entry)] = place

    def take_hands(self, place: int, body: dict[str, Any]) -> None:
        need(self.opened is not None, place, "has hands before the vote was opened")
        self.hands = body["hands"]

    def take_fault(self, place: int, _body: dict[str, Any]) -> None:
        need(self.opened is not None, place, "has a fault before the vote was opened")

    def take_closed(self, place: int, body: dict[str, Any]) -> None:
        need(self.opened is not None, place, "closes a vote that was not opened")
        self.closed, self.closed_at = body, place

    def take_voided(self, _place: int, _body: dict[str, Any]) -> None:
        return

    take_withdrawn = take_announced = take_voided


def recount(vote: Vote) -> str:
    """Count again and compare with what was recorded; returns the result in words."""
    body, place = vote.closed, vote.closed_at
    assert body is not None
    ballots: Counter[str] = Counter(dict(body["ballots"]))
    need(min(ballots.values(), default=1) > 0, place, "has a negative number of ballots")
    need(ballots.total() == len(vote.entries), place, f"has {ballots.total()} ballots of {len(vote.entries)} voters")
    need(set(vote.entries) <= set(body["voters"]), place, "has a press of somebody who was no voter")
    if vote.described["secrecy"] == "open":
        pressed = Counter(entry["choice"] for entry in vote.entries.values())
        need(pressed == ballots, place, "has other ballots than those that were pressed")
    if vote.described["kind"] == "election":
        return recount_election(vote, ballots)
    need(set(ballots) <= set(WORDS), place, "has a ballot that is no choice")
    counts = {word: ballots[word] + vote.hands.get(word, 0) for word in WORDS}
    need(
        all(body["counts"][word] == counts[word] for word in WORDS),
        place,
        f"counts otherwise than the ballots: {counts}",
    )
    return decide(vote, counts)


def needed(share: dict[str, Any], total: int) -> int:
    part = Fraction(share["fraction"]) * total
    return part.numerator // part.denominator + 1 if share["strict"] else -(-part.numerator // part.denominator)


def decide(vote: Vote, counts: dict[str, int]) -> str:
    """Whether it passed, by the thresholds in the log."""
    body, place = vote.closed, vote.closed_at
    assert body is not None
    assert vote.opened is not None
    verdict = body["verdict"]
    if verdict is None:
        return "counted; the rules of the body did not decide it"
    quorum, share, part = verdict["quorum"], verdict["majority"], verdict["taking_part"]
    chosen = sum(counts.values())
    there = max(quorum["present"], quorum["present_at_close"])
    bases = {"members": verdict["members"], "present": there, "taking_part": chosen,
             "decided": counts["for"] + counts["against"]}  # fmt: skip
    need(verdict["members"] >= vote.opened["members"], place, "counts on fewer members than the body had")
    base = bases[verdict["base"]]
    line = max(needed(share, base), 1)
    need(
        (verdict["base_count"], verdict["needed"]) == (base, line),
        place,
        f"asks for another number than {line} of {base}",
    )
    line_quorum = needed(quorum, verdict["members"])
    is_quorate = min(quorum["present"], quorum["present_at_close"]) >= line_quorum
    took_part = part is None or chosen >= part["needed"]
    need(quorum["met"] == is_quorate, place, "says otherwise whether there was a quorum")
    passed = counts["for"] >= line and is_quorate and took_part
    is_merged = len(vote.described["names"]) > 1
    need(passed or not verdict["passed"], place, "passed by no more than its rules ask for")
    need(not passed or verdict["passed"] or (is_merged and verdict["verdict"] == "无效"), place, "should have passed")
    said = ", ".join(f"{word} {number}" for word, number in counts.items())
    return f"{verdict['verdict']}: {said}, needed {line}"


# Elections.


def name_key(name: str) -> str:
    """Spellings of one name are one person."""
    text = re.sub(r"[·•‧∙⋅・･᛫․．.]", "·", unicodedata.normalize("NFKC", name))
    return re.sub(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+", "", text).casefold()


def count_ballots(vote: Vote, ballots: Counter[str]) -> tuple[Counter[str], int]:
    """Votes for each person by name key, and how many ballots are void for being over-marked."""
    called = {person["id"]: name_key(person["name"]) for person in vote.described["names"]}
    most = vote.described["options"].get("max_choices") or vote.described["seats"]
    votes: Counter[str] = Counter()
    void = 0
    for text, number in ballots.items():
        ballot = json.loads(text)
        marks = {called[person]: mark for person, mark in ballot["marks"].items()}
        chosen = {person for person, mark in marks.items() if mark == "for"}
        for person in map(name_key, ballot["write_ins"]):
            if marks.get(person, "for") == "for":
                chosen.add(person)
            else:
                chosen.discard(person)
        if len(chosen) > most:
            void += number
            continue
        for person in chosen:
            votes[person] += number
    return votes, void


def recount_election(vote: Vote, ballots: Counter[str]) -> str:
    """Votes, void ballots and who is elected, by the threshold in the log."""
    body, place = vote.closed, vote.closed_at
    assert body is not None
    result = body["election"]
    if result is None:
        return "counted; the rules of the body did not decide it"
    try:
        votes, void = count_ballots(vote, ballots)
    except (ValueError, KeyError, TypeError):
        raise Wrong(place, "has a ballot that is none of this election") from None
    need(result["ballots"]["void"] == void, place, f"has another number of void ballots than {void}")
    recorded = {name_key(person["name"]): person["for"] for person in result["candidates"]}
    need(
        all(recorded.get(person) == number for person, number in votes.items()),
        place,
        "has other votes than the ballots",
    )
    need(sum(recorded.values()) == votes.total(), place, "has votes that are on no ballot")
    if not result["valid"]:
        need(not result["elected"], place, "elects somebody in a round that is void")
        return "the round is void"
    standing = {
        name_key(p["name"]): p["for"] for p in result["candidates"] if not p["withdrawn"] and p["eligible"]
    }  # fmt: skip
    places = result["seats"] if not result["selected"] else len(result["selected"])
    over = sorted((number for number in standing.values() if number >= result["needed"]), reverse=True)
    border = over[places - 1] if len(over) > places and over[places] == over[places - 1] else None
    line = over[places - 1] if len(over) > places else result["needed"]
    chosen = {person for person, number in standing.items() if number >= line and number != border}
    found = {name_key(name) for name in (*result["elected"], *result["selected"])}
    need(chosen == found, place, "elects others than the ballots")
    return f"elected: {'、'.join((*result['elected'], *result['selected'])) or 'nobody'}"


# The command.


def verify(content: bytes, *, key: str = "", root: str = "", receipt: str = "") -> list[str]:
    """What holds, in words. Raises Wrong for the first thing that does not."""
    records = read_chain(content, key)
    vote = Vote()
    for record, _digest in records:
        try:
            vote.take(record)
        except (KeyError, TypeError, AttributeError):
            raise Wrong(record["sequence"], "does not hold what a record of its kind holds") from None
    said = [f"{len(records)} records, each in its place and signed"]
    if vote.closed is not None:
        said.append(f"{len(vote.entries)} voters pressed; {recount(vote)}")
    else:
        said.append({"": "the vote is still open or not opened yet"}.get(vote.ended, f"the vote was {vote.ended}"))
    if root:
        at = next((record["sequence"] for record, digest in records if digest == root.lower()), None)
        need(at is not None and at == vote.closed_at, vote.closed_at, "not the hash that was printed")
        said.append(f"record {at} has the hash that was printed")
    if receipt:
        code = receipt.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
        need(code in vote.receipts, 0, f"there is no press with the receipt {code}")
        said.append(f"the press with the receipt {code} is in record {vote.receipts[code]}")
    return said


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check the log of a vote.")
    parser.add_argument("log", metavar="LOG.jsonl", type=Path)
    parser.add_argument("--key", default="", help="the published public key, hexadecimal")
    parser.add_argument("--root", default="", help="the hash printed on the result sheet")
    parser.add_argument("--receipt", default="", help="a receipt that a terminal has shown")
    given = parser.parse_args(arguments)
    try:
        content = given.log.read_bytes()
    except OSError as error:
        print(f"{given.log}: {error.strerror}", file=sys.stderr)
        return 2
    try:
        said = verify(content, key=given.key, root=given.root, receipt=given.receipt)
    except Wrong as wrong:
        print(f"WRONG: {wrong}", file=sys.stderr)
        return 1
    print("\n".join(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
