"""Whether enough members are there for the body to sit, and to open and close a vote."""

from __future__ import annotations

from msgspec import Struct

from huitang_conference.rules.profile import Profile
from huitang_conference.rules.sources import Citation


class QuorumResult(Struct, frozen=True, kw_only=True):
    """`needed` of `members_total` must be there; `article` is None where no article is known."""

    met: bool
    needed: int
    present: int
    members_total: int
    article: Citation | None


def quorum(profile: Profile, members_total: int, present: int) -> QuorumResult:
    """Whether `present` of `members_total` are enough. ValueError for numbers that cannot be.

    >>> from huitang_conference.rules import builtin_profiles
    >>> result = quorum(builtin_profiles()["city-standing-committee"], 61, 30)
    >>> result.met, result.needed
    (False, 31)
    """
    if members_total < 1 or not 0 <= present <= members_total:
        raise ValueError(f"{present} present of {members_total} members")
    needed = profile.quorum.needed(members_total)
    return QuorumResult(
        met=present >= needed,
        needed=needed,
        present=present,
        members_total=members_total,
        article=profile.cite(profile.quorum),
    )
