"""Golden cases: due dates worked out by hand, run through the command as anybody would run it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from huitang_petitions.cli import petitions

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))


def run(data: Any) -> tuple[int, str, str]:
    result = CliRunner().invoke(petitions, ["clock", "-"], input=json.dumps(data))
    return result.exit_code, result.stdout, result.stderr


def differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Every difference, where `expected` says less than `found`. A limit that runs several times is a list of them."""
    wrong = []
    for id_, wanted in expected["limits"].items():
        runs = [limit for limit in found["limits"] if limit["id"] == id_]
        several = wanted if isinstance(wanted, list) else [wanted]
        if len(runs) != len(several):
            wrong.append(f"{id_}: {len(runs)} runs")
        for one, limit in zip(several, runs, strict=False):
            wrong += [
                f"{id_}.{key}: {limit[key]!r}, not {value!r}" for key, value in one.items() if limit[key] != value
            ]
    codes = [remark["code"] for remark in found["refused"]]
    if codes != expected["refused"]:
        wrong.append(f"refused: {codes}")
    warned = {remark["code"] for remark in found["warnings"]}
    if "warnings" in expected and warned != set(expected["warnings"]):
        wrong.append(f"warnings: {warned}")
    return wrong


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_comes_out_as_the_law_says(path):
    golden = json.loads(path.read_text(encoding="utf-8"))
    status, output, errors = run(golden["case"])
    if "errors" in golden["expect"]:
        assert (status, output) == (1, "")
        lines = errors.splitlines()
        assert len(lines) == len(golden["expect"]["errors"]), errors
        for line, (place, said) in zip(lines, golden["expect"]["errors"], strict=True):
            assert line.startswith(f"stdin: {place}: ")
            assert said in line
    else:
        assert status == 0, errors
        assert differences(golden["expect"], json.loads(output)) == []


def test_there_are_enough_cases():
    assert len(CASES) >= 80


def test_cases_are_told_apart_by_their_dates():
    """The comparison itself notices a difference."""
    found = json.loads(run({"now": "2026-03-05", "events": [{"event": "received", "at": "2026-03-02"}]})[1])
    wanted: dict[str, Any] = {"limits": {"tell": {"due": "2026-03-17"}}, "refused": []}
    assert differences(wanted, found) == []
    assert differences({"limits": {"tell": {"due": "2026-03-16"}}, "refused": []}, found)
    assert differences({**wanted, "refused": ["second"]}, found)
    assert differences({**wanted, "warnings": ["no_reason"]}, found)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_word_is_in_both_languages(path):
    status, output, errors = run(json.loads(path.read_text(encoding="utf-8"))["case"])
    if status:
        assert all(" / " in line for line in errors.splitlines())
        return
    found = json.loads(output)
    texts = [limit["says"] for limit in found["limits"]] + found["refused"] + found["warnings"] + found["next"]
    for text in texts:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text["zh"]) or not text["en"], text
        assert "{" not in text["zh"] + text["en"]
