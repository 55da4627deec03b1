"""Letters: drafted from the facts, read back from Word and PDF, reached by nobody who must stay away, and given."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

import pypdf
import pytest
from docx import Document

from huitang_petitions.services import lookup, merging, protecting, steps
from huitang_petitions.services.closing import rating
from huitang_petitions.services.letters.kinds import LETTERS, SAMPLE, TEMPLATES
from huitang_petitions.services.letters.making import Words, give, make
from huitang_petitions.services.registering import register
from huitang_petitions.services.steps import Wanted, take
from huitang_petitions.services.submission import Person
from huitang_petitions.tables import Accused, Recusal
from huitang_petitions.workflow import MATTER
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from tests.plugins.petitions.closing.matters import pass_for
from tests.plugins.petitions.intake.letters import NAME, PHONE, intake
from tests.plugins.petitions.register.matters import at, wanted

PAPERS = "SELECT id, file_id, letter FROM petitions.paper WHERE matter_id = $1 AND letter <> '' ORDER BY added_at"
OPINION = "一、反映的主要问题\n小区路灯三个月未修\n二、调查核实情况\n路灯线路老化。\n三、处理意见及依据\n十日内修复。"


async def registered(town, **changes) -> tuple[object, object, UUID]:
    ctx, clock = at(town)
    done = await register(ctx, SYSTEM, intake(kind="appeal", organisation_id=town.units["office"].id, **changes))
    clock.forward(days=1)
    return ctx, clock, done.id


async def texts(town, matter: UUID) -> dict[str, str]:
    """What the letters of a matter say: the text of Word and the text layer of PDF, by what the file is."""
    found = {}
    for row in await town.fetch(PAPERS, matter):
        stored = await town.ctx.files.get(row["file_id"])
        content = await town.ctx.files.read(stored)
        if content.startswith(b"%PDF"):
            pages = pypdf.PdfReader(BytesIO(content)).pages
            found[f"{row['letter']}.pdf"] = "".join(page.extract_text() for page in pages).replace("\n", "")
        else:
            found[f"{row['letter']}.docx"] = "".join(one.text for one in Document(BytesIO(content)).paragraphs)
    return found


async def test_an_answer_says_the_same_in_word_and_pdf_and_names_nobody_unasked(town):
    ctx, _clock, matter = await registered(town)
    officer = town.actors["officer"]
    await take(ctx, officer, matter, "accept", Wanted())
    await make(ctx, officer, matter, "answer", Words(body=OPINION))
    said = await texts(town, matter)
    assert set(said) == {"answer.pdf", "answer.docx"}
    for text in said.values():
        for part in (
            "云江市人大常委会信访办",
            "答复意见书",
            "十日内修复。",
            "30日内请求复查（《信访工作条例》第三十五条",
        ):
            assert part in text.replace(" ", ""), part
        assert NAME not in text
        assert PHONE not in text
    made = "SELECT detail::text AS d FROM kernel.audit_record WHERE action = 'petitions.letter.made'"
    audited = await town.fetch(made)
    assert len(audited) == 1
    assert "路灯" not in audited[0]["d"]


async def test_the_name_stands_in_clear_only_for_whoever_may_see_it_and_is_on_record(town):
    ctx, _clock, matter = await registered(town)
    officer = town.actors["officer"]
    await take(ctx, officer, matter, "transfer", Wanted(organisation_id=town.units["committee"].id))
    await take(ctx, town.actors["handler"], matter, "take_up", Wanted())
    with pytest.raises(Forbidden):
        await make(ctx, town.actors["handler"], matter, "acceptance", Words(named=True))
    assert await texts(town, matter) == {}
    await make(ctx, officer, matter, "acceptance", Words(named=True))
    said = await texts(town, matter)
    assert all(f"{NAME}：" in text for text in said.values())
    assert all("云江市人大城建环资委（印章）" in text for text in said.values())
    assert await town.one("SELECT count(*) FROM kernel.audit_record WHERE action = 'personal.revealed'") == 1


async def test_a_refusal_cites_its_article_and_says_where_to_go(town):
    ctx, _clock, matter = await registered(town)
    await town.fetch("UPDATE petitions.matter SET remit = 'court' WHERE id = $1 RETURNING id", matter)
    officer = town.actors["officer"]
    await take(ctx, officer, matter, "refuse", wanted("refuse", article="《信访工作条例》第十九条", note="正在审理"))
    page = await (await town.sign_in("officer")).get(f"/petitions/matters/{matter}/letters/refusal")
    assert 'value="《信访工作条例》第十九条"' in page.text
    assert 'value="人民法院"' in page.text
    with pytest.raises(Invalid) as wrong:
        await make(ctx, officer, matter, "refusal", Words())
    assert set(wrong.value.fields) == {"article", "body"}
    words = Words(article="《信访工作条例》第十九条", to="人民法院", body="案件正在审理中。")
    await make(ctx, officer, matter, "refusal", words)
    for text in (await texts(town, matter)).values():
        assert "依照《信访工作条例》第十九条的规定" in text.replace(" ", "")
        assert "向人民法院提出" in text.replace(" ", "")
        assert "正在审理" in text


async def test_a_draft_that_nobody_went_on_with_is_no_letter(town):
    ctx, _clock, matter = await registered(town)
    await take(ctx, town.actors["officer"], matter, "accept", Wanted())
    client = await town.sign_in("officer")
    address = f"/petitions/matters/{matter}/letters/answer"
    body = (await client.get(address)).text.partition('name="body"')[2].partition(">")[2].partition("</textarea>")[0]
    assert "小区路灯三个月未修" in body
    assert (await client.post(address, data={"body": body})).status_code == 422
    assert (await client.post(address, data={"body": ""})).status_code == 422
    assert (await client.post(address, data={"body": OPINION})).status_code == 303
    assert (await client.get(f"/petitions/matters/{matter}/letters/poem")).status_code == 404
    assert (await client.get(f"/petitions/matters/{matter}/letters/recheck")).status_code in (403, 409)
    assert await town.one("SELECT count(*) FROM petitions.paper WHERE shown AND letter <> ''") == 0


async def test_a_letter_is_given_once_and_found_with_the_code(town):
    ctx, clock, matter = await registered(town)
    officer = town.actors["officer"]
    await take(ctx, officer, matter, "transfer", Wanted(organisation_id=town.units["committee"].id))
    await make(ctx, officer, matter, "referral", Words(to="云江市人大城建环资委"))
    await take(ctx, town.actors["handler"], matter, "take_up", Wanted())
    await make(ctx, town.actors["handler"], matter, "acceptance", Words())
    files = {(row["letter"], await _ending(town, row)): row["id"] for row in await town.fetch(PAPERS, matter)}
    for refused in (("referral", ".pdf"), ("acceptance", ".docx")):
        with pytest.raises(Conflict):
            await give(ctx, officer, matter, files[refused])
    token = await pass_for(town, matter)
    with pytest.raises(NotFound):
        await lookup.paper_with(ctx, token, files["acceptance", ".pdf"])
    clock.forward(days=1)
    client = await town.sign_in("handler")
    address = f"/petitions/matters/{matter}/papers/{files['acceptance', '.pdf']}/give"
    assert address in (await client.get(f"/petitions/matters/{matter}/way")).text
    assert (await client.post(address)).status_code == 303
    assert (await client.post(address)).status_code == 409
    seen = await lookup.seen_with(ctx, await pass_for(town, matter))
    assert [(paper.name[:5], paper.given_at) for paper in seen.papers] == [("受理告知书", clock.now())]
    assert await town.one("SELECT count(*) FROM messages.message WHERE kind = 'petitions.letter'") == 1


async def test_every_petitioner_of_joined_matters_gets_a_letter_of_their_own(town):
    ctx, _clock, first = await registered(town)
    second = await register(
        ctx,
        SYSTEM,
        intake(
            kind="appeal",
            organisation_id=town.units["office"].id,
            subject="院里的灯全黑了",
            persons=(Person(name="李示范", phone="13900000002"),),
            key="second",
        ),
    )
    officer, handler = town.actors["officer"], town.actors["handler"]
    await merging.join(ctx, officer, second.id, first)
    await take(ctx, officer, first, "transfer", Wanted(organisation_id=town.units["committee"].id))
    await take(ctx, handler, first, "take_up", Wanted())
    client, base = await town.sign_in("handler"), f"/petitions/matters/{first}"
    assert "1 件并入事项" in (await client.get(f"{base}/letters/answer")).text
    await make(ctx, handler, first, "answer", Words(body=OPINION))
    (paper,) = await town.fetch(PAPERS, second.id)
    said = (await texts(town, second.id))["answer.pdf"].replace(" ", "")
    for part in (second.number, "李**：", "院里的灯全黑了", "云江市人大城建环资委", "十日内修复。"):
        assert part in said, part
    number = await town.one("SELECT number FROM petitions.matter WHERE id = $1", first)
    for part in (number, NAME[0] + "*", "小区路灯三个月未修"):
        assert part not in said, part
    # Whoever handles the one handles the other. Only whom does not reach that is told of one more letter, and no more.
    page = (await client.get(f"{base}/way")).text
    assert "1 件并入事项" in page
    assert second.number in page
    assert (await client.get(f"/petitions/matters/{second.id}/papers/{paper['id']}")).status_code == 200
    away = "UPDATE petitions.matter SET handler_id = NULL WHERE id = $1 RETURNING id"
    await town.fetch(away, second.id)
    page = (await client.get(f"{base}/way")).text
    assert "1 件并入事项" in page
    assert second.number not in page
    assert (await client.get(f"/petitions/matters/{second.id}/papers/{paper['id']}")).status_code == 404
    assert second.number in (await (await town.sign_in("officer")).get(f"{base}/way")).text
    pdf = await town.one("SELECT id FROM petitions.paper WHERE matter_id = $1 AND batch IS NOT NULL", first)
    assert (await client.post(f"{base}/papers/{pdf}/give")).status_code == 303
    seen = await lookup.seen_with(ctx, await pass_for(town, second.id))
    assert [one.id for one in seen.papers] == [paper["id"]]
    with pytest.raises(NotFound):
        await lookup.paper_with(ctx, await pass_for(town, second.id), pdf)
    assert await town.one("SELECT count(*) FROM messages.message WHERE kind = 'petitions.letter'") == 2
    # Once it was answered, they rate it with their code, both offices; whoever must stay away from it learns nothing.
    await take(ctx, handler, first, "answer", wanted("answer"))
    sheet = await rating.sheet_with(ctx, await pass_for(town, second.id))
    assert (sheet.closed, len(sheet.questions)) == ("", 2)
    await Accused(matter_id=second.id, account_id=handler.account_id, marked_at=ctx.clock.now()).save()
    assert "并入事项" not in (await client.get(f"{base}/way")).text
    with pytest.raises(Conflict):
        await protecting.accuse(ctx, officer, second.id, organisation_id=town.units["committee"].id)


async def _ending(town, row) -> str:
    return "." + (await town.ctx.files.get(row["file_id"])).name.rpartition(".")[2]


@pytest.mark.parametrize("how", ["accused", "unit", "recused", "stranger"])
async def test_whoever_must_stay_away_reaches_no_letter(town, how):
    ctx, clock, matter = await registered(town)
    await take(ctx, town.actors["officer"], matter, "transfer", Wanted(organisation_id=town.units["bureau"].id))
    await take(ctx, town.actors["bureaucrat"], matter, "take_up", Wanted())
    await make(ctx, town.actors["bureaucrat"], matter, "acceptance", Words())
    name = "handler" if how == "stranger" else "bureaucrat"
    account = town.actors[name].account_id
    if how in ("accused", "unit"):
        values = {"account_id": account} if how == "accused" else {"organisation_id": town.units["east"].id}
        await Accused(matter_id=matter, marked_at=clock.now(), **values).save()
    elif how == "recused":
        await Recusal(matter_id=matter, account_id=account, decided_at=clock.now()).save()
    client, base = await town.sign_in(name), f"/petitions/matters/{matter}"
    for row in await town.fetch(PAPERS, matter):
        assert (await client.get(f"{base}/papers/{row['id']}")).status_code == 404
        assert (await client.post(f"{base}/papers/{row['id']}/give")).status_code == 404
    for kind in LETTERS:
        assert (await client.get(f"{base}/letters/{kind}")).status_code == 404
        assert (await client.post(f"{base}/letters/{kind}", data={"body": "甲"})).status_code == 404
    assert await town.one("SELECT count(*) FROM petitions.paper WHERE letter <> ''") == 2


async def test_each_role_reaches_the_letters_it_may_write(town):
    ctx, _clock, matter = await registered(town)
    await take(ctx, town.actors["officer"], matter, "accept", Wanted())
    base = f"/petitions/matters/{matter}"
    wanted = {"officer": 200, "head": 200, "supervisor": 403, "receptionist": 403}
    wanted |= {"county": 404, "handler": 404, "bureaucrat": 404, "analyst": 403, "plain": 403}
    for name, status in wanted.items():
        client = await town.sign_in(name)
        assert (await client.get(f"{base}/letters/acceptance")).status_code == status, name
        made = await client.post(f"{base}/letters/acceptance", data={"body": ""})
        assert made.status_code == (303 if status == 200 else status), name
    paper = next(row["id"] for row in await town.fetch(PAPERS, matter))
    given_already = False
    for name, status in wanted.items():
        client = await town.sign_in(name)
        given = await client.post(f"{base}/papers/{paper}/give")
        assert given.status_code == ((409 if given_already else 303) if status == 200 else status), name
        given_already = given_already or status == 200
    nobody = await town.sign_in("")
    assert (await nobody.get(f"{base}/letters/acceptance")).status_code in (303, 401)


async def test_the_county_writes_no_letter_in_the_name_of_the_city(town):
    ctx, _clock, matter = await registered(town)
    await take(ctx, town.actors["officer"], matter, "assign", Wanted(organisation_id=town.units["east"].id))
    with pytest.raises(Forbidden):
        await make(ctx, town.actors["county"], matter, "referral", Words(to="望月县住建局"))
    await make(ctx, town.actors["officer"], matter, "referral", Words(to="望月县"))
    assert all("交办函" in text for text in (await texts(town, matter)).values())


def test_every_letter_is_declared_in_both_forms_for_states_that_exist():
    assert {template.id for template in TEMPLATES} == {
        f"petitions.{kind}.{form}" for kind in LETTERS for form in ("word", "pdf")
    }
    states = {state.id for state in MATTER.states}
    for letter in LETTERS.values():
        assert set(letter.states) <= states
        assert set(letter.needs) <= {"body", *letter.fields}
    assert set(SAMPLE) >= {"paragraphs", "limits", "article", "to"}
    assert steps.WITH_REASON
