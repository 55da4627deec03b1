"""What may be chosen, in one canonical writing, and padded so that its length tells nothing.

A motion, an amendment or an appointment takes "for", "against" or "abstain". An election takes a ballot as compact
JSON, keys sorted: `{"marks":{"1":"for","2":"against"},"write_ins":["王建国"]}`. `marks` names candidates by the ids of
the poll's `names`; whoever is not marked was left unmarked. `write_ins` are names written by hand. Whether a ballot is
over-marked is for the count to say, not for the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

Word = Literal["for", "against", "abstain"]
WORDS: tuple[Word, ...] = ("for", "against", "abstain")
WORD_SIZE = 16
"""Bytes of a padded word."""
NAME_BYTES = 60
"""The longest name that may be written in, in UTF-8: twenty Chinese characters."""
MORE_WRITE_INS = 2
"""How many more names than seats a ballot may carry (it is void then, but its voter may cast it)."""


class Candidate(Struct, frozen=True):
    """A name on the ballot. `id` is what ballots carry: short, without meaning, unique in its poll."""

    id: str
    name: str
    note: str = ""


class Ballot(Struct, frozen=True, forbid_unknown_fields=True):
    """One ballot of an election."""

    marks: dict[str, Word] = {}
    write_ins: list[str] = []


class WrongChoice(ValueError):
    """Not a choice of this poll."""


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(Ballot)


class Choices:
    """What one poll takes."""

    def __init__(self, poll: Mapping[str, Any]) -> None:
        self.is_election = poll["kind"] == "election"
        self._ids: frozenset[str] = frozenset()
        self._write_ins = 0
        self.size = WORD_SIZE
        if self.is_election:
            names = msgspec.json.decode(poll["names"], type=list[Candidate])
            options = msgspec.json.decode(poll["options"])
            self._ids = frozenset(candidate.id for candidate in names)
            self._write_ins = poll["seats"] + MORE_WRITE_INS if options.get("write_ins", True) else 0
            marks = sum(len(candidate.id.encode()) + len('"":"abstain",') for candidate in names)
            self.size = marks + self._write_ins * (NAME_BYTES + 3) + len('{"marks":{},"write_ins":[]}')

    def canonical(self, choice: str) -> str:
        """The one writing of a choice. Raises WrongChoice."""
        if not self.is_election:
            if choice not in WORDS:
                raise WrongChoice(choice)
            return choice
        try:
            ballot = _DECODER.decode(choice)
        except msgspec.MsgspecError as error:
            raise WrongChoice(str(error)) from error
        names = [" ".join(name.split()) for name in ballot.write_ins]
        if not self._ids.issuperset(ballot.marks) or len(names) > self._write_ins:
            raise WrongChoice("an unknown candidate, or too many names")
        if any(not name or len(_ENCODER.encode(name)) - 2 > NAME_BYTES for name in names):
            raise WrongChoice("an empty or too long name")
        return _ENCODER.encode(Ballot(ballot.marks, sorted(names))).decode()

    def padded(self, choice: str) -> bytes:
        """A canonical choice at the poll's one length."""
        return choice.encode().ljust(self.size)


def unpadded(content: bytes) -> str:
    """The choice that was padded."""
    return content.rstrip(b" ").decode()
