"""Residents write, look up, answer and withdraw with a code alone, and learn nothing of anybody else."""

from __future__ import annotations

import re

from huitang_petitions.events import MatterSupplemented
from huitang_petitions.services import alerting, codes
from huitang_petitions.services.registering import register
from huitang_sdk.codes import new_code
from huitang_sdk.contracts import Delivery
from huitang_sdk.contracts.identity import SYSTEM
from tests.plugins.petitions.intake.letters import ADDRESS, BODY, NAME, PHONE, SUBJECT, code_in, form, intake, send


async def look_up(client, code: str):
    return await client.post("/petitions/look-up", data={"code": code}, follow_redirects=True)


async def test_a_letter_is_sent_and_found_again_by_its_code(town):
    writer, reader = await town.sign_in(""), await town.sign_in("")
    code = await send(writer)
    number = await town.one("SELECT number FROM petitions.matter")
    page = await look_up(reader, f" {code.lower().replace('-', ' ')} ")
    assert page.status_code == 200
    assert number in page.text
    for private in (NAME, PHONE, ADDRESS, BODY, SUBJECT):
        assert private not in page.text
    assert code not in str(page.url)
    assert code not in " ".join(reader.cookies.values())


async def test_a_form_that_is_sent_twice_shows_the_same_code(town):
    client = await town.sign_in("")
    values = await form(client)
    first, second = [await client.post("/petitions/write", data=values) for _click in range(2)]
    assert code_in(first.text) == code_in(second.text)
    changed = await client.post("/petitions/write", data=values | {"body": "另一件事：公交改线"})
    assert 'id="code"' not in changed.text
    assert "另一件事：公交改线" in changed.text
    assert await town.one("SELECT count(*) FROM petitions.matter") == 1


async def test_a_token_that_was_not_made_here_registers_nothing(town):
    client = await town.sign_in("")
    for token in ("", "1", "A" * 38, codes.new_token(town.ctx)[:-1] + "!"):
        answer = await client.post("/petitions/write", data=await form(client) | {"token": token})
        assert answer.status_code == 422
        assert BODY in answer.text
    assert await town.one("SELECT count(*) FROM petitions.matter") == 0


async def test_mistakes_come_back_with_everything_that_was_typed_and_the_files(town):
    client = await town.sign_in("")
    values = await form(client, name="", phone="12345678x")
    answer = await client.post(
        "/petitions/write", data=values, files={"papers": ("照片.png", b"\x89PNG\r\n\x1a\n0000")}
    )
    assert answer.status_code == 422
    assert BODY in answer.text
    assert "照片.png" in answer.text
    values = await form(client)
    answer = await client.post("/petitions/write", data=values)
    assert answer.status_code == 200, answer.text
    assert await town.one("SELECT count(*) FROM petitions.paper") == 1
    assert await town.one("SELECT count(*) FROM petitions.draft") == 0


async def test_a_draft_is_kept_for_its_own_browser(town):
    mine, other = await town.sign_in(""), await town.sign_in("")
    values = await form(mine, body="写到一半")
    answer = await mine.post("/petitions/write", data=values | {"act": "keep"})
    assert answer.status_code == 303
    assert "写到一半" in (await mine.get("/petitions/write")).text
    assert "写到一半" not in (await other.get("/petitions/write")).text
    await mine.post("/petitions/write", data={"act": "drop"})
    assert "写到一半" not in (await mine.get("/petitions/write")).text


async def test_hit_and_miss_are_answered_alike(town):
    client = await town.sign_in("")
    code = await send(client)
    answers = []
    for typed in (code, new_code()):
        visitor = await town.sign_in("")
        answer = await visitor.post("/petitions/look-up", data={"code": typed})
        cookie = answer.headers["set-cookie"]
        answers.append(
            (answer.status_code, answer.headers["location"], answer.text, re.sub("=[^;]+", "=", cookie, count=1))
        )
        assert len(visitor.cookies["huitang_matter"]) == 70
    assert answers[0] == answers[1]


async def test_a_code_that_is_nobody_s_opens_nothing(town):
    client = await town.sign_in("")
    await send(client)
    page = await look_up(await town.sign_in(""), new_code())
    assert page.status_code == 404
    assert "huitang_matter" not in page.cookies


async def test_a_slip_of_the_pen_is_told_at_the_field(town):
    client = await town.sign_in("")
    code = await send(client)
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    page = await client.post("/petitions/look-up", data={"code": wrong})
    assert page.status_code == 422
    assert "code-error" in page.text


async def test_look_ups_are_limited(open_hall, town):
    client = await town.sign_in("")
    codes_tried = [await client.post("/petitions/look-up", data={"code": new_code()}) for _try in range(25)]
    assert [answer.status_code for answer in codes_tried].count(429) == 5
    assert codes_tried[-1].headers["retry-after"]


