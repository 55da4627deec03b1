"""The macros every page is made of."""

from __future__ import annotations

import re
from types import SimpleNamespace
from uuid import UUID

import pytest
import wtforms
from wtforms.validators import InputRequired

from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import ANONYMOUS
from huitang_sdk.forms import Form
from huitang_sdk.i18n import use_locale
from huitang_sdk.lists import ListQuery


class LampForm(Form):
    name = wtforms.StringField("Name", [InputRequired()], description="As on the plate")
    kind = wtforms.RadioField("Kind", choices=[("a", "Arc"), ("b", "Bulb")])
    area = wtforms.SelectField("Area", choices=[("n", "North")])
    lit = wtforms.BooleanField("Lit")
    version = wtforms.HiddenField(default="3")


@pytest.fixture
async def render(open_hall):
    hall = await open_hall()
    environment = hall.app.app.state.templates

    def rendered(source: str, **values) -> str:
        with use_locale("en"):
            return environment.from_string(source).render(**values)

    return rendered


async def test_a_field_has_its_label_help_and_error(render):
    form = LampForm()
    form.validate()
    html = render("{{ field(form.name, inputmode='text') }}", form=form)
    assert '<label class="form-label" for="name">Name <span class="ht-required">(required)</span></label>' in html
    assert 'aria-describedby="name-help name-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'inputmode="text"' in html
    assert 'id="name-help">As on the plate<' in html
    assert re.search(r'id="name-error">[^<]+<', html)


async def test_every_kind_of_field_is_drawn(render):
    html = render("{% for f in form %}{{ field(f) }}{% endfor %}", form=LampForm())
    assert html.count("<fieldset") == 1
    assert html.count('type="radio"') == 2
    assert 'class="form-select"' in html
    assert '<input id="version" name="version" type="hidden" value="3">' in html
    assert "aria-invalid" not in html


async def test_the_summary_links_to_the_fields_and_is_silent_without_errors(render):
    form = LampForm()
    assert render("{{ error_summary(form) }}", form=form).strip() == ""
    form.validate()
    form.fail({"": "The lamp is in use.", "area": "Unknown area."})
    html = render("{{ error_summary(form) }}", form=form)
    assert '<a href="#name">Name: ' in html
    assert '<a href="#area">Area: ' in html
    assert "The lamp is in use." in html


async def test_list_parts_keep_the_filters_in_their_addresses(render):
    query = ListQuery(path="/lamps/", q="a&b", sort="due", page=2, filters={"state": "out"})
    html = render(
        '{{ sort_head(query, "due", "Due") }}{{ pager(query, 120) }}{{ export_link(query, "/lamps/export?as=xlsx") }}'
        '{% call filter_bar(query) %}{{ filter_select(query, "state", "State", [("out", "Out")]) }}{% endcall %}',
        query=query,
    )
    assert 'aria-sort="ascending"' in html
    assert 'href="/lamps/?q=a%26b&amp;state=out&amp;sort=-due"' in html
    assert "Page 2 of 3" in html
    assert "q=a%26b&amp;state=out&amp;sort=due&amp;page=3" in html
    assert "/lamps/export?as=xlsx&amp;q=a%26b&amp;state=out&amp;sort=due" in html
    assert '<option value="out" selected>' in html


async def test_what_a_plugin_hands_in_is_escaped(render):
    evil = "<script>"
    query = ListQuery(q=evil, filters={})
    html = render(
        "{{ status('ok', x) }}{{ facts([(x, x)]) }}{{ filter_bar(query) }}{{ count(query, 3) }}{{ empty_state(x, x) }}"
        "{% call chart('c', {'title': x}, x) %}{% endcall %}{{ post_button(x, x, values={'a': x}) }}"
        "{{ confirm_button(x, x, x) }}{{ notice('ok', x) }}{{ select_cell('b', x, x) }}",
        x=evil,
        query=query,
    )
    assert "<script>" not in html


async def test_amounts_carry_their_unit(render):
    html = render("{{ money(212400000) }}|{{ money(212400000, 'wan') }}|{{ money(none) }}|{{ money_cell(-50) }}")
    texts = [re.sub(r"<[^>]+>", "", part).strip() for part in html.split("|")]
    assert texts == ["2,124,000.00 yuan", "212.40 10,000 yuan", "—", "-0.50"]


async def test_a_page_may_call_its_values_like_macros(open_hall):
    hall = await open_hall()
    environment = hall.app.app.state.templates
    names = dict.fromkeys(("icon", "menu", "status", "notice", "card", "count", "field", "slot", "chart"), 5)
    connection = SimpleNamespace(cookies={}, url=SimpleNamespace(path="/", query=""), method="GET", headers={})
    page = environment.from_string('{% extends "portal/shell.html" %}{% block content %}{{ status }}{% endblock %}')
    for actor in (ANONYMOUS, Actor(account_id=UUID(int=1), name="李云", is_system=True)):
        html = page.render(request=connection, actor=actor, **names)
        assert html.count("<h1") == 1
        assert "</html>" in html
