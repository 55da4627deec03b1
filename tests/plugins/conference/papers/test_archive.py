"""Papers as files: Word and PDF that say what happened, hashed, archived, on record, for those who may."""

from __future__ import annotations

import hashlib
import io
import json
import re

import pypdf
import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from huitang_conference.services.papers.archiving import keep_paper, paper_file, papers_of, show_paper
from huitang_conference.services.papers.exporting import meeting_data
from huitang_sdk.errors import Conflict, NotFound

OF_POLL = [("result", "secret"), ("result", "hands"), ("result", "named"), ("election", "election")]
ALL = [*OF_POLL, ("attendance", ""), ("speeches", ""), ("minutes", "")]


def text_of(content: bytes) -> str:
    """The text of a PDF or a Word file, tables and all, without spaces."""
    if content.startswith(b"%PDF"):
        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    else:
        body = Document(io.BytesIO(content)).element.body
        text = "".join(node.text or "" for node in body.iter() if node.tag.endswith("}t"))
    return "".join(text.split())


SAID = {
    "secret": ["关于议事规则的决定", "无记名按表决器", "未通过", "全体代表的过半数", "主持人"],
    "hands": ["历次表决", "表决器故障", "举手", "修正案先行表决"],
    "named": ["记名表决名单", "成员6"],
    "election": ["选举结果单", "李四（另选）", "所选人数多于应选名额", "陈建国", "另行选举"],
    "attendance": ["出缺席名单", "因公出差", "成员9"],
    "speeches": ["建议加强绩效管理#{}<b>。", "未作文字记录", "超时20秒", "核对确认"],
    "minutes": ["草稿，待审定", "市财政局", "经第2次表决"],
}


@pytest.mark.parametrize(("kind", "poll"), ALL)
async def test_both_files_say_what_happened_and_are_kept(held, kind, poll):
    clerk = held.town.actors["clerk"]
    kept = await keep_paper(held.ctx, clerk, held.meeting_id, kind, held.polls.get(poll))
    assert [paper.ending for paper in kept] == [".pdf", ".docx"]
    for paper in kept:
        stored = await paper_file(held.ctx, clerk, held.meeting_id, paper.id)
        content = await held.ctx.files.read(stored)
        assert paper.sha256 == stored.sha256 == hashlib.sha256(content).hexdigest()
        text = text_of(content)
        for said in SAID[poll or kind]:
            assert said in text, (paper.ending, said, text)
        assert "{{" not in text


@pytest.mark.parametrize("poll", ["secret", "hands"])
async def test_the_root_hash_is_on_the_sheet(held, poll):
    (row,) = await held.town.fetch("SELECT result FROM conference.poll WHERE id = $1", held.polls[poll])
    root = json.loads(row["result"])["root"]
    for ending in (".pdf", ".docx"):
        args = (held.ctx, held.town.actors["clerk"], held.meeting_id, "result", held.polls[poll])
        _name, document = await show_paper(*args, ending=ending)
        assert root in text_of(document.content)


async def test_archiving_is_on_record_with_the_hash(held):
    kept = await keep_paper(held.ctx, held.town.actors["teller"], held.meeting_id, "result", held.polls["secret"])
    entries = await held.town.hall.audit.entries(action="conference.paper.")
    assert {entry.detail["sha256"] for entry in entries} == {paper.sha256 for paper in kept}
    assert {entry.action for entry in entries} == {"conference.paper.archived"}
    listed = await papers_of(held.ctx, held.town.actors["clerk"], held.meeting_id)
    assert {paper.id for paper in listed} == {paper.id for paper in kept}


async def test_a_paper_made_again_of_the_same_moment_is_the_same(held, monkeypatch):
    clerk, now = held.town.actors["clerk"], held.ctx.clock.now()
    monkeypatch.setattr(held.ctx.clock, "now", lambda: now)
    first, again = [await keep_paper(held.ctx, clerk, held.meeting_id, "attendance") for _ in range(2)]
    assert first[0].sha256 == again[0].sha256
    assert first[0].id != again[0].id


async def test_a_rehearsal_leaves_no_paper(held):
    await held.town.hall.core.database.execute(
        "UPDATE conference.meeting SET rehearsal_of = id WHERE id = $1", held.meeting_id
    )
    clerk = held.town.actors["clerk"]
    with pytest.raises(Conflict):
        await keep_paper(held.ctx, clerk, held.meeting_id, "result", held.polls["secret"])
    _name, shown = await show_paper(held.ctx, clerk, held.meeting_id, "result", held.polls["secret"])
    assert "演练" in text_of(shown.content)
    assert await papers_of(held.ctx, clerk, held.meeting_id) == []
    page = (await (await held.town.sign_in("clerk")).get(f"/conference/meetings/{held.meeting_id}/papers")).text
    assert "演练" in page
    assert 'value="' + str(held.polls["secret"]) not in page


