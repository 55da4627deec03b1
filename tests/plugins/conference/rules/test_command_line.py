"""`huitang conference verdict` and `count` as somebody with nothing but the documentation runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from huitang_conference.cli import conference

MOTION = {"members": 61, "present": 40, "votes": {"for": 31}}
ROUND = {
    "members": 100,
    "seats": 1,
    "candidates": ["甲", "乙"],
    "issued": 90,
    "ballots": [{"for": ["甲"], "count": 51}],
}


def run(*arguments: str | Path, text: str | bytes | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(conference, [*map(str, arguments)], input=text)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(("command", "case"), [("verdict", MOTION), ("count", ROUND)])
def test_a_file_and_standard_input_say_the_same(tmp_path, command, case):
    path = tmp_path / "案.json"
    path.write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
    status, output, errors = run(command, path)
    assert (status, errors) == (0, "")
    assert (0, output, "") == run(command, "-", text=json.dumps(case))


@pytest.mark.parametrize("command", ["verdict", "count"])
def test_the_example_of_the_help_works(command):
    status, shown, _errors = run(command, "--help")
    assert status == 0
    example = shown[shown.index("{") : shown.rindex("}") + 1]
    status, output, errors = run(command, "-", text=example)
    assert (status, errors) == (0, "")
    assert json.loads(output)["title"] == json.loads(example)["title"]


@pytest.mark.parametrize("command", ["verdict", "count"])
def test_the_schema_names_every_key(command):
    status, output, _errors = run(command, "--schema")
    assert status == 0
    schema = json.loads(output)
    root = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    assert {"members", "profile", "title"} <= root["properties"].keys()
    assert root["additionalProperties"] is False
    for definition in schema["$defs"].values():
        assert all("/" in described["description"] for described in definition["properties"].values())
    assert ("city-standing-committee" in root["properties"]["profile"]["examples"]) is (command == "verdict")
    assert set(root["required"]) == (
        {"members", "present"} if command == "verdict" else {"members", "seats", "candidates"}
    )


def test_output_is_utf8_indented_json_and_nothing_else():
    """In a process of its own, with a terminal that speaks no Chinese."""
    command = [sys.executable, "-c", "from huitang_conference.cli import conference; conference()", "verdict", "-"]
    done = subprocess.run(
        command,
        input=json.dumps(MOTION).encode(),
        capture_output=True,
        env={"LC_ALL": "C", "PYTHONUTF8": "0"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode("utf-8")
    assert '\n  "verdict": "通过",\n' in text
    assert json.loads(text)["passed"] is True


KEYS = {
    "verdict": {
        "passed", "verdict", "needed", "for", "against", "abstain", "not_pressed", "fault", "absent", "base",
        "majority", "quorum", "reasons", "articles", "warnings", "items", "amendments",
    },
    "count": {
        "outcome", "elected", "tied", "remaining_seats", "candidates", "ballots", "reasons", "next", "selected",
        "candidate_rule", "warnings", "articles", "valid",
    },
}  # fmt: skip


@pytest.mark.parametrize(("command", "case"), [("verdict", MOTION), ("count", ROUND)])
def test_every_documented_key_is_there(command, case):
    found: dict[str, Any] = json.loads(run(command, "-", text=json.dumps(case))[1])
    assert found.keys() >= KEYS[command]


UNREADABLE = {
    "empty": b"",
    "blank": b" \n",
    "no json": b"members: 61",
    "cut off": b'{"members": 61, "present": 40, "votes": {"for": 3',
    "gbk": '{"标题": "议案"}'.encode("gbk"),
    "utf-16": '{"members": 61}'.encode("utf-16"),
    "binary": bytes(range(256)),
    "a list": b"[]",
    "null": b"null",
    "a number": b"61",
    "a text": b'"61"',
    "deep": b"[" * 100_000,
    "long number": b'{"members": ' + b"9" * 5000 + b"}",
    "nan": b'{"members": NaN, "present": 1, "votes": {"for": 1}}',
    "twice": b'{"members": 61, "members": 60, "present": 40, "votes": {"for": 31}}',
    "two objects": b"{} {}",
}


@pytest.mark.parametrize("command", ["verdict", "count"])
@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_case_is_refused(tmp_path, command, name):
    path = tmp_path / "case.json"
    path.write_bytes(UNREADABLE[name])
    status, output, errors = run(command, path)
    assert status == 1
    assert output == ""
    assert f"{path}: $" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("command", ["verdict", "count"])
def test_a_file_that_is_not_there_is_refused(tmp_path, command):
    for path in (tmp_path / "none.json", tmp_path):
        status, output, errors = run(command, path)
        assert (status, output) == (1, "")
        assert str(path) in errors


def test_a_byte_order_mark_does_no_harm():
    assert run("verdict", "-", text=b"\xef\xbb\xbf" + json.dumps(MOTION).encode())[0] == 0


@pytest.mark.parametrize(
    ("command", "case", "place"),
    [
        ("verdict", {"全体组成人员": 61, "出席": 40, "表决": {"赞成": -1}}, "$.表决.赞成"),
        ("verdict", {"全体组成人员": 61, "出席": 40, "表决": {"赞成": 41}}, "$.表决"),
        ("verdict", {"全体组成人员": 61, "出席": 62, "表决": {"赞成": 1}}, "$.出席"),
        ("verdict", {"全体组成人员": 61, "出席": 40}, "$.votes"),
        ("verdict", {**MOTION, "修正案": [{"表决": {"赞成": True}}]}, "$.修正案[0].表决.赞成"),
        ("count", {"全体代表": 9, "seats": 1, "候选人": ["甲"], "选票": [[], {"赞成": ["乙"]}]}, "$.选票[1].赞成[0]"),
    ],
)  # fmt: skip
def test_places_are_named_as_the_case_has_them(command, case, place):
    status, _output, errors = run(command, "-", text=json.dumps(case))
    assert status == 1
    assert errors.startswith(f"stdin: {place}: ")
