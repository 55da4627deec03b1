"""What one row of an old register says: names looked up, days read, and every mistake at its column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from huitang_petitions.clock import Due
from huitang_petitions.judging.remits import Remits
from huitang_petitions.judging.tree import Tree
from huitang_petitions.services import limits, past, sheets
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.office_rules import office
from huitang_petitions.services.past import Past
from huitang_petitions.services.row_people import people_of
from huitang_petitions.services.rules import RuleBook, rule_book
from huitang_petitions.services.submission import CHANNELS, KINDS, Intake, Person, names_in
from huitang_petitions.services.validating import SHORT, check
from huitang_petitions.services.wording import STATES, word
from huitang_petitions.workflow import FINAL
from huitang_sdk.errors import Conflict, Invalid
from huitang_sdk.i18n import LOCALES, Translator, use_locale

_ = Translator("petitions")
PLAIN = ("subject", "body", "place", "district", "earlier", "came_from")
PERSONAL = ("name", "phone", "id_number", "address")
FIELDS = {"received_at": "received", "persons": "name", "anonymous": "name", "organisation_id": "handler"}
"""Where a mistake stands in a sheet, if it is called otherwise in a form."""
TRUTH = {"true": True, "false": False}
"""How a workbook itself writes yes and no."""
Wrong = dict[str, str]


class Known(Struct, frozen=True, kw_only=True):
    """What the words of a sheet are looked up in: codes by column and word, units, categories and remits by name.

    `above` is the unit over each; `representatives` is how many may come in person for a joint matter.
    """

    words: Mapping[str, Mapping[str, Any]]
    units: Mapping[str, Sequence[UUID]]
    above: Mapping[UUID, UUID | None]
    categories: Mapping[str, Sequence[str]]
    remits: Mapping[str, str]
    representatives: int
    anonymous: frozenset[str]
    rules: RuleBook
    now: datetime
    organisation_id: UUID


async def known(ctx: Ctx, organisation_id: UUID) -> Known:
    """What there is now, for the register of an office."""
    units: dict[str, list[UUID]] = {}
    tree = await ctx.identity.organisations()
    for unit in tree:
        units.setdefault(_plain(unit.name), []).append(unit.id)
    judged_by = await office(ctx)
    words: dict[str, Mapping[str, Any]] = {
        "channel": sheets.CHANNELS | _said(CHANNELS),
        "kind": sheets.KINDS | _said(KINDS),
        "gender": sheets.GENDERS,
        "state": sheets.STATES | _said(STATES, "state-"),
    }
    return Known(
        words=words | dict.fromkeys(("publish", "urgent", "whistle"), sheets.YES | TRUTH),
        units=units,
        above={unit.id: unit.parent_id for unit in tree},
        categories=_categories(judged_by.tree),
        remits=_remits(judged_by.remits),
        representatives=ctx.settings.representatives,
        anonymous=_anonymous(),
        rules=await rule_book(ctx),
        now=ctx.clock.now(),
        organisation_id=organisation_id,
    )


def _remits(known_here: Remits) -> dict[str, str]:
    """The ids by id and by title in any language; an empty cell is no remit, whatever a title may be."""
    named = ((_plain(word), one.id) for one in known_here.remits for word in (one.title.zh, one.title.en, one.id))
    return {word: remit for word, remit in named if word}


def _anonymous() -> frozenset[str]:
    """What stands in place of a name that nobody gave."""
    found = set()
    for locale in LOCALES:
        with use_locale(locale):
            found.add(_plain(_("anonymous")))
    return frozenset(found)


def _said(codes: Iterable[str], kind: str = "") -> dict[str, str]:
    """The codes by what they are called in any language: what was taken out can be read again."""
    found: dict[str, str] = {}
    for locale in LOCALES:
        with use_locale(locale):
            found |= {word(f"{kind}{code}").casefold(): code for code in codes}
    return found


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _path(text: str) -> str:
    """The titles of a path however they are set apart."""
    for mark in "/>-—、→":
        text = text.replace(mark, "›")
    return _plain(text)


def _categories(tree: Tree) -> dict[str, list[str]]:
    """The paths by themselves, by all their titles, and, where nothing else is called so, by the last of them."""
    whole: dict[str, list[str]] = {}
    last: dict[str, list[str]] = {}
    for path, node in tree.nodes.items():
        titles = tree.titles(path)
        for name in {_plain(path), _path(titles.zh), _path(titles.en)}:
            whole.setdefault(name, []).append(path)
        for name in {_path(node.title.zh), _path(node.title.en)}:
            last.setdefault(name, []).append(path)
    return last | whole


def read(cells: Mapping[str, Any], given: Known) -> tuple[Intake, Past, Wrong]:
    """What a row would register, and what is wrong with it by column."""
    words = {name: sheets.text(value) for name, value in cells.items()}
    wrong: Wrong = {}
    intake = _intake(cells, words, given, wrong)
    before = _past(cells, words, given, intake, wrong)
    try:
        check(intake, given.now, None)
    except Invalid as error:
        own = "" if _first(words, given).is_empty else "persons.0."
        for field, message in error.fields.items():
            if field.startswith("persons.") and not (own and field.startswith(own)):
                continue  # those that are only named were looked at in their own columns
            name = field.rpartition(".")[2] if field.startswith("persons.") else FIELDS.get(field, field)
            wrong.setdefault("accused_unit" if name == "accused" and not words.get("accused") else name, message)
    if not wrong:
        _reckon(given, intake, before, wrong)
    return intake, before, wrong


def _intake(cells: Mapping[str, Any], words: Mapping[str, str], given: Known, wrong: Wrong) -> Intake:
    people = words.get("people", "")
    if people and not (people.isascii() and people.isdigit() and len(people) <= 7):
        wrong["people"] = _("“{value}” is not a number.", value=people)
        people = ""
    chosen = {name: _chosen(name, words, given, wrong) for name in given.words}
    first = structs.replace(_first(words, given), gender=chosen["gender"] or "")
    people_named = people_of(words, first, given.representatives if chosen["channel"] == "visit" else None)
    for column, message in people_named.wrong.items():
        wrong.setdefault(column, message)
    plain: dict[str, Any] = {name: words.get(name, "") for name in PLAIN}
    plain["body"] = plain["body"] or plain["subject"]
    return Intake(
        **plain,
        channel=chosen["channel"] or "import",
        kind=chosen["kind"] or "",
        category=_category(words.get("category", ""), given, wrong),
        publish=bool(chosen["publish"]),
        urgent=bool(chosen["urgent"]),
        whistle=bool(chosen["whistle"]),
        people=int(people or 0),
        persons=people_named.persons,
        accused=names_in("\n".join(words.get(name, "") for name in ("accused", "accused_unit"))),
        anonymous=_is_anonymous(words, given) or not any(person.name for person in people_named.persons),
        received_at=_day(cells, words, "received", wrong),
        organisation_id=given.organisation_id,
    )


def _first(words: Mapping[str, str], given: Known) -> Person:
    """The petitioner of the row's own columns; an empty one where they say of nobody."""
    named: dict[str, Any] = {name: words.get(name, "") for name in PERSONAL}
    return Person(**(named | {"name": ""} if _is_anonymous(words, given) else named))


