"""The receipt: number and look-up code, to be shown once and printed. The code stands in no address."""

from __future__ import annotations

from huitang_petitions.pages.common import AnyRequest
from huitang_petitions.services.submission import Registered
from huitang_petitions.services.wording import word
from huitang_sdk.codes import qr_svg
from huitang_sdk.http import Page
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
MASK = 2
"""Of QR codes: looking for the best of eight would take longer than registering the letter."""


def receipt_page(request: AnyRequest, done: Registered, *, by_staff: bool, channel: str, renewed: bool = False) -> Page:
    """The page that shows the code. What the QR code opens is the look-up page; the code follows the #, which browsers
    keep to themselves.
    """
    address = f"{str(request.base_url).rstrip('/')}/petitions/look-up"
    context = {
        "done": done,
        "qr": qr_svg(f"{address}#{done.code}", title=_("QR code of the look-up code"), mask=MASK) if done.code else "",
        "address": address,
        "by_staff": by_staff,
        "renewed": renewed,
        "channel": channel,
        "word": word,
    }
    return Page("petitions/receipt.html" if by_staff else "petitions/public/receipt.html", context)
