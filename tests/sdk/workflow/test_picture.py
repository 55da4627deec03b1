"""The picture of a workflow: for those who see it, and for those who do not."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from msgspec.structs import replace

from huitang_sdk.workflow import State, picture
from huitang_sdk.workflow.picture import rows_of
from tests.sdk.demo_plugin import CASE

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"New": "新件", "Being worked on": "办理中", "Done": "办结", "A case": "办件", "Take it": "受理"}


def say(text):
    return WORDS.get(text, text)


def drawn(current, **values):
    return ElementTree.fromstring(picture(CASE, current, say, **values))


def test_every_state_is_there_once_and_the_present_one_is_marked():
    groups = [group for group in drawn("working", visited={"new"}).iter(f"{SVG}g") if "state" in group.get("class")]
    assert [(group.find(f"{SVG}text").text, group.get("class").split()[1:]) for group in groups] == [
        ("新件", ["ht-wf-done"]),
        ("办理中", ["ht-wf-here"]),
        ("办结", []),
    ]


def test_it_says_in_words_what_it_shows():
    svg = drawn("working")
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == svg.find(f"{SVG}title").text == "办件: 办理中"
    assert "新件 → 受理 → 办理中" in svg.find(f"{SVG}desc").text
    tips = [group.find(f"{SVG}title").text for group in svg.iter(f"{SVG}g") if "move" in group.get("class")]
    assert len(tips) == 4
    assert "受理" in tips


def test_it_grows_with_the_letters_and_has_no_colours_of_its_own():
    text = picture(CASE, "new", say)
    assert 'rem"' in text.partition(">")[0]
    assert "#" not in text
    assert "style=" not in text


def test_titles_are_text_whatever_they_hold():
    odd = replace(CASE, states=(State("new", "<script>&"), *CASE.states[1:]))
    assert "<script>" not in picture(odd, "new", lambda text: text)


def test_states_stand_below_those_that_lead_to_them():
    assert rows_of(CASE) == [["new"], ["working"], ["done"]]
