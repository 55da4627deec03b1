"""What the pages share: reading forms, files among them, and saying what is wrong where it is wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile

from huitang_petitions.services.submission import NewPaper, Person
from huitang_sdk.errors import HuitangError, Invalid
from huitang_sdk.i18n import TIMEZONE, Translator, local_time

_ = Translator("petitions")
AnyRequest = Request[Any, Any, Any]
_PARTS = re.compile(r"[\t,，;；、]")


def text_of(form: FormMultiDict, name: str) -> str:
    value = form.get(name, "")
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def ticked(form: FormMultiDict, name: str) -> bool:
    return text_of(form, name) == "1"


def typed_in(form: FormMultiDict) -> dict[str, str]:
    """What was typed, to be shown again."""
    return {name: str(form[name]) for name in form if not isinstance(form[name], UploadFile)}


def uploads_of(form: FormMultiDict, name: str) -> list[UploadFile]:
    """The chosen files; a field without one sends an empty file."""
    return [value for value in form.getall(name, []) if isinstance(value, UploadFile) and value.filename]


async def papers_in(form: FormMultiDict, name: str, kind: str = "attachment") -> tuple[NewPaper, ...]:
    """The chosen files as papers."""
    return tuple(
        [NewPaper(upload.filename or "", await upload.read(), kind) for upload in uploads_of(form, name)]  # type: ignore[arg-type]
    )


def whole_number(form: FormMultiDict, name: str) -> int:
    """A whole number; nothing is 0. Raises Invalid."""
    value = text_of(form, name)
    if not value:
        return 0
    if not (value.isascii() and value.isdigit() and len(value) <= 7):
        message = _("“{value}” is not a number.", value=value[:40])
        raise Invalid(message, fields={name: message})
    return int(value)


def day_of(form: FormMultiDict, name: str) -> date | None:
    """A date, None when empty. Raises Invalid."""
    value = text_of(form, name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        wrong = _("{value} is not a date. Write it like 2026-11-23.", value=value[:40])
        raise Invalid(wrong, fields={name: wrong}) from None


def moment_of(form: FormMultiDict, name: str) -> datetime | None:
    """A date and time as the browser sends it, on the wall clock; None when empty. Raises Invalid."""
    value = text_of(form, name)
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=TIMEZONE).astimezone(UTC)
    except ValueError as error:
        message = _("{value} is not a date. Write it like 2026-11-23.", value=value[:40])
        raise Invalid(message, fields={name: message}) from error


def moment_text(moment: datetime | None) -> str:
    """The value of a date-and-time field."""
    return local_time(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""


def id_in(text: str) -> UUID | None:
    """An id, or None for nothing and for what is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def people_in(text: str, role: str) -> list[Person]:
    """People as they are typed or pasted, one a line: name, phone, ID number, address, parted by commas or tabs.

    >>> [(p.name, p.phone) for p in people_in("王样例，13800000001\\n李示范", "petitioner")]
    [('王样例', '13800000001'), ('李示范', '')]
    """
    found = []
    for line in text.splitlines():
        parts = [part.strip() for part in _PARTS.split(line, maxsplit=3)]
        if any(parts):
            name, phone, id_number, address = (*parts, "", "", "", "")[:4]
            found.append(Person(name=name, phone=phone, id_number=id_number, address=address, role=role))  # type: ignore[arg-type]
    return found


def at_fields(error: HuitangError, groups: Sequence[tuple[str, int]]) -> dict[str, str]:
    """The messages by the fields of the page.

    The service counts people ("persons.3.phone"); the page has fields for the first and a text area for each group of
    others. `groups` are (field, how many people it held), in order; the first of them holds the fields of one person.
    """
    found: dict[str, str] = {}
    for name, message in error.fields.items():
        match = re.fullmatch(r"persons\.(\d+)\.(\w+)", name)
        if not match:
            found[name] = message
            continue
        place, field = int(match[1]), match[2]
        for number, (group, size) in enumerate(groups):
            if place < size:
                key = field if number == 0 else group
                line = message if number == 0 else _("Line {line}: {message}", line=place + 1, message=message)
                found[key] = f"{found[key]} {line}" if key in found else line
                break
            place -= size
    return found
