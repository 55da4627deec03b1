"""Codes of the register as words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from huitang_petitions.clock.profiles import event_kinds
from huitang_petitions.workflow import MATTER
from huitang_sdk.i18n import Translator, current_locale

_ = Translator("petitions")

_WORDS = {
    # channels
    "web": "Web form",
    "phone": "Telephone",
    "sms": "SMS",
    "wechat": "WeChat",
    "letter": "Letter",
    "fax": "Fax",
    "visit": "Visit",
    "import": "Taken over from a list",
    "transferred": "Transferred from another organ",
    # kinds of the regulations
    "suggestion": "Suggestion or opinion",
    "accusation": "Report or accusation",
    "appeal": "Appeal for help or redress",
    # messages on their way
    "sent-queued": "waits",
    "sent-sending": "being sent",
    "sent-accepted": "on its way",
    "sent-delivered": "arrived",
    "sent-failed": "will be tried again",
    "sent-dead": "could not be sent",
    "sent-skipped": "not sent",
    # people
    "petitioner": "Petitioner",
    "representative": "Representative",
    "agent": "Agent",
    "female": "female",
    "male": "male",
    # marks of time limits
    "green": "in time",
    "yellow": "due soon",
    "red": "due now",
    "late": "late",
    # how a time limit stands
    "limit-running": "running",
    "limit-extended": "extended",
    "limit-paused": "stands still",
    "limit-met": "kept",
    "limit-met_late": "done late",
    "limit-late": "late",
    "limit-expired": "expired",
    "limit-void": "no longer applies",
    "limit-unknown": "cannot be reckoned yet",
    # matters alike
    "like-repeat": "Probable repeats",
    "like-joint": "Probably the matter of somebody else",
    "alike-repeat": "the same person again",
    "alike-duplicate": "the same letter again",
    "alike-unknown": "the same matter; who wrote is not known of both",
    "alike-joint": "the same matter of somebody else",
    "shared-phone": "Telephone",
    "shared-name": "Name",
    "shared-place": "Place",
    "shared-number": "Number",
    "shared-detail": "Detail",
    "shared-expression": "About",
    "shared-wording": "Same words",
    # supervision
    "step-yellow": "Yellow mark",
    "step-red": "Red mark",
    "step-urge": "Urge",
    "step-supervise": "Put under supervision",
    "step-escalate": "Bring before the heads",
    "step-inspect": "Inspect on the spot",
    "fact-started": "Taken in hand",
    # follow-up visits
    "cause-urgent": "urgent",
    "cause-late": "a limit was missed",
    "cause-bad": "badly rated",
    "cause-joint": "many people",
    "cause-sample": "drawn by lot",
    # ways ratings come in
    "rated-web": "With the look-up code",
    "rated-phone": "By telephone",
    "rated-desk": "At the desk",
    # papers
    "attachment": "Attachment",
    "scan": "Scan",
    "report": "Report",
    "paper-letter": "Official letter",
} | {f"state-{state.id}": state.title for state in MATTER.states}
STATES = tuple(state.id for state in MATTER.states)


def word(code: str) -> str:
    """A code in the reader's language; "" stays "". What could be mistaken for another's code has its kind before it:
    `word("state-transferred")` is not `word("transferred")`, the channel."""
    known = _WORDS.get(code)
    return _(known) if known else code


def choices(*codes: str) -> list[tuple[str, str]]:
    """(code, word) pairs for a select."""
    return [(code, word(code)) for code in codes]


def title_of(kind: str) -> str:
    """An event of the clock in the reader's words."""
    known = event_kinds().get(kind)
    if known is None:
        return kind
    return known.zh if current_locale() == "zh-CN" else known.en[:1].upper() + known.en[1:]


def detail_of(stored: str | Mapping[str, Any]) -> dict[str, Any]:
    """The detail of an event as it comes from the database."""
    found: dict[str, Any] = msgspec.json.decode(stored) if isinstance(stored, str) else dict(stored)
    return found
