"""Whoever may not reveal petitioners' data never sees it, on whatever page."""

from __future__ import annotations

from uuid import UUID

import pytest
from litestar.routes import HTTPRoute

from huitang_kernel.testing import app_of
from huitang_petitions.matching import Hasher, MatchIndex
from huitang_petitions.matching.explain import explain
from huitang_petitions.services.similar import Letter
from tests.plugins.petitions.register.matters import at
from tests.plugins.petitions.register.test_similar import AGAIN, LIFT, WANG, brought

ACCOUNT = "6222020200112233445"
WITHOUT_REVEAL = ("receptionist", "supervisor", "handler", "analyst")


def pages_of(town, matter: UUID) -> list[str]:
    """Every page and answer of the plugin that shows something, those of one matter for this one."""
    routes = [route for route in app_of(town.hall).app.routes if isinstance(route, HTTPRoute)]
    shown = [one for one in routes if any("GET" in handler.http_methods for handler in one.route_handlers)]
    paths = {one.path_format.replace("{matter_id}", str(matter)) for one in shown}
    return sorted(path for path in paths if path.startswith(("/petitions", "/api/petitions")) and "{" not in path)


@pytest.mark.parametrize("role", WITHOUT_REVEAL)
async def test_no_page_shows_who_wrote_two_letters_to_whoever_may_not_reveal_it(town, role):
    at(town)
    first = await brought(town, WANG, "老旧小区加装电梯", f"{LIFT}维修资金账户{ACCOUNT}", "人民路12号院")
    second = await brought(town, WANG, "再次反映加装电梯", f"{AGAIN}账户{ACCOUNT}", "人民路12号院")
    handler = "UPDATE petitions.matter SET handler_id = $1 RETURNING id"
    await town.fetch(handler, town.units["committee"].id)
    client = await town.sign_in(role)
    opened = []
    for path in pages_of(town, first):
        answer = await client.get(path)
        if answer.status_code == 200:
            opened.append(path)
            assert WANG.name not in answer.text, path
            assert WANG.phone not in answer.text, path
    way = f"/petitions/matters/{first}/way"
    assert len(opened) > 3
    assert (way in opened) == (role != "analyst")
    if role != "analyst":
        page = (await client.get(way)).text
        assert str(second) in page
        alike = page.split('id="alike"')[1].split('id="supervision"')[0]
        assert "王**" in alike
        assert "138****0001" in alike
        assert ACCOUNT not in alike


def test_reasons_are_masked_unless_they_are_for_whoever_brought_the_letters():
    a = Letter(WANG.name, WANG.phone, "人民路12号院", "加装电梯", f"{LIFT}账户{ACCOUNT}")
    b = Letter(WANG.name, WANG.phone, "人民路12号院", "加装电梯", f"{AGAIN}账户{ACCOUNT}")
    hasher = Hasher(b"a key for nothing but this test!")
    index = MatchIndex(hasher.background())
    index.add("b", hasher.features(b))
    (match,) = index.query(hasher.features(a), 5)
    shown = {reason.what: reason.shared for reason in explain(a, b, match.evidence)}
    assert (shown["name"], shown["phone"]) == (("王**",), ("138****0001",))
    assert ACCOUNT not in shown["detail"]
    clear = {reason.what: reason.shared for reason in explain(a, b, match.evidence, clear=True)}
    assert (clear["name"], clear["phone"]) == (("王样例",), ("0001",))
    assert ACCOUNT in clear["detail"]