def _is_anonymous(words: Mapping[str, str], given: Known) -> bool:
    return _plain(words.get("name", "")) in given.anonymous


def _chosen(name: str, words: Mapping[str, str], given: Known, wrong: Wrong) -> Any:
    value = words.get(name, "").casefold()
    if value and value not in given.words[name]:
        wrong[name] = _("“{value}” is not known here.", value=words[name])
    return given.words[name].get(value)


def _day(cells: Mapping[str, Any], words: Mapping[str, str], name: str, wrong: Wrong) -> datetime | None:
    try:
        return sheets.moment(cells.get(name, ""))
    except (ValueError, TypeError, OverflowError):
        wrong[name] = _("{value} is not a date. Write it like 2026-11-23.", value=words[name])
    return None


def _category(name: str, given: Known, wrong: Wrong) -> str:
    found = given.categories.get(_path(name)) or given.categories.get(_plain(name)) or []
    if name and not found:
        wrong["category"] = _("“{value}” is no category.", value=name)
    elif len(found) > 1:
        wrong["category"] = _("Several categories are called “{value}”: name those above it, too.", value=name)
    return found[0] if len(found) == 1 else ""


def _past(cells: Mapping[str, Any], words: Mapping[str, str], given: Known, intake: Intake, wrong: Wrong) -> Past:
    days = {name: day for name in past.DAYS if (day := _day(cells, words, name, wrong))}
    unit, handler = words.get("handler", ""), None
    found = given.units.get(_plain(unit), ()) if unit else ()
    if unit and len(found) != 1:
        several = _("Several units are called “{value}”.", value=unit)
        wrong["handler"] = several if found else _("There is no unit called “{value}”.", value=unit)
    elif unit:
        handler = found[0]
    state = given.words["state"].get(words.get("state", "").casefold()) or _supposed(days, bool(unit))
    if state in past.ENDS and "closed" not in days and days:
        days["closed"] = max(days.values())
    before = Past(
        old_number=words.get("old_number", ""),
        state=state,
        handler_id=handler,
        organ=unit if handler else "",
        days=days,
        remit=_remit(words.get("remit", ""), given, wrong),
    )
    _check(before, intake, given, wrong)
    return before


