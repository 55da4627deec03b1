"""Whoever is complained of meets nothing of the matter on any page, and a stolen database tells nothing of anybody."""

from __future__ import annotations

import logging
import random
import re

import pytest
from litestar.routes import HTTPRoute

from huitang_kernel.testing import app_of
from huitang_petitions import jobs
from huitang_petitions.services import codes, filing, lookup
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import NewPaper
from huitang_petitions.tables import Accused, Recusal
from huitang_sdk.codes import ALPHABET, check_symbol, new_code, parse_code
from huitang_sdk.contracts import Run
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.plugins.petitions.intake.letters import ADDRESS, BODY, ID_NUMBER, NAME, PHONE, SUBJECT, form, intake, send

SEARCHES = ({"who": PHONE}, {"who": NAME}, {"who": ID_NUMBER})


async def pages_of(town, done) -> list[str]:
    """Every address of the plugin that is read, with this matter's own ids in it, and the lists with their filters."""
    paper = await town.one("SELECT id FROM petitions.paper WHERE matter_id = $1", done.id)
    known = {"matter_id": str(done.id), "paper_id": str(paper)}
    found = []
    for route in app_of(town.hall).app.routes:
        if not isinstance(route, HTTPRoute) or "petitions" not in route.path or route.path.startswith("/static/"):
            continue
        if any("GET" in handler.http_methods for handler in route.route_handlers):
            path = route.path_format
            for name in route.path_parameters:
                path = path.replace("{" + name + "}", known.get(name, str(done.id)))
            found.append(path)
    filters = ("channel=phone", "state=registered", "sort=due", "kind=appeal", f"q={done.number}", "size=200")
    return found + [f"/petitions/?{chosen}" for chosen in filters]


async def met(town, client, done) -> list[str]:
    """Where a reader meets the number, the words, the people or the papers of the matter."""
    marks = (done.number, SUBJECT, BODY, NAME, PHONE, "收据-独一无二.pdf")
    seen = []
    for path in await pages_of(town, done):
        answer = await client.get(path, headers={"Accept": "application/json"} if path.startswith("/api/") else {})
        assert answer.status_code < 500, path
        # What the reader put into the address comes back in it, and tells nothing.
        text = answer.text.replace(f"q={done.number}", "")
        if any(mark in text for mark in marks) or b"%PDF-1.4 secret" in answer.content:
            seen.append(path)
    for words in SEARCHES:
        answer = await client.post("/petitions/find", data=words)
        if done.number in answer.text or SUBJECT in answer.text:
            seen.append("find")
    number = await client.post("/petitions/find", data={"who": done.number}, follow_redirects=False)
    if number.headers.get("location", "").startswith("/petitions/matters/"):
        seen.append("find by number")
    history = await client.post("/petitions/desk/history", data={"phone": PHONE})
    if done.number in history.text or "王**" in history.text:
        seen.append("history")
    return seen


@pytest.mark.parametrize("way", ["account", "organisation", "recused"])
async def test_whoever_is_complained_of_meets_nothing_anywhere(town, way):
    done = await register(town.ctx, SYSTEM, intake(organisation_id=town.units["office"].id, kind="appeal"))
    papers = [NewPaper("收据-独一无二.pdf", b"%PDF-1.4 secret")]
    await filing.file_papers(town.ctx, town.actors["officer"], done.id, papers, shown=True)
    client = await town.sign_in("officer")
    before = await met(town, client, done)
    assert {"find", "find by number", "history", "/petitions", f"/petitions/matters/{done.id}"} <= set(before)
    now = town.ctx.clock.now()
    officer = town.actors["officer"].account_id
    if way == "account":
        await Accused(matter_id=done.id, account_id=officer, marked_at=now).save()
    elif way == "organisation":
        await Accused(matter_id=done.id, organisation_id=town.units["office"].id, marked_at=now).save()
    else:
        await Recusal(matter_id=done.id, account_id=officer, decided_at=now).save()
    assert await met(town, client, done) == []
    for act, data in (
        ("reveal", {"reason": "x"}),
        ("messages", {"text": "x"}),
        ("code", {"reason": "x"}),
    ):
        answer = await client.post(f"/petitions/matters/{done.id}/{act}", data=data)
        assert answer.status_code == 404, act
        assert done.number not in answer.text
    files = {"papers": ("x.pdf", b"%PDF-1.4 x")}
    assert (await client.post(f"/petitions/matters/{done.id}/papers", files=files)).status_code == 404


READERS = {
    "receptionist": True,
    "officer": True,
    "head": True,
    "supervisor": True,
    "handler": False,
    "county": False,
    "bureaucrat": False,
    "analyst": False,
    "plain": False,
    "": False,
}


