"""How a desk answers an act: with the desk as it is now, or with the reason why it was refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import FormMultiDict

from huitang_sdk.errors import Conflict, Forbidden, HuitangError, Invalid, NotFound
from huitang_sdk.http import go_to, wants_fragment
from huitang_sdk.i18n import Translator

_ = Translator("conference")
AnyRequest = Request[Any, Any, Any]
Shown = Callable[[str, int], Awaitable[Response[Any]]]


async def answered(request: AnyRequest, act: Awaitable[object], show: Shown, address: str) -> Response[Any]:
    """Do the act. A script gets the desk back at once, refused or done; everybody else is sent to the desk's page.

    `show(refusal, status)` draws the desk.
    """
    refusal: HuitangError | None = None
    try:
        await act
    except (Conflict, Invalid, NotFound, Forbidden) as error:
        refusal = error
    if refusal is None:
        return await show("", 200) if wants_fragment(request) else go_to(request, address)
    message = refusal.message or _("That is not possible.")
    return await show(message, 422 if wants_fragment(request) else refusal.status)


def text_of(form: FormMultiDict, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def id_of(form: FormMultiDict, name: str) -> UUID:
    """Raises Invalid for what is no id."""
    try:
        return UUID(text_of(form, name))
    except ValueError as error:
        raise Invalid(_("Choose one of the list.")) from error


def ids_of(form: FormMultiDict, name: str) -> list[UUID]:
    """All ids under one name. Raises Invalid for what is no id."""
    try:
        return [UUID(str(value)) for value in form.getall(name, [])]
    except ValueError as error:
        raise Invalid(_("Choose one of the list.")) from error


def number_of(form: FormMultiDict, name: str) -> int:
    """A number that people typed; nothing is 0. Raises Invalid."""
    value = text_of(form, name) or "0"
    if not value.isdigit() or len(value) > 6:
        raise Invalid(_("“{value}” is not a number.", value=value))
    return int(value)
