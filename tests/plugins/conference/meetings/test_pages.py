"""The staff's pages and the members' own: every page opens, every form does what it says, nobody sees too much."""

from __future__ import annotations

import html
import io
import re
from uuid import UUID

import pytest
import xlsxwriter

from huitang_conference.services import agenda, badges, documents, leave, meetings, rehearsal, roster
from huitang_conference.services.agenda import ItemValues
from huitang_sdk.db import new_id
from tests.plugins.conference.town import new_meeting, present
from tests.workbooks import LAST, book


def sheet(*rows) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return stream.getvalue()


@pytest.fixture
async def filled(town):
    """The meeting with an agenda and a document, and a draft."""
    ctx, clerk = town.ctx, town.actors["clerk"]
    item = await agenda.add(ctx, clerk, town.meeting_id, ItemValues(title="听取检查水污染防治法实施情况的报告"))
    paper = await documents.attach(ctx, clerk, town.meeting_id, "报告.txt", "正文".encode(), item_id=item)
    draft = await new_meeting(town, in_days=40, convened=False, title="第四次会议（筹备）")
    return {"item": item, "paper": paper, "draft": draft}


async def pages_of(town, filled):
    base = f"/conference/meetings/{town.meeting_id}"
    return {
        "/conference/": "read",
        base: "read",
        f"{base}/agenda": "manage",
        f"{base}/roster": "manage",
        f"{base}/badges": "manage",
        f"{base}/seats": "manage",
        f"{base}/edit": "manage",
        "/conference/meetings/new": "manage",
        f"/conference/meetings/new?from={town.meeting_id}": "manage",
        f"{base}/attendance": "operate",
        f"{base}/door": "door",
        "/conference/door": "door",
        "/conference/mine": "read",
        "/conference/bodies": "bodies",
        "/conference/bodies/new": "bodies",
        f"/conference/bodies/{town.body_id}": "bodies",
        f"/conference/bodies/{town.body_id}/edit": "bodies",
        "/conference/profiles": "bodies",
        "/conference/profiles/city-standing-committee": "bodies",
        "/conference/profiles/city-standing-committee/edit": "bodies",
        "/conference/widgets/next": "read",
    }


HELD = {
    "clerk": {"read", "manage", "operate", "door", "bodies"},
    "chair": {"read"},
    "operator": {"read", "operate", "door"},
    "teller": {"read"},
    "member1": {"read"},
    "observer": {"read"},
    "plain": set(),
    "": set(),
}


async def test_every_page_opens_for_its_role_and_for_nobody_else(town, filled):
    pages = await pages_of(town, filled)
    for name, held in HELD.items():
        client = await town.sign_in(name)
        for page, needed in pages.items():
            answer = await client.get(page)
            expected = {200} if needed in held else {303, 302, 403} if name == "" else {403}
            assert answer.status_code in expected, (name, page, answer.status_code, answer.text[:500])
    client = await town.sign_in("stranger")
    for page in pages:
        answer = await client.get(page)
        assert "第三次会议" not in answer.text, page
        if str(town.meeting_id) in page or str(town.body_id) in page:
            assert answer.status_code == 404, page


async def test_drafts_are_for_the_staff(town, filled):
    shown = {}
    for name in ("clerk", "chair", "operator", "teller", "member1", "stranger"):
        client = await town.sign_in(name)
        listed = (await client.get("/conference/")).text
        opened = await client.get(f"/conference/meetings/{filled['draft']}")
        shown[name] = ("第四次会议" in listed, opened.status_code)
    staff = (True, 200)
    assert shown == {
        "clerk": staff,
        "chair": staff,
        "operator": staff,
        "teller": (False, 404),
        "member1": (False, 404),
        "stranger": (False, 404),
    }


async def test_a_rehearsal_is_seen_by_staff_and_those_called(town):
    copy_id = await rehearsal.start(town.ctx, town.actors["clerk"], town.meeting_id)
    for name, status in (("clerk", 200), ("member1", 200), ("teller", 404), ("stranger", 404)):
        client = await town.sign_in(name)
        assert (await client.get(f"/conference/meetings/{copy_id}")).status_code == status, name