def _remit(name: str, given: Known, wrong: Wrong) -> str:
    if not name:
        return ""
    found = given.remits.get(_plain(name), "")
    if not found:
        wrong["remit"] = _("“{value}” is no remit. The template lists those there are.", value=name)
    return found


def _supposed(days: Mapping[str, datetime], has_unit: bool) -> str:
    """Where a matter stands of which only the days are given."""
    for day, state in (("closed", "closed"), ("answered", "answered"), ("accepted", "handling")):
        if day in days:
            return state
    return "assigned" if has_unit else "registered"


def _check(before: Past, intake: Intake, given: Known, wrong: Wrong) -> None:
    if len(before.old_number) > SHORT or "\0" in before.old_number:
        wrong["old_number"] = _("At most {count} characters.", count=SHORT)
    if before.state == "registered" and before.handler_id:
        wrong.setdefault("handler", _("What is only registered is in no unit's hands yet."))
    if before.state not in past.DONE and before.handler_id and _is_kept_away(given, intake, before.handler_id):
        message = _("They are complained of in this matter: it may not go into their hands (art. 30).")
        wrong.setdefault("handler", message)
    if before.state in past.NAMING_A_UNIT and not before.handler_id:
        wrong.setdefault("handler", _("Name the unit it was given to."))
    for missing in before.missing:
        wrong.setdefault(missing, _("Without this day nobody knows how the limits were kept."))
    if before.state != "registered" and not intake.received_at:
        wrong.setdefault("received", _("Without this day nobody knows how the limits were kept."))
    for name, day in before.days.items():
        if day > given.now:
            wrong.setdefault(name, _("This day is still to come."))
        elif intake.received_at and limits.day_of(day) < limits.day_of(intake.received_at):
            wrong.setdefault(name, _("This day is before the day it was received."))


def _is_kept_away(given: Known, intake: Intake, handler: UUID) -> bool:
    """Whether the unit, or one above it, will be marked as complained of: the office and what is above it never are."""
    units = {unit for name in intake.accused for unit in given.units.get(_plain(name), ())}
    return bool(units & (_with_all_above(given, handler) - _with_all_above(given, given.organisation_id)))


def _with_all_above(given: Known, unit: UUID | None) -> set[UUID]:
    found: set[UUID] = set()
    while unit:
        found.add(unit)
        unit = given.above.get(unit)
    return found


def _reckon(given: Known, intake: Intake, before: Past, wrong: Wrong) -> None:
    """Whether the clock can make sense of the days."""
    try:
        _due(given, intake, before)
    except Conflict as error:
        wrong["closed" if before.state in FINAL else "state"] = str(error)


def is_late(given: Known, intake: Intake, before: Past) -> bool:
    """Whether a limit of a row without mistakes is over: supervision begins in the night after it is taken over."""
    return any(one.kind == "duty" and one.state == "late" for one in _due(given, intake, before))


def _due(given: Known, intake: Intake, before: Past) -> Sequence[Due]:
    received = intake.received_at or given.now
    profile = given.rules.profile_for(given.organisation_id, limits.day_of(received))
    happened, today = past.whole(received, before), limits.day_of(given.now)
    return limits.reckon(profile, intake.kind, happened, today, given.rules.calendar)[0]
