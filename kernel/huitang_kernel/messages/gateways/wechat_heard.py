"""What WeChat pushes, in our words: what somebody sent, or that somebody follows the account.

The field names are those of WeChat's interface for receiving messages and events. A recording, a picture or a film lies
on WeChat's servers and is not fetched; of a voice there are words where the account has speech recognition switched on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec import Struct

from huitang_sdk.contracts.messages import MessageForm

FORMS: Mapping[str, MessageForm] = {
    "text": "text",
    "voice": "voice",
    "image": "picture",
    "video": "video",
    "shortvideo": "video",
    "location": "place",
    "link": "link",
}
LONGEST = 200
"""Characters of an id that are kept."""


class Heard(Struct, frozen=True):
    """One message. `id` is the same when WeChat tells it again."""

    id: str
    sender: str
    form: MessageForm
    text: str


def heard(told: Mapping[str, str]) -> Heard | None:
    """A message, or a new follower; None for every other event, and for what names no sender.

    >>> heard({"FromUserName": "o", "MsgId": "1", "MsgType": "voice", "Recognition": "路灯坏了。"})
    Heard(id='1', sender='o', form='voice', text='路灯坏了。')
    >>> heard({"FromUserName": "o", "MsgType": "event", "Event": "unsubscribe", "CreateTime": "1"}) is None
    True
    """
    sender, kind = told.get("FromUserName", "")[:LONGEST], told.get("MsgType", "")
    if not sender or not kind:
        return None
    if kind == "event":
        return _follower(sender, told) if told.get("Event", "").lower() == "subscribe" else None
    if not told.get("MsgId"):
        return None
    return Heard(told["MsgId"][:LONGEST], sender, FORMS.get(kind, "other"), _text(kind, told))


def _follower(sender: str, told: Mapping[str, str]) -> Heard:
    """Events have no id: whose it is and when it happened make one. It stands in clear, so it is a digest."""
    digest = hashlib.sha256(f"subscribe\n{sender}\n{told.get('CreateTime', '')}".encode()).hexdigest()
    return Heard(digest, sender, "followed", "")


def _text(kind: str, told: Mapping[str, str]) -> str:
    """What can be read of it."""
    if kind == "text":
        return told.get("Content", "")
    if kind == "voice":
        return told.get("Recognition", "").strip()
    if kind == "location":
        # Location_X is the latitude.
        degrees = ", ".join(filter(None, (told.get("Location_X", ""), told.get("Location_Y", ""))))
        return " ".join(filter(None, (told.get("Label", "").strip(), f"({degrees})" if degrees else "")))
    if kind == "link":
        return "\n".join(filter(None, (told.get(name, "").strip() for name in ("Title", "Description", "Url"))))
    return ""