async def test_the_operators_desk_switches_to_the_rehearsal_and_back(town):
    client = await town.sign_in("operator")
    base = f"/conference/meetings/{town.meeting_id}"
    assert f'action="{base}/rehearse"' in (await client.get(f"{base}/operator")).text
    began = await client.post(f"{base}/rehearse", data={"at": "operator"})
    copy = began.headers["location"].removesuffix("/operator")
    assert (began.status_code, began.headers["location"]) == (303, f"{copy}/operator")
    assert f'href="{copy}/operator"' in (await client.get(f"{base}/operator")).text
    assert f'action="{copy}/end-rehearsal"' in (await client.get(f"{copy}/operator")).text
    ended = await client.post(f"{copy}/end-rehearsal", data={"at": "operator"})
    assert (ended.status_code, ended.headers["location"]) == (303, f"{base}/operator")
    assert (await client.get(f"{copy}/operator")).status_code == 404


async def test_a_meeting_is_planned_convened_and_held_by_its_pages(town):
    client = await town.sign_in("clerk")
    wrong = await client.post("/conference/meetings/new", data={"title": "", "starts_at": "2027-01-01T09:00"})
    assert wrong.status_code == 422
    assert "请" in wrong.text
    assert 'value="2027-01-01T09:00"' in wrong.text
    values = {"body_id": str(town.body_id), "title": "第五次会议", "starts_at": "2027-12-01T09:00", "place": "二楼"}
    made = await client.post("/conference/meetings/new", data=values)
    assert made.status_code == 303, made.text
    address = made.headers["location"]
    await client.post(f"{address}/agenda/items", data={"title": "议题一", "kind": "motion"})
    await client.post(f"{address}/agenda/items", data={"title": "议题二", "kind": "report"})
    assert (await client.post(f"{address}/agenda/items", data={"title": "", "kind": "report"})).status_code == 422
    ids = re.findall(r'data-item="([0-9a-f-]{36})"', (await client.get(f"{address}/agenda")).text)
    await client.post(f"{address}/agenda/order", data={"item": list(reversed(ids))})
    assert re.findall(r'data-item="([0-9a-f-]{36})"', (await client.get(f"{address}/agenda")).text) == ids[::-1]
    await client.post(f"{address}/agenda/items/{ids[0]}", data={"act": "up"})
    assert re.findall(r'data-item="([0-9a-f-]{36})"', (await client.get(f"{address}/agenda")).text) == ids
    for step in ("convene", "steps/open", "steps/adjourn", "steps/resume", "steps/close", "steps/archive"):
        answer = await client.post(f"{address}/{step}")
        assert answer.status_code == 303, (step, answer.text)
    refused = await client.post(f"{address}/steps/open")
    assert refused.status_code == 409
    assert "归档" in refused.text


async def test_documents_are_uploaded_read_and_taken_back(town, filled):
    clerk, member = await town.sign_in("clerk"), await town.sign_in("member2")
    base = f"/conference/meetings/{town.meeting_id}"
    sent = await clerk.post(
        f"{base}/documents",
        data={"item_id": str(filled["item"]), "audience": "members", "title": "决定（草案）"},
        files={"file": ("草案.txt", "草案正文".encode())},
    )
    assert sent.status_code == 303, sent.text
    assert (await clerk.post(f"{base}/documents", data={"audience": "members"})).status_code == 422
    page = await member.get(f"/conference/mine/{town.meeting_id}")
    assert "决定（草案）" in page.text
    papers = re.findall(r"/conference/documents/([0-9a-f-]{36})", page.text)
    assert len(papers) == 2
    assert (await member.get(f"/conference/documents/{papers[1]}")).text == "草案正文"
    observer = await town.sign_in("observer")
    assert (await observer.get(f"/conference/documents/{papers[1]}")).status_code == 404
    assert (await member.post(f"{base}/documents/{papers[1]}", data={"act": "withdraw"})).status_code == 403
    await clerk.post(f"{base}/documents/{papers[1]}", data={"act": "withdraw"})
    assert (await member.get(f"/conference/documents/{papers[1]}")).status_code == 404
    assert "决定（草案）" not in (await member.get(f"/conference/mine/{town.meeting_id}")).text


