"""Words for what columns hold."""

from __future__ import annotations

from huitang_sdk.i18n import Translator

_ = Translator("personal")


def kind_word(kind: str) -> str:
    """A kind of personal column in the reader's language."""
    words = {
        "name": _("name"),
        "phone": _("phone number"),
        "id": _("ID number or other identifier"),
        "address": _("address"),
        "email": _("e-mail address"),
        "text": _("text"),
    }
    return words[kind]
