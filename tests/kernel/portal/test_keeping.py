"""{% keep %}: made once for each value, escaped once, and never for another value."""

from __future__ import annotations

from jinja2 import DictLoader, Environment

from huitang_kernel.web import keeping
from huitang_kernel.web.keeping import Keep


def environment(**templates: str) -> Environment:
    return Environment(loader=DictLoader(templates), autoescape=True, extensions=[Keep])


def test_a_part_is_made_once_for_each_value():
    made: list[str] = []

    def shown(word: str) -> str:
        made.append(word)
        return word

    page = environment(a="<i>{{ other }}</i>{% keep word, 1 %}<b>{{ shown(word) }}</b>{% endkeep %}").get_template("a")
    found = [page.render(word=word, other=word, shown=shown) for word in ("<x>", "y", "<x>", "y")]
    assert found[0] == found[2] == "<i>&lt;x&gt;</i><b>&lt;x&gt;</b>"
    assert found[1] == found[3] == "<i>y</i><b>y</b>"
    assert made == ["<x>", "y"]


def test_parts_of_two_places_with_the_same_value_are_two():
    page = environment(a="{% keep 1 %}{% include 'b' %}{% endkeep %} {% keep 1 %}second{% endkeep %}", b="first")
    assert page.get_template("a").render().split(" ") == ["first", "second"]


def test_only_so_many_are_kept(monkeypatch):
    monkeypatch.setattr(keeping, "MOST", 3)
    made: list[int] = []
    page = environment(a="{% keep n %}{{ made.append(n) }}{% endkeep %}").get_template("a")
    for number in (1, 2, 3, 1, 4, 1, 2):
        page.render(n=number, made=made)
    assert made == [1, 2, 3, 4, 2]
