"""The template of a list that is imported: a head row of every column that is read, and what may stand there.

Its titles are those of `sheets.HEADS` in the reader's language.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from huitang_petitions.services import sorting
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.submission import CHANNELS, KINDS
from huitang_petitions.services.validating import MOST_ACCUSED
from huitang_petitions.services.wording import STATES, word
from huitang_sdk.documents import Column, Sheet, workbook
from huitang_sdk.i18n import LOCALES, use_locale

DATES = ("received", "accepted", "answered", "review_requested", "review_answered", "recheck_requested")
WIDE = ("subject", "body", "others", "representatives", "accused", "accused_unit", "category", "handler")


def titles() -> Mapping[str, str]:
    """The columns by our names, in their order in the template."""
    return {
        "old_number": _("Old number"),
        "received": _("Received"),
        "channel": _("Channel"),
        "kind": _("Kind"),
        "name": _("Petitioner"),
        "phone": _("Telephone"),
        "id_number": _("ID number"),
        "gender": _("Gender"),
        "address": _("Address"),
        "people": _("People"),
        "others": _("Other petitioners"),
        "representatives": _("Representatives who came"),
        "subject": _("Subject"),
        "body": _("Text"),
        "place": _("Place"),
        "district": _("District"),
        "accused": _("Persons complained of"),
        "accused_unit": _("Units complained of"),
        "earlier": _("Earlier"),
        "came_from": _("Sent by"),
        "publish": _("May be published"),
        "whistle": _("Report in confidence"),
        "urgent": _("Urgent"),
        "category": _("Category"),
        "remit": _("Whose remit"),
        "state": _("State"),
        "handler": _("Handled by"),
        "accepted": _("Accepted on"),
        "answered": _("Answered on"),
        "review_requested": _("Review asked for on"),
        "review_answered": _("Review decided on"),
        "recheck_requested": _("Re-review asked for on"),
        "recheck_answered": _("Re-review decided on"),
        "closed": _("Closed on"),
    }


def legend_names() -> frozenset[str]:
    """What the sheet of allowed values is called in any language: it comes back with the list, and holds no rows."""
    found = set()
    for locale in LOCALES:
        with use_locale(locale):
            found.add(_("What may stand there"))
    return frozenset(found)


async def template(ctx: Ctx) -> bytes:
    """The workbook, in the reader's language."""
    columns = titles()
    head = [Column(title, 32 if name in WIDE else 16) for name, title in columns.items()]
    allowed = await _allowed(ctx)
    notes = _notes(ctx)
    rows: list[Sequence[str]] = []
    for name, title in columns.items():
        note = notes.get(name, _("A day like 2026-11-23.") if name in (*DATES, "recheck_answered", "closed") else "")
        if note:
            rows.append((title, "", note))
        rows += [(title, value, "") for value in allowed.get(name, ())]
    legend = [Column(_("Column"), 24), Column(_("Allowed"), 48), Column(_("How to fill it in"), 64)]
    sheets = [Sheet(_("Register of letters and visits"), head, ()), Sheet(_("What may stand there"), legend, rows)]
    return await asyncio.to_thread(workbook, sheets)


async def _allowed(ctx: Ctx) -> dict[str, Sequence[str]]:
    yes_no = (_("yes"), _("no"))
    return {
        "channel": [word(code) for code in CHANNELS],
        "kind": [word(code) for code in KINDS],
        "gender": [word(code) for code in ("female", "male")],
        "state": [word(f"state-{code}") for code in STATES],
        "publish": yes_no,
        "whistle": yes_no,
        "urgent": yes_no,
        "remit": [title for _id, title in await sorting.remit_choices(ctx)],
        "category": [title for _path, title in await sorting.category_choices(ctx)],
        "handler": [unit.name for unit in await ctx.identity.organisations()],
    }


def _notes(ctx: Ctx) -> dict[str, str]:
    return {
        "others": _("Set several names apart with 、; a telephone or ID number may stand in brackets behind a name."),
        "representatives": _(
            "Those who came, written like other petitioners; for a joint visit at most {most}.",
            most=ctx.settings.representatives,
        ),
        "accused": _(
            "Set several names apart with 、, at most {most} with the units. Whoever on the platform is called so is"
            " kept away from the matter from the first moment.",
            most=MOST_ACCUSED,
        ),
        "accused_unit": _("The exact name of the unit. Open matters cannot be in its hands."),
        "remit": _("Whose matter it is. Empty while nobody has decided."),
        "people": _("How many stand behind it, if more than are named."),
        "subject": _("Needed; everything else may be empty."),
    }
