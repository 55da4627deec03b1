"""The whole job of reviewing a declaration, by people in browsers: import, assign, decide, conclude, hand over."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.e2e.form_text import form

FOCUSED = """(() => {
    const element = document.activeElement, style = getComputedStyle(element);
    return {html: element.outerHTML.slice(0, 200), visible: style.outlineStyle !== "none" || style.boxShadow !==
    "none"};
})()"""
PROJECTS = {"desktop": ("课后服务预约平台建设", 86), "phone": ("校园课后托管平台升级", 73)}


def files(folder: Path, project: str, schools: int) -> list[str]:
    """A good file, and one that is no form at all."""
    good, bad = folder / f"{project}.txt", folder / "照片.pdf"
    good.write_text(form(project, schools=schools), encoding="utf-8")
    bad.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    return [str(good), str(bad)]


def import_files(page: Page, paths: list[str]) -> None:
    page.goto("/budget/declarations/import")
    page.set_input_files("#files", paths)
    page.click("form[data-import] button[type=submit]")


def open_declaration(page: Page, project: str) -> None:
    page.goto("/budget/declarations")
    page.fill("#filter-q", project)
    page.press("#filter-q", "Enter")
    page.wait_for_url("**q=**")
    page.get_by_role("link", name=project).first.click()
    expect(page.locator("h1")).to_have_text(project)


def assign(page: Page) -> None:
    page.locator("details.bd-act summary").first.click()
    page.select_option("#assignee", label=page.locator("#assignee option", has_text="周例文").first.inner_text())
    page.locator("form[action$='/assign'] button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("周例文")


def decide_all(page: Page) -> tuple[str, int]:
    """Dismiss the first finding with a reason, accept the others; returns its message and how many there were."""
    findings = page.locator("article.bd-finding")
    count = findings.count()
    first = findings.first
    message = first.locator(".bd-finding-message").inner_text()
    first.locator("details.bd-dismiss summary").click()
    first.locator("form:has(textarea) button[type=submit]").click()
    expect(first.get_by_role("alert")).to_be_visible()  # a reason is obligatory
    first.locator("textarea").fill("已与申报单位核实，予以保留。")
    first.locator("form:has(textarea) button[type=submit]").click()
    expect(first).to_have_attribute("data-state", "dismissed")
    for number in range(1, count):
        finding = findings.nth(number)
        finding.locator("button[value=accepted]").click()
        expect(finding).to_have_attribute("data-state", "accepted")
    return message, count


def conclude(page: Page) -> None:
    page.fill("#opinion", "项目目标较明确，建议补充成本指标后安排预算。")
    page.locator("form[action$='/opinion'] button[type=submit]").click()
    expect(page.locator("#opinion")).to_have_value("项目目标较明确，建议补充成本指标后安排预算。")
    page.locator("input[name=conclusion]").first.check()
    page.locator("form[action$='/finish'] button[type=submit]").click()
    expect(page.locator("form[action$='/finish']")).to_have_count(0)


def text_of_word(path: Path) -> str:
    import docx

    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("width", PROJECTS)
def test_a_declaration_is_reviewed_from_import_to_opinion(visit: Callable[..., Any], tmp_path: Path, width: str):
    project, schools = PROJECTS[width]
    director = visit(width)
    page = director.sign_in("director")
    paths = files(tmp_path, project, schools)

    import_files(page, paths)
    outcomes = page.locator("[data-outcome]")
    expect(outcomes).to_have_count(2, timeout=30_000)
    expect(page.locator("#outcomes")).to_contain_text(project)
    expect(page.locator("#outcomes")).to_contain_text("照片.pdf")
    import_files(page, paths[:1])
    expect(page.locator("#outcomes")).to_contain_text("未作改动")

    open_declaration(page, project)
    assign(page)

    reviewer = visit(width)
    desk = reviewer.sign_in("reviewer")
    expect(desk.locator("main")).to_contain_text(project)  # on the workbench, as a to-do
    open_declaration(desk, project)
    desk.locator("[data-to-form]").first.click()
    dismissed, count = decide_all(desk)
    assert count >= 5
    conclude(desk)

    with desk.expect_download() as waiting:
        desk.locator("a[href$='opinion.docx']").first.click()
    opinion = tmp_path / "opinion.docx"
    waiting.value.save_as(opinion)
    text = text_of_word(opinion)
    assert project in text
    assert "建议补充成本指标" in text
    assert dismissed not in text

    desk.goto("/notifications/todos")
    expect(desk.locator("main")).not_to_contain_text(project)  # done, so it is off the list
    assert director.console == []
    assert reviewer.console == []


def test_the_filtered_list_is_exported(visit: Callable[..., Any], tmp_path: Path):
    page = visit().sign_in("director")
    page.goto("/budget/declarations?q=学校")
    shown = page.locator("table tbody tr").count()
    with page.expect_download() as waiting:
        page.locator("a[href*='export.xlsx']").first.click()
    path = tmp_path / "list.xlsx"
    waiting.value.save_as(path)
    assert zipfile.is_zipfile(path)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes())).get_sheet_by_index(0).to_python()
    assert len([row for row in rows if any(row)]) >= shown + 1


def test_the_search_box_finds_by_pinyin_and_keeps_to_the_scope(visit: Callable[..., Any]):
    page = visit().sign_in("director")
    page.goto("/search/?q=shuiwuju")
    inside = page.locator("main mark").count()
    page.goto("/search/?q=供水管网")
    expect(page.locator("main")).to_contain_text("供水管网")
    outsider = visit().sign_in("education")
    outsider.goto("/search/?q=供水管网")
    expect(outsider.locator("main")).not_to_contain_text("老旧小区")
    assert inside >= 0


def test_enabling_and_disabling_a_plugin_shows_at_once(visit: Callable[..., Any]):
    operator = visit().sign_in("operator")
    operator.goto("/console/plugins")
    operator.get_by_role("link", name="公告栏").last.click()
    expect(operator.locator("h1")).to_contain_text("公告栏")


def test_the_job_can_be_done_by_keyboard_alone(visit: Callable[..., Any]):
    visitor = visit()
    page = visitor.page
    page.goto("/identity/sign-in")
    page.focus("input[name=username]")
    page.keyboard.type("reviewer")
    page.keyboard.press("Tab")
    page.keyboard.type(visitor.demo.password)
    page.keyboard.press("Enter")
    page.wait_for_url(visitor.demo.url + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.wait_for_selector("main a[href^='/budget/declarations/']")
    reached = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break  # past the end of the page
        reached.add(page.evaluate("document.activeElement.getAttribute('href') || ''"))
        focused = page.evaluate(FOCUSED)
        assert focused["visible"], focused["html"]
    assert any(address.startswith("/budget/declarations/") for address in reached)
