"""The numbers of one vote, put together: what was given, and what follows from it."""

from __future__ import annotations

from msgspec import Struct

from huitang_conference.rules.shares import Base
from huitang_conference.rules.verdict_case import HandVotes, Votes


class Tally(Struct, frozen=True, kw_only=True):
    """One vote in numbers. Everybody is in one: members = chosen + not_pressed + fault + not_recorded + absent."""

    members: int
    present: int
    present_at_close: int
    votes_for: int
    against: int
    abstain: int
    not_pressed: int
    fault: int

    @property
    def absent(self) -> int:
        """At neither end of the vote there."""
        return self.members - max(self.present, self.present_at_close)

    @property
    def chosen(self) -> int:
        """Those who took part: for, against or abstention."""
        return self.votes_for + self.against + self.abstain

    @property
    def not_recorded(self) -> int:
        """There at one end of the vote, but in no other number."""
        return self.members - self.absent - self.chosen - self.not_pressed - self.fault

    def base(self, base: Base) -> int:
        """How many the share is taken of."""
        return {
            "members": self.members,
            "present": max(self.present, self.present_at_close),
            "taking_part": self.chosen,
            "decided": self.votes_for + self.against,
        }[base]


def tally(members: int, presence: tuple[int, int | None], votes: Votes, hands: HandVotes | None = None) -> Tally:
    """The numbers of a vote; `presence` at its opening and close (None: as at the opening). `hands` are added."""
    present, close = presence
    at_close = present if close is None else close
    hands = hands or HandVotes(for_=0)
    counted = votes.chosen + votes.fault + hands.total
    missing = max(at_close - counted, 0)
    return Tally(
        members=members,
        present=present,
        present_at_close=at_close,
        votes_for=votes.for_ + hands.for_,
        against=votes.against + hands.against,
        abstain=votes.abstain + hands.abstain,
        not_pressed=missing if votes.not_pressed is None else votes.not_pressed,
        fault=votes.fault,
    )
