"""One fictional form, and the ways in which offices hand such a form in: text, Word, Excel and PDF, made here."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huitang_budget.declarations.importing import read_declarations
from huitang_budget.declarations.model import Declaration

REAL = Path(__file__).resolve().parents[5].parent / "shared" / "data" / "declarations"

TITLE, YEAR, UNIT = "云江市财政支出项目绩效目标申报表", "（2024年）", "申报单位名称：云江市数据服务中心"
TYPES = "市委市政府已确定的新增项目 □ 结转项目 □ 其他一次性项目 ☑"
MORE_TYPES = "经常性专项业务费 □ 其他经常性项目 □"
USES = "基本建设工程类 □ 信息化建设类 ☑ 政策补贴类 □ 政府购买服务 ☑ 资产购置类 □ 其他事业专业类 □"
OVERVIEW = "为方便市民办事，升级云江市一网通办平台，完善预约、办理和查询三个环节，并把平台迁到新的机房。"
BASIS = "1、《云江市政务服务条例》2、云江市政府办公室《关于推进一网通办的意见》（云府办〔2023〕12号）"
NECESSITY = "现有平台建成已有八年，高峰时段响应缓慢，市民投诉较多。"
MEASURES = "成立项目小组，每月召开例会，验收由第三方测评机构参加。"
PLAN = "需求调研：2024-3-1 公开招标：2024-5-20 开发测试：2024-9-10 上线验收：2024-11-15"
GOAL = "建成响应快、查得到、办得成的一网通办平台。"
ANNUAL = "完成三个环节的改造，全部事项上线，市民满意度达到九成以上。"

INDICATORS = (
    ("投入和管理目标", "投入管理", "预算执行率", "≥95%"),
    ("", "财务管理", "资金使用合规性", "合规"),
    ("产出目标", "数量目标", "上线事项数", "≥320项"),
    ("", "质量目标", "验收合格率", "=100%"),
    ("", "时效目标", "平均响应时间", "≤2秒"),
    ("", "成本目标", "每个事项改造成本", "≤0.5万元"),
    ("效果目标", "社会效益目标", "网上办件比例", "≥80.50%"),
    ("影响力目标", "可持续目标", "运维制度健全性", "健全"),
    ("", "满意度目标", "办事市民满意度", "≥90%"),
)
ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("项目名称", "云江市一网通办平台升级改造经费", "", ""),
    ("项目类型", TYPES, "", ""),
    ("", MORE_TYPES, "", ""),
    ("资金用途", USES, "", ""),
    ("开始时间", "2024-03-01", "结束时间", "2024-11-30"),
    ("项目概况", OVERVIEW, "", ""),
    ("立项依据", BASIS, "", ""),
    ("项目设立的必要性", NECESSITY, "", ""),
    ("保证项目实施的制度、措施", MEASURES, "", ""),
    ("项目总预算（元）", "3000000", "项目当年预算（元）", "2600000.50"),
    ("同名项目上年预算额（元）", "120000", "同名项目上年预算执行数（元）", "119,999.99"),
    ("", "子项目名称", "", "预算金额（元）"),
    ("项目当年投入资金构成", "平台改造开发", "", "2,000,000"),
    ("", "机房迁移", "", "500000.50"),
    ("", "测评与监理", "", "100000"),
    ("项目实施计划", PLAN, "", ""),
    ("项目总目标", GOAL, "", ""),
    ("年度绩效目标", ANNUAL, "", ""),
    ("分解目标", "", "", ""),
    ("一级指标", "二级指标", "三级指标", "指标目标值"),
    *INDICATORS,
    ("备注", "无其他说明", "", ""),
)
HEAD = (TITLE, YEAR, UNIT)


def text_form(rows: tuple[tuple[str, ...], ...] = ROWS, head: tuple[str, ...] = HEAD, tab: str = "\t") -> str:
    """The form as tab-separated text."""
    return "\n\n".join(head) + "\n\n" + "\n".join(tab.join(row) for row in rows) + "\n"


def docx_form(rows: tuple[tuple[str, ...], ...] = ROWS, head: tuple[str, ...] = HEAD) -> bytes:
    """The form as a Word table; values over three columns and levels over several rows are merged cells."""
    import docx

    document = docx.Document()
    for line in head:
        document.add_paragraph(line)
    table = document.add_table(rows=len(rows), cols=4)
    for index, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(index, column).text = text
    for index, row in enumerate(rows):
        if row[0] and row[1] and not row[2] and not row[3]:
            table.cell(index, 1).merge(table.cell(index, 3))
    start = rows.index(INDICATORS[0]) if INDICATORS[0] in rows else len(rows)
    for index in range(start + 1, len(rows)):
        if rows[index][0] == "" and rows[index][2]:
            table.cell(index - 1, 0).merge(table.cell(index, 0))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def xlsx_form(rows: tuple[tuple[Any, ...], ...] = ROWS, head: tuple[str, ...] = HEAD, sheets: int = 1) -> bytes:
    """The form as a workbook, one form per sheet; long values are merged over three columns."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    percent = book.add_format({"num_format": "0.00%"})
    for number in range(sheets):
        sheet = book.add_worksheet(f"表{number + 1}")
        for line, text in enumerate(head):
            sheet.merge_range(line, 0, line, 3, text)
        for index, row in enumerate(rows, start=len(head)):
            for column, value in enumerate(row):
                if isinstance(value, float) and value < 1:
                    sheet.write_number(index, column, value, percent)
                elif isinstance(value, str):
                    sheet.write_string(index, column, value)
                else:
                    sheet.write(index, column, value)
            if row[0] and row[1] and not row[2] and not row[3]:
                sheet.merge_range(index, 1, index, 3, row[1])
    book.close()
    return out.getvalue()


