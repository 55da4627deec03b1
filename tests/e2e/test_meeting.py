"""A whole meeting in browsers: the chair, the operator, three seats, a teller and the hall screen, all open at once.

The server is a process of its own with a meeting of four deputies; the tests run in their order and go through that
meeting from checking in to the result on paper.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.axe import SEEN, violations
from tests.e2e.conftest import ROOT
from tests.e2e.hall import LOOKS, Hall, act, everywhere, open_hall_in_browsers, primary, seats

SHOTS = ROOT / "var" / "screenshots"
DURING = ("seat", "seat-phone", "hall", "chair")
AFTER = ("hall", "chair-phone", "operator", "operator-phone", "votes", "teller", "results")
TOTALS = re.compile(r"(赞成|反对|弃权|For|Against|Abstain)\W{0,40}\d")
"""A number beside the name of a choice: what no page may hold while a secret vote is open."""


@pytest.fixture(scope="module")
def hall(browser: Browser) -> Iterator[Hall]:
    with open_hall_in_browsers(browser) as hall:
        yield hall


def test_members_check_in_and_the_quorum_is_counted(hall: Hall):
    expect(hall.seat1.locator("#card-name")).to_have_text("陈立新")
    expect(hall.chair.locator("#attendance")).to_contain_text("未达法定人数")
    expect(hall.screen.locator("#stage")).to_have_attribute("data-stage", "welcome")
    for number, page in enumerate(seats(hall), 1):
        expect(page.locator("#chip-presence")).to_contain_text("未报到")
        page.click("#do-checkin")
        expect(page.locator("#chip-presence")).to_contain_text("已报到")
        expect(hall.screen.locator("#stage footer")).to_contain_text(f"{number} / 4")
    expect(hall.chair.locator("#attendance")).to_contain_text("已达法定人数")
    expect(hall.operator.locator(".dk-seat.is-present")).to_have_count(3)
    primary(hall, "开会")
    expect(hall.screen.locator("#stage")).to_have_attribute("data-stage", "agenda")
    primary(hall, "下一项")
    expect(hall.screen.locator("#stage")).to_have_attribute("data-stage", "item")
    expect(hall.seat2.locator("#card-now")).to_contain_text("预算调整方案")


def test_a_speech_is_asked_for_given_prolonged_and_finished(hall: Hall):
    hall.chair.click("#list-switch")
    for page in (hall.seat1, hall.seat2):
        page.locator("#do-speak:enabled").click()
    expect(hall.seat2.locator("#speech")).to_contain_text("第 2 位")
    hall.chair.locator("[id^=first-]").click()  # the second one comes first
    expect(hall.seat2.locator("#speech")).to_contain_text("第 1 位")
    primary(hall, "请吴晓岚发言")
    expect(hall.screen.locator("#stage")).to_have_attribute("data-stage", "speaker")
    expect(hall.screen.locator(".hs-timer")).to_have_text(re.compile(r"^(10:00|9:\d\d)$"))
    expect(hall.seat2.locator("#speech")).to_contain_text("请您发言")
    hall.chair.locator("[id^=extend-5]").click()
    expect(hall.screen.locator(".hs-timer")).to_have_text(re.compile(r"^(15:00|14:\d\d)$"))
    expect(hall.seat2.locator("#speech-time")).to_have_text(re.compile(r"^14:\d\d$"))
    hall.seat1.locator("#do-speak").click()  # takes the request back
    expect(hall.seat1.locator("#speech")).to_be_hidden()
    primary(hall, "结束发言")
    expect(hall.seat2.locator("#speech")).to_be_hidden()
    expect(hall.screen.locator("#stage")).to_have_attribute("data-stage", "item")


def test_the_speaker_reads_what_was_written_down_and_confirms_it(hall: Hall):
    clerk = hall.open("desk", user="clerk")
    clerk.goto(hall.at("speeches"))
    clerk.locator("textarea").fill("建议先修缮乡镇学校的校舍。")
    clerk.get_by_role("button", name="保存记录").click()
    expect(clerk.locator("main")).to_contain_text("待发言人确认")
    hall.seat2.locator("#do-record").click()
    expect(hall.seat2.locator("#record-text")).to_have_text("建议先修缮乡镇学校的校舍。")
    hall.seat2.locator("#record-confirm").click()
    expect(hall.seat2.locator("#do-record")).to_be_hidden()
    expect(hall.seat1.locator("#do-record")).to_be_hidden()
    clerk.reload()
    expect(clerk.locator("main")).to_contain_text("发言人已确认")
    hall.contexts.remove(clerk.context)
    clerk.context.close()


def test_an_open_vote_by_key_and_by_keyboard_with_the_verdict_on_every_screen(hall: Hall):
    primary(hall, "开始表决")
    for page in seats(hall):
        expect(page.locator("#panel-vote")).to_be_visible()
        for key in page.locator(".st-key").all():
            assert key.bounding_box()["height"] >= 120
    expect(hall.chair.locator("#not-pressed")).to_have_text("3")
    hall.seat1.keyboard.press("1")
    lit = hall.seat1.locator("[data-choice=for]")
    expect(lit).to_have_attribute("aria-pressed", "true")
    expect(hall.seat1.locator("#vote-said")).to_contain_text("已记录 ✓ 回执")
    expect(lit).to_be_disabled()  # the first press counts
    hall.seat2.locator("[data-choice=for]").focus()
    hall.seat2.keyboard.press("Enter")
    expect(hall.chair.locator("#not-pressed")).to_have_text("1")
    assert hall.screen.locator(".hs-figures").count() == 0  # withheld
    hall.phone.locator("[data-choice=for]").tap()
    expect(hall.phone.locator("#chip-press")).to_contain_text("已记录")
    expect(hall.operator.locator(".dk-seat.is-pressed")).to_have_count(3)
    primary(hall, "结束表决")
    expect(hall.chair.locator("[data-verdict=passed]")).to_be_visible()
    expect(hall.screen.locator("#stage")).to_have_attribute("data-stage", "waiting")
    expect(hall.seat1.locator("#result-lead")).to_contain_text("即将宣布")
    primary(hall, "宣布结果")
    everywhere(hall, "passed")
    expect(hall.screen.locator(".hs-figures dd").first).to_have_text("3")


def test_a_seat_that_loses_the_network_says_so_and_its_press_arrives_once(hall: Hall):
    act(hall.chair, "next-item")
    expect(hall.screen.locator("#stage")).to_have_attribute("data-stage", "item")
    primary(hall, "开始表决")
    expect(hall.seat2.locator("#panel-vote")).to_be_visible()
    hall.seat2.context.set_offline(True)
    expect(hall.seat2.locator("#chip-link")).to_contain_text("未连接")
    expect(hall.seat2.locator("#lost")).to_be_visible()
    hall.seat2.locator("[data-choice=against]").click()
    expect(hall.seat2.locator("#vote-said")).to_contain_text("未记录")
    expect(hall.seat2.locator("#chip-press")).to_contain_text("按键未记录")
    expect(hall.chair.locator("#not-pressed")).to_have_text("3")
    hall.seat2.context.set_offline(False)
    expect(hall.seat2.locator("#vote-said")).to_contain_text("已记录 ✓ 回执", timeout=15_000)
    expect(hall.seat2.locator("#lost")).to_be_hidden()
    expect(hall.chair.locator("#not-pressed")).to_have_text("2")


def test_a_secret_vote_shows_nobody_what_was_pressed(hall: Hall):
    # Where the last press counts one may change one's mind.
    hall.seat1.keyboard.press("1")
    expect(hall.seat1.locator("#vote-said")).to_contain_text("已记录")
    first = hall.seat1.locator("#vote-said").inner_text()
    hall.seat1.keyboard.press("3")
    expect(hall.seat1.locator("#vote-said")).not_to_have_text(first)
    expect(hall.seat1.locator("#vote-said")).to_contain_text("已记录")
    hall.phone.locator("[data-choice=against]").tap()
    expect(hall.phone.locator("#vote-said")).to_contain_text("已记录")
    expect(hall.chair.locator("#not-pressed")).to_have_text("0")
    for page in seats(hall):
        looks = page.locator(".st-key").evaluate_all(
            "keys => keys.map(key => { const s = getComputedStyle(key);"
            " return [s.backgroundColor, s.color, s.borderColor, s.boxShadow, key.getAttribute('aria-pressed'),"
            " key.dataset.state, key.querySelector('[data-state]').textContent].join(); })"
        )
        assert len(set(looks)) == 1, looks
    for name, page in hall.pages.items():
        text = page.locator("body").inner_text() + page.locator("#main, #stage").first.inner_html()
        if name not in ("seat1", "seat2", "phone"):
            assert not TOTALS.search(text), (name, TOTALS.search(text))
    primary(hall, "结束表决")
    primary(hall, "宣布结果")
    everywhere(hall, "failed")


def test_hands_take_over_when_the_keys_fail_and_two_people_record_them(hall: Hall):
    act(hall.chair, "fall-back")
    hall.chair.locator("#act-fall-back button[type=submit]").click()
    expect(hall.screen.locator("#stage")).to_contain_text("请举手表决")
    for page in seats(hall):
        expect(page.locator("#vote-said")).to_contain_text("举手")
        expect(page.locator("#vote-keys")).to_be_hidden()
    expect(hall.chair.locator("#attempts")).to_contain_text("第 1 次")
    hands = hall.operator.locator("[id^=hands-]").first
    hands.locator("summary").click()
    for name, number in (("for", "3"), ("against", "0"), ("abstain", "0")):
        hall.operator.fill(f"#hands-{name}", number)
    hands.locator("button[type=submit]").click()
    expect(hall.operator.locator("#confirmations")).to_contain_text("须由另一人确认")
    expect(hall.teller.locator("#confirmations")).to_contain_text("赞成 3，反对 0，弃权 0")
    hall.teller.locator("[id^=confirm-]").click()
    expect(hall.chair.locator("[data-verdict=passed]")).to_be_visible()
    expect(hall.chair.locator("#attempts")).to_contain_text("第 2 次")
    primary(hall, "宣布结果")
    everywhere(hall, "passed")


def test_an_election_with_an_over_marked_ballot_that_is_mended(hall: Hall):
    act(hall.chair, "next-item")
    primary(hall, "开始表决")
    ballot = hall.seat1
    expect(ballot.locator(".st-candidate")).to_have_count(2)
    ballot.click("li[data-name=林若梅] [data-mark=for]")
    ballot.fill("#written-name", "王建国")
    ballot.press("#written-name", "Enter")
    expect(ballot.locator("#ballot-count")).to_contain_text("作废")
    ballot.click("#ballot-send")
    expect(ballot.locator("#vote-said")).to_contain_text("请修改")
    ballot.click("li[data-name=王建国] [data-mark=for]")
    expect(ballot.locator("#ballot-count")).to_have_text("已赞成 1 人，应选 1 人")
    ballot.click("#ballot-send")
    expect(ballot.locator("#vote-said")).to_contain_text("已记录")
    assert ballot.locator(".st-mark[aria-pressed=true]").count() == 0  # nothing is left to be seen
    for page in (hall.seat2, hall.phone):
        page.click("li[data-name=林若梅] [data-mark=for]")
        page.click("li[data-name=何守正] [data-mark=against]")
        page.click("#ballot-send")
        expect(page.locator("#vote-said")).to_contain_text("已记录")
    primary(hall, "结束表决")
    primary(hall, "宣布结果")
    everywhere(hall, "passed")
    expect(hall.screen.locator("tr.is-elected")).to_contain_text("林若梅")


def test_papers_pushed_pages_and_calls_for_service(hall: Hall):
    seat, operator = hall.seat1, hall.operator
    seat.locator(".st-bar [data-panel=agenda]").click()
    seat.locator("[data-document]").first.click()
    expect(seat.locator("#document-body")).to_contain_text("中小学校舍改造")
    seat.locator(".st-bar [data-panel=calls]").click()
    seat.click("[data-call=water]")
    expect(operator.locator("#calls")).to_contain_text("陈立新")
    operator.locator("[id^=answer-]").click()
    expect(operator.locator("#calls")).to_contain_text("没有呼叫")
    operator.fill("#message-title", "休会十五分钟")
    operator.fill("#message-text", "请各位代表十时三十分回到会场。")
    operator.locator("button[value=seats]").click()
    for page in seats(hall):
        expect(page.locator("#page-title")).to_have_text("休会十五分钟")
        expect(page.locator("#panel-page")).to_be_visible()
    expect(operator.locator("#message-title")).to_have_value("")
    operator.click("#take-back")
    expect(seat.locator("#panel-page")).to_be_hidden()
    operator.click("#mode-attendance")
    expect(hall.screen.locator("#stage")).to_have_attribute("data-stage", "attendance")
    operator.click("#mode-auto")
    expect(hall.screen.locator("#stage")).not_to_have_attribute("data-stage", "attendance")


def test_the_operators_desk_by_keyboard(hall: Hall):
    page = hall.operator
    page.locator("#as-list").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#hall table")).to_be_visible()
    page.locator("[id^=look-]").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chosen-title")).to_have_text("陈立新")
    page.locator("#presence-away").press("Enter")
    expect(hall.seat1.locator("#chip-presence")).to_contain_text("暂时离席")
    hall.seat1.click("#do-return")
    expect(hall.seat1.locator("#chip-presence")).to_contain_text("已报到")
    page.locator("#as-list").press("Enter")
    expect(page.locator(".dk-map")).to_be_visible()


def test_the_result_is_public_once_it_is_published(hall: Hall):
    nobody = hall.open("phone")
    address = hall.operator.locator("#votes a[href^='/conference/results/']").first.get_attribute("href")
    assert address is not None
    assert nobody.request.get(address).status == 404
    hall.operator.locator("[id^=publish-]").first.click()
    expect(hall.operator.locator("[id^=publish-]").first).to_contain_text("撤回公布")
    nobody.goto(address)
    expect(nobody.locator("[data-verdict=passed]")).to_be_visible()
    expect(nobody.locator(".rs-root")).to_have_text(re.compile(r"^[0-9a-f]{64}$"))
    assert violations(nobody) == []
    hall.contexts.remove(nobody.context)
    nobody.context.close()


def screens(hall: Hall) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Every screen: size, address and whose window."""
    return {
        "seat": ("tablet", "/conference/seat", {"device": "seat1"}),
        "seat-phone": ("phone", "/conference/seat", {"user": "deputy"}),
        "hall": ("hall", hall.at("hall"), {"device": "screen"}),
        "chair": ("desk", hall.at("chair"), {"user": "chair"}),
        "chair-phone": ("phone", hall.at("chair"), {"user": "chair"}),
        "operator": ("desk", hall.at("operator"), {"user": "operator"}),
        "operator-phone": ("phone", hall.at("operator") + "?view=list", {"user": "operator"}),
        "votes": ("phone", hall.at("votes"), {"user": "operator"}),
        "teller": ("phone", hall.at("teller"), {"user": "teller"}),
        "results": ("desk", f"/conference/results/{hall.made['meeting']}", {"user": "chair"}),
    }


