"""The receipt: number and look-up code, to be shown once and printed. The code stands in no address."""

from __future__ import annotations

from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from markupsafe import Markup

from huitang_petitions.pages.common import AnyRequest, text_of
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.lookup import code_in
from huitang_petitions.services.submission import Registered
from huitang_petitions.services.wording import word
from huitang_sdk.codes import qr_svg
from huitang_sdk.contracts import Rate
from huitang_sdk.http import Page, public, sender_of
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
MASK = 2
"""Of QR codes: looking for the best of eight would take longer than registering the letter."""


def receipt_page(request: AnyRequest, done: Registered, *, by_staff: bool, channel: str, renewed: bool = False) -> Page:
    """The page that shows the code; at the desk with its QR code, since there a slip is printed."""
    context = {
        "done": done,
        "qr": drawn(request, done.code) if done.code and by_staff else "",
        "address": look_up_address(request),
        "by_staff": by_staff,
        "renewed": renewed,
        "channel": channel,
        "word": word,
    }
    return Page("petitions/receipt.html" if by_staff else "petitions/public/receipt.html", context)


def look_up_address(request: AnyRequest) -> str:
    """Where a code is typed, as it stands on paper."""
    return f"{str(request.base_url).rstrip('/')}/petitions/look-up"


def drawn(request: AnyRequest, code: str) -> Markup:
    """The QR code that opens the look-up page; the code follows the #, which browsers keep to themselves."""
    return qr_svg(f"{look_up_address(request)}#{code}", title=_("QR code of the look-up code"), mask=MASK)


@post("/slip", guards=[public], status_code=200)
async def slip(request: AnyRequest, ctx: NamedDependency[Ctx]) -> Page:
    """The slip to print, for whoever has the code on the screen: drawing it for everybody would take as long as
    registering the letter. Nothing is looked up.
    """
    form = await request.form()
    await ctx.limits.take("slip", sender_of(request), Rate(ctx.settings.letters_per_hour, 3600))
    code = code_in(text_of(form, "code"))
    done = Registered(UUID(int=0), text_of(form, "number")[:20], code)
    context = {"done": done, "qr": drawn(request, code), "address": look_up_address(request)}
    return Page("petitions/public/slip.html", context)


RECEIPT_PAGES = (slip,)
