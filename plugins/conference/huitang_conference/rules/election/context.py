"""A round as it was read: what the steps of the count share."""

from __future__ import annotations

from msgspec import Struct

from huitang_conference.rules.election.case import ElectionCase
from huitang_conference.rules.election.limits import Limits
from huitang_conference.rules.election.roll import Roll
from huitang_conference.rules.profile import Elections, Post, Profile
from huitang_conference.rules.sources import Ruled
from huitang_conference.rules.verdict_result import Notes


class Context(Struct, frozen=True):
    """`places` are to be filled; `needed` votes are a majority of all deputies."""

    case: ElectionCase
    profile: Profile
    elections: Elections
    post: Post | None
    roll: Roll
    limits: Limits | None
    places: int
    needed: int
    notes: Notes

    def rule(self, name: str) -> Ruled:
        """A rule of the election, from the article that holds for the post."""
        own = self.post.articles if self.post else {}
        rule: Ruled = own.get(name) or getattr(self.elections, name)
        return rule
