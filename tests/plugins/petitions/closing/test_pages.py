"""The pages of a matter's end, by forms alone."""

from __future__ import annotations

from tests.plugins.petitions.closing.matters import BAD, answered, rated
from tests.plugins.petitions.intake.letters import NAME, PHONE, send
from tests.plugins.petitions.register.matters import words

WORDS = "反映路灯损坏，已修复。"


async def test_a_resident_rates_with_the_code(town):
    client = await town.sign_in("")
    assert (await client.get("/petitions/my-letter/rating")).headers["location"] == "/petitions/look-up"
    code = await send(client)
    await client.post("/petitions/look-up", data={"code": code})
    assert "/petitions/my-letter/rating" not in (await client.get("/petitions/my-letter")).text
    page = await client.get("/petitions/my-letter/rating")
    assert page.status_code == 200
    assert 'name="grade-office"' not in page.text
    matter = await town.one("SELECT id FROM petitions.matter")
    officer = await town.sign_in("officer")
    for step in ("accept", "answer"):
        done = await officer.post(f"/petitions/matters/{matter}/way/steps/{step}", data=words(step))
        assert done.status_code == 303, done.text
    assert "/petitions/my-letter/rating" in (await client.get("/petitions/my-letter")).text
    page = await client.get("/petitions/my-letter/rating")
    assert 'name="grade-office"' in page.text
    assert NAME not in page.text
    answer = await client.post("/petitions/my-letter/rating", data={"comment-office": "说明情况"})
    assert answer.status_code == 422
    assert "说明情况" in answer.text
    answer = await client.post("/petitions/my-letter/rating", data={"grade-office": BAD, "comment-office": "没有修好"})
    assert answer.headers["location"] == "/petitions/my-letter/rating?done=1"
    page = await client.get("/petitions/my-letter/rating?done=1")
    assert "没有修好" in page.text
    assert await town.one("SELECT cause FROM petitions.visit") == "bad"


async def test_the_page_of_the_end_shows_each_what_is_theirs(town):
    _ctx, _clock, (matter,) = await answered(town, publish=True)
    address = f"/petitions/matters/{matter}/closing"
    head = await town.sign_in("head")
    assert (await head.post(f"{address}/ratings", data={"grade-office": BAD})).status_code == 422
    said = {"grade-office": BAD, "comment-office": "态度生硬", "channel": "rated-phone"}
    assert (await head.post(f"{address}/ratings", data=said)).status_code == 303
    for name, found, sees in (
        ("head", True, True),
        ("supervisor", True, True),
        ("officer", True, False),
        ("receptionist", True, False),
        ("county", False, False),
        ("analyst", False, False),
        ("plain", False, False),
        ("", False, False),
    ):
        page = await (await town.sign_in(name)).get(address)
        assert (page.status_code == 200) == found, name
        assert ("态度生硬" in page.text) == sees, name
    rating = await town.one("SELECT id FROM petitions.rating")
    assert (await head.post(f"{address}/ratings/{rating}", data={})).status_code == 422
    assert (await head.post(f"{address}/ratings/{rating}", data={"invalid_reason": "串号"})).status_code == 303
    officer = await town.sign_in("officer")
    assert (await officer.post(f"{address}/ratings", data=said)).status_code == 403


async def test_it_is_looked_at_before_everybody_reads_it(town):
    _ctx, _clock, (matter,) = await answered(town, publish=True)
    address = f"/petitions/matters/{matter}/closing"
    officer, public = await town.sign_in("officer"), await town.sign_in("")
    looked = await officer.post(f"{address}/publication", data={"act": "preview", "summary": WORDS, "version": "0"})
    assert looked.status_code == 200
    assert "pt-preview" in looked.text
    assert WORDS not in (await public.get("/petitions/public/published")).text
    bad = {"act": "publish", "summary": f"电话 {PHONE}", "version": "0"}
    assert (await officer.post(f"{address}/publication", data=bad)).status_code == 422
    good = {"act": "publish", "summary": WORDS, "version": "0"}
    assert (await officer.post(f"{address}/publication", data=good)).status_code == 409
    assert (await officer.post(f"{address}/publication", data={**good, "act": "propose"})).status_code == 303
    assert 'value="publish"' not in (await officer.get(address)).text
    assert (await officer.post(f"{address}/publication", data=good)).status_code == 409
    head = await town.sign_in("head")
    shown = (await head.get(address)).text
    assert 'value="publish"' in shown
    assert WORDS in shown
    assert WORDS not in (await public.get("/petitions/public/published")).text
    assert (await head.post(f"{address}/publication", data=good)).status_code == 303
    page = await public.get("/petitions/public/published")
    assert page.status_code == 200
    assert WORDS in page.text
    assert await town.one("SELECT number FROM petitions.matter") not in page.text
    assert (await officer.post(f"{address}/publication", data=good)).status_code == 409
    assert (await officer.post(f"{address}/publication", data={"act": "withdraw"})).status_code == 303
    assert WORDS not in (await public.get("/petitions/public/published")).text


async def test_a_visit_is_put_on_record_by_its_form(town):
    _ctx, _clock, (matter,) = await answered(town)
    await rated(town, matter, BAD)
    visit = await town.one("SELECT id FROM petitions.visit")
    address = f"/petitions/visits/{visit}"
    head, supervisor = await town.sign_in("head"), await town.sign_in("supervisor")
    assert address in (await head.get("/petitions/visits")).text
    assert 'name="reopen"' in (await head.get(address)).text
    assert 'name="reopen"' not in (await supervisor.get(address)).text
    for name in ("county", "plain", ""):
        page = await (await town.sign_in(name)).get(address)
        assert page.status_code != 200, name
    assert (await head.post(address, data={})).status_code == 422
    told = {"result": "unsatisfied", "note": "仍未修复", "reopen": "1"}
    assert (await supervisor.post(address, data=told)).status_code == 403
    assert (await head.post(address, data=told)).status_code == 303
    assert await town.one("SELECT state FROM petitions.matter WHERE id = $1", matter) == "handling"
    assert (await head.post(address, data=told)).status_code == 409
    assert address in (await head.get("/petitions/visits?done=1")).text
    assert address not in (await head.get("/petitions/visits")).text