async def test_the_door_takes_codes_cards_and_names(town):
    door = f"/conference/meetings/{town.meeting_id}/door"
    client = await town.sign_in("operator")
    code = badges.badge_text(town.ctx, town.meeting_id, town.attendees["member1"])
    assert "成员1" in (await client.post(door, data={"text": code})).text
    assert "成员2" in (await client.post(door, data={"text": "card-2"})).text
    found = await client.post(door, data={"text": "成员"})
    assert found.text.count('name="attendee"') == 5
    await client.post(door, data={"attendee": str(town.attendees["member3"])})
    other = badges.badge_text(town.ctx, new_id(), town.attendees["member4"])
    forged = code[:-2] + ("AA" if code[-2:] != "AA" else "BB")
    for wrong in (other, forged, "HT1.", "HT1.***", "没有这个人", ""):
        assert (await client.post(door, data={"text": wrong})).status_code == 422, wrong
    rows = await town.fetch("SELECT presence_how FROM conference.attendee WHERE presence = 'present' ORDER BY position")
    assert [row["presence_how"] for row in rows] == ["qr", "card", "card"]


async def test_attendance_is_marked_by_staff_and_leave_is_decided(town):
    ctx = town.ctx
    base = f"/conference/meetings/{town.meeting_id}"
    operator, member, clerk = [await town.sign_in(name) for name in ("operator", "member2", "clerk")]
    who = {"attendee": str(town.attendees["member1"])}
    for act, presence in (("check-in", "present"), ("away", "away"), ("return", "present"), ("left", "left")):
        assert (await operator.post(f"{base}/attendance", data={**who, "act": act})).status_code == 303
        now = await town.one("SELECT presence FROM conference.attendee WHERE id = $1", town.attendees["member1"])
        assert now == presence
    assert (await operator.post(f"{base}/attendance", data={**who, "act": "makeup"})).status_code == 422
    mine = f"/conference/mine/{town.meeting_id}"
    assert (await member.post(f"{mine}/leave", data={"reason": ""})).status_code == 422
    assert (await member.post(f"{mine}/leave", data={"reason": "出差"})).status_code == 303
    request = (await leave.requests(ctx, town.meeting_id))[0]
    assert (await member.post(f"{base}/leave/{request.id}", data={"granted": "1"})).status_code == 403
    assert (await clerk.post(f"{base}/leave/{request.id}", data={"granted": ""})).status_code == 422
    assert (await clerk.post(f"{base}/leave/{request.id}", data={"granted": "1"})).status_code == 303
    assert "请假已批准" in (await member.get(mine)).text
    assert (await member.post(f"{mine}/leave/{request.id}/withdraw")).status_code == 303


async def test_seats_are_moved_swapped_kept_and_used_again(town):
    base = f"/conference/meetings/{town.meeting_id}"
    client = await town.sign_in("clerk")
    one, two = town.seats["member1"], town.seats["member2"]

    async def seat(seat_id):
        return (await town.fetch("SELECT * FROM conference.seat WHERE id = $1", seat_id))[0]

    async def act(**values):
        answer = await client.post(f"{base}/seats", data={name: str(value) for name, value in values.items()})
        return answer.status_code

    assert await act(act="move", seat=one, x=3.4, y=7) == 303
    assert ((await seat(one))["x"], (await seat(one))["y"]) == (3.5, 7)
    assert await act(act="move", seat=one, x=9999, y=0) == 422
    assert await act(act="swap", seat=one, other=two) == 303
    assert (await seat(one))["attendee_id"] == town.attendees["member2"]
    assert await act(act="assign", seat=two, attendee=town.attendees["member2"]) == 409
    assert await act(act="free", seat=two) == 303
    assert await act(act="assign", seat=two, attendee=town.attendees["member2"]) == 303
    assert (await seat(one))["attendee_id"] is None
    assert await act(act="keep", name="第一会议室") == 303
    assert await act(act="grid", rows=2, columns=4, head=2) == 303
    assert await town.one("SELECT count(*) FROM conference.seat WHERE meeting_id = $1", town.meeting_id) == 10
    hall = await town.one("SELECT id FROM conference.hall")
    assert await act(act="hall", hall=hall) == 303
    assert await town.one("SELECT count(*) FROM conference.seat WHERE meeting_id = $1", town.meeting_id) == 6
    assert await act(act="in-order") == 303
    stranger = await town.sign_in("stranger")
    assert (await stranger.post(f"{base}/seats", data={"act": "grid", "rows": "1", "columns": "1"})).status_code == 404


