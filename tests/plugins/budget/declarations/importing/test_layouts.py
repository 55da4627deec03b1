"""Forms of the same kind laid out otherwise: other cities, other separators, other units, lost columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from huitang_budget.declarations.importing import content_fingerprint, read_declarations
from huitang_budget.declarations.model import Declaration

Read = Callable[..., Declaration]

NEW_STYLE = """项目支出绩效目标申报表 (2024年度)
金额单位：万元
| 项目名称 | 云江市老旧小区加装电梯补贴 | | | |
| 主管部门及代码 | 云江市住房保障局 [305] | 实施单位 | 云江市房屋修缮中心 | |
| 项目属性 | 延续性项目 | 项目期限 | 2024年1月1日至2024年12月31日 | |
| 项目资金（万元） | 年度资金总额： | 850.5 | | |
| | 其中：财政拨款 | 850.5 | | |
| | 其他资金 | 0 | | |
| 总体目标 | 年度目标 | | | |
| | 全年完成120台电梯加装补贴发放，居民出行更方便。 | | | |
| 绩效指标 | 一级指标 | 二级指标 | 三级指标 | 指标值 |
| | 成本指标 | 经济成本指标 | 单台补贴标准 | ≤7万元 |
| | 产出指标 | 数量指标 | 加装电梯数量 | ≥120台 |
| | | 质量指标 | 验收合格率 | 100% |
| | | 时效指标 | 补贴发放时限 | 30个工作日内 |
| | 效益指标 | 社会效益指标 | 受益住户数 | 不少于1500户 |
| | 满意度指标 | 服务对象满意度指标 | 居民满意度 | 90%以上 |
"""


def triples(form: Declaration) -> list[tuple[str, str, str, str | None, Decimal | None, str | None]]:
    return [(i.level1, i.level2, i.level3, i.operator, i.value, i.unit) for i in form.indicators]


def test_pipe_table_of_the_newer_style(read: Read) -> None:
    form = read(NEW_STYLE)
    assert form.year.value == 2024
    assert form.project_name.value == "云江市老旧小区加装电梯补贴"
    assert form.declaring_unit.value == "云江市房屋修缮中心"
    assert [c.label for c in form.project_types if c.ticked] == ["延续性项目"]
    assert (form.start.value, form.end.value) == (date(2024, 1, 1), date(2024, 12, 31))
    assert form.current_year_fen.value == 850_500_000
    assert form.annual_goal.text == "全年完成120台电梯加装补贴发放，居民出行更方便。"
    assert triples(form) == [
        ("成本指标", "经济成本指标", "单台补贴标准", "≤", Decimal(7), "万元"),
        ("产出指标", "数量指标", "加装电梯数量", "≥", Decimal(120), "台"),
        ("产出指标", "质量指标", "验收合格率", None, Decimal(100), "%"),
        ("产出指标", "时效指标", "补贴发放时限", "≤", Decimal(30), "个工作日内"),
        ("效益指标", "社会效益指标", "受益住户数", "≥", Decimal(1500), "户"),
        ("满意度指标", "服务对象满意度指标", "居民满意度", "≥", Decimal(90), "%"),
    ]


def test_labels_with_colons_and_values_on_the_same_line(read: Read) -> None:
    form = read(
        "2024年度云江市市级财政项目绩效目标申报表\n申报单位（盖章）：云江市图书馆  填报日期：2023年10月8日\n"
        "项目名称：云江市图书馆夜间开放经费\n项目类型：☑经常性专项业务费 ☐其他经常性项目\n"
        "资金用途：□信息化建设类 ■政府购买服务\n"
        "开始时间：2024.1.1 结束时间：2024/12/31\n项目总预算：86万元　项目当年预算：￥860,000.00元\n"
        "一、项目概况：延长开放时间到二十二点。\n"
        "二、实施计划：1、人员招募：2024年1月15日；2、开放服务：2024年2月1日；"
        "3、总结评估：2024年12月10日\n"
        "年度绩效目标：全年夜间开放不少于300天。\n"
        "一级指标 二级指标 三级指标 指标值\n产出指标 数量指标 夜间开放天数 ≥300天\n"
        "效益指标 社会效益指标 夜间到馆人次 ≥5万人次\n"
    )
    assert form.year.value == 2024
    assert form.declaring_unit.value == "云江市图书馆"
    assert [c.label for c in form.project_types if c.ticked] == ["经常性专项业务费"]
    assert [(c.label, c.ticked) for c in form.fund_uses] == [("信息化建设类", False), ("政府购买服务", True)]
    assert (form.start.value, form.end.value) == (date(2024, 1, 1), date(2024, 12, 31))
    assert (form.total_fen.value, form.current_year_fen.value) == (86_000_000, 86_000_000)
    assert [p.code for p in form.problems] == ["mixed_units"]
    assert form.overview.text == "延长开放时间到二十二点。"
    assert [(m.title, m.date) for m in form.milestones] == [
        ("人员招募", date(2024, 1, 15)),
        ("开放服务", date(2024, 2, 1)),
        ("总结评估", date(2024, 12, 10)),
    ]
    assert triples(form) == [
        ("产出指标", "数量指标", "夜间开放天数", "≥", Decimal(300), "天"),
        ("效益指标", "社会效益指标", "夜间到馆人次", "≥", Decimal(5), "万人次"),
    ]


def lines_only(text: str) -> str:
    return re.sub(r"\t+", "\n", text)


@pytest.mark.parametrize(
    "change",
    [
        lines_only,
        lambda text: re.sub(r"\t+", "\n\n", text),
        lambda text: text.replace("\t", "    "),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: re.sub(r"\n+", "\n", text),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: re.sub(r"\t+\n", "\n", text),
        lambda text: "\n".join(f"| {r} |".replace("\t", " | ") if "\t" in r else r for r in text.split("\n")),
        lambda text: "\n".join("\t".join(f"<p>{c}</p>" if c else c for c in r.split("\t")) for r in text.split("\n")),
        lambda text: text.replace("\n", "\n\f"),
        lambda text: text.replace("立项依据", "\n— 2 —\n\n立项依据").replace("\t时效目标", "\n第3页\n\n\t时效目标"),
        lambda text: text.replace("项目设立的必要性\t", "项目设立的必\n要性\t").replace(
            "投入和管理目标", "投入和管\n理目标"
        ),
        lambda text: text.replace("网上办件比例", "网上办 件比例").replace("项目名称", "项 目 名 称"),
        lambda text: text.replace("□", '<input type="checkbox"/>').replace("☑", '<input checked="" type="checkbox"/>'),
        lambda text: text.replace("□", "[ ]").replace("☑", "[x]"),
        lambda text: text.replace("□", "（ ）").replace("☑", "（√）"),
    ],
)
def test_the_same_answer_in_every_layout(read: Read, as_text: Callable[..., str], change: Callable[[str], str]) -> None:
    plain = read(as_text())
    assert content_fingerprint(read(change(as_text()))) == content_fingerprint(plain)


def test_html_tables_that_a_scanner_left(
    read: Read, rows: tuple[tuple[str, ...], ...], as_text: Callable[..., str]
) -> None:
    body = ""
    for row in rows:
        wide = bool(row[0] and row[1] and not row[2] and not row[3])
        cells = [(row[0], ""), (row[1], ' colspan="3"')] if wide else [(cell, "") for cell in row]
        body += "<tr>" + "".join(f"<td{span}>{cell.replace('<', '&lt;')}</td>" for cell, span in cells) + "</tr>"
    text = f"云江市财政支出项目绩效目标申报表\n（2024年）\n申报单位名称：云江市数据服务中心\n<table>{body}</table>"
    assert content_fingerprint(read(text)) == content_fingerprint(read(as_text()))


def test_two_forms_in_one_file_are_both_read(as_text: Callable[..., str]) -> None:
    second = (
        as_text()
        .replace("云江市一网通办平台升级改造经费", "云江市停车诱导系统经费")
        .replace("（2024年）", "（2025年）")
    )
    for joint in ("\n", "\n\n\n", "\f"):
        forms = read_declarations("two.txt", (as_text() + joint + second).encode())
        assert [(f.form, f.year.value, f.project_name.value) for f in forms] == [
            (1, 2024, "云江市一网通办平台升级改造经费"),
            (2, 2025, "云江市停车诱导系统经费"),
        ]
        assert [len(f.indicators) for f in forms] == [9, 9]


def test_two_sheets_are_two_forms(as_xlsx: Callable[..., bytes]) -> None:
    forms = read_declarations("two.xlsx", as_xlsx(sheets=2))
    assert [f.total_fen.place.sheet for f in forms if f.total_fen.place] == ["表1", "表2"]


def test_a_second_form_without_title_starts_at_its_first_label(as_text: Callable[..., str]) -> None:
    second = as_text(head=()).replace("3000000", "4000000")
    forms = read_declarations("two.txt", (as_text() + second).encode())
    assert [f.total_fen.value for f in forms] == [300_000_000, 400_000_000]


def test_a_title_repeated_on_the_next_page_is_no_second_form(as_text: Callable[..., str]) -> None:
    text = as_text().replace("年度绩效目标\t", "云江市财政支出项目绩效目标申报表\n（2024年）\n年度绩效目标\t")
    (form,) = read_declarations("one.txt", text.encode())
    assert len(form.indicators) == 9
    assert form.overall_goal.text == "建成响应快、查得到、办得成的一网通办平台。"


def test_operator_and_unit_in_columns_of_their_own(read: Read) -> None:
    form = read(
        "云江市项目支出绩效目标表\n（2025年度）\n项目名称\t云江市公园座椅更新\t\t\t\t\n项目单位\t云江市园林所\t\t\t\t\n"
        "当年预算（万元）\t35\t\t\t\t\n一级指标\t二级指标\t三级指标\t指标性质\t指标值\t度量单位\n"
        "产出指标\t数量指标\t更新座椅\t≥\t260\t张\n\t质量指标\t完好率\t＝\t100\t%\n"
        "满意度指标\t服务对象满意度指标\t游客评价\t定性\t好\t\n"
    )
    assert form.current_year_fen.value == 35_000_000
    assert triples(form) == [
        ("产出指标", "数量指标", "更新座椅", "≥", Decimal(260), "张"),
        ("产出指标", "质量指标", "完好率", "=", Decimal(100), "%"),
        ("满意度指标", "服务对象满意度指标", "游客评价", None, None, None),
    ]


def test_amounts_under_their_headings(read: Read) -> None:
    form = read(
        "云江市项目绩效目标申报表\n（2024年）\n申报单位\t云江市文化馆\t\t\n项目名称\t云江市戏曲下乡\t\t\n"
        "项目总预算（元）\t项目当年预算（元）\t上年预算（元）\t上年预算执行数（元）\n500000\t400000\t300000\t299000\n"
    )
    amounts = (form.total_fen, form.current_year_fen, form.previous_year_fen, form.previous_executed_fen)
    assert [a.value for a in amounts] == [50_000_000, 40_000_000, 30_000_000, 29_900_000]


def test_a_displaced_first_level_is_put_right_and_told(read: Read, as_text: Callable[..., str]) -> None:
    text = as_text().replace("产出目标\t数量目标", "数量目标\t数量目标").replace("\t质量目标", "产出目标\t质量目标")
    form = read(text)
    assert {i.level1 for i in form.indicators if i.level2 == "数量目标"} == {"产出目标"}
    assert [p.code for p in form.problems] == ["level_moved"]


def test_lost_ticks_are_unknown_not_false(read: Read, as_text: Callable[..., str]) -> None:
    form = read(re.sub("[□☑]", "", as_text()))
    assert {c.ticked for c in (*form.project_types, *form.fund_uses)} == {None}
    assert [p.code for p in form.problems] == ["ticks_lost", "ticks_lost"]


def test_serial_numbers_notes_and_a_total_row(read: Read) -> None:
    form = read(
        "云江市财政支出项目绩效目标申报表\n(2019年)\n申报单位名称：云江市档案馆\n项目名称\t馆藏档案数字化\n"
        "项目总预算（万元）\t320\t项目当年预算（万元）\t160.5\n"
        "同名项目上年预算额（万元）\t/\t同名项目上年预算执行数（万元）\t—\n"
        "项目当年投入资金构成\t序号\t子项目名称\t预算金额（万元）\t测算依据\n"
        "\t1\t扫描加工\t100\t100万页×1元\n\t2\t存储设备\t50.5\t2套×25.25万元\n\t3\t监理\t10\n\t合计\t\t160.5\n"
        "项目实施计划\t第一阶段（2019-01-01至2019-03-31）：招标；第二阶段（2019年4月1日-2019年10月31日）：扫描\n"
    )
    assert [(s.name.value, s.amount_fen.value) for s in form.sub_projects] == [
        ("扫描加工", 100_000_000),
        ("存储设备", 50_500_000),
        ("监理", 10_000_000),
    ]
    assert (form.previous_year_fen.value, form.previous_executed_fen.value) == (None, None)
    assert [(m.title, m.date) for m in form.milestones] == [
        ("第一阶段", date(2019, 3, 31)),
        ("第二阶段", date(2019, 10, 31)),
    ]
    assert [p.code for p in form.problems] == ["no_indicators"]


def test_a_whole_form_on_a_few_lines(read: Read) -> None:
    form = read(
        "云江市财政支出项目绩效目标申报表(2019年)申报单位名称：云江市气象局 项目名称 雷达维护经费 项目类型 结转项目 □ "
        "其他一次性项目 ☑ 资金用途 信息化建设类 ☑ 政策补贴类 □ 开始时间 2019-01-01 结束时间 2019-12-31 "
        "项目概况 维护三部雷达。 立项依据 《云江市气象条例》 项目总预算（元） 500000 项目当年预算（元） 500000 "
        "项目实施计划 采购：2019-3-1 维护：2019-6-1 年度绩效目标 保证正常运行。\n"
        "一级指标 二级指标 三级指标 指标目标值\n"
        "产出目标 数量目标 雷达数 =3部 质量目标 正常率 ≥99%\n备注"
    )
    assert (form.year.value, form.declaring_unit.value, form.project_name.value) == (
        2019,
        "云江市气象局",
        "雷达维护经费",
    )
    assert ([c.label for c in form.project_types if c.ticked], form.fund_uses[0].ticked) == (["其他一次性项目"], True)
    assert (form.total_fen.value, form.current_year_fen.value) == (50_000_000, 50_000_000)
    assert [(m.title, m.date) for m in form.milestones] == [("采购", date(2019, 3, 1)), ("维护", date(2019, 6, 1))]
    assert triples(form) == [
        ("产出目标", "数量目标", "雷达数", "=", Decimal(3), "部"),
        ("产出目标", "质量目标", "正常率", "≥", Decimal(99), "%"),
    ]


def test_two_groups_of_columns_count_by_the_year(read: Read) -> None:
    form = read(
        "项目支出绩效目标申报表\n（2022年度）\n项目名称\t智慧停车诱导屏建设\n项目属性\t新增项目\n"
        "项目资金（万元）\t中期资金总额：\t900\t年度资金总额：\t300\n总体目标\t中期目标（2022年—2024年）\t年度目标\n"
        "\t建成90块诱导屏。\t建成30块诱导屏。\n绩效指标\t一级指标\t二级指标\t三级指标\t指标值\t二级指标\t三级指标\t指标值\n"
        "\t产出指标\t数量指标\t诱导屏数量\t≥90块\t数量指标\t诱导屏数量\t≥30块\n"
    )
    assert (form.total_fen.value, form.current_year_fen.value) == (900_000_000, 300_000_000)
    assert (form.overall_goal.text, form.annual_goal.text) == ("建成90块诱导屏。", "建成30块诱导屏。")
    assert triples(form) == [("产出指标", "数量指标", "诱导屏数量", "≥", Decimal(30), "块")]


def test_rows_of_unknown_fields_do_not_leak_into_known_ones(read: Read, as_text: Callable[..., str]) -> None:
    plain = read(as_text())
    form = read(as_text().replace("开始时间\t", "项目总监\t某甲\t上网审批号\t云1234\n开始时间\t"))
    assert content_fingerprint(form) == content_fingerprint(plain)
    assert {p.code for p in form.problems} == {"stray_text"}


def test_a_cover_letter_before_the_form_is_no_part_of_it(read: Read, as_text: Callable[..., str]) -> None:
    letter = "关于报送2022年申报材料的函\n市财政局：\n现报送申报表，请审核。\n附件\n"
    assert content_fingerprint(read(letter + as_text())) == content_fingerprint(read(as_text()))


def test_time_grows_with_the_length_and_no_faster(read: Read, as_text: Callable[..., str]) -> None:
    """Long files of the kinds that once took minutes; the suite's time limit is the measure."""
    for junk in (
        "确保项目概况 真实可靠\n" * 8_000,
        "\t甲\t乙\t3\n" * 6_000,
        "（" * 100_000 + "\n",
        "子项目名称\n" * 2_000,
    ):
        read_declarations("long.txt", (as_text() + junk).encode())


def test_empty_amounts_stay_empty_beside_the_next_heading(read: Read, as_text: Callable[..., str]) -> None:
    form = read(as_text().replace("120000\t", "\t").replace("119,999.99", ""))
    assert (form.previous_year_fen.value, form.previous_executed_fen.value) == (None, None)
    assert (form.previous_year_fen.text, form.previous_executed_fen.text) == ("", "")
    assert len(form.sub_projects) == 3
    assert form.problems == ()


def test_values_listed_after_their_labels(read: Read, as_text: Callable[..., str]) -> None:
    row = "项目总预算（元）\t3000000\t项目当年预算（元）\t2600000.50"
    text = as_text().replace(row, "项目总预算（元）\n项目当年预算（元）\n3000000\n2600000.50")
    form = read(text)
    assert (form.total_fen.value, form.current_year_fen.value) == (300_000_000, 260_000_050)
