"""The rules of meetings, votes and elections: pure functions of data, no database, no server, no clock."""

from huitang_conference.rules.election.case import ElectionCase, election_case, parse_election_case
from huitang_conference.rules.election.count import count
from huitang_conference.rules.election.result import Count
from huitang_conference.rules.profile import Profile
from huitang_conference.rules.profiles import (
    ProfileError,
    builtin_profiles,
    parse_profile,
    profile_from,
    profile_to_json,
    rules_of,
)
from huitang_conference.rules.quorum import QuorumResult, quorum
from huitang_conference.rules.speech import Allowance, allowance
from huitang_conference.rules.verdict import verdict
from huitang_conference.rules.verdict_case import VerdictCase, parse_verdict_case, verdict_case
from huitang_conference.rules.verdict_result import Reason, Verdict

__all__ = [
    "Allowance",
    "Count",
    "ElectionCase",
    "Profile",
    "ProfileError",
    "QuorumResult",
    "Reason",
    "Verdict",
    "VerdictCase",
    "allowance",
    "builtin_profiles",
    "count",
    "election_case",
    "parse_election_case",
    "parse_profile",
    "parse_verdict_case",
    "profile_from",
    "profile_to_json",
    "quorum",
    "rules_of",
    "verdict",
    "verdict_case",
]
