"""A resident's letter and an officer's answer, in browsers, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.test_residents import kept_by

SIZES = ["desktop", "phone"]


def fits(page: Page) -> None:
    """Nothing sticks out sideways, and axe-core finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert violations(page) == []


def write_letter(page: Page, subject: str, *, name: str = "钱举例", phone: str = "13800000199") -> str:
    page.goto("/petitions/write")
    page.fill("#subject", subject)
    page.fill("#body", "门前路灯坏了三个月。\n夜里老人出门摔倒。")
    page.fill("#name", name)
    page.fill("#phone", phone)
    page.click("button[value=send]")
    return page.locator("#code").inner_text().strip()


def look_up(page: Page, code: str) -> None:
    page.goto("/petitions/look-up")
    page.fill("#code", code)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/my-letter")


@pytest.mark.parametrize("size", SIZES)
def test_a_resident_writes_is_asked_and_answers(visit: Callable[..., Any], tmp_path: Path, size: str) -> None:
    resident, officer = visit(size), visit(size)
    page, desk = resident.page, officer.sign_in("letters-head")
    page.goto("/petitions/letters")
    fits(page)
    page.goto("/petitions/write")
    fits(page)
    page.fill("#subject", f"路灯不亮（{size}）")
    photo = tmp_path / "照片.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    page.set_input_files("#papers", str(photo))
    page.click("button[value=send]")
    expect(page.locator(".ht-errors")).to_be_focused()
    fits(page)
    expect(page.locator("#subject")).to_have_value(f"路灯不亮（{size}）")
    expect(page.locator(".pt-kept")).to_contain_text("照片.png")
    page.fill("#body", "门前路灯坏了三个月。")
    page.fill("#name", "钱举例")
    page.click("button[value=send]")
    code = page.locator("#code").inner_text().strip()
    number = page.locator(".pt-slip .pt-number").inner_text()
    fits(page)
    look_up(page, code.lower().replace("-", ""))
    fits(page)

    desk.goto("/petitions/")
    fits(desk)
    desk.fill("#who", number)
    desk.press("#who", "Enter")
    desk.wait_for_url("**/petitions/matters/*")
    fits(desk)
    expect(desk.locator("#people")).to_contain_text("钱**")
    expect(desk.locator("main")).not_to_contain_text("钱举例")
    desk.locator("#messages summary").click()
    desk.fill("#text", "请告诉我们路灯的编号。")
    desk.locator("#messages button[type=submit]").click()
    expect(desk.locator("#messages")).to_contain_text("请告诉我们路灯的编号。")

    page.reload()
    expect(page.locator("#messages")).to_contain_text("请告诉我们路灯的编号。")
    page.fill("#text", "编号是 KY-12。")
    page.click("button[value=add]")
    expect(page.locator(".ht-notice")).to_be_visible()
    desk.reload()
    expect(desk.locator("#messages")).to_contain_text("编号是 KY-12。")

    page.locator(".ht-confirm summary").click()
    page.locator(".ht-confirm form button[type=submit]").click()
    expect(page.locator("#text")).to_have_count(0)
    assert resident.console == []
    assert officer.console == []


@pytest.mark.parametrize("size", SIZES)
def test_an_officer_enters_a_call_and_sees_who_calls(visit: Callable[..., Any], size: str) -> None:
    visitor = visit(size)
    page = visitor.sign_in("letters-head")
    page.goto("/petitions/desk")
    fits(page)
    page.fill("#phone", "138 0000 0101")
    expect(page.locator("#history")).to_contain_text("王**")
    page.locator("#history input[type=radio]").nth(1).check()
    page.fill("#subject", f"电梯补贴仍未发放（{size}）")
    page.fill("#body", "来电询问补贴进展。")
    page.press("#body", "Control+Enter")
    expect(page.locator("#code")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="打开该件").click()
    page.locator("#people summary").click()
    page.fill("#reason", "回电核实")
    page.locator("#people button[type=submit]").click()
    expect(page.locator("#people")).to_contain_text("王样例")
    fits(page)
    assert visitor.console == []


def test_a_text_message_comes_to_the_office_and_is_known_at_the_desk(visit: Callable[..., Any]) -> None:
    visitor = visit()
    phone, page = "13800008877", visitor.page
    page.goto(kept_by(visitor.demo))
    page.fill("#from", phone)
    page.fill("#text", "楼下烧烤摊每天营业到凌晨三点，油烟和噪音很大，请处理。")
    page.click("button")
    expect(page.locator("body")).to_contain_text("手机收到的消息")
    desk = visit().sign_in("letters")
    # It is registered after the gateway was answered: whoever asks at once asks again.
    with desk.expect_response(lambda answer: answer.url.endswith("/desk/history")):
        desk.goto("/petitions/desk")
    for _try in range(20):
        with desk.expect_response(lambda answer: answer.url.endswith("/desk/history")):
            desk.fill("#phone", "")
            desk.locator("#phone").press_sequentially(phone)
        if "烧烤摊" in desk.locator("#history").inner_text():
            break
        desk.wait_for_timeout(500)
    expect(desk.locator("#history")).to_contain_text("烧烤摊")
    page.goto(kept_by(visitor.demo))
    expect(page.locator("ol")).to_contain_text("查询码")


def test_a_letter_is_written_and_found_without_javascript(demo: Any, browser: Any) -> None:
    context = browser.new_context(base_url=demo.url, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    code = write_letter(page, "无脚本也能写信")
    look_up(page, code)
    assert "收到来信来访" in page.locator("main").inner_text()
    context.close()


def test_a_draft_is_there_when_the_browser_comes_back(visit: Callable[..., Any]) -> None:
    page = visit("phone").page
    page.goto("/petitions/write")
    page.fill("#body", "写到一半，明天再写。")
    page.click("button[value=keep]")
    page.goto("/petitions/letters")
    page.goto("/petitions/write")
    expect(page.locator("#body")).to_have_value("写到一半，明天再写。")


def test_a_qr_code_brings_the_code_without_sending_it(visit: Callable[..., Any]) -> None:
    page = visit("phone").page
    code = write_letter(page, "扫码查询")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto(f"/petitions/look-up#{code}")
    expect(page.locator("#code")).to_have_value(code)
    assert code not in " ".join(url.partition("#")[0] for url in seen)
    assert code not in page.url


@pytest.mark.parametrize("display", ["size=24;contrast=high", "theme=dark"])
def test_large_text_and_dark_pages_hold(visit: Callable[..., Any], display: str) -> None:
    page = visit("phone", display=display).page
    for address in ("/petitions/letters", "/petitions/write", "/petitions/report", "/petitions/look-up"):
        page.goto(address)
        fits(page)
    look_up(page, write_letter(page, "大字版"))
    fits(page)
