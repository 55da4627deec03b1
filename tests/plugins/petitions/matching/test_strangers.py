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
