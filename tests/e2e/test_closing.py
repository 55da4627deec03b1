"""After the answer, in browsers: a resident rates, an office visits, publishes, and sees how satisfied people are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.test_petitions import SIZES, fits, look_up


@pytest.mark.parametrize("size", SIZES)
def test_a_bad_rating_leads_to_a_visit_and_an_answer_to_publication(visit: Callable[..., Any], size: str) -> None:
    resident, officer = visit(size), visit(size)
    page, desk = resident.page, officer.sign_in("letters-head")
    page.goto("/petitions/write")
    page.fill("#subject", f"评价与回访（{size}）")
    page.fill("#body", "门前路灯坏了三个月。")
    page.fill("#name", "钱举例")
    page.fill("#phone", "13800000199")
    page.locator('input[name="kind"][value="appeal"]').check()
    page.check("#publish")
    page.click("button[value=send]")
    code = page.locator("#code").inner_text().strip()
    look_up(page, code)
    number = page.locator("h1").inner_text().split()[-1]
    expect(page.get_by_role("link", name="评价办理情况")).to_have_count(0)
    desk.goto("/petitions/")
    desk.fill("#who", number)
    desk.click(".pt-find button")
    matter = desk.url
    for step in ("accept", "answer"):
        desk.goto(f"{matter}/way")
        desk.locator(f'form[action$="/steps/{step}"]').evaluate("form => form.closest('details').open = true")
        if step == "answer":
            desk.fill("#answer-words", "路灯已修好")
        desk.locator(f'form[action$="/steps/{step}"] button[type=submit]').click()
    page.reload()
    expect(page.locator("#ask")).to_contain_text("请求复查")
    fits(page)
    page.get_by_role("link", name="评价办理情况").click()
    fits(page)
    page.click("main form button[type=submit]")
    expect(page.locator(".ht-errors")).to_be_focused()
    page.locator('input[name="grade-office"][value="dissatisfied"]').check()
    page.fill("#comment-office", "路灯还是不亮")
    page.click("main form button[type=submit]")
    expect(page.locator("main")).to_contain_text("感谢您的评价")
    fits(page)
    desk.goto(f"{matter}/closing")
    expect(desk.locator("#ratings")).to_contain_text("路灯还是不亮")
    fits(desk)
    desk.goto("/petitions/visits")
    fits(desk)
    desk.get_by_role("link", name=number).click()
    fits(desk)
    desk.locator('input[name="result"][value="unsatisfied"]').check()
    desk.fill("#note", "请尽快修好")
    desk.click("main form button[type=submit]")
    expect(desk.locator("main")).to_contain_text("不满意")
    desk.goto("/petitions/satisfaction")
    expect(desk.locator(".pt-targets")).to_contain_text("收集评价")
    expect(desk.locator("#months canvas, #months svg").first).to_be_visible()
    fits(desk)
    desk.goto(f"{matter}/closing")
    desk.fill("#summary", f"反映路灯损坏，已修复（{size}）")
    desk.click("button[value=preview]")
    expect(desk.locator(".pt-preview")).to_contain_text("已修复")
    fits(desk)
    desk.click("button[value=propose]")
    expect(desk.locator("#publication")).to_contain_text("须由另一人看过后发布")
    fits(desk)
    page.goto("/petitions/public/published")
    expect(page.locator("main")).not_to_contain_text(f"已修复（{size}）")