async def test_the_page_shows_archives_and_hands_out(held):
    client = await held.town.sign_in("clerk")
    home = f"/conference/meetings/{held.meeting_id}/papers"
    page = (await client.get(home)).text
    assert "关于议事规则的决定" in page
    assert "还在表决的事项" in page
    assert str(held.polls["failed"]) not in page
    shown = await client.get(f"{home}/result/preview", params={"poll": str(held.polls["secret"])})
    assert shown.content.startswith(b"%PDF")
    assert shown.headers["content-disposition"].startswith("inline")
    done = await client.post(f"{home}/result", data={"poll": str(held.polls["secret"])})
    assert done.status_code == 303
    page = (await client.get(home)).text
    links = re.findall(rf"{home}/files/[0-9a-f-]{{36}}", page)
    assert len(links) == 2
    found = [await client.get(link) for link in links]
    assert all(hashlib.sha256(answer.content).hexdigest() in page for answer in found)
    for path in ("/result/preview", "/result/preview?poll=x", "/nothing/preview", "/minutes-x/preview"):
        assert (await client.get(home + path)).status_code == 404


DOORS = (
    ("GET", "/papers"),
    ("POST", "/papers/minutes"),
    ("GET", "/papers/minutes/preview"),
    ("GET", "/papers/files/{paper}"),
    ("GET", "/export.xlsx"),
    ("GET", "/export.json"),
)


async def test_only_who_may_export_this_meeting_gets_anything(held):
    kept = await keep_paper(held.ctx, held.town.actors["clerk"], held.meeting_id, "minutes")
    for name, refused in (("stranger", 404), ("chair", 403), ("member1", 403), ("plain", 403), ("teller", None)):
        client = await held.town.sign_in(name)
        for method, path in DOORS:
            url = f"/conference/meetings/{held.meeting_id}{path.format(paper=kept[0].id)}"
            answer = await client.request(method, url)
            assert answer.status_code == refused if refused else answer.status_code in (200, 303), (name, method, path)
    with pytest.raises(NotFound):
        await keep_paper(held.ctx, held.town.actors["stranger"], held.meeting_id, "minutes")


async def test_a_paper_belongs_to_its_meeting(held):
    clerk = held.town.actors["clerk"]
    kept = await keep_paper(held.ctx, clerk, held.meeting_id, "minutes")
    from tests.plugins.conference.town import new_meeting

    other = await new_meeting(held.town, title="第四次会议")
    with pytest.raises(NotFound):
        await paper_file(held.ctx, clerk, other, kept[0].id)
    with pytest.raises(NotFound):
        await keep_paper(held.ctx, clerk, other, "result", held.polls["secret"])


async def test_the_workbook_has_everything(held):
    await keep_paper(held.ctx, held.town.actors["clerk"], held.meeting_id, "minutes")
    answer = await (await held.town.sign_in("clerk")).get(f"/conference/meetings/{held.meeting_id}/export.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert list(sheets) == ["出缺席", "议程", "表决", "选举", "发言", "文书"]
    votes = {(row[0], row[2]): row for row in sheets["表决"][1:]}
    secret = votes["关于议事规则的决定", 1]
    assert secret[8:15] == [4, 1, 1, 1, 0, 5, "未通过"]
    assert ("关于批准预算调整方案的决议（草案）", 2) in votes
    assert len(sheets["文书"]) == 3
    assert sheets["选举"][1][3] == "陈建国"


async def test_json_tells_no_secret(held):
    data = json.loads(
        (await (await held.town.sign_in("teller")).get(f"/conference/meetings/{held.meeting_id}/export.json")).content
    )
    assert data["format"] == "huitang-meeting-1"
    polls = {poll["id"]: poll for poll in data["polls"]}
    named, secret = polls[str(held.polls["named"])], polls[str(held.polls["secret"])]
    assert len(named["by_name"]) == 6
    assert "by_name" not in secret
    assert secret["result"]["counts"]["for"] == 4
    assert polls[str(held.polls["hands"])]["repeats_id"] == str(held.polls["failed"])
    assert {person["state"] for person in data["attendees"]} == {"出席", "请假", "缺席"}
    assert data["speeches"][0]["record"].startswith("同意")
    entries = await held.town.hall.audit.entries(action="conference.meeting.exported")
    assert [entry.detail for entry in entries] == [{"as": "json"}]
    with pytest.raises(NotFound):
        await meeting_data(held.ctx, held.town.actors["stranger"], held.meeting_id)
