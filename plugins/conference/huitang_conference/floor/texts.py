"""The words of refusals, in every language at once: a terminal may show two of them."""

from __future__ import annotations

from functools import cache

from huitang_conference.services.access import _
from huitang_sdk.i18n import LOCALES, use_locale

ARTICLES = {"absent": "GB 50799-2012 §12.2.9"}
"""The rule behind a refusal that a terminal may cite, where the service has not said a nearer one."""


def _texts() -> dict[str, str]:
    return {
        "bad-message": _("The terminal sent something that is no message of the protocol."),
        "unknown-type": _("The terminal asked for something this server does not know."),
        "too-many": _("Too many messages at once. Wait a moment, then send it again."),
        "no-meeting": _("There is no meeting at this seat now."),
        "no-attendee": _("Nobody is seated here. Ask the staff."),
        "absent": _("Check in first: who is not checked in cannot vote."),
        "closed": _("This vote is not open."),
        "late": _("The time of this vote is over."),
        "not-a-voter": _("Only members of this body vote."),
        "by-hand": _("Who attends remotely votes by show of hands."),
        "choice": _("This is not a choice of this vote."),
        "not-found": _("This meeting has nothing of the kind."),
        "forbidden": _("This terminal may not do that."),
        "unavailable": _("The server cannot store it just now; it will be sent again."),
    }


@cache
def words(code: str) -> dict[str, str]:
    """The message of a refusal by language; empty for a code whose words the service has."""
    said: dict[str, str] = {}
    for locale in LOCALES:
        with use_locale(locale):
            text = _texts().get(code)
        if text:
            said[locale] = text
    return said
