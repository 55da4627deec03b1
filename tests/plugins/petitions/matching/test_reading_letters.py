"""The same thing written differently is the same: telephone numbers, names, places, figures, characters."""

from __future__ import annotations

import pytest

from huitang_petitions.letters import Letter
from huitang_petitions.matching import people, places
from huitang_petitions.matching.features import pieces
from huitang_petitions.matching.normal import number, plain
from huitang_petitions.matching.words import meanings


@pytest.mark.parametrize(
    "written",
    [
        "13000001234",
        "130-0000-1234",
        "130 0000 1234",
        "+86 13000001234",
        "8613000001234",
        "008613000001234",
        "１３０００００１２３４",
        "(130)00001234",
        "13OOOOO1234",
        "l3000001234",
        "电话：13000001234",
        "一三零零零零零一二三四",
    ],
)
def test_telephone_numbers(written):
    assert people.phone(written) == "13000001234"


@pytest.mark.parametrize("written", ["", "无", "不详", "12", "－", "1300000123", "130000012345"])
def test_what_is_no_telephone_number(written):
    assert people.phone(written) == ""


@pytest.mark.parametrize(
    ("written", "whole", "surname"),
    [
        ("张三", "张三", "张"),
        ("張三", "张三", "张"),
        ("张 三", "张三", "张"),
        ("欧阳修文", "欧阳修文", "欧阳"),
        ("张先生", "", "张"),
        ("张女士", "", "张"),
        ("张某某", "", "张"),
        ("张**", "", "张"),
        ("老张", "", "张"),
        ("张三（代表）", "", "张"),
        ("匿名", "", ""),
        ("", "", ""),
        ("欧阳女士", "", "欧阳"),
    ],
)
def test_names(written, whole, surname):
    found = people.name(written)
    assert found == (people.folded(whole), people.folded(surname))


@pytest.mark.parametrize(
    "written",
    [
        "云江市东江区人民路12号",
        "东江区人民路十二号",
        "人民路12號",
        "雲江市東江區人民路１２号",
        "东江区 人民路 12 号",
        "人民路l2号",
    ],
)
def test_places_written_differently(written):
    found = places.address(plain(written))
    assert "12号" in found.numbers
    assert found.names == {"人民", "民路"}


@pytest.mark.parametrize(
    ("place", "text", "kind", "numbers"),
    [
        ("金水湾小区三号楼", "", "building", {"3"}),
        ("金水湾8幢2单元", "", "unit", {"2单元"}),
        ("云顶花园二期", "一期门口", "part", {"2期"}),
        ("槐树巷27号", "隔壁29号的郝家", "house", {"27号"}),
        ("", "住槐树巷29号，3月20号晚上", "house", {"29号"}),
        ("", "同福路3号线地铁口，3号楼", "house", set()),
        ("苗圃村五队", "", "unit", {"5组"}),
    ],
)
def test_numbers_by_kind(place, text, kind, numbers):
    assert places.kinds(plain(place), plain(text))[kind] == numbers


@pytest.mark.parametrize("written", ["云江市人大常委会", "东江区教育局", "云江市青禾县人民法院", "南浦区检察院"])
def test_an_office_is_no_place(written):
    assert places.address(plain(written)).names == frozenset()


def test_an_abbreviated_district_hurts_nothing():
    assert places.address(plain("东江人民路十二号")).names >= {"人民", "民路"}


@pytest.mark.parametrize("written", ["锦绣花园3栋", "锦绣花园小区三号楼", "锦绣花园3幢", "锦绣花园三座"])
def test_buildings(written):
    found = places.address(plain(written))
    assert "3栋" in found.numbers
    assert found.names >= set(places.pairs(people.folded("锦绣花园")))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("一万二", 12000),
        ("十一万八", 118000),
        ("四千六百八", 4680),
        ("3.6万", 36000),
        ("三百一十三", 313),
        ("四百零三", 403),
        ("九万一", 91000),
        ("二零二四", 2024),
        ("十", 10),
        ("二十", 20),
        ("两千零五十", 2050),
        ("2万6", 26000),
        ("一亿", 100_000_000),
    ],
)
def test_figures_in_words(written, value):
    assert number(written) == value


@pytest.mark.parametrize("written", ["百", "万", "千万"])
def test_what_is_no_figure(written):
    assert number(written) is None


def test_words_that_begin_like_figures_stay():
    assert plain("一直没人管，万一出事，张三") == "一直没人管,万一出事,张三"


def test_expressions_that_mean_the_same():
    assert meanings("升降梯坏了") == meanings("电梯坏了")
    assert set(meanings("老板欠薪")) & set(meanings("包工头拖欠工资"))


def test_what_petitioners_say_of_themselves_is_not_what_they_say():
    letter = Letter("1", "张小明", "13000001234", "春晓花园", "", "我叫张小明，电话13000001234，春晓花园电梯坏了。")
    found = pieces(letter)
    assert not {"张小", "小明"} & set(found["pairs"])
    assert found["details"] == []
    assert "电梯" in found["meanings"]
    assert pieces(Letter("1", "", "", "", "", letter.text))["phone"] == ["13000001234"]


def test_the_name_of_a_place_is_no_topic():
    letter = Letter("1", "", "", "大桥镇卫生院", "", "大桥镇卫生院门前的路灯不亮")
    assert pieces(letter)["meanings"] == ["路灯"]


@pytest.mark.parametrize(
    ("place", "village"),
    [
        ("柳林镇大王庄", "大王庄"),
        ("小王庄村", "小王庄"),
        ("马家沟村三组", "马家沟"),
        ("赵家堡村", "赵家堡"),
        ("谢家圩", "谢家圩"),
    ],
)
def test_villages_of_nearly_the_same_name(place, village):
    assert places.villages(plain(place), "") == {people.folded(village)}
