"""The forms of permissions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from huitang_sdk.contracts import Organisation
from huitang_sdk.forms import Form, lazy

_l = lazy("permissions")
INDENT = "　"
REACHES = (
    SelectChoice("own", _l("rows of one's own")),
    SelectChoice("unit", _l("rows of this unit")),
    SelectChoice("below", _l("rows of this unit and all below it")),
    SelectChoice("all", _l("all rows")),
)


class RoleForm(Form):
    title = StringField(_l("Title"), [InputRequired(), Length(max=100)])
    reach = RadioField(_l("Usual reach"), choices=REACHES, default="below")
    parents = SelectMultipleField(
        _l("Contains these roles too"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )


class NewRoleForm(RoleForm):
    name = StringField(_l("Short name"), [InputRequired(), Length(max=40)])


class GrantForm(Form):
    role = SelectField(_l("Role"), [InputRequired()])
    organisation_id = SelectField(_l("In"), [InputRequired()])
    reach = RadioField(_l("On"), choices=REACHES, default="below")

    def unit(self) -> UUID:
        return UUID(self.organisation_id.data)


def offer(field: SelectField, choices: Sequence[tuple[str, str]]) -> None:
    """Fill a select with what this reader may choose from."""
    field.choices = [SelectChoice(value, text) for value, text in choices]


def unit_choices(units: Sequence[Organisation]) -> list[tuple[str, str]]:
    """Organisations indented by depth."""
    top = min((unit.depth for unit in units), default=0)
    return [(str(unit.id), INDENT * (unit.depth - top) + unit.name) for unit in units]
