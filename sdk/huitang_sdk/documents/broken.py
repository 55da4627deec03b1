"""Why a template is refused."""

from __future__ import annotations

from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import translate


class BrokenTemplate(Invalid):
    """The template cannot be filled; the message names the reason and the place: the text around it in a Word
    template, line and column in a Typst one.
    """

    code = "broken-template"


def _(message: str, **values: object) -> str:
    """The SDK has no catalogue of its own: its words are in the portal's."""
    return translate("portal", message, **values)
