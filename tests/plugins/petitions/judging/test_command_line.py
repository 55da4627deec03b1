"""`huitang petitions suggest` and `measure`, as an operator runs them: without a server."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from huitang_petitions.cli import petitions

LETTERS = [
    {"id": "1", "subject": "胜诉拿不到钱", "text": "判决生效两年，执行局说找不到财产，对方却开着好车。"},
    {"id": "2", "phone": "13000000000", "text": "工地凌晨还在打桩，老人孩子没法睡。"},
]


@pytest.fixture
def run(model_folder, suggester):
    """Runs a command with the model that the tests have learnt."""

    def call(*arguments: str, given: str = "") -> Result:
        environment = {"XDG_CACHE_HOME": str(model_folder.parent), "COLUMNS": "200"}
        return CliRunner().invoke(petitions, [*map(str, arguments)], input=given, env=environment)

    return call


def lines(*letters: dict[str, str]) -> str:
    return "".join(json.dumps(letter, ensure_ascii=False) + "\n" for letter in letters)


def test_suggestions_come_a_line_a_letter_in_the_same_order(run):
    ended = run("suggest", "-", given=lines(*LETTERS))
    assert ended.exit_code == 0, ended.stderr
    first, second = (json.loads(line) for line in ended.stdout.splitlines())
    assert (first["id"], first["remit"]["choices"][0]["id"]) == ("1", "court")
    assert first["category"]["choices"][0]["id"] == "justice.trial.enforcement"
    assert (second["id"], second["handler"]["choices"][0]["id"]) == ("2", "gov.environment")
    assert first["remit"]["choices"][0]["reasons"][-1]["zh"].startswith("依据：")


def test_every_mistake_is_named_with_its_line_and_nothing_is_suggested(run):
    given = lines(LETTERS[0], {"id": "2", "txt": "甲"}, {"id": "3"}) + "{\n"
    ended = run("suggest", "-", given=given)
    assert (ended.exit_code, ended.stdout) == (1, "")
    said = ended.stderr.splitlines()
    assert [line.split(": ")[1] for line in said] == ["$[2].txt", "$[3]", "$[4]"]


def test_an_offices_files_are_checked(run, tmp_path):
    own = tmp_path / "tree.toml"
    own.write_text('id = "x"\ntitle = { zh = "甲", en = "A" }\n[nodes]\n', encoding="utf-8")
    ended = run("suggest", "-", "--categories", str(own), given=lines(LETTERS[0]))
    assert ended.exit_code == 1
    assert "$.nodes: 分类树是空的 / the tree is empty" in ended.stderr


def test_the_table_of_accuracy_is_printed_for_own_letters_too(run, tmp_path):
    own = tmp_path / "own.jsonl"
    own.write_text(lines({**LETTERS[0], "remit": "court", "category": "justice.trial.enforcement"}), encoding="utf-8")
    ended = run("measure", str(own), "--count", "20", "--folds", "0", "--json")
    assert ended.exit_code == 0, ended.stderr
    measured = {(row["set"], row["question"]): row for row in json.loads(ended.stdout)}
    assert measured["own.jsonl", "remit"]["first"] == 1
    assert measured["handwritten", "remit"]["letters"] == 144
    assert "首选正确" in run("measure", "--count", "10", "--folds", "0").stdout


def test_a_label_that_nobody_knows_is_refused(run, tmp_path):
    own = tmp_path / "own.jsonl"
    own.write_text(lines({**LETTERS[0], "remit": "curt"}), encoding="utf-8")
    ended = run("measure", str(own), "--folds", "0")
    assert ended.exit_code == 1
    assert "$[1].remit" in ended.stderr
