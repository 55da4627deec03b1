"""Cases in JSON: the words of an engine above the SDK's, and one engine apart from another."""

from __future__ import annotations

import string
from typing import Annotated, Any

import pytest
from msgspec import Meta, Struct

from huitang_sdk.cases import INPUT, CaseError, Names, Wording, read_case, read_json

NAMES = Names(keys={"份额": "share"}, values={})
OWN = """
[input]
negative = { zh = "负了", en = "below nothing" }
no_share = { zh = "“{got}”不是份额", en = "{got!r} is no share" }
"""


class Case(Struct, frozen=True):
    share: Annotated[str, Meta(pattern="^1/[0-9]$")] = "1/2"
    number: Annotated[int, Meta(ge=0)] = 0


@pytest.fixture
def wording(tmp_path, monkeypatch):
    package = tmp_path / "engine_of_words"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "messages.toml").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return Wording("engine_of_words", patterns=[(r"Expected `(?P<got>str)` matching regex", "input.no_share")])


def said(data: Any, wording: Wording = INPUT) -> list[str]:
    with pytest.raises(CaseError) as caught:
        read_case(data, Case, NAMES, wording)
    return [f"{problem.path} {problem.text.en}" for problem in caught.value.problems]


def test_an_engine_has_its_own_words_above_those_of_the_sdk(wording):
    data = {"share": "half", "number": -1}
    assert said(data, wording) == ["$.share 'str' is no share", "$.number below nothing"]
    assert said({"number": "1"}, wording) == ["$.number must be a whole number, is str"]


def test_it_changes_nothing_for_others(wording):
    said({"share": "half"}, wording)
    assert said({"number": -1}) == ["$.number must not be negative"]
    assert said({"share": "half"}) == ["$.share Expected `str` matching regex '^1/[0-9]$'"]


def test_keys_are_known_meant_once_and_guessed():
    assert read_case({"份额": "1/3"}, Case, NAMES).share == "1/3"
    assert said({"份额": "1/3", "share": "1/3"}) == [
        "$.share the keys 'share' and '份额' mean the same: give one of them"
    ]
    assert said({"numbr": 1}) == ["$.numbr there is no key 'numbr'; did you mean 'number'?"]
    assert said([]) == ["$ must be a JSON object"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "input.empty"),
        (b"\xff", "input.not_utf8"),
        (b"[" * 100_000, "input.too_deep"),
        (b"9" * 5000, "input.number_too_long"),
    ],
)
def test_what_is_no_json(raw, reason):
    with pytest.raises(CaseError) as caught:
        read_json(raw)
    assert caught.value.problems[0].text == INPUT.say(reason)


def test_messages_have_the_same_places_in_both_languages():
    for code, text in INPUT.messages.items():
        zh, en = (
            {name for _t, name, _s, _c in string.Formatter().parse(words) if name} for words in (text.zh, text.en)
        )
        assert zh == en, code
