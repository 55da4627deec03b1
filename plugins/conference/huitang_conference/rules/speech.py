"""How long a member may speak: the first and the second time on a topic, by the profile and the kind of sitting."""

from __future__ import annotations

from msgspec import Struct

from huitang_conference.rules.profile import Profile, Sitting
from huitang_conference.rules.sources import Citation


class Allowance(Struct, frozen=True, kw_only=True):
    """What a speaker has. `minutes` is None where the rules fix no time, 0 where this speech is not provided for.

    `extension_minutes` None with `extension` true: the rules do not limit the extension. `warn_at_seconds` is when the
    speaker is warned, counted from the beginning; None where there is no end to warn of.
    """

    minutes: int | None
    extension: bool
    extension_minutes: int | None
    asked_before: bool
    warn_at_seconds: int | None
    article: Citation | None


def allowance(profile: Profile, sitting: Sitting, ordinal: int) -> Allowance:
    """The time for the `ordinal`-th speech (from 1) of a person on a topic. ValueError for an ordinal below 1.

    A third speech is provided for nowhere: 0 minutes, unless the sitting has no limits at all.

    >>> from huitang_conference.rules import builtin_profiles
    >>> allowance(builtin_profiles()["npc-presidium"], "presidium", 2).minutes
    10
    """
    if ordinal < 1:
        raise ValueError(f"speech number {ordinal}")
    rule = profile.speech.get(sitting)
    if rule is None or rule.first is None:
        article = profile.cite(rule)
        return Allowance(
            minutes=None,
            extension=False,
            extension_minutes=None,
            asked_before=False,
            warn_at_seconds=None,
            article=article,
        )
    minutes = rule.first if ordinal == 1 else (rule.second or 0) if ordinal == 2 else 0
    return Allowance(
        minutes=minutes,
        extension=rule.extension and minutes > 0 and (rule.extension_minutes is None or ordinal == 1),
        extension_minutes=rule.extension_minutes,
        asked_before=rule.asked_before,
        warn_at_seconds=max(minutes * 60 - profile.warn_seconds, 0) if minutes else None,
        article=profile.cite(rule),
    )
