"""What is told in writing says something, and the petitioner can read it."""

from __future__ import annotations

import pytest

from huitang_petitions.services import filing, lookup, merging
from huitang_petitions.services.letters.making import Words, make
from huitang_petitions.services.registering import register
from huitang_petitions.services.steps import Wanted, take
from huitang_petitions.services.submission import NewPaper
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Invalid
from tests.plugins.petitions.closing.matters import pass_for
from tests.plugins.petitions.intake.letters import intake
from tests.plugins.petitions.register.matters import ANSWER, at, wanted
from tests.plugins.petitions.register.test_steps import state

ARTICLE = "信访工作条例第二十二条"
SIGNED = NewPaper("意见书.pdf", b"%PDF-1.4 signed")


async def handled(town, *keys):
    """Matters at the office, the first of them accepted."""
    ctx, clock = at(town)
    office = town.units["office"].id
    matters = [(await register(ctx, SYSTEM, intake(kind="appeal", organisation_id=office, key=key))).id for key in keys]
    clock.forward(days=1)
    await take(ctx, town.actors["head"], matters[0], "accept", Wanted())
    clock.forward(days=1)
    return ctx, clock, *matters


async def read(town, matter):
    """What the petitioner reads of the office's words."""
    seen = await lookup.seen_with(town.ctx, await pass_for(town, matter))
    return [message.text for message in seen.messages if message.side == "office"]


def by(town, step):
    return town.actors["officer" if step in ("answer", "refuse", "reopen") else "head"]


async def refused(town, matter, step, **more):
    with pytest.raises(Invalid) as wrong:
        await take(town.ctx, by(town, step), matter, step, Wanted(**more))
    return set(wrong.value.fields)


async def test_nothing_is_answered_without_words_and_all_who_joined_read_them(town):
    ctx, clock, main, other = await handled(town, "main", "other")
    head = town.actors["head"]
    await merging.join(ctx, head, other, main)
    for step in ("answer", "decide_review", "decide_recheck"):
        assert await refused(town, main, step, note="只给机关看的话") == {"words"}
        before = await town.one("SELECT state FROM petitions.matter WHERE id = $1", main)
        assert before == {"answer": "handling", "decide_review": "reviewing", "decide_recheck": "rechecking"}[step]
        await take(ctx, by(town, step), main, step, Wanted(words=f"{step}：{ANSWER}"))
        clock.forward(days=1)
        if step != "decide_recheck":
            await take(ctx, head, main, "review" if step == "answer" else "recheck", Wanted())
            clock.forward(days=1)
    said = [f"{step}：{ANSWER}" for step in ("answer", "decide_review", "decide_recheck")]
    assert await read(town, main) == await read(town, other) == said
    assert await refused(town, main, "reopen", note="有新证据", words="另行答复") == {"words"}


async def test_a_letter_of_this_round_or_a_paper_for_the_petitioner_is_an_answer(town):
    ctx, clock, matter = await handled(town, "main")
    officer = town.actors["officer"]
    await make(ctx, officer, matter, "answer", Words(body="已责令夜间停工。"))
    await take(ctx, officer, matter, "answer", wanted("answer"))
    clock.forward(days=1)
    await take(ctx, officer, matter, "reopen", Wanted(note="有新证据"))
    clock.forward(days=1)
    assert await refused(town, matter, "answer") == {"words"}
    await filing.file_papers(ctx, officer, matter, [SIGNED])
    assert await refused(town, matter, "answer") == {"words"}, "it is for the office alone"
    await filing.file_papers(ctx, officer, matter, [SIGNED], shown=True)
    await take(ctx, officer, matter, "answer", wanted("answer"))
    assert await state(town, matter) == "answered"


async def test_whoever_is_refused_reads_the_article_and_the_reason_with_the_code(town):
    ctx, clock = at(town)
    matter = (await register(ctx, SYSTEM, intake(kind="appeal", organisation_id=town.units["office"].id))).id
    clock.forward(days=1)
    assert await refused(town, matter, "refuse", note="只给机关看的话") == {"article", "words"}
    await filing.file_papers(ctx, town.actors["officer"], matter, [SIGNED], shown=True)
    assert await refused(town, matter, "refuse", article=ARTICLE) == {"note"}
    words = wanted("refuse", article=ARTICLE, note="只给机关看的话")
    await take(ctx, town.actors["officer"], matter, "refuse", words)
    resident, token = await town.sign_in(""), await pass_for(town, matter)
    resident.cookies.set("huitang_matter", token, domain="hall.test", path="/petitions")
    page = (await resident.get("/petitions/my-letter")).text
    assert f"依据：{ARTICLE}" in page
    assert ANSWER in page
    assert SIGNED.name in page
    assert "只给机关看的话" not in page
    seen = (await resident.get("/api/petitions/my-letter", headers={"Letter-Pass": token})).json()
    assert [fact["article"] for fact in seen["facts"] if fact["article"]] == [ARTICLE]
    assert ANSWER in [message["text"] for message in seen["messages"]]


async def test_the_form_says_at_the_field_that_the_answer_is_missing(town):
    _ctx, _clock, matter = await handled(town, "main")
    officer, address = await town.sign_in("officer"), f"/petitions/matters/{matter}/way"
    assert 'id="answer-words"' in (await officer.get(address)).text
    page = await officer.post(f"{address}/steps/answer", data={"step_id": "answer", "note": "内部备注"})
    assert (page.status_code, "answer-words-error" in page.text, "内部备注" in page.text) == (422, True, True)
    api = f"/api/petitions/matters/{matter}/steps"
    wrong = await officer.post(api, json={"step": "answer"})
    assert (wrong.status_code, set(wrong.json()["fields"])) == (422, {"words"})
    assert (await officer.post(api, json={"step": "answer", "words": ANSWER})).status_code == 200
