"""What stands on the papers, from a meeting that was held with the services themselves."""

from __future__ import annotations

import pytest

from huitang_conference.services.papers.archiving import values_of
from huitang_conference.services.papers.attendance import attendance_values
from huitang_conference.services.papers.gathering import gather
from huitang_conference.services.papers.templates import PAPERS
from huitang_conference.services.voting.running import NewPoll, open_poll, prepare_poll
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import NotFound


@pytest.fixture
def values(held):
    async def values(kind, poll=""):
        return values_of(PAPERS[kind], await gather(held.ctx, held.meeting_id), held.polls.get(poll))

    return values


async def test_a_secret_vote_has_numbers_and_no_names(values):
    sheet = await values("result", "secret")
    assert (sheet["members"], sheet["present_at_open"], sheet["needed"], sheet["verdict"]) == (9, 7, 5, "未通过")
    counts = sheet["counts"]
    assert [counts[name] for name in ("for", "against", "abstain", "not_pressed", "fault")] == [4, 1, 1, 1, 0]
    assert sheet["manner"] == "无记名按表决器"
    assert sheet["named"] == []
    assert any("地方组织法" in article for article in sheet["articles"])
    assert not sheet["is_repeated"]


async def test_the_root_hash_is_that_of_the_log(held, values):
    sheet = await values("result", "secret")
    sql = 'SELECT hash FROM conference.log_record WHERE poll_id = $1 AND record LIKE \'%"kind":"closed"%\''
    (row,) = await held.town.fetch(sql, held.polls["secret"])
    assert sheet["root"].replace(" ", "") == row["hash"].hex()


async def test_both_attempts_are_told_when_hands_took_over(values):
    sheet = await values("result", "hands")
    assert (sheet["manner"], sheet["verdict"]) == ("举手", "通过")
    assert sheet["counts"]["not_pressed"] == "—"
    assert (sheet["counts"]["for"], sheet["counts"]["against"], sheet["counts"]["by_hand"]) == (5, 1, 1)
    first, second = sheet["attempts"]
    assert (first["verdict"], first["reason"], first["counts"]["for"]) == ("未完成", "表决器故障", "—")
    assert first["manner"].endswith("按表决器")
    assert second["verdict"] == "通过"
    assert not [reason for reason in sheet["reasons"] if "未按" in reason["text"]]
    assert len({first["root"], second["root"]}) == 2
    assert sheet["amendments"] == [{"title": "关于增加教育支出的修正案", "verdict": "未通过"}]


async def test_a_vote_by_name_says_who(values):
    sheet = await values("result", "named")
    assert [(one["choice"], len(one["names"])) for one in sheet["named"]] == [("赞成", 5), ("反对", 1)]
    assert sheet["named"][1]["names"] == ["成员6"]


async def test_an_election_tells_ballots_ranks_and_what_follows(values):
    sheet = await values("election", "election")
    assert sheet["ballots"]["void"] == 1
    assert sheet["void_reasons"] == [{"reason": "所选人数多于应选名额", "count": 1}]
    assert (sheet["elected"], sheet["needed"], sheet["seats"]) == (["陈建国"], 5, 2)
    assert sheet["standings"][0] | {"rank": 1, "name": "陈建国", "for": 5, "state": "当选"} == sheet["standings"][0]
    assert "李四（另选）" in [one["name"] for one in sheet["standings"]]
    assert sheet["outcome"] == "当选人数不足应选名额"
    assert "另行选举" in sheet["next"]


async def test_a_sheet_is_made_of_votes_that_are_over_and_of_its_own_kind(held, values):
    waiting = await prepare_poll(held.ctx, SYSTEM, held.meeting_id, NewPoll(kind="motion", title="未表决"))
    held.polls["waiting"] = waiting
    with pytest.raises(NotFound):
        await values("result", "waiting")
    await open_poll(held.ctx, SYSTEM, waiting)
    for kind, poll in (("result", "waiting"), ("result", "election"), ("election", "secret"), ("result", "")):
        with pytest.raises(NotFound):
            await values(kind, poll)


async def test_attendance_says_who_was_there_and_who_not_and_why(held):
    sheet = attendance_values(await gather(held.ctx, held.meeting_id))
    assert sheet["counts"] == {"expected": 9, "present": 7, "late": 0, "excused": 1, "absent": 1, "observers": 0}
    states = {person["name"]: (person["state"], person["how"], person["note"]) for person in sheet["members"]}
    assert states["成员1"] == ("出席", "席位", "")
    assert states["成员8"] == ("请假", "", "因公出差")
    assert states["成员9"] == ("缺席", "", "")
    assert states["成员7"][2].endswith("离席")
    assert (sheet["excused"], sheet["absent"], sheet["chair"]) == (["成员8"], ["成员9"], "成员1")
    assert [person["number"] for person in sheet["members"]] == list(range(1, 10))


async def test_the_record_of_speeches(values):
    record = await values("speeches")
    (section,) = record["sections"]
    first, second, third = section["speeches"]
    assert section["title"] == "一、审议市级预算调整方案"
    assert (first["kind"], first["spoken"], first["over"], first["extended"]) == (
        "第一次发言",
        "11分20秒",
        "20秒",
        "1分",
    )
    assert first["paragraphs"] == ["同意调整方案。", "建议加强绩效管理 #{} <b>。"]
    assert first["confirmed"]
    assert (second["allowed"], second["paragraphs"], second["confirmed"]) == ("不限时", [], "")
    assert third["kind"] == "插话"
    assert record["times"][0] == {"name": "成员2", "speeches": 2, "time": "11分40秒"}


async def test_the_minutes_say_each_decision_once(values):
    minutes = await values("minutes")
    budget, appointments = minutes["items"]
    assert budget["speakers"] == ["成员2", "成员3"]
    assert appointments["deferred"]
    decisions = budget["decisions"]
    assert len(decisions) == 3
    by_hands = next(one for one in decisions if "举手" in one)
    assert by_hands.startswith("经第2次表决，会议以举手方式，赞成 5 票，反对 1 票，弃权 0 票，表决通过：")
    assert any("未按表决器 1 人，表决未通过：关于议事规则的决定" in one for one in decisions)
    assert any("当选：陈建国（5 票）" in one for one in minutes["others"])


@pytest.mark.parametrize("kind", PAPERS)
async def test_samples_have_the_shape_of_real_values(held, values, kind):
    """A template that can be filled with the sample can be filled with real values."""
    polls = {"result": ["secret", "hands", "named"], "election": ["election"]}.get(kind, [""])
    for poll in polls:
        assert_fits(PAPERS[kind].sample, await values(kind, poll), kind)


def assert_fits(sample, real, where):
    if isinstance(sample, dict):
        assert set(sample) == set(real), where
        for name in sample:
            assert_fits(sample[name], real[name], f"{where}.{name}")
    elif isinstance(sample, list):
        assert isinstance(real, list), where
        for entry in real if sample else ():
            assert_fits(sample[0], entry, f"{where}[]")
        assert sample or not isinstance(next(iter(real), ""), dict), f"{where}: a list of entries shows one"
