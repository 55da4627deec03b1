"""What several pages share: reading forms, uploads and ids from requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile

from huitang_budget.services.storing import Upload
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import Translator

_ = Translator("budget")
AnyRequest = Request[Any, Any, Any]


def text_of(form: FormMultiDict, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def version_of(form: FormMultiDict) -> int | None:
    """The version the form was made from; None when it carries none."""
    value = text_of(form, "version")
    return int(value) if value.isdigit() else None


def date_of(form: FormMultiDict, name: str) -> date | None:
    """A date as the browser sends it; None when empty. Raises Invalid for what is no date."""
    value = text_of(form, name)
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        message = _("{value} is not a date. Write it like 2026-11-23.", value=value)
        raise Invalid(message, fields={name: message}) from error


def uuid_of(form: FormMultiDict, name: str, message: str) -> UUID:
    """An id of a choice. Raises Invalid with `message` when nothing, or something that is no id, was chosen."""
    try:
        return UUID(text_of(form, name))
    except ValueError as error:
        raise Invalid(message, fields={name: message}) from error


def uuids_of(form: FormMultiDict, name: str) -> list[UUID]:
    """All ids under one name; what is no id is left out."""
    found: list[UUID] = []
    for value in form.getall(name, []):
        try:
            found.append(UUID(str(value)))
        except ValueError:
            continue
    return found


def uploads_of(form: FormMultiDict, name: str) -> Sequence[Upload]:
    """The files under one name, measured; each is read into memory only when it is its turn."""
    uploads: list[Upload] = []
    for value in form.getall(name, []):
        if not isinstance(value, UploadFile) or not value.filename:
            continue
        size = value.file.seek(0, 2)
        value.file.seek(0)
        uploads.append(Upload(_base_name(value.filename), b"", size, value.read))
    return uploads


def _base_name(name: str) -> str:
    """The name without folders, which some browsers send."""
    return name.replace("\\", "/").rsplit("/", 1)[-1]