def problems_of(hall: Hall, look: str, state: str, names: Iterable[str]) -> list[str]:
    """What is wrong with screens as they are now. `make pictures` also keeps each for a person to look at."""
    problems = []
    for name in names:
        size, address, who = screens(hall)[name]
        page = hall.open(size, look, **who)
        page.goto(address)
        if "/seat" in address:
            expect(page.locator("#chip-link[data-tone=on]")).to_be_visible()
        found = violations(page, () if look == "zh" else SEEN)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 1:
            found.append(f"scrolls sideways by {wide} px")
        if page.locator("h1").count() != 1:
            found.append(f"{page.locator('h1').count()} h1")
        problems += [f"{name}: {problem}" for problem in found]
        if os.environ.get("EVERY_PICTURE"):
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"meeting-{name}-{state}-{look}.png")
        hall.contexts.remove(page.context)
        page.context.close()
    return problems


@pytest.mark.parametrize("look", LOOKS)
def test_every_screen_is_accessible_during_a_vote(hall: Hall, look: str):
    if hall.chair.locator("#stage").get_attribute("data-stage") != "poll":
        act(hall.chair, "repeat")
        hall.chair.locator("#act-repeat input").fill("结果存疑")
        hall.chair.locator("#act-repeat button[type=submit]").click()
        expect(hall.chair.locator("#stage")).to_have_attribute("data-stage", "poll")
    assert problems_of(hall, look, "vote", DURING) == []


@pytest.mark.parametrize("look", LOOKS)
def test_every_screen_is_accessible_after_it(hall: Hall, look: str):
    if hall.chair.locator("#stage").get_attribute("data-stage") == "poll":
        primary(hall, "结束表决")
        primary(hall, "宣布结果")
    assert problems_of(hall, look, "end", AFTER) == []


def test_nothing_went_wrong_in_any_window(hall: Hall):
    assert hall.console == []
