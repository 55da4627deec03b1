"""What two letters of different people, or of nobody, have to have in common, and what is said of them."""

from __future__ import annotations

import pytest

from huitang_petitions.letters import Letter
from huitang_petitions.matching import Match, MatchIndex
from huitang_petitions.matching.explain import explain
from huitang_petitions.matching.features import pieces
from tests.plugins.petitions.matching.measure import HASHER

ROAD = "通到乡道的水泥路被拉沙的大车压得坑坑洼洼，下雨天积水一尺深，孩子上学、老人看病都困难，盼着修路。"


def letter(id_: str, petitioner: str, phone: str, place: str, subject: str, text: str) -> Letter:
    return Letter(id_, petitioner, phone, place, subject, text)


def compared(one: Letter, other: Letter, threshold: float = 0.0) -> Match:
    index = MatchIndex(HASHER.background())
    index.add(other.id, HASHER.features(other))
    (found,) = index.query(HASHER.features(one), threshold=threshold)
    return found


def test_a_village_of_another_name_speaks_against():
    here = letter("a", "张富贵", "13800004417", "柳河县石桥镇张湾村", "修路", f"石桥镇张湾村{ROAD}")
    there = letter("b", "李金斗", "13800009026", "柳河县石桥镇李湾村", "修路", f"石桥镇李湾村{ROAD}")
    again = letter(
        "c", "王大有", "13800007310", "石桥镇张湾村", "", "俺们张湾村通乡道那条路被大车压烂了，下雨积水，快修路"
    )
    assert compared(here, there).evidence.village == -1
    assert compared(here, there).score < 0.5 < compared(here, again).score


def test_the_same_phone_name_and_figures_are_sure_without_a_place():
    corpus = letter(
        *("a", "邓丽娟", "13800007320", "高新区奥体中心", "亲子游泳馆关门不退钱"),
        "奥体中心旁边的小海豚亲子游泳馆，孩子一岁时办了50次课7800元，只游了17次。馆里先说锅炉坏了，后来就关门了，法人换成一个80岁的老太太。",
    )
    query = letter(
        "b",
        "邓丽娟",
        "13800007320",
        "",
        "",
        "小海豚游泳馆跑路了，50次课才游17次，7800块打水漂，法人还换成个80岁老太，有没有人管管",
    )
    assert compared(query, corpus).score > 0.9


def test_what_a_factory_is_called_is_no_topic():
    found = pieces(letter("a", "", "", "侯家堡", "", "瑞丰化工租我们四十亩地，租金不给了。"))
    assert "药厂" not in found["meanings"]
    assert {"瑞丰", "丰化"} <= set(found["mentioned"])


@pytest.mark.parametrize("written", ["年利百分之八", "年利8%", "年利８％"])
def test_per_cent_is_a_detail_however_it_is_written(written):
    assert "8%" in pieces(letter("a", "", "", "", "", written))["details"]


def test_nobody_says_that_it_is_the_same_person_where_nobody_is_named():
    here = letter("a", "", "", "石桥镇张湾村", "修路", f"石桥镇张湾村{ROAD}")
    there = letter(
        "b", "张富贵", "13800004417", "石桥镇张湾村", "", "张湾村通乡道那条路坑坑洼洼，大车压的，下雨积水，求修路"
    )
    assert compared(here, there).relation == "unknown"


def test_names_of_places_are_printed_whole():
    here = letter("a", "倪华", "", "清源市第二人民医院", "多收费", "市二院住院九天，护理费多算了三百元。")
    there = letter("b", "倪华", "", "第二人民医院", "收费", "第二人民医院住院多收护理费，要求退。")
    reasons = {reason.what: reason.shared for reason in explain(here, there, compared(here, there).evidence)}
    assert reasons["place"] == ("第二人民医院",)


WAGES = "欠我们三个月工资，去要了几回，都说工程款没有下来，家里等着用钱。"
LIFT = "电梯三天两头坏，关过人，物业说没有维修资金，楼上的老人下不了楼。"
HEATING = "暖气不热，家里只有十三度，热力公司说是管网老化，老人孩子都感冒了。"


@pytest.mark.parametrize(
    ("here", "there"),
    [("永固建筑一公司", "永固建筑三公司"), ("永固建筑公司", "永固物业公司"), ("永固建筑公司", "永兴建筑公司")],
)
def test_another_firm_of_nearly_the_same_name_is_another_matter(here, there):
    one = letter("a", "牛得草", "13800001181", here, "拖欠工资", f"{here}{WAGES}")
    other = letter("b", "马存粮", "13800002282", there, "讨薪", f"{there}{WAGES}")
    same = letter("c", "马存粮", "13800002282", here, "讨薪", f"{here}{WAGES}")
    assert compared(one, other).score < 0.5 < compared(one, same).score


def test_what_each_building_has_of_its_own_is_another_matter_next_door():
    one = letter("a", "牛得草", "13800001181", "听涛小区2号楼", "电梯坏了", f"2号楼{LIFT}")
    other = letter("b", "马存粮", "13800002282", "听涛小区6号楼", "电梯", f"6号楼{LIFT}")
    same = letter("c", "马存粮", "13800002282", "听涛小区2号楼", "电梯", f"2号楼{LIFT}")
    assert compared(one, other).score < 0.5 < compared(one, same).score


def test_what_the_whole_estate_has_is_one_matter_in_every_building():
    one = letter("a", "牛得草", "13800001181", "听涛小区2号楼", "供暖", HEATING)
    other = letter("b", "马存粮", "13800002282", "听涛小区6号楼", "", HEATING.replace("十三", "14"))
    assert compared(one, other).score > 0.5


def test_whom_a_desk_spoke_with_has_no_common_surname():
    one = letter("a", "来电人曹先生", "", "永固建筑", "", WAGES)
    other = letter("b", "来电人佘女士", "", "永固建筑", "", WAGES)
    assert compared(one, other).evidence.name == -1
    assert compared(one, letter("c", "永固村村民", "", "永固建筑", "", WAGES)).evidence.name == 0


def test_a_sum_told_again_in_round_figures_is_the_same():
    one = letter("a", "", "", "", "", "大修报价十八万六千元")
    other = letter("b", "", "", "", "", "大修要十八万多")
    assert compared(one, other).evidence.sums == 1
