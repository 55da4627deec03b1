"""An officer's whole day, in a browser: at a desk by the keys alone, on a telephone by touch."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook
from reportlab.pdfgen.canvas import Canvas

from tests.e2e.axe import violations
from tests.e2e.test_petitions import look_up

MOST_TABS = 60
"""Whoever works by the keys gives up sooner, but the pages of the portal have a menu."""
WHERE = """wanted => document.activeElement === wanted ? "there"
    : document.activeElement.matches(".ht-skip") ? "skip" : "elsewhere" """
PRESSES = "(list, value) => [...list.options].findIndex(one => one.value === value) - list.selectedIndex"
OF_THE_WIDTH = ["target-size", "scrollable-region-focusable"]
"""What axe-core may answer otherwise on a wide page."""
SAID = "街道办事处已约见施工单位"


class Hands:
    """Whoever sits at the page: what is not reached by Tab, or is too small to touch, is not reached at all."""

    def __init__(self, page: Page, size: str) -> None:
        self.page, self.by_keys = page, size == "desktop"

    def reach(self, target: Locator) -> None:
        wanted = target.element_handle(timeout=15_000)
        for _press in range(MOST_TABS):
            where = self.page.evaluate(WHERE, wanted)
            if where == "there":
                return
            self.page.keyboard.press("Enter" if where == "skip" else "Tab")
        pytest.fail(f"not reached by Tab: {target}")

    def press(self, target: Locator, key: str = "Enter") -> None:
        if self.by_keys:
            self.reach(target)
            self.page.keyboard.press(key)
        else:
            target.tap()

    def tick(self, target: Locator) -> None:
        """One of several radio buttons: they are one stop of Tab, then the arrows choose."""
        if self.by_keys:
            group = self.page.locator(f'input[name="{target.get_attribute("name")}"]')
            self.reach(group.first)
            for _press in range(target.evaluate("one => [...document.getElementsByName(one.name)].indexOf(one)")):
                self.page.keyboard.press("ArrowDown")
            self.page.keyboard.press("Space")
        else:
            target.tap()
        expect(target).to_be_checked()

    def choose(self, target: Locator, value: str) -> None:
        """One of a list that folds out."""
        if self.by_keys:
            self.reach(target)
            for _press in range(target.evaluate(PRESSES, value)):
                self.page.keyboard.press("ArrowDown")
            expect(target).to_have_value(value)
        else:
            target.select_option(value)

    def write(self, target: Locator, text: str) -> None:
        if self.by_keys:
            self.reach(target)
            self.page.keyboard.insert_text(text)
        else:
            target.fill(text)

    def open(self, address: str) -> None:
        self.page.goto(address)

    def step(self, name: str) -> Locator:
        """The form of a step, opened."""
        form = self.page.locator(f'form[action$="/steps/{name}"]')
        act = self.page.locator("details.pt-act", has=form)
        if act.get_attribute("open") is None:
            self.press(act.locator("summary"))
        return form


def fits(hands: Hands) -> None:
    """Nothing sticks out sideways, and axe-core finds nothing; what is the same at any width is asked at one."""
    page = hands.page
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert violations(page, OF_THE_WIDTH if hands.by_keys else ()) == []


def a_call(desk: Hands, size: str) -> tuple[str, str]:
    """Somebody calls who has written before: fast entry, and a slip with a code. Returns (address, code)."""
    page = desk.page
    if desk.by_keys:
        desk.open("/petitions/desk")
        expect(page.locator("#phone")).to_be_focused()
    else:
        desk.press(page.get_by_role("link", name="登记", exact=True))
        page.wait_for_url("**/petitions/desk")  # with its scripts: nobody types before they are there
        expect(page.get_by_role("heading", level=1)).to_be_in_viewport()
    desk.write(page.locator("#phone"), "138 0000 0101")
    expect(page.locator("#history")).to_contain_text("王**")
    expect(page.locator("#history")).to_contain_text("加装电梯")
    desk.tick(page.locator("#history input[type=radio]").nth(1))
    desk.write(page.locator("#subject"), f"河边夜间施工扰民（{size}）")
    desk.choose(page.locator("#kind"), "appeal")
    desk.write(page.locator("#body"), "来电反映夜间施工噪声。")
    if desk.by_keys:
        page.keyboard.press("Control+Enter")
    else:
        desk.press(page.locator("main form button[type=submit]"))
    code = page.locator("#code").inner_text().strip()
    fits(desk)
    desk.press(page.get_by_role("link", name="打开该件"))
    page.wait_for_url("**/petitions/matters/*")
    return page.url, code


def a_scan(folder: Path, size: str) -> Path:
    """A letter as the scanner of an office makes it: a PDF with a text layer, or a photo."""
    if size == "desktop":
        found = folder / "scan.pdf"
        canvas = Canvas(str(found))
        canvas.drawString(72, 700, "The lamp at 18 Kangning Street has been out for three months.")
        canvas.save()
        return found
    found = folder / "来信.jpg"
    image = Image.new("RGB", (600, 800), "white")
    ImageDraw.Draw(image).text((60, 80), "18 Kangning Street", fill="black")
    image.save(found, quality=80)
    return found


def a_letter(desk: Hands, size: str, scan: Path) -> str:
    page = desk.page
    desk.open("/petitions/desk?channel=letter")
    desk.write(page.locator("#name"), "何拟写")
    desk.write(page.locator("#subject"), f"对法院判决不服（{size}）")
    page.set_input_files("#papers", str(scan))
    desk.press(page.locator("main form button[type=submit]"))
    desk.press(page.get_by_role("link", name="打开该件"))
    page.wait_for_url("**/petitions/matters/*")
    expect(page.locator("#papers-list")).to_contain_text(scan.name)
    if scan.suffix == ".pdf":
        expect(page.locator("main")).to_contain_text("The lamp at 18 Kangning Street")
    with page.expect_response(lambda answer: "/papers/" in answer.url) as answered:
        page.evaluate("fetch(document.querySelector('#papers-list a').href)")
    assert answered.value.status == 200
    return page.url


def refuse(desk: Hands, address: str) -> None:
    """Without an article it says so, at the field; with one it is done."""
    page = desk.page
    desk.press(page.get_by_role("link", name="办理", exact=False).first)
    form = desk.step("refuse")
    desk.write(form.locator("#refuse-words"), "已由司法机关依法处理")
    desk.press(form.locator("button[type=submit]"))
    expect(page.locator(".ht-errors")).to_be_focused()
    fits(desk)
    link = page.locator(".ht-errors a")
    expect(link).to_contain_text("条")
    desk.press(link)
    article = page.locator("#refuse-article")
    expect(article).to_be_focused()
    expect(page.locator("#refuse-words")).to_have_value("已由司法机关依法处理")
    desk.write(article, "条例第二十二条")
    desk.press(page.locator('form[action$="/steps/refuse"] button[type=submit]'))
    expect(page.locator(".pt-stands")).to_contain_text("不予受理")
    expect(page.locator("#history")).to_contain_text("条例第二十二条")
    assert page.url.startswith(address)


def accept_and_ask_for_time(desk: Hands, address: str) -> None:
    page = desk.page
    desk.open(f"{address}/way")
    desk.press(desk.step("accept").locator("button[type=submit]"))
    expect(page.locator(".pt-stands")).to_contain_text("办理中")
    desk.press(page.locator("#limits summary"))
    desk.write(page.locator("#days"), "15")
    desk.write(page.locator("#reason"), "需要连续监测一周")
    desk.press(page.locator("#limits form button[type=submit]"))
    expect(page.locator("#limits")).to_contain_text("待审批")


def grant(head: Hands, address: str) -> None:
    head.open(f"{address}/way")
    head.press(head.page.get_by_role("button", name="批准", exact=True))
    expect(head.page.locator("#limits")).to_contain_text("已批准")
    fits(head)


def assign(desk: Hands, size: str) -> tuple[str, str]:
    """A matter of the committee's: once it is said what it is about, the form begins with the committee."""
    page = desk.page
    desk.open("/petitions/desk")
    desk.write(page.locator("#name"), "周虚构")
    desk.write(page.locator("#subject"), f"建议修改噪声防治办法（{size}）")
    desk.write(page.locator("#body"), "建议市人大修改噪声污染防治的规定。")
    desk.press(page.locator("main form button[type=submit]"))
    code = page.locator("#code").inner_text().strip()
    desk.press(page.get_by_role("link", name="打开该件"))
    page.wait_for_url("**/petitions/matters/*")
    address = page.url
    desk.open(f"{address}/way")
    desk.choose(page.locator("#kind"), "suggestion")
    desk.choose(page.locator("#remit"), "own")
    desk.choose(page.locator("#category"), "environment.pollution.noise")
    desk.press(page.locator("#sorting button.btn-primary"))
    page.wait_for_url("**/way#sorting")
    form = desk.step("assign")
    expect(form.locator("select option:checked")).to_contain_text("城乡建设与环境资源委员会")
    expect(form).to_contain_text("系统建议，请确认或另选")
    fits(desk)
    desk.press(form.locator("button[type=submit]"))
    expect(page.locator(".pt-stands")).to_contain_text("城乡建设与环境资源委员会")
    return address, code


