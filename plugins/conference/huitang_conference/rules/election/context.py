"""A round as it was read: what the steps of the count share."""

from __future__ import annotations

from msgspec import Struct

from huitang_conference.rules.election.case import ElectionCase
from huitang_conference.rules.election.limits import Limits
from huitang_conference.rules.election.roll import Roll
from huitang_conference.rules.profile import Elections, Profile
from huitang_conference.rules.verdict_result import Notes


class Context(Struct, frozen=True):
    """`places` are to be filled; `needed` votes are a majority of all deputies."""

    case: ElectionCase
    profile: Profile
    elections: Elections
    roll: Roll
    limits: Limits | None
    places: int
    needed: int
    notes: Notes
