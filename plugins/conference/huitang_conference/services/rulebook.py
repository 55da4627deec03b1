"""The rules a meeting is held by: the profile as it stood when the meeting was convened."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from huitang_conference.rules.profile import Profile
from huitang_conference.rules.profiles import parse_profile
from huitang_conference.rules.sources import Citation
from huitang_conference.rules.speech import Allowance, allowance
from huitang_sdk.cases import Text
from huitang_sdk.i18n import current_locale


@lru_cache(maxsize=64)
def _read(text: str) -> Profile:
    return parse_profile(text)


def profile_of(meeting: dict[str, Any]) -> Profile:
    """The profile of a row of conference.meeting. Raises ProfileError for one that cannot be read."""
    return _read(meeting["profile"])


def said(text: Text) -> str:
    """A text of the rules in the reader's language."""
    return text.zh if current_locale() == "zh-CN" else text.en


def article_of(citation: Citation | None) -> str:
    """Where a rule stands, as a refusal quotes it; "" where no article is known."""
    return citation.text if citation is not None else ""


def allowance_of(meeting: dict[str, Any], ordinal: int) -> Allowance:
    """What the rules give the `ordinal`-th speech of a person on one item in this meeting's kind of sitting."""
    return allowance(profile_of(meeting), meeting["sitting"], ordinal)


def allowed_seconds(meeting: dict[str, Any], ordinal: int) -> int | None:
    """The limit of a speech that the chair grants, in seconds; None where the rules set none.

    A speech that the rules do not provide for, granted all the same, has as long as a first one.
    """
    minutes = allowance_of(meeting, ordinal).minutes
    if minutes == 0:
        minutes = allowance_of(meeting, 1).minutes
    return minutes * 60 if minutes is not None else None
