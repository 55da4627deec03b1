"""Which profile a case means."""

from __future__ import annotations

from typing import Any

from huitang_conference.rules.profile import Profile
from huitang_conference.rules.profiles import ProfileError, builtin_profiles, profile_from
from huitang_conference.rules.wording import refuse, unknown
from huitang_sdk.cases import CaseError, Problem


def find_profile(named: str | dict[str, Any]) -> Profile:
    """The built-in profile of this id, or the profile that stands in the case itself. CaseError when it is neither."""
    if isinstance(named, str):
        known = builtin_profiles()
        if named not in known:
            raise CaseError([Problem("$.profile", unknown(named, known))])
        return known[named]
    try:
        return profile_from(named)
    except ProfileError as error:
        raise refuse("$.profile", "input.profile_wrong", cause="; ".join(error.problems)) from None
