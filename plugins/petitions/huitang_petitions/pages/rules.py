"""Which rule profile each office follows, and from which day on."""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from huitang_petitions.clock import builtin_profiles
from huitang_petitions.pages.common import AnyRequest, id_in, text_of, typed_in
from huitang_petitions.services.access import RULES, Ctx
from huitang_petitions.services.limits import said
from huitang_petitions.services.rules import choose, rule_book
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import HuitangError, Invalid
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import Translator

_ = Translator("petitions")


async def rules_page(ctx: Ctx, error: HuitangError | None = None, typed: dict[str, str] | None = None) -> Page:
    """What is followed where, the shipped profiles with their marks, and the form."""
    book = await rule_book(ctx)
    units = list(await ctx.identity.organisations())
    names = {unit.id: unit.path for unit in units}
    shipped = builtin_profiles()
    context = {
        "chosen": [(names.get(one.organisation_id, ""), one) for one in book.chosen],
        "default": said(shipped[book.default].title) if book.default in shipped else book.default,
        "profiles": [(one.id, said(one.title), _verified(one)) for one in shipped.values()],
        "units": units,
        "today": ctx.clock.today().isoformat(),
        "refused": error,
        "errors": error.fields if error else {},
        "typed": typed or {},
    }
    return Page("petitions/rules.html", context, status_code=error.status if error else 200)


def _verified(profile: Any) -> str:
    """How much of a profile was checked against the text of law."""
    checked = sum(limit.verified for limit in profile.limits)
    return _("{checked} of {count} limits verified", checked=checked, count=len(profile.limits))


@get("/rules", guards=[requires(RULES)])
async def show_rules(ctx: NamedDependency[Ctx]) -> Page:
    return await rules_page(ctx)


@post("/rules", guards=[requires(RULES)], status_code=200)
async def choose_rules(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Response[Any]:
    """Choose, and have all limits reckoned anew in the background."""
    form = await request.form()
    try:
        unit = id_in(text_of(form, "organisation"))
        if unit is None or not ctx.permissions.scope(actor, RULES).includes(key=unit, organisation=unit):
            missing = _("Choose an office whose rules you keep.")
            raise Invalid(missing, fields={"organisation": missing})
        day = _day(text_of(form, "valid_from"))
        await choose(ctx, actor, unit, day, profile=text_of(form, "profile"), content=text_of(form, "content"))
    except Invalid as error:
        return await rules_page(ctx, error, typed_in(form))
    await ctx.scheduling.run_now("petitions.renew", actor=actor)
    return go_to(request, "/petitions/rules")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong = _("{value} is not a date. Write it like 2026-11-23.", value=text[:40])
        raise Invalid(wrong, fields={"valid_from": wrong}) from None


RULES_PAGES = (show_rules, choose_rules)
