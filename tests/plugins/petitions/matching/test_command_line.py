"""`huitang petitions match` as somebody with nothing but the documentation runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from huitang_petitions.cli import petitions

LETTER = {
    "id": "A1",
    "petitioner": "王样例",
    "phone": "13000000001",
    "place": "云江市东江区人民路12号",
    "subject": "电梯故障",
    "text": "人民路12号的电梯三天两头坏，把老人困在里面一个钟头，物业说没有维修基金。",
}
AGAIN = {
    "id": "B1",
    "petitioner": "王先生",
    "phone": "130-0000-0001",
    "place": "东江人民路十二号",
    "subject": "",
    "text": "升降梯又停了，困人，物管推说维修资金不足，请人来修。",
}
OTHER = {
    "id": "B2",
    "petitioner": "李模拟",
    "phone": "13000000002",
    "place": "滨河区学府路8号",
    "subject": "噪声",
    "text": "学府路8号旁边工地半夜打桩，吵得睡不着。",
}


def lines(*letters: dict[str, object] | str) -> bytes:
    return "".join(
        f"{one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)}\n" for one in letters
    ).encode()


def run(folder: Path, corpus: bytes, queries: bytes, *options: str) -> tuple[int, list[dict], str]:
    (folder / "a.jsonl").write_bytes(corpus)
    (folder / "b.jsonl").write_bytes(queries)
    command = ["match", "--corpus", str(folder / "a.jsonl"), "--queries", str(folder / "b.jsonl"), *options]
    result = CliRunner().invoke(petitions, command)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_one_line_a_match_with_what_matched(tmp_path):
    status, found, errors = run(tmp_path, lines(LETTER), lines(AGAIN, OTHER))
    assert (status, errors) == (0, "")
    (match,) = found
    assert (match["query"], match["corpus"], match["relation"]) == ("B1", "A1", "repeat")
    assert 0.5 <= match["score"] <= 1
    reasons = {reason["what"]: reason["shared"] for reason in match["reasons"]}
    assert reasons["phone"] == ["0001"]
    assert reasons["number"] == ["12号"]
    assert "升降梯/电梯" in reasons["expression"]
    assert "人民路" in "".join(reasons["place"])


def test_a_lower_threshold_shows_more_and_the_limit_holds(tmp_path):
    many = [LETTER | {"id": f"A{number}"} for number in range(6)]
    assert len(run(tmp_path, lines(*many), lines(AGAIN))[1]) == 6
    assert len(run(tmp_path, lines(*many), lines(AGAIN), "--limit", "2")[1]) == 2
    assert run(tmp_path, lines(LETTER), lines(AGAIN), "--threshold", "1")[1] == []


def test_what_is_not_known_may_be_left_out(tmp_path):
    poor = {
        "id": 7,
        "phone": 13000000001,
        "place": None,
        "text": "电梯老坏，困人，物业不修，维修基金也没有",
        "note": ["kept"],
    }
    status, found, errors = run(tmp_path, b"\xef\xbb\xbf" + lines("", LETTER, ""), lines(poor))
    assert (status, errors) == (0, "")
    assert [match["query"] for match in found] == ["7"]


@pytest.mark.parametrize(
    ("corpus", "line", "said"),
    [
        (b"", "", "there is no letter"),
        (b"\n\n", "", "there is no letter"),
        (lines(LETTER, "{"), ":2", "not JSON"),
        (lines("[1]"), ":1", "not a JSON object"),
        (lines({"text": "x"}), ":1", "'id' is missing"),
        (lines({"id": "x"}), ":1", "'text' is missing"),
        (lines({"id": " ", "text": "x"}), ":1", "'id' is empty"),
        (lines({"id": "x", "text": " "}), ":1", "both empty"),
        (lines({"id": "x", "text": 3}), ":1", "'text' must be a string"),
        (lines({"id": True, "text": "x"}), ":1", "'id' must be a string"),
        (lines(LETTER, "", LETTER), ":3", "already on line 1"),
        (lines(LETTER) + "中文".encode("gb18030"), ":2", "not UTF-8"),
        (lines("[" * 100_000), ":1", "not JSON"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path, corpus, line, said):
    for name, given in (("a.jsonl", (corpus, lines(AGAIN))), ("b.jsonl", (lines(LETTER), corpus))):
        status, found, errors = run(tmp_path, *given)
        assert status == 1
        assert f"{tmp_path / name}{line}: " in errors
        assert said in errors
        assert "Traceback" not in errors
        assert name == "b.jsonl" or found == []


def test_a_file_that_is_not_there(tmp_path):
    result = CliRunner().invoke(petitions, ["match", "--corpus", "/nowhere/a", "--queries", "/nowhere/b"])
    assert result.exit_code == 1
    assert "/nowhere/a: cannot be read" in result.stderr


def test_it_is_a_command_of_huitang_and_answers_before_the_end(tmp_path):
    """Queries come on standard input; the first is answered while the second has not been asked."""
    (tmp_path / "a.jsonl").write_bytes(lines(LETTER))
    huitang = Path(sys.executable).with_name("huitang")
    command = [huitang, "petitions", "match", "--corpus", tmp_path / "a.jsonl", "--queries", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(lines(AGAIN))
        assert json.loads(process.stdout.readline())["query"] == "B1"
        process.stdin.write(lines(AGAIN | {"id": "B9"}))
        process.stdin.close()
        assert json.loads(process.stdout.readline())["query"] == "B9"
        assert process.wait(30) == 0