async def test_a_seat_plan_is_looked_at_before_it_is_taken_over(town):
    base = f"/conference/meetings/{town.meeting_id}/seats/import"
    client = await town.sign_in("clerk")
    bad = sheet(("席位", "姓名"), ("1排1座", "成员1"), ("1排1座", ""), ("甲", ""), ("1排3座", "外人"))
    shown = await client.post(base, files={"file": ("座次.xlsx", bad)})
    assert shown.status_code == 200
    for said in ("有两个席位都叫", "请写明席位", "外人不在名单中"):
        assert said in shown.text
    assert 'name="rows" hidden' not in shown.text
    good = sheet(("2026年座次表",), ("席位", "姓名"), ("1排1座", "成员5"), ("2排2座", "成员1"), ("发言席", ""))
    assert "请写明席位" in (await client.post(base, files={"file": ("座次.xlsx", good)})).text
    good = sheet(("席位", "横", "纵", "类别", "姓名"), ("A", 1, 1, "", "成员5"), ("B", 2, 1, "主席台", "成员1"))
    shown = await client.post(base, files={"file": ("座次.xlsx", good)})
    rows = re.search(r'name="rows" hidden>(.*?)</textarea>', shown.text, re.DOTALL).group(1)
    assert (await client.post(base, data={"rows": html.unescape(rows)})).status_code == 303
    seated = await town.fetch(
        "SELECT s.label, a.name FROM conference.seat s LEFT JOIN conference.attendee a ON a.id = s.attendee_id"
        " WHERE s.meeting_id = $1 ORDER BY s.label",
        town.meeting_id,
    )
    assert [(row["label"], row["name"]) for row in seated] == [("A", "成员5"), ("B", "成员1")]
    assert (await client.post(base, files={"file": ("x.xlsx", b"no workbook")})).status_code == 422
    far = await client.post(base, files={"file": ("x.xlsx", book((0, 0, "席位"), LAST))})
    assert far.status_code == 422
    assert "XFD1048576" in far.text


async def test_members_are_looked_at_before_they_are_imported(town):
    base = f"/conference/bodies/{town.body_id}"
    client = await town.sign_in("clerk")
    bad = sheet(("姓名", "账号", "任职日期"), ("成员1", "", ""), ("新人", "nobody", "去年"), ("", "clerk", ""))
    shown = await client.post(f"{base}/import", files={"file": ("名单.xlsx", bad)})
    for said in ("成员1已经是组成人员", "没有账号 nobody", "不是日期", "请填写组成人员姓名"):
        assert said in shown.text
    good = sheet(
        ("姓名", "职务", "账号", "任职日期"), ("周远", "委员", "clerk", "2026-01-05"), ("吴清", "委员", "", "")
    )
    shown = await client.post(f"{base}/import", files={"file": ("名单.xlsx", good)})
    rows = re.search(r'name="rows" hidden>(.*?)</textarea>', shown.text, re.DOTALL).group(1)
    answer = await client.post(f"{base}/import", data={"rows": html.unescape(rows)})
    assert answer.status_code == 303, answer.text
    assert await town.one("SELECT count(*) FROM conference.member WHERE body_id = $1", town.body_id) == 7
    account = await town.one("SELECT account_id FROM conference.member WHERE name = '周远'")
    assert account == town.actors["clerk"].account_id
    assert (await client.post(f"{base}/import", data={"rows": "[]"})).status_code == 422
    assert (await client.post(f"{base}/import", data={"rows": "{"})).status_code in (409, 422)


