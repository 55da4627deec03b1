"""An issued report stays as it was, can be traced to its rows, and is there for nobody who may not read all of them."""

from __future__ import annotations

import hashlib
import io

import pytest
from docx import Document
from python_calamine import load_workbook

from huitang_petitions.services.reporting import issuing
from huitang_petitions.services.reporting.content import Words
from huitang_petitions.services.reporting.documents import SAMPLE, TEMPLATES, values_of
from huitang_petitions.services.reporting.drafting import draft_of, keep
from huitang_petitions.services.reporting.making import report_of
from huitang_petitions.services.reporting.spans import Period
from huitang_petitions.tables import Matter, Recusal
from huitang_sdk.errors import Invalid, NotFound
from tests.plugins.petitions.register.matters import put
from tests.plugins.petitions.reporting.october import GOLDEN, MIDDLE, NOW, WAGES, complain, october

OCTOBER = Period(2026, 10)
WORDS = Words(
    addressee="市人大常委会主任会议",
    analysis="欠薪问题集中。\n噪声问题平稳。",
    suggestions="建议开展专题询问。",
)


async def issue(town, ctx, name: str = "analyst", words: Words = WORDS) -> issuing.Issued:
    actor = town.actors[name]
    await keep(ctx, actor, OCTOBER, words)
    return await issuing.issued_for(ctx, actor, await issuing.issue(ctx, actor, OCTOBER))


async def content_of(ctx, file_id) -> bytes:
    return await ctx.files.read(await ctx.files.get(file_id))


def lines_in(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]


async def test_every_figure_of_the_word_document_is_the_number_of_rows_kept_behind_it(town):
    ctx = await october(town)
    issued = await issue(town, ctx)
    document = Document(io.BytesIO(await content_of(ctx, issued.report_file)))
    printed = {
        row.cells[0].text: [cell.text for cell in row.cells] for table in document.tables for row in table.rows[1:]
    }
    figures = list(issued.content.figures())
    weeks = {burst.figure.number for burst in issued.content.bursts}
    assert set(printed) == {figure.number for figure in figures} - weeks
    for figure in figures:
        for place, span in ((2, "now"), (3, "before"), (5, "year_before")):
            rows, total = await issuing.rows_of(ctx, issued.id, figure, span, 500)
            value = sum(row.people for row in rows) if figure.people else total
            assert figure.values[span] in (value, None)
            if figure.number not in weeks:
                assert printed[figure.number][place] == str(value)
    received = figures[0]
    assert (received.mark, tuple(received.values.values())) == ("received", GOLDEN["received"])


async def test_the_documents_say_what_was_written_and_where_the_figures_come_from(town):
    ctx = await october(town)
    issued = await issue(town, ctx)
    content = await content_of(ctx, issued.report_file)
    assert hashlib.sha256(content).hexdigest() == issued.report_sha256
    text = lines_in(content)
    assert "2026年10月来信来访情况报告" in text
    assert "（2026年10月1日至2026年10月31日）" in text
    assert "市人大常委会主任会议：" in text
    assert {"欠薪问题集中。", "噪声问题平稳。", "建议开展专题询问。", "2026年11月25日"} <= set(text)
    assert any("共收到信访事项18件（1.1），涉及33人（1.2）" in line for line in text)
    assert any("上期收到5件，增减+260.0%；上年同期收到2件，增减+800.0%" in line for line in text)
    assert not any("{" in line for line in text)
    topics = lines_in(await content_of(ctx, issued.topics_file))
    (topic,) = issued.content.topics
    assert len(topic.matters) == 12
    assert any(all(number in line for number in topic.matters) for line in topics)
    assert "（1）劳动和社会保障" in topics


async def test_an_issued_report_stays_as_it_was_and_may_be_issued_anew(town):
    ctx = await october(town)
    first = await issue(town, ctx)
    await put(town, MIDDLE, category=WAGES)
    await Matter.update({Matter.category: "", Matter.people: 40}, force=True)
    again = await issuing.issued_for(ctx, town.actors["analyst"], first.id)
    assert again == first
    for figure in first.content.figures():
        rows, total = await issuing.rows_of(ctx, first.id, figure, "now", 500)
        assert figure.now == (sum(row.people for row in rows) if figure.people else total)
    second = await issue(town, ctx, words=Words(other="更正。"))
    assert next(second.content.figures()).now == 19
    listed = await issuing.issued_of(ctx, town.actors["analyst"], OCTOBER)
    assert [one.id for one in listed] == [second.id, first.id]
    audited = "SELECT count(*) FROM kernel.audit_record WHERE action = 'petitions.report.issued'"
    assert await town.one(audited) == 2