async def test_page_and_programs_share_one_limit_and_guesses_open_nothing(open_hall, town):
    client, statuses = await town.sign_in(""), []
    await send(client)
    for _try in range(15):
        answer = await client.post("/petitions/look-up", data={"code": new_code()})
        statuses.append(answer.status_code)
        if answer.status_code == 303:
            assert (await client.get(answer.headers["location"])).status_code == 404
        statuses.append((await client.post("/api/petitions/look-ups", json={"code": new_code()})).status_code)
    assert statuses.count(429) == 10
    assert set(statuses) == {200, 303, 429}


async def test_the_petitioner_adds_answers_and_withdraws(town):
    client = await town.sign_in("")
    await look_up(client, await send(client))
    files = {"papers": ("收据.pdf", b"%PDF-1.4 receipt")}
    answer = await client.post("/petitions/my-letter", data={"act": "add", "text": "补充：昨晚又坏了"}, files=files)
    assert answer.status_code == 303
    page = (await client.get("/petitions/my-letter")).text
    assert "补充：昨晚又坏了" in page
    assert "收据.pdf" in page
    (address,) = re.findall(r'href="(/petitions/my-letter/papers/[^"]+)"', page)
    assert (await client.get(address)).content == b"%PDF-1.4 receipt"
    assert (await (await town.sign_in("")).get(address)).status_code == 404
    matter = await town.one("SELECT id FROM petitions.matter")
    for _delivered in range(2):
        await alerting.on_supplement(town.ctx, MatterSupplemented(matter_id=matter), Delivery(matter, 1, None))
    told = await town.fetch("SELECT recipient_id FROM notifications.notice WHERE kind = 'petitions.wrote'")
    assert {row["recipient_id"] for row in told} == {town.actors[name].account_id for name in ("officer", "head")}
    assert len(told) == 2
    assert (await client.post("/petitions/my-letter", data={"act": "withdraw"})).status_code == 303
    refused = await client.post("/petitions/my-letter", data={"act": "add", "text": "再补充"})
    assert refused.status_code == 409
    kinds = await town.fetch("SELECT kind FROM petitions.event ORDER BY recorded_at, kind")
    assert [row["kind"] for row in kinds] == ["received", "registered", "supplemented", "withdrawn"]
    assert await town.one("SELECT state FROM petitions.matter") == "withdrawn"


async def test_the_office_s_own_papers_stay_in_the_office(town):
    done = await register(town.ctx, SYSTEM, intake())
    officer = await town.sign_in("officer")
    files = {"papers": ("内部意见.pdf", b"%PDF-1.4 internal")}
    assert (await officer.post(f"/petitions/matters/{done.id}/papers", data={}, files=files)).status_code == 303
    assert "内部意见.pdf" in (await officer.get(f"/petitions/matters/{done.id}")).text
    client = await town.sign_in("")
    assert "内部意见.pdf" not in (await look_up(client, done.code)).text
    paper = await town.one("SELECT id FROM petitions.paper")
    assert (await client.get(f"/petitions/my-letter/papers/{paper}")).status_code == 404


async def test_a_report_in_confidence_goes_both_ways_by_its_code(town):
    client = await town.sign_in("")
    values = await form(client, "/petitions/report")
    answer = await client.post("/petitions/report", data=values)
    code = code_in(answer.text)
    assert "huitang_letter" not in client.cookies
    assert await town.fetch("SELECT 1 FROM petitions.petitioner") == []
    matter = await town.one("SELECT id FROM petitions.matter WHERE whistle AND anonymous")
    head, officer = await town.sign_in("head"), await town.sign_in("officer")
    assert (await officer.get(f"/petitions/matters/{matter}")).status_code == 404
    assert BODY in (await head.get(f"/petitions/matters/{matter}")).text
    page = (await look_up(client, code)).text
    assert BODY not in page
    await client.post("/petitions/my-letter", data={"act": "add", "text": "账本在二楼"})
    assert "账本在二楼" in (await head.get(f"/petitions/matters/{matter}")).text


async def test_a_new_code_ends_the_old_one_and_its_pass(town):
    client = await town.sign_in("")
    values = await form(client)
    old = code_in((await client.post("/petitions/write", data=values)).text)
    await look_up(client, old)
    matter = await town.one("SELECT id FROM petitions.matter")
    desk = await town.sign_in("officer")
    assert (await desk.post(f"/petitions/matters/{matter}/code", data={"reason": ""})).status_code == 422
    answer = await desk.post(f"/petitions/matters/{matter}/code", data={"reason": "凭条遗失，已核对身份证"})
    new = code_in(answer.text)
    assert new != old
    assert (await client.get("/petitions/my-letter")).status_code == 404
    assert (await look_up(await town.sign_in(""), old)).status_code == 404
    assert (await look_up(await town.sign_in(""), new)).status_code == 200
    late = await client.post("/petitions/write", data=values)
    assert 'id="code"' not in late.text
    assert await town.one("SELECT count(*) FROM petitions.matter") == 1


async def test_the_slip_carries_the_code_as_a_qr_code_and_looks_nothing_up(town):
    client = await town.sign_in("")
    code = await send(client)
    page = await client.post("/petitions/slip", data={"code": code, "number": "2026-000001"})
    assert page.status_code == 200
    assert "ht-qr" in page.text
    assert (await client.post("/petitions/slip", data={"code": code[:-1]})).status_code == 422