def handle_and_report(handler: Hands, address: str) -> None:
    """The committee finds it on its list, takes it up, answers, and reports back."""
    page = handler.page
    handler.open("/petitions/")
    expect(page.locator("main")).to_contain_text("建议修改噪声防治办法")
    handler.open(f"{address}/way")
    handler.press(handler.step("take_up").locator("button[type=submit]"))
    expect(page.locator(".pt-stands")).to_contain_text("办理中")
    form = handler.step("answer")
    handler.write(form.locator("#answer-words"), "已列入明年立法计划")
    handler.press(form.locator("button[type=submit]"))
    expect(page.locator(".pt-stands")).to_contain_text("已答复")
    handler.press(page.locator("#steps").get_by_role("button", name="报告办理结果"))
    expect(page.locator("#steps")).to_contain_text("已书面报告办理结果")
    expect(page.locator("#steps button")).to_have_count(0)
    fits(handler)


def urge(head: Hands, desk: Hands, size: str) -> None:
    """From the board to what is late; whoever is asked answers, and the board shows the answer."""
    page = head.page
    head.open("/petitions/board")
    expect(page.locator("main")).to_contain_text("加装电梯")
    fits(head)
    head.press(page.get_by_role("link", name="2026-000001"))
    head.press(page.locator("#supervision summary", has_text="催办、督办"))
    head.press(page.locator("#supervision form button[type=submit]").last)
    expect(page.locator(".ht-errors")).to_be_focused()
    head.press(page.locator(".ht-errors a"))
    head.write(page.locator("#said"), f"请说明电梯补贴进展（{size}）")
    head.press(page.locator("#supervision form button[type=submit]").last)
    expect(page.locator("#supervision")).to_contain_text(f"请说明电梯补贴进展（{size}）")
    late = page.url.partition("#")[0]
    desk.open("/")
    desk.press(desk.page.get_by_role("link", name="全部待办"))
    expect(desk.page.locator("main")).to_contain_text("说明 2026-000001 号事项逾期原因")
    desk.open(late)
    asked = desk.page.locator("#supervision li", has_text=f"请说明电梯补贴进展（{size}）").first
    desk.press(asked.locator("summary"))
    desk.write(asked.locator("textarea"), f"{SAID}（{size}）")
    desk.press(asked.locator("button[type=submit]"))
    expect(desk.page.locator("#supervision")).to_contain_text(f"{SAID}（{size}）")
    head.open("/petitions/board")
    expect(page.locator("main")).to_contain_text(f"{SAID}（{size}）")


