"""The people of one row of an old register: the petitioner of its own columns, and those it only names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import islice

from msgspec import Struct, structs

from huitang_petitions.services.submission import Person, names_in
from huitang_petitions.services.validating import MOST_PERSONS, NAME, person_errors
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
_MARK = r"[\s:()\[\]{}【】〔〕〖〗「」《》<>/|_.·~\-\u2010-\u2015]"
"""What stands around a number: brackets of any kind, a dash, a stroke."""
_LABEL = (
    r"(?:(?:公民)?身份证(?:件)?(?:号码?)?|证件(?:号码?)?|护照(?:号码?)?|(?:手机|联系|移动)?电话(?:号码?)?|手机(?:号码?)?"
    r"|联系方式|(?<![A-Z])(?:id|tel|phone|mobile)(?![A-Z]))"
)
_NUMBER = (
    r"(?:\(?\+?[0-9]{2}|\+[0-9])[0-9 ()\-]{2,}[0-9X]"  # not one digit by itself: 王样例2 13800000000 is a second 王样例
    r"|(?<![A-Z])[A-Z]{1,2}[0-9]{6,10}(?:\([0-9A]\))?"
)
_WITH_NUMBER = re.compile(
    rf"(?P<name>.*?(?!{_MARK}).){_MARK}*(?P<before>(?:{_LABEL}{_MARK}*)*)"
    rf"(?P<number>{_NUMBER}){_MARK}*(?P<after>(?:{_LABEL}{_MARK}*)*)",
    re.IGNORECASE,
)
_NO_NAME = re.compile(rf"{_LABEL}{_MARK}*|{_NUMBER}", re.IGNORECASE)
_LONGEST = NAME + 40
"""A longer text is a name that is too long, whatever number may follow it: it is not searched for one."""
_DIGITS_LEFT = re.compile(r"(?:\d[\s\-]*){5}")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]+")
_RESIDENT = re.compile(r"[1-9][0-9]{14}|[0-9]{17}[0-9X]")
"""The number of a resident, of today and of before 1999."""
_PHONE = re.compile(r"\+[0-9]{5,15}|0[0-9]{4,15}|86[0-9]{11}|[0-9]{5,11}")
"""A telephone without the marks in it: longer ones have a country's or an area's code."""


class RowPeople(Struct, frozen=True):
    """Who is named, once each, and what is wrong with it by column; `wrong` says whose it is, too."""

    persons: tuple[Person, ...]
    wrong: Mapping[str, str]


def people_of(words: Mapping[str, str], first: Person, representatives: int | None) -> RowPeople:
    """The people of a row. `representatives` is how many may have come, None where nobody asks.

    A representative who is named elsewhere in the row is that person; another one joins the petitioners.
    """
    found = _Found()
    wrong: dict[str, str] = {}
    if not first.is_empty:
        found.add(first, "petitioner")
    if _DIGITS_LEFT.search(unicodedata.normalize("NFKC", first.name)):
        wrong["name"] = _("There is a number in the name: write it in brackets after the name, one for each.")
    for column, role in (("others", "petitioner"), ("representatives", "representative")):
        texts = list(islice(_texts(words.get(column, "")), MOST_PERSONS + 1))
        if len(texts) > MOST_PERSONS:
            wrong[column] = _("At most {count} people.", count=MOST_PERSONS)
            continue
        for text in texts:
            person, mistake = _read(text)
            if mistake:
                wrong.setdefault(column, _("“{value}”: {error}", value=text, error=mistake))
                person = structs.replace(person, phone="", id_number="")  # or it would be told of another column, too
            found.add(person, role)
    came = sum(person.role == "representative" for person in found.persons)
    if representatives is not None and came > representatives:
        most = _(
            "At most {most} representatives may come for a joint matter; {count} are named.",
            most=representatives,
            count=came,
        )
        wrong.setdefault("representatives", most)
    return RowPeople(tuple(found.persons), wrong)


def _texts(cell: str) -> Iterator[str]:
    """What a cell says of each person; full-width digits and brackets are the plain ones.

    >>> list(_texts("李示范 赵例子 钱某某、王 样例、孙示范（１３８００００００００）"))
    ['李示范', '赵例子', '钱某某', '王 样例', '孙示范(13800000000)']
    """
    for text in names_in(unicodedata.normalize("NFKC", cell)):
        parts = text.split()
        if len(parts) > 1 and all(len(part) > 1 and _HAN.fullmatch(part) for part in parts):
            yield from parts
        else:
            yield text


def _read(text: str) -> tuple[Person, str]:
    """A name, with a telephone or an ID number after it if there is one; and what is wrong with it, "" for nothing.

    >>> _read("王样例(手机13800000000)")[0].phone, _read("李示范-E12345678")[0].id_number, _read("李示范")[0].name
    ('13800000000', 'E12345678', '李示范')
    """
    parts = _WITH_NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if parts is None or _NO_NAME.fullmatch(text):
        return (person := Person(name=text)), _mistake(person)
    number, label = "".join(parts["number"].upper().split()), (parts["before"] + parts["after"]).casefold()
    plain = _bare(number)
    is_resident = bool(_RESIDENT.fullmatch(plain))
    if is_resident or not plain.lstrip("+").isdigit() or any(word in label for word in ("证", "护照", "id")):
        person = Person(name=parts["name"], id_number=plain if is_resident else number)
        is_wrong = "身份证" in label and not is_resident
        return person, _("This is not an ID number: check its digits.") if is_wrong else _mistake(person)
    person = Person(name=parts["name"], phone="-".join(re.findall(r"\+?[0-9]+", number)))
    if not _PHONE.fullmatch(plain):
        return person, _("This is not a telephone number: 11 digits of a mobile, or area code and number.")
    return person, _mistake(person)


def _mistake(person: Person) -> str:
    """The first that is wrong with somebody who is only named."""
    if _DIGITS_LEFT.search(person.name):
        return _("There is a number in the name: write it in brackets after the name, one for each.")
    parts = person.name.split()
    if len(parts) > 1 and all(map(_HAN.fullmatch, parts)) and not _is_spaced(parts):
        return _("It is not clear whether this is one name or several: put a comma between names.")
    mistakes = person_errors(person)
    if mistakes:
        return next(iter(mistakes.values()))
    return "" if _is_name(person.name) else _("This is no name.")


def _is_spaced(parts: list[str]) -> bool:
    """Whether it is one name that is written with a space, so that short names are as wide as long ones."""
    return len(parts) == 2 and len(parts[0]) <= 2 and len("".join(parts)) <= 4 and 1 in map(len, parts)


def _is_name(text: str) -> bool:
    whole = text.count("(") == text.count(")")
    return whole and any(sign.isalpha() for sign in text) and not _NO_NAME.fullmatch(text)


class _Found:
    """Those who were named so far. `_places` says by plain name where to look for the same person."""

    def __init__(self) -> None:
        self.persons: list[Person] = []
        self._numbers: list[tuple[str, str]] = []
        self._places: dict[str, list[int]] = {}

    def add(self, person: Person, role: str) -> None:
        """Put somebody to the others, or what is said of them to the one they are."""
        places = self._places.setdefault(_plain(person.name), [])
        phone, id_number = _digits(person.phone), _bare(_plain(person.id_number)).upper()
        for place in places:
            known_phone, known_id = self._numbers[place]
            if _fit(known_phone, phone) and _fit(known_id, id_number):
                known = self.persons[place]
                more = {name: getattr(known, name) or getattr(person, name) for name in ("phone", "id_number")}
                self._numbers[place] = (known_phone or phone, known_id or id_number)
                part = role if role == "representative" else known.role
                self.persons[place] = structs.replace(known, **more, role=part)
                return
        places.append(len(self.persons))
        self._numbers.append((phone, id_number))
        self.persons.append(structs.replace(person, role=role))


def _fit(one: str, other: str) -> bool:
    return not one or not other or one == other


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _bare(number: str) -> str:
    return re.sub(r"[()\-]", "", number)


def _digits(phone: str) -> str:
    """The digits of a telephone, the last eleven of them: a mobile with its country's code is the same one."""
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))[-11:]
