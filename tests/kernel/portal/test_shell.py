"""The frame of every page, the workbench and its parts."""

from __future__ import annotations

import re

from huitang_kernel.portal.shell import is_below
from huitang_kernel.testing import client_of

HTMX = {"hx-request": "true"}


async def test_the_start_page_invites_whoever_is_not_signed_in(open_hall, readers):
    hall = await open_hall()
    async with client_of(hall) as client:
        answer = await client.get("/")
    assert answer.status_code == 200
    assert 'href="/identity/sign-in"' in answer.text
    assert "长辈版" in answer.text
    assert 'class="ht-bottom"' not in answer.text


async def test_the_workbench_greets_a_clerk(open_hall, readers, clerk):
    hall = await open_hall()
    async with client_of(hall, headers=clerk) as client:
        answer = await client.get("/")
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert 'class="ht-bottom"' in answer.text
    assert 'href="#main"' in answer.text


async def test_the_menu_shows_only_what_the_reader_may_use(open_hall, readers, lamps, clerk, keeper, operator):
    hall = await open_hall(lamps)
    async with client_of(hall) as client:
        pages = {name: (await client.get("/", headers=h)).text for name, h in (("c", clerk), ("k", keeper))}
        console = (await client.get("/console", headers=operator)).text
    assert ("/lamps/" in pages["c"], "/lamps/secret" in pages["c"]) == (True, False)
    assert "Keeper's card" not in pages["c"]
    assert 'href="/lamps/secret"' in pages["k"]
    assert "Keeper&#39;s card" in pages["k"]
    assert 'href="/lamps/console"' in pages["k"]
    assert "/console/plugins" not in pages["k"]
    assert re.search(r'href="/console" aria-current="page"', console)
    assert "/lamps/console" not in console


async def test_a_disabled_plugin_leaves_the_menu(open_hall, readers, lamps, clerk):
    hall = await open_hall(lamps, policy={"disabled": ["lamps"]})
    async with client_of(hall, headers=clerk) as client:
        page = (await client.get("/")).text
    assert "/lamps/" not in page


async def test_a_broken_card_fails_alone(open_hall, readers, lamps, clerk):
    hall = await open_hall(lamps)
    async with client_of(hall, headers=clerk) as client:
        home = await client.get("/")
        card = await client.get("/lamps/widget", headers=HTMX)
    assert home.status_code == 200
    assert 'hx-get="/lamps/widget"' in home.text
    assert card.status_code == 500
    assert "data-retry" in card.text
    assert "<html" not in card.text
    assert "<h1" not in card.text
    assert "fell over" not in card.text


async def test_a_broken_part_of_a_slot_fails_alone_and_is_noted(open_hall, readers, lamps, clerk):
    hall = await open_hall(lamps)
    async with client_of(hall) as client:
        answer = await client.get("/portal-slot/portal.home.top?a=1", headers=clerk)
        outside = await client.get("/portal-slot/portal.home.top")
        public = await client.get("/portal-slot/portal.public.top")
        empty = await client.get("/portal-slot/no.such.place", headers=clerk)
    assert "<p>bright 1</p>" in answer.text
    assert "ht-part-failed" in answer.text
    assert "lamp is out" not in answer.text
    assert outside.text.strip() == empty.text.strip() == ""
    assert "bright" in public.text
    assert hall.registry.get("lamps").troubles["slot:portal.home.top"].message == "ValueError: the lamp is out"


async def test_errors_are_pages_with_the_request_id(open_hall, readers, clerk):
    hall = await open_hall()
    async with client_of(hall, headers=clerk) as client:
        page = await client.get("/nowhere")
        part = await client.get("/nowhere", headers=HTMX)
    assert page.status_code == part.status_code == 404
    assert page.headers["X-Request-Id"] in page.text
    assert "<html" in page.text
    assert "<html" not in part.text


async def test_macros_are_there_without_an_import(open_hall, readers):
    hall = await open_hall()
    environment = hall.app.app.state.templates
    text = environment.from_string('{{ status("ok", "x") }}{{ money(212400000, "wan") }}{{ icon("no-such-icon") }}')
    html = text.render()
    assert "#circle-check" in html
    assert "212.40" in html
    assert html.rstrip().endswith('#point"/></svg>')


def test_an_entry_is_current_below_its_address_only():
    assert is_below("/budget/declarations/7", "/budget/declarations")
    assert is_below("/budget", "/budget/")
    assert not is_below("/budgets", "/budget")
    assert not is_below("/console", "/")


async def test_a_page_can_ask_who_is_signed_in_before_it_sends(open_hall, readers, clerk):
    hall = await open_hall()
    async with client_of(hall) as client:
        nobody = await client.get("/session")
        somebody = await client.get("/session", headers=clerk)
        page = await client.get("/", headers=clerk)
    assert nobody.json() == {"reader": ""}
    assert f'data-reader="{somebody.json()["reader"]}"' in page.text


async def test_the_body_shows_its_own_emblem(open_hall, readers, tmp_path):
    (tmp_path / "emblem.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("not a picture", encoding="utf-8")
    hall = await open_hall(plugins={"portal": {"emblem": str(tmp_path / "emblem.svg")}})
    wrong = await open_hall(plugins={"portal": {"emblem": str(tmp_path / "secret.txt")}})
    async with client_of(hall) as client:
        page, emblem = await client.get("/"), await client.get("/emblem")
    async with client_of(wrong) as client:
        refused = await client.get("/emblem")
    assert 'src="/emblem"' in page.text
    assert emblem.headers["content-type"].startswith("image/svg")
    assert refused.status_code == 404
