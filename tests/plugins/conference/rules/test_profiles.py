"""The profiles that come with the plugin, those of operators, and what is read out of them."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from huitang_conference.rules import (
    ProfileError,
    allowance,
    builtin_profiles,
    parse_profile,
    profile_to_json,
    quorum,
    rules_of,
)
from huitang_conference.rules.names import name_key, shown
from huitang_conference.rules.wording import WORDING

PROFILES = builtin_profiles()
OWN = """
id = "own"
title = { zh = "某主席团", en = "A presidium" }
body = "presidium"
valid_from = 2024-01-01

[sources]
rules = { title = "某市人民代表大会议事规则", short = "某市议事规则", version = "2024" }

[quorum]
fraction = "2/3"
strict = false
source = "rules"
article = "第十条"
verified = true

[decisions.ordinary]
fraction = "1/2"
strict = true

[voting.motion]
manners = ["hands"]
"""


def test_every_body_of_the_domain_has_its_profile():
    assert PROFILES.keys() >= {
        "npc-presidium", "npc-standing-committee", "shanghai-congress", "shanghai-standing-committee",
        "shanghai-presidium", "beijing-congress", "beijing-presidium", "chongqing-standing-committee",
        "guangdong-congress", "guangdong-standing-committee", "guangdong-presidium", "zhejiang-standing-committee",
        "city-standing-committee", "city-presidium", "city-congress",
    }  # fmt: skip


@pytest.mark.parametrize("name", PROFILES)
def test_every_value_has_an_article_or_says_that_it_is_not_verified(name):
    found = list(rules_of(PROFILES[name]))
    assert len(found) >= 4
    for key, rule in found:
        assert rule.verified <= bool(rule.source and rule.article), key
        assert rule.verified or rule.note, f"{key}: why is it not verified?"
        assert not rule.source or rule.source in PROFILES[name].sources


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_survives_being_stored(name):
    assert parse_profile(profile_to_json(PROFILES[name])) == PROFILES[name]


def test_the_general_profiles_rest_on_national_law_where_there_is_any():
    committee = PROFILES["city-standing-committee"]
    assert committee.quorum.verified
    assert committee.decisions["ordinary"].verified
    assert PROFILES["city-congress"].quorum.verified
    assert not PROFILES["city-presidium"].quorum.verified
    assert not PROFILES["city-council-of-chairs"].quorum.verified


def test_no_source_of_a_profile_is_idle():
    for profile in PROFILES.values():
        used = {rule.source for _key, rule in rules_of(profile)} - {""}
        assert used == profile.sources.keys(), profile.id


def test_an_operator_can_write_a_profile():
    own = parse_profile(OWN, name="own.toml")
    assert own.quorum.needed(45) == 30
    assert own.cite(own.quorum).text == "《某市议事规则》（2024）第十条"
    assert own.cite(own.decisions["ordinary"]) is None


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('fraction = "2/3"', 'fraction = "two thirds"', "quorum.fraction"),
        ('fraction = "2/3"', 'fraction = "4/3"', "quorum"),
        ("strict = false", "strikt = false", "quorum"),
        ("strict = false", "strict = 0", "quorum.strict"),
        ('source = "rules"', 'source = "law"', "quorum.source"),
        ('source = "rules"\n', "", "quorum"),
        ('article = "第十条"', 'article = ""', "quorum"),
        ('body = "presidium"', 'body = "choir"', "body"),
        ("valid_from = 2024-01-01", 'valid_from = "soon"', "valid_from"),
        ("valid_from = 2024-01-01", "valid_from = 2024-01-01\nvalid_to = 2023-01-01", "valid_to"),
        ("[decisions.ordinary]", "[decisions.other]", "decisions"),
        ("[voting.motion]", "[voting.recall]", "voting"),
        ("[voting.motion]", "[voting.mood]", "voting"),
        ('["hands"]', '["feet"]', "voting"),
        ('id = "own"', 'id = "Own Rules"', "id"),
        ('id = "own"', "", "(top)"),
        ('id = "own"', 'id = "own"\ncolour = "red"', "(top)"),
        ('id = "own"', "id = ", "neither TOML nor JSON"),
    ],
)
def test_a_wrong_profile_is_refused_with_file_and_key(old, new, place):
    assert old in OWN
    with pytest.raises(ProfileError) as caught:
        parse_profile(OWN.replace(old, new, 1), name="own.toml")
    assert caught.value.problems[0].startswith(f"own.toml: {place}")


def test_merging_by_consent_says_whose():
    text = OWN.replace("[quorum]", '[merging]\nmerge = "consent"\n\n[quorum]')
    with pytest.raises(ProfileError, match="merging"):
        parse_profile(text)


@pytest.mark.parametrize(
    ("name", "members", "present", "met", "needed"),
    [
        ("city-standing-committee", 61, 31, True, 31),
        ("city-standing-committee", 61, 30, False, 31),
        ("city-standing-committee", 60, 30, False, 31),
        ("city-standing-committee", 1, 1, True, 1),
        ("city-congress", 600, 400, True, 400),
        ("city-congress", 600, 399, False, 400),
        ("city-congress", 601, 401, True, 401),
        ("city-congress", 601, 400, False, 401),
        ("guangdong-presidium", 45, 30, True, 30),
        ("guangdong-presidium", 46, 30, False, 31),
    ],
)
def test_quorum(name, members, present, met, needed):
    result = quorum(PROFILES[name], members, present)
    assert (result.met, result.needed, result.present) == (met, needed, present)
    assert result.article is not None


@pytest.mark.parametrize(("members", "present"), [(0, 0), (61, 62), (61, -1), (-1, -1)])
def test_a_quorum_of_impossible_numbers_is_refused(members, present):
    with pytest.raises(ValueError):
        quorum(PROFILES["city-standing-committee"], members, present)


# Table A6 of the domain notes: minutes of the first and the second speech.
SPEECHES = [
    ("npc-congress", "plenary", 10, 5),
    ("npc-presidium", "presidium", 15, 10),
    ("npc-standing-committee", "plenary", 10, 0),
    ("npc-standing-committee", "joint", 10, 0),
    ("npc-standing-committee", "group", 15, 10),
    ("shanghai-congress", "plenary", 10, 5),
    ("shanghai-presidium", "presidium", 15, 10),
    ("shanghai-standing-committee", "plenary", 10, 5),
    ("beijing-congress", "plenary", 15, 5),
    ("beijing-presidium", "presidium", 15, 5),
    ("chongqing-standing-committee", "plenary", 10, 0),
    ("chongqing-standing-committee", "joint", 10, 0),
    ("chongqing-standing-committee", "group", 15, 10),
    ("zhejiang-standing-committee", "plenary", 15, 0),
    ("zhejiang-standing-committee", "joint", 15, 10),
    ("guangdong-standing-committee", "plenary", 10, 0),
    ("guangdong-standing-committee", "joint", 10, 0),
    ("guangdong-standing-committee", "group", None, None),
    ("guangdong-congress", "plenary", None, None),
    ("city-presidium", "presidium", 15, 10),
]


@pytest.mark.parametrize(("name", "sitting", "first", "second"), SPEECHES)
def test_minutes_of_the_first_and_the_second_speech(name, sitting, first, second):
    assert allowance(PROFILES[name], sitting, 1).minutes == first
    assert allowance(PROFILES[name], sitting, 2).minutes == second
    assert allowance(PROFILES[name], sitting, 3).minutes == (0 if first else None)
    assert allowance(PROFILES[name], sitting, 1).article is not None


def test_a_speaker_is_warned_one_minute_before_the_end():
    assert allowance(PROFILES["npc-presidium"], "presidium", 1).warn_at_seconds == 14 * 60
    assert allowance(PROFILES["npc-presidium"], "presidium", 2).warn_at_seconds == 9 * 60
    assert allowance(PROFILES["guangdong-congress"], "plenary", 1).warn_at_seconds is None
    assert allowance(PROFILES["npc-standing-committee"], "plenary", 2).warn_at_seconds is None


def test_who_may_be_given_more_time():
    presidium = allowance(PROFILES["npc-presidium"], "presidium", 1)
    assert (presidium.extension, presidium.extension_minutes, presidium.asked_before) == (True, None, False)
    shanghai = PROFILES["shanghai-standing-committee"]
    assert allowance(shanghai, "plenary", 1).extension_minutes == 5
    assert not allowance(shanghai, "plenary", 2).extension
    assert allowance(PROFILES["npc-standing-committee"], "group", 1).asked_before
    assert not allowance(PROFILES["npc-congress"], "plenary", 1).extension
    assert not allowance(PROFILES["npc-standing-committee"], "plenary", 2).extension


def test_a_sitting_without_limits_and_a_speech_before_the_first():
    assert allowance(PROFILES["city-standing-committee"], "presidium", 1).minutes is None
    with pytest.raises(ValueError):
        allowance(PROFILES["city-standing-committee"], "plenary", 0)


def test_notice_proposals_and_joint_proposals():
    committee, guangdong = PROFILES["npc-standing-committee"], PROFILES["guangdong-standing-committee"]
    assert (committee.notice_days.value, committee.proposal_days.value) == (7, 10)
    assert guangdong.joint_proposal_members.value == 5
    assert PROFILES["city-congress"].joint_proposal_members.value == 10


def test_manner_of_voting_and_what_takes_its_place():
    assert PROFILES["npc-presidium"].voting_on("motion").fallback == ("hands",)
    guangdong = PROFILES["guangdong-standing-committee"]
    assert guangdong.voting_on("dismissal").manners == ("ballot",)
    assert guangdong.voting_on("amendment") == guangdong.voting_on("motion")
    assert PROFILES["chongqing-standing-committee"].voting_on("remote").manners == ("hands", "other")


def test_a_profile_knows_when_it_holds():
    old = PROFILES["shanghai-presidium"]
    assert old.holds_on(date(2021, 1, 1))
    assert not old.holds_on(date(2022, 1, 23))
    assert not old.holds_on(date(2001, 1, 1))
    assert PROFILES["city-congress"].holds_on(date(2030, 1, 1))


def test_messages_have_the_same_places_in_both_languages():
    import string

    for code, text in WORDING.messages.items():
        places = [{name for _t, name, _s, _c in string.Formatter().parse(said) if name} for said in (text.zh, text.en)]
        spare = {"zh": places[0] - places[1], "en": places[1] - places[0]}
        assert not any(spare.values()), (code, spare)


def test_profiles_are_frozen():
    with pytest.raises(AttributeError):
        PROFILES["city-congress"].id = "other"
    assert msgspec.structs.replace(PROFILES["city-congress"], id="other").id == "other"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("张三", "张 三", True),
        ("张三", "　张三\u200b", True),
        ("ＡＢ", "ab", True),
        ("张三（大）", "张三(大)", True),
        ("买买提·艾力", "买买提•艾力", True),
        ("买买提·艾力", "买买提．艾力", True),
        ("张三", "张叁", False),
        ("张三（大）", "张三", False),
        ("买买提·艾力", "买买提艾力", False),
    ],
)
def test_spellings_of_one_name(one, other, same):
    assert (name_key(one) == name_key(other)) is same


def test_names_are_printed_as_they_were_written():
    assert [shown(name) for name in (" 张三 ", "张 三", "　张三（大）\u200b", "Ａ")] == [
        "张三",
        "张 三",
        "张三（大）",
        "Ａ",
    ]
