"""What has to be right before a matter is registered: every mistake at its field, all of them at once."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from huitang_petitions.services.submission import CHANNELS, GENDERS, KINDS, ROLES, Intake, Person
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import Translator, local_time

_ = Translator("petitions")

SUBJECT = 200
BODY = 20_000
NAME = 50
ADDRESS = 200
SHORT = 100
MOST_PERSONS = 2_000
MOST_PEOPLE = 1_000_000
MOST_PAPERS = 20
MOST_ACCUSED = 20
FIRST_YEAR = 1949
WRITTEN_CHANNELS = ("web", "phone", "sms", "wechat", "import")
"""Channels whose words are the matter: without a text there is none. A letter may be a scan."""
PHONE = re.compile(r"\+?[0-9][0-9 ()\-]{3,20}[0-9]")
OTHER_ID = re.compile(r"[0-9A-Z()\-]{5,30}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def check(intake: Intake, now: datetime, representatives: int | None) -> None:
    """Raises Invalid whose `fields` name every field that is wrong.

    Fields of people are "persons.<place>.<field>", counted from 0. `representatives` is how many may come in person for
    a joint matter, None where nobody is asked.
    """
    wrong: dict[str, str] = {}
    _check_matter(intake, now, wrong)
    _check_accused(intake, wrong)
    _check_people(intake, representatives, wrong)
    for place, person in enumerate(intake.persons):
        for field, message in person_errors(person).items():
            wrong[f"persons.{place}.{field}"] = message
    if wrong:
        raise Invalid(_("Some entries need another look."), fields=wrong)


def require_name(intake: Intake, now: datetime) -> None:
    """Whoever writes a letter gives a name or stays anonymous. Raises Invalid that says whatever else is wrong, too."""
    if intake.anonymous or (intake.persons and intake.persons[0].name.strip()):
        return
    wrong: dict[str, str] = {}
    try:
        check(intake, now, None)
    except Invalid as error:
        wrong = {name: message for name, message in error.fields.items() if name != "persons"}
    nameless = {"persons.0.name": _("Give your name, or choose to stay anonymous.")}
    raise Invalid(_("Some entries need another look."), fields={**wrong, **nameless})


def _check_matter(intake: Intake, now: datetime, wrong: dict[str, str]) -> None:
    if intake.channel not in CHANNELS:
        wrong["channel"] = _("Choose how it came in.")
    if intake.kind and intake.kind not in KINDS:
        wrong["kind"] = _("Choose one of the list.")
    has_papers = bool(intake.papers or intake.kept_papers)
    if not intake.subject.strip():
        wrong["subject"] = _("Say in a few words what it is about.")
    if not intake.body.strip() and (intake.channel in WRITTEN_CHANNELS or not has_papers):
        wrong["body"] = _("Describe the matter.")
    longest = (("subject", SUBJECT), ("body", BODY), ("place", ADDRESS), ("district", SHORT), ("earlier", SHORT))
    for field, limit in (*longest, ("came_from", SHORT), ("category", SHORT)):
        if len(getattr(intake, field)) > limit:
            wrong[field] = _("At most {count} characters.", count=limit)
        elif "\0" in getattr(intake, field):
            wrong[field] = _("There is a character that cannot be kept.")
    if intake.received_at and intake.received_at > now + timedelta(minutes=5):
        wrong["received_at"] = _("This day is still to come.")
    if intake.received_at and intake.received_at.year < FIRST_YEAR:
        wrong["received_at"] = _("This day is too long ago.")
    if intake.channel == "transferred" and not intake.came_from.strip():
        wrong["came_from"] = _("Say which organ sent it here.")
    if len(intake.papers) + len(intake.kept_papers) > MOST_PAPERS:
        wrong["papers"] = _("At most {count} files.", count=MOST_PAPERS)


def _check_accused(intake: Intake, wrong: dict[str, str]) -> None:
    if len(intake.accused) > MOST_ACCUSED:
        wrong["accused"] = _("At most {count} names.", count=MOST_ACCUSED)
    elif any(len(name) > SHORT or "\0" in name or not name.strip() for name in intake.accused):
        wrong["accused"] = _("Each a name, of at most {count} characters.", count=SHORT)


def _check_people(intake: Intake, representatives: int | None, wrong: dict[str, str]) -> None:
    persons = intake.persons
    if (intake.anonymous or intake.whistle) and any(person.name or person.id_number for person in persons):
        wrong["anonymous"] = _("Somebody who stays anonymous gives no name.")
    if not intake.anonymous and not intake.whistle and not persons:
        wrong["persons"] = _("Say who brings this, or mark it as anonymous.")
    if len(persons) > MOST_PERSONS:
        wrong["persons"] = _("At most {count} people.", count=MOST_PERSONS)
    if not 0 <= intake.people <= MOST_PEOPLE:
        wrong["people"] = _("This is not a number of people.")
    elif intake.people and intake.people < len(persons):
        wrong["people"] = _("{count} people are named, so it cannot be fewer.", count=len(persons))
    came = sum(person.role == "representative" for person in persons)
    joint = max(intake.people, len(persons)) > 1
    if intake.channel == "visit" and joint and representatives is not None:
        if came > representatives:
            wrong["representatives"] = _(
                "At most {most} representatives may come for a joint matter; {count} are named.",
                most=representatives,
                count=came,
            )
        elif max(intake.people, len(persons)) > representatives and not came:
            wrong["representatives"] = _(
                "For so many people representatives come, at most {most}. Say who they are.", most=representatives
            )


def person_errors(person: Person) -> dict[str, str]:
    """What is wrong with one person's data, by field."""
    wrong: dict[str, str] = {}
    if person.known_id is None and not person.name.strip() and (person.id_number or person.address):
        wrong["name"] = _("Give the name.")
    if len(person.name) > NAME:
        wrong["name"] = _("At most {count} characters.", count=NAME)
    if person.phone and not PHONE.fullmatch(person.phone.strip()):
        wrong["phone"] = _("This is not a telephone number: 11 digits of a mobile, or area code and number.")
    if person.id_number and not is_id_number(person.id_number):
        wrong["id_number"] = _("This is not an ID number: check its digits.")
    if len(person.address) > ADDRESS:
        wrong["address"] = _("At most {count} characters.", count=ADDRESS)
    if person.gender and person.gender not in GENDERS:
        wrong["gender"] = _("Choose one of the list.")
    if person.role not in ROLES:
        wrong["role"] = _("Choose one of the list.")
    if any("\0" in text for text in (person.name, person.phone, person.address)):
        wrong["name"] = _("There is a character that cannot be kept.")
    return wrong


def is_id_number(text: str) -> bool:
    """Whether it can be the number of an identity document.

    Eighteen digits have to be a resident's number (GB 11643): a day of birth and a check digit that holds. Other
    documents have other numbers.

    >>> is_id_number("11010519491231002X"), is_id_number("110105194912310021"), is_id_number("E12345678")
    (True, False, True)
    """
    number = "".join(text.split()).upper()
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return bool(OTHER_ID.fullmatch(number))
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11] == number[17]


def year_of(moment: datetime) -> int:
    """The year a matter is numbered in."""
    return local_time(moment).year