def answer(desk: Hands, address: str) -> None:
    desk.open(f"{address}/way")
    form = desk.step("answer")
    desk.write(form.locator("#answer-words"), "已责令夜间停工")
    desk.press(form.locator("button[type=submit]"))
    expect(desk.page.locator(".pt-stands")).to_contain_text("已答复")


def visit_and_close(resident: Hands, head: Hands, code: str, address: str) -> None:
    """Whoever is not satisfied is called back; the matter is closed, and the petitioner sees it."""
    page = resident.page
    look_up(page, code)
    resident.press(page.get_by_role("link", name="评价办理情况"))
    resident.tick(page.locator('input[name="grade-office"][value="dissatisfied"]'))
    resident.press(page.locator("main form button[type=submit]"))
    expect(page.locator("main")).to_contain_text("感谢您的评价")
    head.open(f"{address}/closing")
    head.press(head.page.locator("#visits a").first)
    head.tick(head.page.locator('input[name="result"][value="satisfied"]'))
    head.write(head.page.locator("#note"), "昨晚已停工，表示感谢")
    head.press(head.page.locator("main form button[type=submit]"))
    expect(head.page.locator("main")).to_contain_text("昨晚已停工")
    fits(head)
    head.open(f"{address}/way")
    form = head.step("close")
    head.write(form.locator("textarea"), "信访人满意")
    head.press(form.locator("button[type=submit]"))
    expect(head.page.locator(".pt-stands")).to_contain_text("已办结")
    look_up(page, code)
    expect(page.locator("main")).to_contain_text("办结")
    expect(page.locator("main")).not_to_contain_text("信访人满意")
    fits(resident)


def take_out(head: Hands, size: str) -> None:
    head.open("/petitions/?channel=phone")
    with head.page.expect_download() as download:
        head.press(head.page.get_by_role("link", name="导出"))
    content = Path(download.value.path()).read_bytes()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert any(f"河边夜间施工扰民（{size}）" in row for row in rows)
    assert not any("对法院判决不服" in str(row) for row in rows)
    assert "王样例" not in str(rows)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_day_of_the_office_for_letters_and_visits(visit: Callable[..., Any], tmp_path: Path, size: str) -> None:
    visitors = [visit(size) for _person in range(4)]
    for visitor, name in zip(visitors, ("letters", "letters-head", "env-handler"), strict=False):
        visitor.sign_in(name)
    desk, head, handler, resident = [Hands(visitor.page, size) for visitor in visitors]
    expect(desk.page.locator("main")).to_contain_text("研判 2026-000001 号事项")
    desk.open("/petitions/")
    called, code = a_call(desk, size)
    written = a_letter(desk, size, a_scan(tmp_path, size))
    refuse(desk, written)
    accept_and_ask_for_time(desk, called)
    grant(head, called)
    assigned, _their_code = assign(desk, size)
    handle_and_report(handler, assigned)
    urge(head, desk, size)
    answer(desk, called)
    visit_and_close(resident, head, code, called)
    take_out(head, size)
    assert [visitor.console for visitor in visitors] == [[]] * 4