async def test_a_report_that_counts_a_matter_hidden_from_somebody_is_not_there_for_them(town):
    ctx = await october(town)
    for name, unit in (("person", "city"), ("unit", "east"), ("recused", "city"), ("earlier", "city")):
        await town.add_person(name, unit, "petitions.analyst", "city")
    one, other, third = [await put(town, MIDDLE, district="秘密区") for _count in range(3)]
    fourth = await put(town, MIDDLE.replace(month=9), district="秘密区")
    issued = await issue(town, ctx, "head")
    assert (await issuing.issued_for(ctx, town.actors["person"], issued.id)).id == issued.id
    await complain(town, one, account="person")
    await complain(town, other, unit="east")
    values = {"account_id": town.actors["recused"].account_id, "reason": b"", "decided_at": NOW}
    await Recusal(matter_id=third, **values).save()
    await complain(town, fourth, account="earlier")
    for name in ("person", "unit", "recused", "earlier"):
        assert await issuing.issued_of(ctx, town.actors[name], OCTOBER) == []
        client = await town.sign_in(name)
        for address in ("", "/rows?figure=1.1", "/report.docx", "/topics.docx", "/annex.xlsx"):
            assert (await client.get(f"/petitions/reports/{issued.id}{address}")).status_code == 404
        assert str(issued.id) not in (await client.get("/petitions/reports?period=2026-10")).text
    assert (await issuing.issued_for(ctx, town.actors["head"], issued.id)).id == issued.id


async def test_a_report_that_counts_whistle_blowers_is_for_those_who_may_read_them(town):
    ctx = await october(town)
    await put(town, MIDDLE, whistle=True)
    issued = await issue(town, ctx, "head")
    with pytest.raises(NotFound):
        await issuing.issued_for(ctx, town.actors["analyst"], issued.id)


async def test_whoever_reaches_less_does_not_read_the_report_of_more(town):
    ctx = await october(town)
    await town.add_person("county_analyst", "east", "petitions.analyst")
    issued = await issue(town, ctx)
    with pytest.raises(NotFound):
        await issuing.issued_for(ctx, town.actors["county_analyst"], issued.id)


async def test_a_draft_is_its_writers_own_and_sealed(town):
    ctx = await october(town)
    await keep(ctx, town.actors["analyst"], OCTOBER, WORDS)
    await keep(ctx, town.actors["analyst"], OCTOBER, Words(analysis="第二稿"))
    assert (await draft_of(ctx, town.actors["analyst"], OCTOBER)).analysis == "第二稿"
    assert await draft_of(ctx, town.actors["head"], OCTOBER) == Words()
    await issue(town, ctx)
    drafts = "SELECT words AS sealed FROM petitions.report_draft"
    kept = await town.fetch(f"{drafts} UNION ALL SELECT content FROM petitions.report")
    assert len(kept) == 2
    assert not any("欠薪".encode() in row["sealed"] or b"labour" in row["sealed"] for row in kept)
    with pytest.raises(Invalid) as refused:
        await keep(ctx, town.actors["analyst"], OCTOBER, Words(addressee="长" * 101))
    assert list(refused.value.fields) == ["addressee"]


async def test_a_period_that_runs_cannot_be_issued(town):
    ctx = await october(town)
    for period in (Period(2026, 11), Period(2026)):
        with pytest.raises(Invalid):
            await issuing.issue(ctx, town.actors["analyst"], period)
    assert await town.one("SELECT count(*) FROM petitions.report") == 0


async def test_an_annual_report_without_anything_can_be_issued(town):
    ctx = await october(town)
    actor = town.actors["analyst"]
    issued = await issuing.issued_for(ctx, actor, await issuing.issue(ctx, actor, Period(2024)))
    text = lines_in(await content_of(ctx, issued.report_file))
    assert "2024年来信来访情况报告" in text
    assert text.count("无。") == 4


async def test_the_samples_name_everything_a_real_report_has(town):
    ctx = await october(town)
    values = values_of(await report_of(ctx, town.actors["analyst"], OCTOBER), NOW.date())
    assert set(values) == set(SAMPLE)
    assert set(values["facts"]) == set(SAMPLE["facts"])
    assert [template.file for template in TEMPLATES] == ["documents/report.docx", "documents/topics.docx"]
    for name in ("parts", "topics"):
        assert set(values[name][0]) == set(SAMPLE[name][0])


async def test_the_annex_lists_every_row_with_the_figures_that_count_it(town):
    ctx = await october(town)
    issued = await issue(town, ctx)
    client = await town.sign_in("analyst")
    answer = await client.get(f"/petitions/reports/{issued.id}/annex.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    rows = book.get_sheet_by_index(0).to_python()[1:]
    for figure in issued.content.figures():
        counting = [row for row in rows if figure.number in row[4].split("、") and row[0] == rows[0][0]]
        assert figure.now == (sum(row[3] for row in counting) if figure.people else len(counting))
    figures = book.get_sheet_by_index(1).to_python()[1:]
    assert [row[0] for row in figures] == [figure.number for figure in issued.content.figures()]
    audited = "SELECT count(*) FROM kernel.audit_record WHERE action = 'petitions.report.exported'"
    assert await town.one(audited) == 1
