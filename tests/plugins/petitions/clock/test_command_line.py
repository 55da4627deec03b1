"""`huitang petitions clock` as somebody with nothing but the documentation runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from huitang_petitions.cli import petitions
from huitang_petitions.clock import event_kinds
from huitang_petitions.clock.case import NAMES, moment
from huitang_petitions.clock.schema import case_schema
from huitang_sdk.cases import CaseError

CASE = {"now": "2026-03-10", "events": [{"event": "received", "at": "2026-03-02"}]}
DOCS = Path(__file__).parents[4] / "docs" / "use"


def run(*arguments: str | Path, text: str | bytes | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(petitions, ["clock", *map(str, arguments)], input=text)
    return result.exit_code, result.stdout, result.stderr


def test_a_file_and_standard_input_say_the_same(tmp_path):
    path = tmp_path / "案.json"
    path.write_text(json.dumps(CASE, ensure_ascii=False), encoding="utf-8-sig")
    status, output, errors = run(path)
    assert (status, errors) == (0, "")
    assert (0, output, "") == run("-", text=json.dumps(CASE))


def test_the_example_of_the_help_works():
    status, shown, _errors = run("--help")
    assert status == 0
    example = shown[shown.index("{\n") : shown.rindex("}") + 1]
    status, output, errors = run("-", text=example)
    assert status == 0, errors
    assert json.loads(output)["limits"]


def test_the_schema_describes_every_key():
    status, output, _errors = run("--schema")
    assert status == 0
    assert json.loads(output) == case_schema()
    for definition in case_schema()["$defs"].values():
        assert all(key["description"] for key in definition["properties"].values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "the file is empty"),
        (b"{", "not JSON: line 1"),
        (b"[]", "must be a JSON object"),
        (b'{"events": []', "not JSON"),
        (b"{}", "'events' is missing"),
        (b'{"events": {}}', "$.events: "),
        (b'{"events": [], "event": []}', "$.event: "),
        (b'{"events": [3]}', "$.events[0]: "),
        (b'{"events": [{"event": "received"}]}', "$.events[0].at: "),
        (b'{"events": [{"event": "received", "at": 20260302}]}', "$.events[0].at: "),
        (b'{"events": [{"event": "received", "at": "2026-03-02", "days": 0}]}', "$.events[0].days: "),
        (b'{"events": [], "now": "2026-13-01"}', "$.now: "),
        (b'{"events": [], "kind": "wish"}', "$.kind: "),
        (b'{"events": [], "calendar": {"2027": {"holidays": []}}}', "$.calendar: "),
        ('{"经过": [{"事件": "收到", "日期": "某日"}]}'.encode(), "$.经过[0].日期: "),
        (b'{"events": [], "events": []}', "given twice"),
        (b'\xff{"events": []}', "UTF-8"),
        (b'{"title": "\\ud800", "events": []}', "half a character"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text, said):
    status, output, errors = run("-", text=text)
    assert (status, output) == (1, "")
    assert said in errors
    assert "Traceback" not in errors


def test_a_file_that_is_not_there():
    status, _output, errors = run("/nowhere/case.json")
    assert status == 1
    assert "cannot be read" in errors


def test_an_operator_s_calendar(tmp_path):
    own = tmp_path / "calendar.toml"
    own.write_text("[2030]\nholidays = [2030-01-01]\n[2031]\nholidays = [2031-01-01]\n")
    case = {"now": "2030-12-28", "events": [{"event": "transferred_in", "at": "2030-12-26"}]}
    status, _output, errors = run("-", text=json.dumps(case))
    assert status == 1
    assert "2030" in errors
    status, output, errors = run("-", "--calendar", own, text=json.dumps(case))
    assert status == 0, errors
    assert '"due": "2031-01-03"' in output
    own.write_text("[2030]\nholidays = [2031-01-01]\n")
    status, output, errors = run("-", "--calendar", own, text=json.dumps(case))
    assert (status, output) == (1, "")
    assert "2030.holidays[0]" in errors


def test_it_is_a_command_of_huitang():
    huitang = Path(sys.executable).with_name("huitang")
    result = subprocess.run(
        [huitang, "petitions", "clock", "-"], input=json.dumps(CASE), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["now"] == "2026-03-10"


@pytest.mark.parametrize(
    "written",
    ["2026-11-05", "2026/11/5", "2026.11.05", "20261105", "2026年11月5日", "2026年 11月 05日", "２０２６-１１-０５",
     " 2026-11-05 ", "2026-11-05T09:30", "2026-11-05 09:30:15", "2026-11-05T01:30:00Z", "2026年11月5日 9时30分",
     "2026-11-05T00:00:00+08:00", "2026-11-04T16:00:00.000Z", "2026-11-05 9点"],
)  # fmt: skip
def test_days_as_people_write_them(written):
    assert str(moment(written, "$")[0]) == "2026-11-05"


@pytest.mark.parametrize(
    "written",
    ["", "11-05", "2026-11", "2026-00-01", "2026-11-31", "2026-11/05", "05.11.2026", "2026-11-05T25:00",
     "2026-11-05T24:00", "2026-11-05x", "0001-01-01", "9999-12-31", "2026-11-05T09:30+99:00", "明天"],
)  # fmt: skip
def test_what_is_no_day_is_refused(written):
    with pytest.raises(CaseError):
        moment(written, "$")


def test_the_documentation_names_every_event_and_no_name_means_two():
    english = (DOCS / "petition-clock.md").read_text(encoding="utf-8").replace("\n", " ")
    names: dict[str, str] = {}
    for id_, kind in event_kinds().items():
        assert f"`{id_}` {kind.zh}" in english
        for name in (id_, kind.zh, kind.en, *kind.aliases):
            assert names.setdefault(name, id_) == id_, name
    assert set(NAMES.values.values()) == {"appeal", "suggestion", "accusation"}
