"""Amounts, dates, targets and boxes one by one, with the properties that must hold for all of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitang_budget.declarations.parse.clean import clean_cell, is_page_mark
from huitang_budget.declarations.parse.dates import read_date, read_year
from huitang_budget.declarations.parse.money import read_money, yuan
from huitang_budget.declarations.parse.targets import read_target
from huitang_budget.declarations.parse.tokens import label_of


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("2,124,000", "元", 212_400_000),
        ("2124000", "元", 212_400_000),
        ("212.4 万元", "元", 212_400_000),
        ("212.4", "万元", 212_400_000),
        ("￥2124000.00元", "万元", 212_400_000),
        ("人民币2124000元整", "元", 212_400_000),
        ("２，１２４，０００．５０", "元", 212_400_050),
        ("2 124 000", "元", 212_400_000),
        ("-500", "元", -50_000),
        ("(500.25)", "元", -50_025),
        ("0", "元", 0),
        ("0.000001", "万元", 1),
        ("1.5亿元", "元", 15_000_000_000),
        ("2124000（其中：财政拨款2000000）", "元", 212_400_000),
    ],
)
def test_amounts_are_read_exactly(text: str, unit: str, fen: int) -> None:
    assert read_money(text, unit).fen == fen


@pytest.mark.parametrize(
    "text",
    [
        "约300万",
        "2,12,400",
        "12O0",
        "1.2.3",
        "300-400万元",
        "三百万",
        "2124000 737600",
        "12 34",
        "100个",
        "1.005",
        "1e6",
    ],
)
def test_amounts_that_are_not_plain_are_not_read(text: str) -> None:
    assert read_money(text).fen is None
    assert read_money(text).verdict in {"unreadable", "too_fine"}


@pytest.mark.parametrize("text", ["", "-", "—", "/", "无", " "])
def test_nothing_is_neither_zero_nor_an_error(text: str) -> None:
    assert (read_money(text).fen, read_money(text).verdict) == (None, "absent")


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_every_amount_comes_back_in_every_writing(fen: int) -> None:
    sign, rest = ("-" if fen < 0 else ""), abs(fen)
    plain = f"{sign}{rest // 100}.{rest % 100:02d}"
    grouped = f"{sign}{rest // 100:,}.{rest % 100:02d}"
    wan = f"{sign}{Decimal(rest) / 1_000_000:f}万元"
    wide = plain.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.-"})
    assert {read_money(text).fen for text in (plain, grouped, wan, wide, f"¥{plain}元", yuan(fen))} == {fen}


@given(st.text(max_size=30))
def test_no_text_makes_the_amount_reader_fail_or_round(text: str) -> None:
    read = read_money(text)
    assert (read.fen is None) == (read.verdict != "ok")


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31)))
def test_every_date_comes_back_in_every_writing(day: date) -> None:
    texts = [
        day.isoformat(),
        f"{day.year}-{day.month}-{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}/{day.month:02d}/{day.day:02d}",
        f"{day:%Y%m%d}",
        f"{day.isoformat()} 00:00:00",
        f"{day.year} 年 {day.month} 月 {day.day} 日",
    ]
    assert {read_date(text).value for text in texts} == {day}


@given(st.integers(1950, 2099), st.integers(1, 12), st.integers(1, 31))
def test_days_the_calendar_lacks_are_impossible(year: int, month: int, day: int) -> None:
    following = date(year + month // 12, month % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    read = read_date(f"{year}-{month}-{day}")
    assert read.verdict == ("ok" if day <= last else "impossible")
    assert (read.value is None) == (day > last)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("2019年1月", "incomplete"),
        ("2019-01", "incomplete"),
        ("2019年", "incomplete"),
        ("2019-02-30", "impossible"),
        ("年底", "unreadable"),
        ("", "absent"),
        ("2019-13-01", "impossible"),
    ],
)
def test_dates_that_are_none(text: str, verdict: str) -> None:
    assert (read_date(text).value, read_date(text).verdict) == (None, verdict)


def test_chinese_dates_and_years() -> None:
    assert read_date("二〇二四年十二月三十一日").value == date(2024, 12, 31)
    assert [read_year(t) for t in ("(2019年)", "（2024年度）", "二〇二四年度", "2024年度项目绩效目标表", "申报表")] == [
        2019,
        2024,
        2024,
        2024,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "operator", "value", "unit"),
    [
        ("≥90.00%", "≥", "90.00", "%"),
        ("=100%", "=", "100", "%"),
        ("＝100％", "=", "100", "%"),
        (">=95 %", "≥", "95", "%"),
        ("≤ 3 个工作日", "≤", "3", "个工作日"),
        ("大于等于85%", "≥", "85", "%"),
        ("不低于 90％", "≥", "90", "%"),
        ("不少于1,500户", "≥", "1500", "户"),
        ("不高于5次", "≤", "5", "次"),
        ("不超过20万元", "≤", "20", "万元"),
        ("达到95%以上", "≥", "95", "%"),
        ("24小时内", "≤", "24", "小时内"),
        ("100%", None, "100", "%"),
        ("≥1000", "≥", "1000", None),
        ("<5‰", "<", "5", "‰"),
        (">3次/年", ">", "3", "次/年"),
        ("＞98%", ">", "98", "%"),
        ("90分以上", "≥", "90", "分"),
    ],
)
def test_targets(text: str, operator: str | None, value: str, unit: str | None) -> None:
    read = read_target(text)
    assert (read.operator, read.value, read.unit) == (operator, Decimal(value), unit)


@pytest.mark.parametrize(
    "text", ["健全", "效率提升", "", "80%-90%", "2~4次", "2024年12月底前", "2024-12-31", "12月底前", "优", "第1名"]
)
def test_targets_that_are_words_ranges_or_dates_have_no_number(text: str) -> None:
    read = read_target(text)
    assert (read.operator, read.value, read.unit) == (None, None, None)


def test_scan_residue_is_cleaned() -> None:
    assert clean_cell("<p>第一段</p> <p>第二段</p>") == "第一段\n\n第二段"
    assert clean_cell('<ol style="list-style-type: none"> 1、甲； 2、乙</ol>') == "1、甲； 2、乙"
    assert clean_cell("\f项目\u200b概况\u00a0 ") == "项目概况"
    assert clean_cell("误差<5%且p<0.05") == "误差<5%且p<0.05"
    assert all(is_page_mark(mark) for mark in ("— 2 —", "第2页", "第 2 页 共 5 页", "- 3 -"))
    assert not any(is_page_mark(text) for text in ("2", "0", "第2页的内容", "2019-1-1", "-5"))


def test_labels_are_known_in_every_writing() -> None:
    for text in (
        "项目总预算（元）",
        "项目总预算(元)",
        "项目 总 预算（万元）：",
        "一、项目总预算",
        "项\n目\n总\n预\n算",
    ):
        found = label_of(text)
        assert found is not None
        assert found[0] == "total_fen"
    assert label_of("240项目实施计划") is None
    assert label_of("项目总预算是多少") is None
