"""The fictional form read from every format, field by field, with the same answer everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from huitang_budget.declarations.importing import content_fingerprint, file_fingerprint, read_declarations
from huitang_budget.declarations.model import Declaration

EXPECTED_INDICATORS = [
    ("投入和管理目标", "投入管理", "预算执行率", "≥95%", "≥", Decimal(95), "%"),
    ("投入和管理目标", "财务管理", "资金使用合规性", "合规", None, None, None),
    ("产出目标", "数量目标", "上线事项数", "≥320项", "≥", Decimal(320), "项"),
    ("产出目标", "质量目标", "验收合格率", "=100%", "=", Decimal(100), "%"),
    ("产出目标", "时效目标", "平均响应时间", "≤2秒", "≤", Decimal(2), "秒"),
    ("产出目标", "成本目标", "每个事项改造成本", "≤0.5万元", "≤", Decimal("0.5"), "万元"),
    ("效果目标", "社会效益目标", "网上办件比例", "≥80.50%", "≥", Decimal("80.50"), "%"),
    ("影响力目标", "可持续目标", "运维制度健全性", "健全", None, None, None),
    ("影响力目标", "满意度目标", "办事市民满意度", "≥90%", "≥", Decimal(90), "%"),
]


@pytest.fixture(params=["txt", "gbk", "utf16", "docx", "xlsx", "pdf", "pdf-narrow", "pdf-unruled"])
def made(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """Source name and bytes of the form in one format."""
    make = {name: request.getfixturevalue(f"as_{name}") for name in ("text", "docx", "xlsx", "pdf")}
    text = make["text"]()
    return {
        "txt": lambda: ("a.txt", text.encode()),
        "gbk": lambda: ("a.txt", text.replace("☑", "√").encode("gb18030")),
        "utf16": lambda: ("a.txt", text.encode("utf-16")),
        "docx": lambda: ("a.docx", make["docx"]()),
        "xlsx": lambda: ("a.xlsx", make["xlsx"]()),
        "pdf": lambda: ("a.pdf", make["pdf"]()),
        "pdf-narrow": lambda: ("a.pdf", make["pdf"](widths=(48, 90, 60, 62))),
        "pdf-unruled": lambda: ("a.pdf", make["pdf"](grid=False, widths=(130, 110, 150, 70))),
    }[request.param]()


def check_facts(form: Declaration) -> None:
    assert form.year.value == 2024
    assert form.declaring_unit.value == "云江市数据服务中心"
    assert form.project_name.value == "云江市一网通办平台升级改造经费"
    assert [c.label for c in form.project_types if c.ticked] == ["其他一次性项目"]
    assert [c.label for c in form.fund_uses if c.ticked] == ["信息化建设类", "政府购买服务"]
    assert (len(form.project_types), len(form.fund_uses)) == (5, 6)
    assert not any(c.ticked is None for c in (*form.project_types, *form.fund_uses))
    assert (form.start.value, form.end.value) == (date(2024, 3, 1), date(2024, 11, 30))
    assert (form.total_fen.value, form.current_year_fen.value) == (300_000_000, 260_000_050)
    assert (form.previous_year_fen.value, form.previous_executed_fen.value) == (12_000_000, 11_999_999)


def test_every_field_is_read(made: tuple[str, bytes], rows: tuple[tuple[str, ...], ...]) -> None:
    (form,) = read_declarations(*made)
    check_facts(form)
    assert [(s.name.value, s.amount_fen.value) for s in form.sub_projects] == [
        ("平台改造开发", 200_000_000),
        ("机房迁移", 50_000_050),
        ("测评与监理", 10_000_000),
    ]
    assert [(m.title, m.date) for m in form.milestones] == [
        ("需求调研", date(2024, 3, 1)),
        ("公开招标", date(2024, 5, 20)),
        ("开发测试", date(2024, 9, 10)),
        ("上线验收", date(2024, 11, 15)),
    ]
    assert [
        (i.level1, i.level2, i.level3, i.target, i.operator, i.value, i.unit) for i in form.indicators
    ] == EXPECTED_INDICATORS
    printed = {row[0]: row[1] for row in rows}
    for field, label in (
        ("overview", "项目概况"),
        ("basis", "立项依据"),
        ("necessity", "项目设立的必要性"),
        ("measures", "保证项目实施的制度、措施"),
        ("overall_goal", "项目总目标"),
        ("annual_goal", "年度绩效目标"),
        ("remark", "备注"),
    ):
        assert "".join(getattr(form, field).text.split()) == "".join(printed[label].split())
    assert form.problems == ()


def test_every_value_says_where_it_stands(made: tuple[str, bytes]) -> None:
    (form,) = read_declarations(*made)
    places = [
        form.project_name.place,
        form.total_fen.place,
        form.start.place,
        *(c.place for c in form.project_types),
        *(m.place for m in form.milestones),
        *(i.place for i in form.indicators),
        *(s.amount_fen.place for s in form.sub_projects),
    ]
    part = {"txt": "line", "docx": "table", "xlsx": "cell", "pdf": "page"}[made[0][2:]]
    assert all(place is not None and getattr(place, part) is not None for place in places)


def test_the_same_form_has_one_fingerprint_in_all_formats(
    as_text: Callable[..., str],
    as_docx: Callable[..., bytes],
    as_xlsx: Callable[..., bytes],
    as_pdf: Callable[..., bytes],
) -> None:
    files = {"a.txt": as_text().encode(), "b.docx": as_docx(), "c.xlsx": as_xlsx(), "d.pdf": as_pdf()}
    prints = {content_fingerprint(read_declarations(name, data)[0]) for name, data in files.items()}
    assert len(prints) == 1
    assert len({file_fingerprint(data) for data in files.values()}) == 4


def test_one_changed_digit_changes_the_fingerprint(as_text: Callable[..., str]) -> None:
    text = as_text()
    first = read_declarations("a.txt", text.encode())[0]
    second = read_declarations("a.txt", text.replace("3000000", "3000001").encode())[0]
    assert content_fingerprint(first) != content_fingerprint(second)


def test_places_name_the_cell_of_a_workbook(as_xlsx: Callable[..., bytes]) -> None:
    (form,) = read_declarations("a.xlsx", as_xlsx())
    assert form.total_fen.place is not None
    assert (form.total_fen.place.sheet, form.total_fen.place.cell) == ("表1", "B13")


def test_numbers_dates_and_percent_of_a_workbook_are_read_as_shown(
    as_xlsx: Callable[..., bytes], rows: tuple[tuple[str, ...], ...]
) -> None:
    changed = [list(row) for row in rows]
    for row in changed:
        if row[0] == "项目总预算（元）":
            row[1], row[3] = 3000000, 2600000.5
        if row[2] == "验收合格率":
            row[3] = 0.985
    (form,) = read_declarations("a.xlsx", as_xlsx(tuple(tuple(row) for row in changed)))
    assert (form.total_fen.value, form.current_year_fen.value) == (300_000_000, 260_000_050)
    target = next(i for i in form.indicators if i.level3 == "验收合格率")
    assert (target.target, target.value, target.unit) == ("98.5%", Decimal("98.5"), "%")
