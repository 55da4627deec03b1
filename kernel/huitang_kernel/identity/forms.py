"""The forms of identity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wtforms import BooleanField, EmailField, PasswordField, RadioField, SelectField, StringField, TelField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from huitang_sdk.contracts import NewDevice, Organisation
from huitang_sdk.forms import Form, lazy

_l = lazy("identity")
INDENT = "　"
LANGUAGES = (SelectChoice("zh-CN", "简体中文"), SelectChoice("en", "English"))
SIZES = tuple(
    SelectChoice(size, text)
    for size, text in ((16, _l("Normal")), (24, _l("Large")), (27, _l("Larger")), (30, _l("Largest")))
)
HOURS = tuple(SelectChoice(hours, text) for hours, text in ((24, _l("1 day")), (72, _l("3 days")), (168, _l("7 days"))))
THEMES = (SelectChoice("light", _l("Light")), SelectChoice("dark", _l("Dark")))


def _unit(value: Any) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None


def unit_choices(units: Sequence[Organisation], none: str) -> list[tuple[str, str]]:
    """Organisations for a select, indented by their depth below the highest one shown; `none` is the empty choice."""
    top = min((unit.depth for unit in units), default=0)
    shown = [(str(unit.id), INDENT * (unit.depth - top) + unit.name) for unit in units]
    return [("", none), *shown] if none else shown


def offer(field: SelectField, choices: Sequence[tuple[str, str]]) -> None:
    """Fill a select with what this reader may choose from."""
    field.choices = [SelectChoice(value, text) for value, text in choices]


def text_values(form: Form) -> dict[str, Any]:
    """What was typed; a field that the request did not carry is empty."""
    return {name: "" if value is None else value for name, value in form.data.items()}


class ProfileForm(Form):
    email = EmailField(_l("E-mail"), [Optional(), Length(max=200)])
    phone = TelField(_l("Phone"), [Optional(), Length(max=30)])
    locale = RadioField(_l("Language"), choices=LANGUAGES)
    text_size = RadioField(_l("Text size"), choices=SIZES, coerce=int)
    high_contrast = BooleanField(_l("High contrast"))
    theme = RadioField(_l("Colours"), choices=THEMES)


class PasswordForm(Form):
    present = PasswordField(_l("Present password"), [InputRequired(), Length(max=256)])
    password = PasswordField(_l("New password"), [InputRequired(), Length(max=256)])
    again = PasswordField(_l("New password once more"), [InputRequired(), Length(max=256)])


class AccountForm(Form):
    name = StringField(_l("Name"), [InputRequired(), Length(max=100)])
    username = StringField(_l("User name"), [InputRequired(), Length(max=64)])
    organisation_id = SelectField(_l("Organisation"), coerce=lambda value: str(value or ""))
    title = StringField(_l("Position"), [Optional(), Length(max=100)])
    email = EmailField(_l("E-mail"), [Optional(), Length(max=200)])
    phone = TelField(_l("Phone"), [Optional(), Length(max=30)])
    locale = RadioField(_l("Language"), choices=LANGUAGES, default="zh-CN")

    def values(self) -> dict[str, Any]:
        """What the account service takes."""
        return {**text_values(self), "organisation_id": _unit(self.organisation_id.data)}


class DeviceForm(Form):
    name = StringField(_l("Name of the device"), [InputRequired(), Length(max=100)])
    place = StringField(_l("Place"), [Optional(), Length(max=200)])
    role = SelectField(_l("What it may do"), coerce=lambda value: str(value or ""))
    organisation_id = SelectField(_l("Organisation"), coerce=lambda value: str(value or ""))
    hours = RadioField(_l("The code is good for"), choices=HOURS, coerce=int, default=72)

    def device(self) -> NewDevice:
        """What the device service takes."""
        values = text_values(self)
        return NewDevice(values["name"], values["place"], values["role"])

    def unit(self) -> UUID:
        """The organisation; a choice that is none was refused before."""
        return UUID(self.organisation_id.data)


class PhoneForm(Form):
    phone = TelField(_l("Mobile number"), [InputRequired(), Length(max=40)])


class CodeForm(Form):
    code = StringField(_l("Code of six digits"), [InputRequired(), Length(max=20)])
    keep = BooleanField(_l("This phone or computer is my own"))


class UnitForm(Form):
    name = StringField(_l("Name of the organisation"), [InputRequired(), Length(max=200)])
    code = StringField(_l("Code"), [Optional(), Length(max=50)])
    parent_id = SelectField(_l("Belongs to"), coerce=lambda value: str(value or ""))

    def parent(self) -> UUID | None:
        return _unit(self.parent_id.data)
