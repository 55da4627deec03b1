"""Every act of a desk answers with the desk."""

from __future__ import annotations

import re

from huitang_conference.services.voting.running import announce, close_poll
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from tests.plugins.conference.screens.town import MEMBERS, PIXEL


async def test_the_chair_opens_closes_and_announces(town):
    poll = await town.prepare()
    client = await town.client("chair")
    page = (await client.get(town.at("chair"))).text
    assert "开始表决：关于批准预算调整方案的决议" in page
    address = town.at(f"chair/polls/{poll}")
    part = await client.post(f"{address}/open", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'data-stage="poll"' in part.text
    assert "结束表决" in part.text
    await town.press(poll, "for", "for", "for", "for", "for")
    part = await client.post(f"{address}/close", headers={"HX-Request": "true"})
    assert 'data-verdict="passed"' in part.text
    assert "宣布结果" in part.text
    hall = await (await town.client("screen")).get(town.at("hall"))
    assert 'data-stage="waiting"' in hall.text
    assert 'data-verdict="' not in hall.text
    done = await client.post(f"{address}/announce")
    assert (done.status_code, done.headers["location"]) == (303, town.at("chair"))
    hall = await (await town.client("screen")).get(town.at("hall"), headers={"HX-Request": "true"})
    assert 'data-verdict="passed"' in hall.text
    assert hall.text.strip().startswith('<div class="hs-page" id="stage"')


async def test_why_a_vote_cannot_be_opened_is_said_with_its_article(town):
    await town.presence("left", "郑国安")
    poll = await town.prepare()
    client = await town.client("chair")
    page = (await client.get(town.at("chair"))).text
    assert re.search(r"disabled>.*开始表决", page)
    assert "地方组织法" in page
    refused = await client.post(town.at(f"chair/polls/{poll}/open"), headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert 'role="alert"><div class="alert alert-danger">' in refused.text
    assert "地方组织法" in refused.text


async def test_votes_are_prepared_on_a_page(town):
    client = await town.client("operator")
    motion = {"kind": "motion", "title": "批准决算的决议", "item_id": str(town.items[0]), "secrecy": "open"}
    assert (await client.post(town.at("votes"), data=motion)).status_code == 303
    motion_id = await town.one("SELECT id FROM conference.poll WHERE kind = 'motion'")
    amendment = {"kind": "amendment", "title": "删去第三条", "amends_id": str(motion_id), "counts": "last"}
    assert (await client.post(town.at("votes"), data=amendment)).status_code == 303
    names = {"kind": "appointment", "title": "任命", "names": "林若梅\n何守正\n", "seconds": "60"}
    assert (await client.post(town.at("votes"), data=names)).status_code == 303
    assert await town.one("SELECT count(*) FROM conference.poll WHERE kind = 'appointment'") == 2
    page = (await client.get(town.at("votes"))).text
    assert "任命：何守正" in page
    wrong = await client.post(town.at("votes"), data={"kind": "election", "title": "选举", "text": "写了很久"})
    assert wrong.status_code == 422
    assert "写了很久" in wrong.text
    assert 'id="names-error"' in wrong.text
    chair = await (await town.client("chair")).get(town.at("chair"))
    assert "删去第三条" in chair.text  # why the motion has to wait
    done = await client.post(town.at(f"votes/{motion_id}/withdraw"), data={"reason": "提案人撤回"})
    assert done.status_code == 303
    assert await town.one("SELECT state FROM conference.poll WHERE id = $1", motion_id) == "withdrawn"


async def test_live_totals_are_on_the_screen_only_where_they_may_be(town):
    poll = await town.open(show="live")
    await town.press(poll, "for", "against", "for")
    screen = await town.client("screen")
    assert "赞成</dt><dd>2</dd>" in (await screen.get(town.at("hall"))).text


async def test_running_numbers_are_numbers_only(town):
    poll = await town.open(secrecy="secret")
    await town.press(poll, "for", "against", "for")
    for name, desk in (("chair", "chair"), ("operator", "operator"), ("screen", "hall")):
        page = (await (await town.client(name)).get(town.at(desk))).text
        assert "赞成</dt>" not in page, desk
        if desk != "hall":
            assert '<b id="not-pressed">2</b>' in page


async def test_the_floor_is_given_from_the_desk(town):
    from huitang_conference.services import speaking

    for name in ("member", "second"):
        await speaking.ask(town.ctx, town.actors[name], town.meeting)
    client = await town.client("chair")
    speeches = [row["id"] for row in await town.fetch("SELECT id FROM conference.speech ORDER BY position")]
    part = await client.post(town.at("chair/order"), data={"speech": str(speeches[1])}, headers={"HX-Request": "true"})
    assert part.text.index("吴晓岚") < part.text.index("陈立新")
    await client.post(town.at(f"chair/speeches/{speeches[1]}/grant"))
    hall = (await (await town.client("screen")).get(town.at("hall"))).text
    assert 'data-stage="speaker"' in hall
    assert "吴晓岚" in hall
    assert "data-until=" in hall
    busy = await client.post(town.at(f"chair/speeches/{speeches[0]}/grant"), headers={"HX-Request": "true"})
    assert busy.status_code == 422
    assert "吴晓岚正在发言" in busy.text or "吴晓岚" in busy.text
    await client.post(town.at(f"chair/speeches/{speeches[1]}/finish"))
    await client.post(town.at("chair/speakers"), data={"open": ""})
    assert await town.one("SELECT speaking_open FROM conference.meeting") is False


async def test_both_attempts_of_a_vote_are_shown(town):
    poll = await town.open()
    client = await town.client("chair")
    again = {"reason": "多个席位按键无反应"}
    part = await client.post(town.at(f"chair/polls/{poll}/fall-back"), data=again, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "第 1 次 · 表决器 · 公开 · 已中止" in part.text
    assert "第 2 次 · 举手" in part.text
    assert "登记举手结果" in part.text
    empty = await client.post(town.at(f"chair/polls/{poll}/repeat"), data={}, headers={"HX-Request": "true"})
    assert empty.status_code == 422


async def test_a_vote_is_broken_off_with_a_reason_and_can_be_held_again(town):
    """Nothing is counted: what an election needs whose devices fail, since hands may not take over there."""
    poll = await town.open(secrecy="secret")
    await town.press(poll, "for", "against")
    client = await town.client("chair")
    assert "中止表决" in (await client.get(town.at("chair"))).text
    address, htmx = town.at(f"chair/polls/{poll}/break-off"), {"HX-Request": "true"}
    assert (await client.post(address, data={}, headers=htmx)).status_code == 422
    part = await client.post(address, data={"reason": "表决器故障，改用纸质选票"}, headers=htmx)
    assert part.status_code == 200
    assert "重新表决" in part.text
    row = (await town.fetch("SELECT state, void_reason, result FROM conference.poll WHERE id = $1", poll))[0]
    assert (row["state"], row["void_reason"], row["result"]) == ("void", "表决器故障，改用纸质选票", None)
    again = await client.post(town.at(f"chair/polls/{poll}/repeat"), data={"reason": "故障已排除"}, headers=htmx)
    assert again.status_code == 200
    assert await town.one("SELECT count(*) FROM conference.poll WHERE state = 'open' AND attempt = 2") == 1


async def test_a_motion_from_the_floor_needs_its_movers_and_the_chairs_consent(town):
    client, htmx = await town.client("chair"), {"HX-Request": "true"}
    motion = {"title": "关于加强校园周边环境整治的动议", "proposers": [str(town.attendees["陈立新"])]}
    few = await client.post(town.at("chair/motions"), data=motion, headers=htmx)
    assert few.status_code == 422
    assert "地方组织法" in few.text
    motion["proposers"] = [str(town.attendees[name]) for name in MEMBERS]
    part = await client.post(town.at("chair/motions"), data=motion, headers=htmx)
    assert part.status_code == 200
    assert "列入议程" in part.text
    hall = (await (await town.client("screen")).get(town.at("hall"))).text
    assert "校园周边" not in hall
    item = await town.one("SELECT id FROM conference.item WHERE is_ad_hoc")
    await client.post(town.at(f"chair/items/{item}/consent"), data={"granted": "1"})
    await client.post(town.at(f"chair/items/{item}/begin"))
    page = (await client.get(town.at("chair"))).text
    assert "提请表决" in page
    part = await client.post(town.at(f"chair/items/{item}/vote"), headers=htmx)
    assert 'data-stage="poll"' in part.text


async def test_the_operator_sees_seats_and_looks_at_one(town):
    client = await town.client("operator")
    await town.presence("expected", "林若梅")
    page = (await client.get(town.at("operator"))).text
    assert page.count('class="dk-seat ') == 6
    assert page.count("is-present") == 5
    seat = await town.one("SELECT id FROM conference.seat WHERE label = '1-2'")
    page = (await client.get(town.at("operator"), params={"seat": str(seat), "show": "expected"})).text
    assert page.count("is-dim") == 5
    assert 'id="chosen-title">陈立新' in page
    listed = (await client.get(town.at("operator"), params={"view": "list"})).text
    assert "<table" in listed
    assert 'class="dk-map"' not in listed
    broken = await client.get(town.at("operator"), params={"seat": "x", "show": "nonsense"})
    assert broken.status_code == 200


async def test_hands_are_recorded_by_two_people(town):
    poll = await town.open(manner="hands")
    operator, teller = await town.client("operator"), await town.client("teller")
    numbers = {"for": "5", "against": "0", "abstain": "0"}
    htmx = {"HX-Request": "true"}
    part = await operator.post(town.at(f"operator/polls/{poll}/hands"), data=numbers, headers=htmx)
    assert "赞成 5，反对 0，弃权 0" in part.text
    assert "须由另一人确认" in part.text
    act = await town.one("SELECT id FROM conference.manual_act WHERE state = 'asked'")
    own = await operator.post(town.at(f"operator/acts/{act}/confirm"), headers=htmx)
    assert own.status_code == 422
    done = await teller.post(town.at(f"teller/acts/{act}/confirm"), headers=htmx)
    assert done.status_code == 200
    assert await town.one("SELECT state FROM conference.poll WHERE id = $1", poll) == "closed"
    wrong = await operator.post(town.at(f"operator/polls/{poll}/hands"), data={"for": "x"}, headers=htmx)
    assert wrong.status_code == 422
    assert "“x”不是数字" in wrong.text


async def test_documents_at_the_seat_until_they_are_withdrawn(town, scene):
    document = scene[4]
    client = await town.client("seat")
    assert "示意图" in (await client.get(f"/conference/seat/{town.meeting}/agenda")).text
    picture = await client.get(f"/conference/seat/{town.meeting}/documents/{document}/pages/1")
    assert (picture.content, picture.headers["cache-control"]) == (PIXEL, "no-store")
    observer = await town.client("observer")
    assert "示意图" not in (await observer.get(f"/conference/seat/{town.meeting}/agenda")).text
    await town.ctx.db.execute("UPDATE conference.document SET is_withdrawn = TRUE WHERE id = $1", document)
    assert "示意图" not in (await client.get(f"/conference/seat/{town.meeting}/agenda")).text
    for part in ("", "/pages/1"):
        gone = await client.get(f"/conference/seat/{town.meeting}/documents/{document}{part}")
        assert gone.status_code == 404


async def test_a_pdf_is_read_page_by_page(town, scene):
    import io

    from reportlab.pdfgen.canvas import Canvas

    paper = io.BytesIO()
    canvas = Canvas(paper)
    for words in ("first page", "second page"):
        canvas.drawString(100, 700, words)
        canvas.showPage()
    canvas.save()
    async with town.ctx.db.write(SYSTEM) as write:
        stored = await town.ctx.files.save("方案.pdf", paper.getvalue(), actor=SYSTEM)
        await write.audit("conference.document.saved", Ref("conference.document", scene[4]))
    await town.ctx.db.execute("UPDATE conference.document SET file_id = $2 WHERE id = $1", scene[4], stored.id)
    client = await town.client("member")
    address = f"/conference/seat/{town.meeting}/documents/{scene[4]}"
    page = (await client.get(address)).text
    assert page.count('class="st-sheet"') == 2
    assert "second page" in page
    pictures = [(await client.get(f"{address}/pages/{number}")) for number in (1, 2)]
    assert [picture.headers["content-type"] for picture in pictures] == ["image/png"] * 2
    assert pictures[0].content[:8] == b"\x89PNG\r\n\x1a\n"
    assert pictures[0].content != pictures[1].content
    assert (await client.get(f"{address}/pages/3")).status_code == 404


async def test_a_result_is_public_only_once_it_is_published(town):
    poll = await town.open()
    await town.press(poll, "for", "for", "for", "for", "against")
    address = f"/conference/results/{poll}"
    reader, nobody, stranger = await town.client("member"), await town.client(), await town.client("stranger")
    await close_poll(town.ctx, SYSTEM, poll)
    assert (await reader.get(address)).status_code == 404
    await announce(town.ctx, SYSTEM, poll)
    page = await reader.get(address)
    assert page.status_code == 200
    assert 'data-verdict="failed"' in page.text
    assert "地方组织法" in page.text
    root = (await town.one("SELECT result->>'root' FROM conference.poll WHERE id = $1", poll)) or ""
    assert len(root) == 64
    assert root in page.text
    for client in (nobody, stranger):
        assert (await client.get(address)).status_code == 404
    log = f"/conference/votes/{poll}/log.jsonl"
    teller = await town.client("teller")
    assert log not in page.text
    assert log in (await teller.get(address)).text
    assert (await teller.get(log)).text.startswith("{")
    operator = await town.client("operator")
    await operator.post(town.at(f"operator/polls/{poll}/publish"), data={"public": "1"})
    for client in (nobody, stranger):
        page = await client.get(address)
        assert page.status_code == 200
        assert "<script" not in page.text.split("<main")[1].split("</main")[0]
        assert (await client.get(f"/conference/results/{town.meeting}")).status_code == 200
    await operator.post(town.at(f"operator/polls/{poll}/publish"), data={"public": ""})
    assert (await nobody.get(address)).status_code == 404


async def test_the_hall_screen_shows_what_the_operator_chose(town):
    operator, screen = await town.client("operator"), await town.client("screen")
    for mode in ("agenda", "attendance", "blank"):
        await operator.post(town.at("operator/screen"), data={"mode": mode})
        assert f'data-stage="{mode}"' in (await screen.get(town.at("hall"))).text
    await operator.post(town.at("operator/message"), data={"title": "休会十五分钟", "text": "", "where": "hall"})
    assert "休会十五分钟" in (await screen.get(town.at("hall"))).text
    await operator.post(town.at("operator/message"), data={"title": "请就座", "text": "", "where": "seats"})
    assert "请就座" in await town.one("SELECT push::text FROM conference.meeting")
    await operator.post(town.at("operator/screen"), data={"mode": "auto"})
    assert 'data-stage="item"' in (await screen.get(town.at("hall"))).text


async def test_every_screen_in_english(town):
    await town.open()
    for name, address in (
        ("chair", town.at("chair")),
        ("operator", town.at("operator")),
        ("screen", town.at("hall")),
        ("seat", "/conference/seat"),
    ):
        client = await town.client(name)
        client.cookies.set("huitang_locale", "en")
        page = (await client.get(address)).text
        assert 'lang="en"' in page
        assert "表决" not in re.sub(r"关于批准[^<]*|云江市[^<·]*|议程\d|人事任免", "", page), address