async def test_own_rules_are_copied_checked_and_used(town):
    client = await town.sign_in("clerk")
    form = "/conference/profiles/city-standing-committee/edit"
    page = (await client.get(form)).text
    text = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL).group(1))
    assert 'id = "own-city-standing-committee"' in text
    broken = text.replace(
        'fraction = "1/2", strict = true, source = "organic", article = "第五十一条第三款"', 'fraction = "3/2"'
    )
    refused = await client.post(form, data={"text": broken})
    assert refused.status_code == 422
    assert "quorum" in refused.text
    mine = text.replace("notice_days = { value = 7", "notice_days = { value = 20")
    assert (await client.post(form, data={"text": mine})).status_code == 303
    taken = text.replace("own-city-standing-committee", "city-standing-committee")
    assert (await client.post(form, data={"text": taken})).status_code == 422
    values = {"name": "云江市人大常委会", "kind": "standing_committee", "profile_id": "own-city-standing-committee"}
    assert (await client.post(f"/conference/bodies/{town.body_id}/edit", data=values)).status_code == 303
    wrong = {**values, "profile_id": "city-presidium"}
    assert (await client.post(f"/conference/bodies/{town.body_id}/edit", data=wrong)).status_code == 422
    draft = await new_meeting(town, in_days=15, convened=False)
    assert (await client.post(f"/conference/meetings/{draft}/convene")).status_code == 422
    assert (await client.get("/conference/profiles/own-city-standing-committee")).status_code == 200


async def test_the_chair_consents_on_the_meetings_page(town):
    ctx, clerk = town.ctx, await town.sign_in("clerk")
    ids = await present(town, 5)
    await meetings.open_meeting(ctx, town.actors["chair"], town.meeting_id)
    base = f"/conference/meetings/{town.meeting_id}"
    values = {"title": "临时动议", "kind": "motion", "ad_hoc": "1", "movers": [str(one) for one in ids]}
    assert (await clerk.post(f"{base}/agenda/items", data={**values, "movers": [str(ids[0])]})).status_code == 409
    assert (await clerk.post(f"{base}/agenda/items", data=values)).status_code == 303
    item = (await agenda.items(ctx, town.meeting_id))[0]
    assert item.state == "proposed"
    member = await town.sign_in("member1")
    assert "临时动议" not in (await member.get(f"/conference/mine/{town.meeting_id}")).text
    chair = await town.sign_in("chair")
    assert "临时动议" in (await chair.get(base)).text
    assert (await chair.post(f"{base}/motions/{item.id}", data={"granted": "1"})).status_code == 303
    assert "临时动议" in (await member.get(f"/conference/mine/{town.meeting_id}")).text


async def indexed(town):
    """Deliver what has happened, and let the index take it in."""
    while await town.hall.dispatcher.deliver_due():
        pass
    while await town.hall.services.search.updater.apply_batch():
        pass


async def test_search_finds_meetings_within_scope_and_no_drafts(town, filled):
    """Whoever is called to a meeting finds it, too; not whoever has the same role and is not called."""
    uncalled = await town.add_person("uncalled", "office", "conference.member", "office", "own")
    await town.hall.services.search.rebuild()
    found = {}
    for name in ("clerk", "teller", "member1", "observer", "stranger", "plain", "uncalled"):
        page = await town.ctx.search.query(town.actors[name], "水污染")
        found[name] = ([hit.id for hit in page.hits], page.total)
    mine = ([town.meeting_id], 1)
    none: tuple[list[UUID], int] = ([], 0)
    assert found == dict.fromkeys(("clerk", "teller", "member1", "observer"), mine) | dict.fromkeys(
        ("stranger", "plain", "uncalled"), none
    )
    for name in ("clerk", "member1"):
        drafts = await town.ctx.search.query(town.actors[name], "筹备")
        assert UUID(str(filled["draft"])) not in [hit.id for hit in drafts.hits]
    values = {"name": "新列席员", "account_id": uncalled.account_id}
    attendee = await roster.invite(town.ctx, town.actors["clerk"], town.meeting_id, **values)
    await indexed(town)
    assert [hit.id for hit in (await town.ctx.search.query(uncalled, "水污染")).hits] == [town.meeting_id]
    await roster.remove(town.ctx, town.actors["clerk"], town.meeting_id, attendee)
    await indexed(town)
    assert (await town.ctx.search.query(uncalled, "水污染")).total == 0
