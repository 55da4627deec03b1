"""Golden cases: what the law says of these numbers, run through the commands as anybody would run them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from huitang_conference.cli import conference

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))


def run(command: str, data: Any) -> Any:
    result = CliRunner().invoke(conference, [command, "-"], input=json.dumps(data))
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def agree(expected: Any, found: Any, path: str) -> list[str]:
    """Every difference, where `expected` says less than `found`: objects may have more keys, other values are equal.
    Reasons and warnings are named by their codes: those expected are there; an empty list means none.
    Candidates are found by name."""
    if path.endswith((".reasons", ".warnings")):
        codes = [reason["code"] for reason in found]
        wrong = [code for code in expected if code not in codes] or (codes if not expected else [])
        return [f"{path}: {wrong} of {codes}"] if wrong else []
    if path.endswith(".articles"):
        return [f"{path}: {article} is missing" for article in expected if article not in found]
    if path == "$.candidates":
        found = {standing["name"]: standing for standing in found}
        expected = {standing["name"]: standing for standing in expected}
    if isinstance(expected, dict) and isinstance(found, dict):
        return [line for key, value in expected.items() for line in agree(value, found.get(key), f"{path}.{key}")]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [line for number, (e, f) in pairs for line in agree(e, f, f"{path}[{number}]")]
    same = expected == found and type(expected) is type(found)
    return [] if same else [f"{path}: expected {expected!r}, found {found!r}"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_comes_out_as_the_law_says(path):
    golden = json.loads(path.read_text(encoding="utf-8"))
    command = path.stem.partition("-")[0]
    assert agree(golden["expect"], run(command, golden["case"]), "$") == []


def test_there_are_enough_cases():
    kinds = [path.stem.partition("-")[0] for path in CASES]
    assert kinds.count("verdict") >= 40
    assert kinds.count("count") >= 40


def test_cases_are_told_apart_by_their_numbers():
    """The comparison itself notices a difference."""
    found = run("verdict", {"members": 61, "present": 40, "votes": {"for": 30}})
    assert agree({"passed": True}, found, "$")
    assert agree({"quorum": {"needed": 30}}, found, "$")
    assert agree({"reasons": ["passed"]}, found, "$")
    assert agree({"reasons": []}, found, "$")
    assert agree({"articles": ["第一条"]}, found, "$")
    assert agree({"items": [{}]}, found, "$")
    assert not agree({"passed": False, "reasons": ["not_passed"], "warnings": []}, found, "$")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_reason_speaks_both_languages(path):
    golden = json.loads(path.read_text(encoding="utf-8"))
    found = run(path.stem.partition("-")[0], golden["case"])
    for reason in [*found["reasons"], *found["warnings"]]:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in reason["zh"]), reason
        assert any(letter.isascii() and letter.isalpha() for letter in reason["en"]), reason
        assert "{" not in reason["zh"] + reason["en"]
