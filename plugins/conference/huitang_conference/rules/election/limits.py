"""How many candidates a post must have: equal (等额) or surplus (差额), and when pre-selection (预选) is due."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from huitang_conference.rules.election.case import OTHER, POSTS, ElectionCase
from huitang_conference.rules.profile import Elections, Post
from huitang_conference.rules.sources import Ruled
from huitang_conference.rules.wording import unknown
from huitang_sdk.cases import CaseError, Problem


class Limits(Struct, frozen=True, kw_only=True):
    """From `least` to `most` candidates, `most` None: no limit. `equal`: as many as there are seats will do, too."""

    least: int
    most: int | None
    equal: bool
    rule: Ruled

    def too_few(self, candidates: int, seats: int) -> bool:
        return candidates < self.least and not (self.equal and candidates == seats)

    def too_many(self, candidates: int) -> bool:
        return self.most is not None and candidates > self.most


def post_of(name: str, elections: Elections) -> Post | None:
    """The kind of post, None for `other`. CaseError for a post the rules do not know."""
    name = POSTS.get(name, name)
    if name == OTHER:
        return None
    if name not in elections.posts:
        raise CaseError([Problem("$.post", unknown(name, [*elections.posts, OTHER]))])
    return elections.posts[name]


def limits_of(case: ElectionCase, post: Post | None, elections: Elections) -> Limits | None:
    """What the number of candidates is checked against; None where it is not checked."""
    if post is None or case.round == "runoff":
        return None
    if case.by_election:
        return Limits(
            least=case.seats, most=None, equal=True, rule=post.articles.get("by_election", elections.by_election)
        )
    return limits_for(post, case.seats)


def limits_for(post: Post, seats: int) -> Limits:
    """The numbers for so many seats. Shares are taken exactly and then to whole persons inside them, at least one."""
    if post.extra_min is not None and post.extra_max is not None:
        extra = post.extra_min, post.extra_max
    else:
        least, most = _share(post.extra_min_share) * seats, _share(post.extra_max_share) * seats
        whole = max(-(-least.numerator // least.denominator), 1)
        extra = whole, max(most.numerator // most.denominator, whole)
    return Limits(least=seats + extra[0], most=seats + extra[1], equal=post.equal, rule=post)


def _share(text: str | None) -> Fraction:
    top, _slash, bottom = (text or "0/1").partition("/")
    return Fraction(int(top), int(bottom))
