"""The people of one row of an old register: the petitioner of its own columns, and those it only names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct, structs

from huitang_petitions.services.submission import Person, names_in
from huitang_petitions.services.validating import person_errors
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
_WITH_NUMBER = re.compile(r"(?P<name>.*?[^\s:：(（])[\s:：(（]+(?P<number>\+?[0-9][0-9 \-]{3,}[0-9Xx])\s*[)）]?")
_RESIDENT = 18
"""So many digits has the number of a resident; what is shorter is a telephone."""


class RowPeople(Struct, frozen=True):
    """Who is named, once each, and what is wrong with it by column; `wrong` says whose it is, too."""

    persons: tuple[Person, ...]
    wrong: Mapping[str, str]


def people_of(words: Mapping[str, str], first: Person, representatives: int | None) -> RowPeople:
    """The people of a row. `representatives` is how many may have come, None where nobody asks.

    A representative who is named elsewhere in the row is that person; another one joins the petitioners.
    """
    found = [] if first.is_empty else [first]
    wrong: dict[str, str] = {}
    for column, role in (("others", "petitioner"), ("representatives", "representative")):
        for text in names_in(words.get(column, "")):
            person = _read(text)
            mistakes = person_errors(person) | ({} if _is_name(person.name) else {"name": _("This is no name.")})
            if mistakes:
                wrong.setdefault(column, _("“{value}”: {error}", value=text, error=next(iter(mistakes.values()))))
            _add(found, person, role)
    came = sum(person.role == "representative" for person in found)
    if representatives is not None and came > representatives:
        most = _(
            "At most {most} representatives may come for a joint matter; {count} are named.",
            most=representatives,
            count=came,
        )
        wrong.setdefault("representatives", most)
    return RowPeople(tuple(found), wrong)


def _read(text: str) -> Person:
    """A name, with a telephone or an ID number after it if there is one.

    >>> _read("王样例（13800000000）").phone, _read("李示范").name
    ('13800000000', '李示范')
    """
    parts = _WITH_NUMBER.fullmatch(text)
    if parts is None:
        return Person(name=text)
    number = "".join(parts["number"].split())
    is_resident = len(number) == _RESIDENT
    return Person(
        name=parts["name"], id_number=number.upper() if is_resident else "", phone="" if is_resident else number
    )


def _is_name(text: str) -> bool:
    return any(sign.isalpha() for sign in text)


def _add(found: list[Person], person: Person, role: str) -> None:
    """Put somebody to the others, or what is said of them to the one they are."""
    for place, known in enumerate(found):
        if _same(known, person):
            more = {name: getattr(known, name) or getattr(person, name) for name in ("phone", "id_number")}
            found[place] = structs.replace(known, **more, role=role if role == "representative" else known.role)
            return
    found.append(structs.replace(person, role=role))


def _same(known: Person, person: Person) -> bool:
    """Whether two of one row are one: of one name, and no number says otherwise."""
    if "".join(known.name.split()) != "".join(person.name.split()):
        return False
    pairs = ((known.phone, person.phone), (known.id_number, person.id_number))
    return all(not one or not other or one == other for one, other in pairs)