def pdf_form(rows: tuple[tuple[str, ...], ...] = ROWS, head: tuple[str, ...] = HEAD, **options: Any) -> bytes:
    """The form as a PDF table with rules; narrow columns make labels and values run over several lines.

    `grid=False` leaves the rules out, `password` sets one, `widths` are column widths in points.
    """
    from reportlab.lib import colors
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("cell", fontName="STSong-Light", fontSize=9, leading=12, wordWrap="CJK")
    cells = [[Paragraph(text.replace("<", "&lt;"), style) for text in row] for row in rows]
    look: list[Any] = [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    if options.get("grid", True):
        look.append(("GRID", (0, 0), (-1, -1), 0.5, colors.black))
    for index, row in enumerate(rows):
        if row[1] and not row[2] and not row[3]:
            look.append(("SPAN", (1, index), (3, index)))
    table = Table(cells, colWidths=options.get("widths", (80, 110, 170, 110)), style=look)
    out = io.BytesIO()
    encrypt = StandardEncryption(options["password"]) if "password" in options else None
    SimpleDocTemplate(out, encrypt=encrypt).build([*(Paragraph(line, style) for line in head), table])
    return out.getvalue()


@pytest.fixture
def rows() -> tuple[tuple[str, str, str, str], ...]:
    """The rows of the fictional form, four cells each."""
    return ROWS


@pytest.fixture
def as_text() -> Callable[..., str]:
    """Makes a text file of the form."""
    return text_form


@pytest.fixture
def as_docx() -> Callable[..., bytes]:
    """Makes a Word file of the form."""
    return docx_form


@pytest.fixture
def as_xlsx() -> Callable[..., bytes]:
    """Makes a workbook of the form."""
    return xlsx_form


@pytest.fixture
def as_pdf() -> Callable[..., bytes]:
    """Makes a PDF of the form."""
    return pdf_form


@pytest.fixture
def read() -> Callable[..., Declaration]:
    """Reads a text (or bytes) that holds one form."""

    def reader(content: str | bytes, source: str = "form.txt") -> Declaration:
        data = content.encode() if isinstance(content, str) else content
        found = read_declarations(source, data)
        assert len(found) == 1
        return found[0]

    return reader


@pytest.fixture
def real() -> Callable[[str], bytes]:
    """Bytes of one of the three real forms."""
    return lambda name: (REAL / name).read_bytes()


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker of the tests that need the folder of real forms."""
    config.addinivalue_line("markers", "real_forms: reads the three real forms, which lie beside the repository")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests on real forms are left out, and say so, where the folder is not there."""
    if not REAL.is_dir():
        for item in items:
            if item.get_closest_marker("real_forms"):
                item.add_marker(pytest.mark.skip(reason="the folder of real forms is not beside the repository"))