@pytest.mark.parametrize("name", READERS)
async def test_each_role_meets_the_matters_in_its_reach_and_no_others(town, name):
    done = await register(town.ctx, SYSTEM, intake(organisation_id=town.units["office"].id, kind="appeal"))
    papers = [NewPaper("收据-独一无二.pdf", b"%PDF-1.4 secret")]
    await filing.file_papers(town.ctx, town.actors["officer"], done.id, papers)
    seen = await met(town, await town.sign_in(name), done)
    assert bool(seen) == READERS[name], seen


async def test_a_dump_of_the_database_and_the_log_tell_nothing_of_anybody(town, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    client, officer = await town.sign_in(""), await town.sign_in("officer")
    values = await form(
        client, id_number=ID_NUMBER, address=ADDRESS, place="科园路 12 号门前", earlier="去年找过刘科长"
    )
    await client.post("/petitions/write", data=values | {"act": "keep"})
    await client.post("/petitions/write", data=values | {"phone": "123x"})
    files = {"papers": ("王样例的收据.pdf", b"%PDF-1.4 paper")}
    answer = await client.post("/petitions/write", data=values, files=files)
    assert answer.status_code == 200, answer.text
    code = re.search(r'id="code">([^<]+)<', answer.text)[1]
    await client.post("/petitions/look-up", data={"code": code})
    await client.post("/petitions/my-letter", data={"act": "add", "text": "补充：夜里摔倒两次"})
    matter = await town.one("SELECT id FROM petitions.matter")
    await officer.get(f"/petitions/matters/{matter}")
    await officer.post(f"/petitions/matters/{matter}/reveal", data={"reason": "需要核实"})
    await officer.post("/petitions/find", data={"who": PHONE})
    await officer.post("/petitions/desk/history", data={"phone": PHONE})
    assert "去年找过刘科长" in (await officer.get(f"/petitions/matters/{matter}")).text
    dump = await whole(town)
    for private in (
        NAME,
        PHONE,
        ID_NUMBER,
        "科园路",
        SUBJECT,
        BODY[:8],
        "收据",
        "夜里摔倒",
        "刘科长",
        code,
        code.replace("-", ""),
    ):
        assert private not in dump, private
        assert private.encode().hex() not in dump, private
        assert private not in caplog.text, private


async def test_what_an_earlier_version_kept_in_clear_is_shown_sealed_and_still_shown(town):
    ctx, officer = town.ctx, await town.sign_in("officer")
    done = await register(ctx, SYSTEM, intake(organisation_id=town.units["office"].id))
    await town.fetch("UPDATE petitions.matter SET earlier = NULL, earlier_plain = '去年找过刘科长'")
    assert "去年找过刘科长" in (await officer.get(f"/petitions/matters/{done.id}")).text
    run = Run(id=new_id(), job="petitions.seal", due=ctx.clock.now())
    assert "1" in await jobs.seal_old(ctx, run)
    assert "刘科长" not in await whole(town)
    assert "去年找过刘科长" in (await officer.get(f"/petitions/matters/{done.id}")).text
    assert "0" in await jobs.seal_old(ctx, run)


async def whole(town) -> str:
    """Every row of every table as text."""
    tables = await town.fetch(
        "SELECT table_schema AS s, table_name AS t FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
        " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
    )
    rows = []
    for table in tables:
        rows += await town.fetch(f'SELECT row_to_json(x.*)::text AS row FROM "{table["s"]}"."{table["t"]}" x')
    assert len(rows) > 50
    return "\n".join(row["row"] for row in rows)


async def test_guessing_codes_finds_nothing(town):
    """Ten thousand codes that could be real, and every one that differs from a real one in one symbol: no hit."""
    client = await town.sign_in("")
    real = await send(client)
    rng = random.Random(4)
    symbols = real.replace("-", "")
    near = [
        symbols[:place] + other + symbols[place + 1 :]
        for place in range(len(symbols))
        for other in ALPHABET
        if other != symbols[place]
    ]
    for text in near:
        with pytest.raises(ValueError):
            parse_code(text)
    mended = [parse_code(text[:-1] + check_symbol(text[:-1])) for text in near if text[:-1] != symbols[:-1]]
    tried = [new_code() for _number in range(10_000)] + rng.sample(mended, 400)
    kept = [codes.hash_of(town.ctx, code) for code in tried]
    hits = await town.fetch("SELECT number FROM petitions.matter WHERE code_hash = ANY($1::bytea[])", kept)
    assert hits == []
    assert (await lookup.pass_for(town.ctx, real))[1]


async def test_a_made_up_pass_opens_nothing(town):
    client = await town.sign_in("")
    await send(client)
    matter = await town.one("SELECT id FROM petitions.matter")
    good = codes.new_pass(town.ctx, matter, await town.one("SELECT code_hash FROM petitions.matter"))
    for token in ("", "x", good[:-2] + "AA", codes.new_pass(town.ctx, matter, b"other"), good[:30]):
        client.cookies.set("huitang_matter", token, domain="hall.test", path="/petitions")
        assert (await client.get("/petitions/my-letter")).status_code == 404
        client.cookies.clear()
